import type { IConstruct } from 'constructs';
import { isDns1123Label } from '../../api/names';
import { accountNamespaceOf } from '../../api/platform';
import type { GpuPoolSpec, NodeProvisioningSpec, PlatformSpec, PodDefaultsSpec, WorkspaceRole } from '../../api/platform';
import { DEFAULT_RECONCILER_NAMESPACE } from '../../api/reconciler';
import type { AddonObject } from '../../clouds/cloud';
import { cloudNamed } from '../../clouds/pods';
import { formatValue } from '../checks/format-value';
import { addonsOf, checkAddons } from './addon-checks';
import { PlatformEngines } from './engines';
import type { EnvoyGatewayOptions } from './envoy-gateway';
import type { GpuPoolOptions } from './gpu-pool-options';
import type { GpuProvisionerOptions } from './gpu-provisioner';
import { checkImages } from './image-checks';
import type { InferenceExtensionOptions } from './inference-extension';
import type { KedaOptions } from './keda';
import type { LeaderWorkerSetOptions } from './leader-worker-set';
import { localStore } from './local-artifacts';
import { checkGpuDriver, mirrorsSpec } from './mirrors';
import { onPremisesSource } from './on-premises';
import type { OnPremisesPlatformProps } from './on-premises-props';
import { checkPlaces, checkPlain, checkPlatform, checkStorageClasses, storeName } from './platform-checks';
import { KNOWN } from './platform-known';
import type { AwsPlatformProps, AzurePlatformProps, GcpPlatformProps, LocalPlatformProps, PlatformProps } from './platform-props';
import { byHand } from './platform-source';
import type { PlatformSource } from './platform-source';
import { platformSpec } from './platform-spec';
import { podDefaultsSpec } from './pod-defaults-checks';
import { PlatformPools } from './pools';
import { unknownReads, unknownWorkspace } from './unknown-workspace';
import type { WorkspaceOptions } from './workspace-options';
import { PlatformWorkspaces } from './workspaces';
import type { WorkspaceListener } from './workspaces';

/** What the kinds must know about the cluster that they run on. */
export class Platform {
  /** A GKE cluster. */
  public static gcp(props: GcpPlatformProps): Platform {
    checkPlain(props, KNOWN.gcp);
    const region = props.region === undefined ? undefined : storeName(props, 'region');
    return new Platform('gcp', props, byHand(props, { url: `gs://${storeName(props, 'bucketName')}` }, region));
  }

  /** An EKS cluster. */
  public static aws(props: AwsPlatformProps): Platform {
    checkPlain(props, KNOWN.aws);
    return new Platform('aws', props, byHand(props, { url: `s3://${storeName(props, 'bucketName')}`, region: storeName(props, 'region') }));
  }

  /** An AKS cluster. */
  public static azure(props: AzurePlatformProps): Platform {
    checkPlain(props, KNOWN.azure);
    const artifacts = { url: `az://${storeName(props, 'storageAccount')}`, resourceGroup: storeName(props, 'resourceGroup') };
    const source = byHand(props, artifacts, props.location === undefined ? undefined : storeName(props, 'location'));
    return new Platform('azure', props, () => ({ ...source(), tenantId: props.tenantId }));
  }

  /** A local cluster. */
  public static local(props: LocalPlatformProps): Platform {
    checkPlain(props, KNOWN.local);
    return new Platform('local', props, byHand(props, localStore(props)));
  }

  /** A cluster on premises: servers with GPUs, and a store of your own. */
  public static onPremises(props: OnPremisesPlatformProps): Platform {
    return new Platform('on-premises', props, onPremisesSource(props));
  }

  /** The platform of a cluster that is declared here. @internal */
  public static _ofCluster(cloudName: string, props: PlatformProps, source: () => PlatformSource): Platform {
    return new Platform(cloudName, props, source);
  }

  /** Name of the cluster. */
  public readonly clusterName: string;

  /** The cloud: `gcp`, `aws`, `azure`, `local` or `on-premises`. */
  public readonly cloudName: string;

  /** The cdk8s Apps that have something on it. @internal */
  public readonly _apps = new Set<IConstruct>();

  private readonly podDefaults?: PodDefaultsSpec;
  private readonly pools: PlatformPools;
  private readonly nodeProvisioning?: NodeProvisioningSpec;
  private readonly workspaces: PlatformWorkspaces;
  private reconcilerNamespace?: string;
  private readonly monitoringNamespaces: string[] = [];
  private readonly engines = new PlatformEngines();
  private readonly addonsListeners: (() => void)[] = [];

