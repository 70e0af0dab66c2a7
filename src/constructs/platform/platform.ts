import { nearest } from '../../api/names';
import { WORKSPACE_ROLES } from '../../api/platform';
import type { ArtifactStoreSpec, GpuPoolSpec, PlatformSpec, RegistrySpec, WorkspaceRole, WorkspaceSpec } from '../../api/platform';
import type { AddonObject } from '../../clouds/cloud';
import { cloudNamed } from '../../clouds/pods';
import { clusterAddons } from '../../clouds/terraform';
import { knownProps } from '../checks/known-props';
import { shown } from '../checks/shown';
import { Gpu } from './gpu';
import { noSuchGpu, noSuchNode } from './machines';
import { checkPlaces, checkPlain, checkPlatform, namespaceProblem, readsProblem, storeName } from './platform-checks';

/** What a cluster of any cloud may say about itself. */
export interface PlatformProps {
  /** Name of the cluster. */
  readonly clusterName: string;

  /**
   * Version of Kubernetes, such as `1.33`. Fields that are newer than 1.27 are used only where it is given.
   *
   * @default '1.27'
   */
  readonly kubernetesVersion?: string;

  /**
   * Folder of the bucket under which the workspaces lie.
   *
   * @default - the root of the bucket
   */
  readonly artifactPrefix?: string;

  /**
   * Registry for images that are built: host and path, such as `us-docker.pkg.dev/acme/ml`.
   *
   * @default - none, and `imageBuild` is an error
   */
  readonly registry?: string;

  /**
   * Whether the registry is reached without TLS, as one on a laptop.
   *
   * @default false
   */
  readonly insecureRegistry?: boolean;

  /**
   * Whether nodes for any GPU of the cloud come up without a pool of their own, as on GKE Autopilot, or with
   * Karpenter whose NodePools set the label `substratus.ai/gpu`.
   *
   * @default false
   */
  readonly autoProvisioning?: boolean;

  /**
   * Images where not the default: of the helper containers `rclone`, `buildkit`, `regctl`, `aws-cli`, `azure-cli`, and of the
   * reconciler `node`.
   *
   * @default - the public ones
   */
  readonly images?: Record<string, string>;
}

/** A GKE cluster that is described by hand. */
export interface GcpPlatformProps extends PlatformProps {
  /** Name of the bucket for artifacts. */
  readonly bucketName: string;
}

/** An EKS cluster that is described by hand. */
export interface AwsPlatformProps extends PlatformProps {
  /** Name of the bucket for artifacts. */
  readonly bucketName: string;

  /** Region of the bucket, such as `us-east-1`. */
  readonly region: string;
}

/** An AKS cluster that is described by hand. */
export interface AzurePlatformProps extends PlatformProps {
  /** Name of the storage account for artifacts. */
  readonly storageAccount: string;

  /** Resource group of the storage account. */
  readonly resourceGroup: string;

  /**
   * Tenant of the workspaces' identities.
   *
   * @default - that of the cluster
   */
  readonly tenantId?: string;
}

/** A store that speaks S3, such as MinIO or Ceph. */
export interface S3CompatibleStore {
  /** Where it answers, such as `http://minio.minio:9000`. */
  readonly endpoint: string;

  /** Name of the bucket for artifacts. */
  readonly bucketName: string;

  /** Secret in each workspace with the keys `accessKeyId` and `secretAccessKey`. */
  readonly credentialsSecret: string;

  /**
   * Region, where the store has some.
   *
   * @default - none
   */
  readonly region?: string;
}

/** A local cluster, such as kind, that is described by hand. */
export interface LocalPlatformProps extends PlatformProps {
  /**
   * Directory of the node for artifacts. Not together with `s3`.
   *
   * @default '/var/lib/substratus/artifacts'
   */
  readonly directory?: string;

  /**
   * A store that speaks S3, instead of a directory.
   *
   * @default - none
   */
  readonly s3?: S3CompatibleStore;
}

/** Nodes with GPUs. */
export interface GpuPoolOptions {
  /** The GPU. */
  readonly gpu: Gpu;

  /**
   * How many of them a node has.
   *
   * @default 1
   */
  readonly gpusPerNode?: number;

  /**
   * Whether they are spot nodes.
   *
   * @default false
   */
  readonly spot?: boolean;

  /**
   * Whether they are flex-start nodes (Google Cloud). Not together with `spot`.
   *
   * @default false
   */
  readonly flexStart?: boolean;

  /**
   * How many nodes there can be.
   *
   * @default - no limit is known
   */
  readonly maxNodes?: number;

  /**
   * Labels by which pods find the nodes.
   *
   * @default - on GKE the cloud's own label, elsewhere `substratus.ai/gpu=<name of the GPU>`
   */
  readonly nodeLabels?: Record<string, string>;
}

/** Azure: the client ids of a workspace's identities. */
export interface WorkspaceClientIds {
  /** Of the ServiceAccount `artifact-writer`. */
  readonly artifactWriter: string;

  /** Of the ServiceAccount `artifact-reader`. */
  readonly artifactReader: string;

  /** Of the ServiceAccount `image-builder`. */
  readonly imageBuilder: string;
}

/** What a workspace may do. */
export interface WorkspaceOptions {
  /**
   * Other workspaces whose shared artifacts this one may read.
   *
   * @default - none
   */
  readonly reads?: string[];

  /**
   * Whether images may be built here, which takes a pod without seccomp and AppArmor profiles.
   *
   * @default false
   */
  readonly builds?: boolean;

  /**
   * Azure: the client ids of its identities, known after the first deployment.
   *
   * @default - not known yet; the workspace can be previewed, not synthesized
   */
  readonly clientIds?: WorkspaceClientIds;
}

const PLATFORM_PROPS = {
  clusterName: true, kubernetesVersion: true, artifactPrefix: true, registry: true, insecureRegistry: true,
  autoProvisioning: true, images: true,
} satisfies Record<keyof PlatformProps, true>;

const KNOWN = {
  gcp: { owner: 'Platform.gcp', props: knownProps<GcpPlatformProps>({ ...PLATFORM_PROPS, bucketName: true }) },
  aws: { owner: 'Platform.aws', props: knownProps<AwsPlatformProps>({ ...PLATFORM_PROPS, bucketName: true, region: true }) },
  azure: {
    owner: 'Platform.azure',
    props: knownProps<AzurePlatformProps>({ ...PLATFORM_PROPS, storageAccount: true, resourceGroup: true, tenantId: true }),
  },
  local: { owner: 'Platform.local', props: knownProps<LocalPlatformProps>({ ...PLATFORM_PROPS, directory: true, s3: true }) },
  s3: { owner: 's3', props: knownProps<S3CompatibleStore>({ endpoint: true, bucketName: true, credentialsSecret: true, region: true }) },
  pool: { owner: 'addGpuPool', props: knownProps<GpuPoolOptions>({ gpu: true, gpusPerNode: true, spot: true, flexStart: true, maxNodes: true, nodeLabels: true }) },
  workspace: { owner: 'addWorkspace', props: knownProps<WorkspaceOptions>({ reads: true, builds: true, clientIds: true }) },
};

/** What a platform knows of the cloud side; of a cluster that is declared here it may change until synth. @internal */
export interface PlatformSource {
  readonly artifacts: ArtifactStoreSpec;
  readonly registry?: RegistrySpec;
  /** Azure: of the workspaces' identities. */
  readonly tenantId?: string;
  /** How to get what is known only after the deployment. */
  readonly lateHint?: string;
  /** Azure: the identities of a workspace, once they are known. */
  clientIds?(namespace: string): Partial<Record<WorkspaceRole, string>>;
  /** Why the Kubernetes side cannot be synthesized, with the way out. */
  problem?(): string | undefined;
  /** What the cluster needs beside what its cloud brings, where the cluster knows more of that than its platform. */
  addons?(platform: PlatformSpec): readonly AddonObject[];
}

type WorkspaceListener = (workspace: WorkspaceSpec) => void;
type AddonsListener = () => void;

/** What the kinds must know about the cluster that they run on. */
export class Platform {
  /** A GKE cluster. */
  public static gcp(props: GcpPlatformProps): Platform {
    checkPlain(props, KNOWN.gcp);
    return new Platform('gcp', props, byHand(props, { url: `gs://${storeName(props, 'bucketName')}` }));
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
    return new Platform('azure', props, () => ({ ...byHand(props, artifacts)(), tenantId: props.tenantId }));
  }

  /** A local cluster. */
  public static local(props: LocalPlatformProps): Platform {
    checkPlain(props, KNOWN.local);
    const { s3, directory = '/var/lib/substratus/artifacts' } = props;
    if (s3 && props.directory) throw new Error(`platform ${props.clusterName} has a directory and an S3 store; leave one out`);
    if (typeof directory !== 'string' || !directory.startsWith('/')) throw new Error(`directory is ${shown(directory)}; give an absolute path of the node`);
    if (!s3) return new Platform('local', props, byHand(props, { url: `file://${directory}` }));
    checkPlain(s3, KNOWN.s3);
    const { endpoint, region, credentialsSecret } = s3;
    const url = `s3://${storeName(s3, 'bucketName')}`;
    return new Platform('local', props, byHand(props, { url, endpoint, region, credentialsSecret }));
  }