  private constructor(cloudName: string, private readonly props: PlatformProps, private readonly source: () => PlatformSource) {
    checkPlatform(props);
    this.clusterName = props.clusterName;
    checkPlaces(props, cloudName);
    checkImages(props);
    checkStorageClasses(props);
    const { podDefaults, mirrors, gpuDriver } = props;
    if (mirrors) this.check('is invalid', () => mirrorsSpec(mirrors));
    if (gpuDriver !== undefined) this.check('is invalid', () => checkGpuDriver(gpuDriver));
    this.podDefaults = podDefaults && this.check('is invalid', () => podDefaultsSpec(podDefaults));
    const cloud = cloudNamed(cloudName);
    checkAddons(cloud, props);
    this.nodeProvisioning = props.nodeProvisioning?._specFor(cloud);
    this.pools = new PlatformPools(cloud);
    this.workspaces = new PlatformWorkspaces(cloud);
    this.cloudName = cloudName;
  }

  /**
   * Declares nodes with GPUs.
   *
   * @throws if the cloud has no such GPU, or no machine with so many of them.
   */
  public addGpuPool(name: string, options: GpuPoolOptions): void {
    this._addGpuPool(name, options);
  }

  /**
   * Declares nodes with GPUs that the cluster makes when pods ask for them, as its `nodeProvisioning` says. `ClusterAddons` writes the
   * objects that say so to the cluster.
   *
   * @throws if the cluster has nothing that makes nodes, or it cannot make these.
   */
  public addGpuProvisioner(name: string, options: GpuProvisionerOptions): void {
    this.check(`cannot have GPU provisioner ${formatValue(name)}`, () => this.pools.addProvisioned(name, options, this.nodeProvisioning));
    this._addonsChanged();
  }

  /** The same for a pool that is declared here, whose capacity may be one that no pod of a kind can have. @internal */
  public _addGpuPool(name: string, options: GpuPoolOptions, capacity?: GpuPoolSpec['capacity']): void {
    this.check(`cannot have GPU pool ${formatValue(name)}`, () => this.pools.add(name, options, capacity));
    this._addonsChanged();
  }

  /** Declares a namespace with the cloud identities of a workspace. */
  public addWorkspace(namespace: string, options: WorkspaceOptions = {}): void {
    this.check(`cannot have workspace ${formatValue(namespace)}`, () => this.workspaces.add(namespace, options, () => this._spec));
    if (options.builds && this.source().openShift) this._addonsChanged(); // who builds is among them
  }

  /**
   * Lets the pods of a namespace reach the ports of Servers that serve, which is where engines have their metrics, in every workspace. A
   * `Monitoring` does it for its own namespace; where the workspaces are declared in another App than it, their platform is told so.
   */
  public allowMonitoringFrom(namespace: string): void {
    if (typeof namespace !== 'string' || !isDns1123Label(namespace)) {
      throw this.error(`cannot be monitored from namespace ${formatValue(namespace)}; use lower-case letters, digits and - inside, 63 characters at most`);
    }
    if (!this.monitoringNamespaces.includes(namespace)) this.monitoringNamespaces.push(namespace);
  }

  /**
   * Says that the cluster has KEDA and its HTTP add-on, for Servers that are scaled by their requests; docs/server.md has the commands that
   * install them. A pod that reaches the interceptor of the add-on reaches all Servers behind it, and pods of the workspaces may.
   */
  public addKeda(options: KedaOptions = {}): void {
    this.addEngine('KEDA', () => this.engines.addKeda(options));
  }

  /**
   * Says that the cluster has the Gateway API Inference Extension, for Servers with `routing`; docs/server.md has the command that installs
   * it. The pods of the gateways' namespaces reach the replicas of all Servers.
   */
  public addInferenceExtension(options: InferenceExtensionOptions = {}): void {
    this.addEngine('the inference extension', () => this.engines.addInferenceExtension(options));
  }

  /** Says that the cluster has Envoy Gateway and Envoy AI Gateway, for a `ModelGateway`; docs/gateway.md says how to install them. */
  public addEnvoyGateway(options: EnvoyGatewayOptions = {}): void {
    this.addEngine('Envoy Gateway', () => this.engines.addEnvoyGateway(options));
  }

  /**
   * Lets the proxies of a Gateway reach the Servers of every workspace. A `ModelGateway` does it for itself; where the workspaces are
   * declared in another App than it, their platform is told so.
   */
  public allowModelGateway(namespace: string, name: string): void {
    this.check('cannot let a gateway in', () => this.engines.allowModelGateway({ namespace, name }));
  }