  /** The platform of a cluster that is declared here. @internal */
  public static _ofCluster(cloudName: string, props: PlatformProps, source: () => PlatformSource): Platform {
    return new Platform(cloudName, props, source);
  }

  /** Name of the cluster. */
  public readonly clusterName: string;

  /** The cloud: `gcp`, `aws`, `azure` or `local`. */
  public readonly cloudName: string;

  private readonly gpuPools: GpuPoolSpec[] = [];
  private readonly workspaces: WorkspaceSpec[] = [];
  private readonly listeners: WorkspaceListener[] = [];
  private readonly addonsListeners: AddonsListener[] = [];

  private constructor(cloudName: string, private readonly props: PlatformProps, private readonly source: () => PlatformSource) {
    checkPlatform(props);
    checkPlaces(props);
    const { title, canAutoProvision } = cloudNamed(cloudName);
    if (props.autoProvisioning && !canAutoProvision) {
      throw new Error(`autoProvisioning is true but on ${title} no node comes up without a pool; leave it out, and declare pools with addGpuPool`);
    }
    this.clusterName = props.clusterName;
    this.cloudName = cloudName;
  }

  /**
   * Declares nodes with GPUs.
   *
   * @throws if the cloud has no such GPU, or no machine with so many of them.
   */
  public addGpuPool(name: string, options: GpuPoolOptions): void {
    checkPlain(options, KNOWN.pool);
    const { spot, flexStart } = options;
    this._addGpuPool(name, options, spot ? 'spot' : flexStart ? 'flex-start' : 'on-demand');
  }

  /** The same for a pool that is declared here, whose capacity may be one that no pod of a kind can have. @internal */
  public _addGpuPool(name: string, options: GpuPoolOptions, capacity: GpuPoolSpec['capacity']): void {
    const problem = this.poolProblem(name, options);
    if (problem) throw this.error(`cannot have GPU pool ${shown(name)}: ${problem}`);
    const { gpu, gpusPerNode = 1, maxNodes, nodeLabels } = options;
    this.gpuPools.push({
      name,
      gpu: gpu.name,
      gpusPerNode,
      capacity,
      ...(maxNodes !== undefined && { maxNodes }),
      ...(nodeLabels && { nodeLabels }),
    });
    this._addonsChanged();
  }

  /** Declares a namespace with the cloud identities of a workspace. */
  public addWorkspace(namespace: string, options: WorkspaceOptions = {}): void {
    const problem = this.workspaceProblem(namespace, options);
    if (problem) throw this.error(`cannot have workspace ${shown(namespace)}: ${problem}`);
    const { reads, builds, clientIds } = options;
    const workspace: WorkspaceSpec = {
      namespace,
      ...(reads && { reads }),
      ...(builds && { builds }),
      ...(clientIds && { clientIds: clientIdsByRole(clientIds) }),
    };
    this.workspaces.push(workspace);
    for (const listener of this.listeners) listener(workspace);
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
  public get _spec(): PlatformSpec {
    const { kubernetesVersion, autoProvisioning, images, clusterName } = this.props;
    const { artifacts, registry, tenantId, clientIds } = this.source();
    const prefix = this._artifactPrefix;
    return {
      cloud: this.cloudName,
      clusterName,
      ...(kubernetesVersion && { kubernetesVersion }),
      artifacts: { ...definedOnly(artifacts), ...(prefix !== undefined && { prefix }) },
      ...(registry && { registry }),
      ...(autoProvisioning && { autoProvisioning }),
      ...(this.gpuPools.length > 0 && { gpuPools: [...this.gpuPools] }),
      ...(this.workspaces.length > 0 && { workspaces: this.workspaces.map((workspace) => withLate(workspace, { tenantId, clientIds })) }),
      ...(images && { images }),
    };
  }

  /** What the cluster needs beside what its cloud brings. @internal */
  public get _addons(): readonly AddonObject[] {
    const { addons = clusterAddons } = this.source();
    return addons(this._spec);
  }

  /** How to get what is known of a workspace only after the deployment. @internal */
  public _lateHint(namespace: string): string {
    return this.source().lateHint ?? `deploy the cloud side first, then give clientIds to addWorkspace('${namespace}')`;
  }

  /** Why the Kubernetes side cannot be synthesized yet, with the way out. @internal */
  public get _problem(): string | undefined {
    return this.source().problem?.();
  }

  /** Changes whenever something was added. @internal */
  public get _revision(): number {
    return this.gpuPools.length + this.workspaces.length;
  }

  /** Calls back for every workspace, also those that are added later. @internal */
  public _onWorkspace(listener: WorkspaceListener): void {
    this.listeners.push(listener);
    for (const workspace of this.workspaces) listener(workspace);
  }

  /** Calls back once now, and whenever there may be other add-ons. @internal */
  public _onAddons(listener: AddonsListener): void {
    this.addonsListeners.push(listener);
    listener();
  }

  /** Something that add-ons depend on was added: a GPU pool here, or a part of the cluster. @internal */
  public _addonsChanged(): void {
    for (const listener of this.addonsListeners) listener();
  }

  /** Why a namespace is no workspace, with the way out. @internal */
  public _unknownWorkspace(namespace: string): string {
    const names = this.workspaces.map((workspace) => workspace.namespace);
    const similar = nearest(namespace, names);
    const hint = similar ? `; did you mean ${similar}?` : '';
    return `namespace ${namespace} is no workspace of platform ${this.clusterName}${hint}; add platform.addWorkspace('${namespace}')`;
  }

  /** What a workspace reads that is no workspace, with the way out; none if all are. @internal */
  public _unknownReads(namespace: string): string | undefined {
    const names = new Set(this.workspaces.map((workspace) => workspace.namespace));
    const { reads = [] } = this.workspaces.find((workspace) => workspace.namespace === namespace) ?? {};
    const unknown = reads.find((other) => !names.has(other));
    return unknown && `reads has ${shown(unknown)}, but ${this._unknownWorkspace(unknown)}`;
  }

  private poolProblem(name: string, options: GpuPoolOptions): string | undefined {
    checkPlain(options, KNOWN.pool);
    const { gpu, gpusPerNode = 1, spot, flexStart, maxNodes } = options;
    const cloud = cloudNamed(this.cloudName);
    if (typeof name !== 'string' || name === '') return 'it has no name; give it one';
    if (this.gpuPools.some((pool) => pool.name === name)) return 'there is one already; give this one another name';
    if (!(gpu instanceof Gpu)) return `gpu is ${shown(gpu)}, which is no Gpu; write for example Gpu.NVIDIA_L4, or Gpu.of('nvidia-l4')`;
    if (!Number.isInteger(gpusPerNode) || gpusPerNode < 1) return `gpusPerNode is ${shown(gpusPerNode)}; give a whole number, 1 or more`;
    if (maxNodes !== undefined && (!Number.isInteger(maxNodes) || maxNodes < 1)) return `maxNodes is ${shown(maxNodes)}; give a whole number, 1 or more`;
    if (spot && !cloud.capacities.includes('spot')) return `${cloud.title} has no spot nodes; leave spot out`;
    if (flexStart && !cloud.capacities.includes('flex-start')) return `${cloud.title} has no flex-start nodes; leave flexStart out`;
    if (spot && flexStart) return 'spot and flexStart are true; leave one of them out';
    return noSuchGpu(cloud, gpu.name) ?? noSuchNode(cloud, gpu.name, gpusPerNode);
  }

  private workspaceProblem(namespace: string, options: WorkspaceOptions): string | undefined {
    checkPlain(options, KNOWN.workspace);
    const problem = namespaceProblem(namespace);
    if (problem) return problem;
    if (this.workspaces.some((workspace) => workspace.namespace === namespace)) return 'there is one already; add it once';
    return readsProblem(namespace, options.reads);
  }

  private error(message: string): Error {
    return new Error(`platform ${this.clusterName} ${message}`);
  }
}

function clientIdsByRole(clientIds: WorkspaceClientIds): Record<WorkspaceRole, string> {
  const byRole = { 'artifact-writer': clientIds.artifactWriter, 'artifact-reader': clientIds.artifactReader, 'image-builder': clientIds.imageBuilder };
  for (const role of WORKSPACE_ROLES) if (!byRole[role]) throw new Error(`client id of ${role} is empty; leave clientIds out until it is known`);
  return byRole;
}

function definedOnly(store: ArtifactStoreSpec): ArtifactStoreSpec {
  return Object.fromEntries(Object.entries(store).filter(([, value]) => value !== undefined)) as unknown as ArtifactStoreSpec;
}

function byHand({ registry, insecureRegistry }: PlatformProps, artifacts: ArtifactStoreSpec): () => PlatformSource {
  const url = registry?.replace(/\/+$/, '');
  return () => ({ artifacts, ...(url && { registry: { url, ...(insecureRegistry && { insecure: true }) } }) });
}

/** A workspace with what is known only after the deployment. */
function withLate(workspace: WorkspaceSpec, { tenantId, clientIds }: Pick<PlatformSource, 'tenantId' | 'clientIds'>): WorkspaceSpec {
  const known = workspace.clientIds ?? clientIds?.(workspace.namespace) ?? {};
  return {
    ...workspace,
    ...(Object.keys(known).length > 0 && { clientIds: known }),
    ...(tenantId && { tenantId }),
  };
}