  /**
   * Says that the cluster has LeaderWorkerSet 0.9 or newer, which runs a Server on many nodes (`nodes`). It does not install it.
   */
  public addLeaderWorkerSet(options: LeaderWorkerSetOptions = {}): void {
    this.addEngine('LeaderWorkerSet', () => this.engines.addLeaderWorkerSet(options));
  }

  /** All of it as plain JSON, as the reconciler reads it. Pools and workspaces that are added later are not in it. */
  public toJson(): unknown {
    return this._spec;
  }

  /** The folder of the bucket that was given for the cluster; known before all else is. @internal */
  public get _artifactPrefix(): string | undefined {
    const prefix = this.props.artifactPrefix?.replace(/^\/+|\/+$/g, '');
    return prefix === '' ? undefined : prefix;
  }

  /** @internal */
  public get _kubernetesVersion(): string | undefined {
    return this.props.kubernetesVersion;
  }

  /** @internal */
  public get _spec(): PlatformSpec {
    return platformSpec({ cloud: this.cloudName, props: this.props, source: this.source(), prefix: this._artifactPrefix }, {
      gpuPools: this.pools.specs,
      gpus: this.pools.gpus,
      nodeProvisioning: this.nodeProvisioning,
      workspaces: this.workspaces.specs,
      reconcilerNamespace: this.reconcilerNamespace,
      monitoringNamespaces: this.monitoringNamespaces,
      podDefaults: this.podDefaults,
      engines: this.engines.spec,
    });
  }

  /** The namespace of a workspace's ServiceAccount. Of what is declared alone: this is asked for what is known late. @internal */
  public _accountNamespace(namespace: string, role: WorkspaceRole): string {
    return accountNamespaceOf({ workspaces: this.workspaces.specs }, namespace, role);
  }

  /** Where the reconciler of the cluster runs, which NetworkPolicies let in. @internal */
  public _reconcilerIn(namespace: string): void {
    this.reconcilerNamespace = namespace === DEFAULT_RECONCILER_NAMESPACE ? undefined : namespace;
  }

  /** The construct that declares the cluster, where one does. @internal */
  public get _cluster(): IConstruct | undefined {
    return this.source().cluster;
  }

  /** What the cluster needs beside what its cloud brings. @internal */
  public get _addons(): readonly AddonObject[] {
    return addonsOf(this.source(), this._spec, this.props);
  }

  /** How to get what is known of a workspace only after the deployment. @internal */
  public _lateHint(namespace: string): string {
    return this.source().lateHint ?? `deploy the cloud side first, then give clientIds to addWorkspace('${namespace}')`;
  }

  /** Why the Kubernetes side cannot be synthesized yet, and how to fix it. @internal */
  public get _problem(): string | undefined {
    return this.source().problem?.();
  }

  /** Changes whenever something was added. @internal */
  public get _revision(): number {
    return this.pools.specs.length + this.workspaces.specs.length + this.engines.count;
  }

  /** Calls back for every workspace, also those that are added later. @internal */
  public _onWorkspace(listener: WorkspaceListener): void {
    this.workspaces.onEach(listener);
  }

  /** Calls back once now, and whenever there may be other add-ons. @internal */
  public _onAddons(listener: () => void): void {
    this.addonsListeners.push(listener);
    listener();
  }

  /** Something that add-ons depend on was added: a GPU pool or an engine here, or a part of the cluster. @internal */
  public _addonsChanged(): void {
    for (const listener of this.addonsListeners) listener();
  }

  /** Why a namespace is not a workspace, and how to fix it. @internal */
  public _unknownWorkspace(namespace: string): string {
    return unknownWorkspace(this.clusterName, this.workspaces.specs, namespace);
  }

  /** What a workspace reads that is not a workspace, and how to fix it; `undefined` if all are. @internal */
  public _unknownReads(namespace: string): string | undefined {
    return unknownReads(this.clusterName, this.workspaces.specs, namespace);
  }

  /** Add-ons may be among what installs it. */
  private addEngine(name: string, act: () => void): void {
    this.check(`cannot have ${name}`, act);
    this._addonsChanged();
  }

  /** What a check says, with the name of this platform before it. */
  private check<T>(what: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw error instanceof Error ? this.error(`${what}: ${error.message}`) : error;
    }
  }

  private error(message: string): Error {
    return new Error(`platform ${this.clusterName} ${message}`);
  }
}
