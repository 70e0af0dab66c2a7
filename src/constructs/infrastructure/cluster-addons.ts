import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { cloudNamed } from '../../clouds/pods';
import type { KubeObject } from '../../expand';
import { formatValue } from '../checks/format-value';
import { knownProps } from '../checks/known-props';
import { asValidation, ValidationError } from '../checks/validation-error';
import { warn } from '../checks/warning';
import { checkPlatformProp, checkProps } from '../kinds/props-check';
import { addLateObject, objectId } from '../objects/deferred-objects';
import type { Platform } from '../platform/platform';
import { checkOutputSibling, outputSibling } from '../preview/output-siblings';
import { yamlOf } from '../preview/yaml';
import { ModelGateway } from '../serving/gateway/model-gateway';
import { engineAddonsProblem, unsaidProblem, wantedEngines } from './engines/engine-addons';
import type { EngineAddons } from './engines/engine-addons';
import { GitOps } from './engines/git-ops';
import { installation } from './engines/releases';
import type { Installation } from './engines/releases';
import { installScript } from './engines/script';

/** What a cluster needs beside what its cloud brings. */
export interface ClusterAddonsProps {
  /** The cluster. Its GPU pools, its bucket and its engines may be declared before or after this. */
  readonly platform: Platform;

  /**
   * What installs the engines of others that the platform says its cluster has, such as KEDA.
   *
   * @default - they are not among the manifests; `writeInstallScript` writes a script of Helm's own lines
   */
  readonly gitOps?: GitOps;

  /**
   * Which engines are installed, and how.
   *
   * @default - those that the platform says its cluster has
   */
  readonly engines?: EngineAddons;

  /**
   * The gateway that Envoy Gateway is installed for.
   *
   * @default - there is none
   */
  readonly gateway?: ModelGateway;
}

const PROPS = knownProps<ClusterAddonsProps>({ platform: true, gitOps: true, engines: true, gateway: true });

/**
 * What a cluster needs where the cloud leaves it to the user: device plugins on EKS, AKS and a local cluster, on a local cluster MinIO
 * where that is its store, on GKE a StorageClass of Hyperdisk for the GPUs whose machines take no other disks (H200, B200, RTX PRO 6000).
 * Where the platform has GPU provisioners, what makes their nodes.
 * On EKS also the autoscaler and a default StorageClass: always for a `Cluster`, and for a cluster that exists where `autoscaler` and
 * `defaultStorageClass` ask for them, for it must not have them twice. With `gitOps` also the engines of others that the platform says its
 * cluster has, in versions that go together.
 */
export class ClusterAddons extends Construct {
  private readonly platform: Platform;
  private readonly engines: EngineAddons;
  private readonly gateway?: ModelGateway;
  private readonly objects = new Map<string, ApiObject>();
  private warned?: string;

  constructor(scope: Construct, id: string, props: ClusterAddonsProps) {
    super(scope, id);
    checkProps(this, props, PROPS);
    const { platform, gitOps, engines = {}, gateway } = props;
    checkPlatformProp(this, platform);
    this.checkOnlyOnes(platform);
    this.checkGitOps(gitOps);
    this.checkGateway(gateway);
    const problem = engineAddonsProblem(engines);
    if (problem) throw new ValidationError(this, problem);
    this.platform = platform;
    this.engines = engines;
    this.gateway = gateway;
    const engineObjects = (): readonly KubeObject[] => gitOps?._objects(this.installation) ?? [];
    platform._onAddons(() => this.complete(() => [...asValidation(this, () => platform._addons), ...engineObjects()]));
    this.node.addValidation({
      validate: () => {
        this.warnOnce();
        return gitOps ? this.problems() : [];
      },
    });
  }

  /**
   * Writes `install.sh`, a script that installs the engines by Helm, and the values of their charts.
   *
   * @param directory where to; by default `engines/<name of the cluster>`, beside the output directory of the App. It must not lie in
   *   there, because everything in there gets applied.
   * @returns the files that were written
   */
  public writeInstallScript(directory?: string): string[] {
    const target = directory ?? outputSibling(this, 'engines', this.platform.clusterName);
    checkOutputSibling(this, target);
    const [problem] = this.problems();
    if (problem) throw new ValidationError(this, problem);
    fs.mkdirSync(target, { recursive: true });
    return installScript(this.installation, this.platform.clusterName).map(({ name, script, values }) => {
      const file = path.join(target, name);
      fs.writeFileSync(file, script ?? yamlOf(values));
      fs.chmodSync(file, script === undefined ? 0o644 : 0o755);
      return file;
    });
  }

  private get installation(): Installation {
    const platform = this.platform._spec;
    const gatewayValues = (this.gateway?.helmValues ?? {}) as Readonly<Record<string, object>>;
    return installation({ platform, gatewayValues, wanted: wantedEngines(this.engines, platform) });
  }

  /** However often it is written. */
  private warnOnce(): void {
    const platform = this.platform._spec;
    const warning = cloudNamed(platform.cloud).provisioningWarning?.(platform);
    if (warning !== undefined && warning !== this.warned) warn(this, warning);
    this.warned = warning;
  }

  /** Why what is asked for cannot be installed. */
  private problems(): string[] {
    const platform = this.platform._spec;
    const unsaid = unsaidProblem(this.engines, platform);
    if (unsaid) return [unsaid];
    const { keda, envoyGateway } = wantedEngines(this.engines, platform);
    if (keda && (platform.keda?.interceptor ?? platform.keda?.scaler) !== undefined) {
      return ['addKeda says that interceptor or scaler have other names than those that the chart gives them; leave interceptorService and scalerAddress out, or give engines: { keda: false }'];
    }
    if (envoyGateway && !this.gateway) {
      return ['Envoy Gateway is installed with what a ModelGateway needs of it; give gateway, or engines: { envoyGateway: false } where the cluster has it'];
    }
    return [];
  }

  /** Adds what is not there yet. Each depends on the one before it, so that they come in the same order whenever they were added. */
  private complete(addons: () => readonly KubeObject[]): void {
    let last: ApiObject | undefined;
    for (const addon of addons()) {
      const object = this.objects.get(objectId(addon)) ?? this.add(addon, addons);
      if (last) object.node.addDependency(last);
      last = object;
    }
  }

  private add(addon: KubeObject, addons: () => readonly KubeObject[]): ApiObject {
    const id = objectId(addon);
    const object = addLateObject(this, addon, () => addons().find((other) => objectId(other) === id) ?? addon);
    this.objects.set(id, object);
    return object;
  }

  /** A second autoscaler or device plugin would work against the first. */
  private checkOnlyOnes(platform: Platform): void {
    const others = this.node.root.node.findAll().filter((each): each is ClusterAddons => each instanceof ClusterAddons && each !== this);
    const twin = others.find((each) => each.platform === platform);
    if (!twin) return;
    throw new ValidationError(this, `cluster ${platform.clusterName} has its add-ons from ${twin.node.path} already, and an autoscaler must not be there twice; leave one of them out`);
  }

  private checkGitOps(gitOps: unknown): void {
    if (gitOps === undefined || gitOps instanceof GitOps) return;
    throw new ValidationError(this, `gitOps is ${formatValue(gitOps)}; give GitOps.flux() or GitOps.argoCd()`);
  }

  private checkGateway(gateway: unknown): void {
    if (gateway === undefined || gateway instanceof ModelGateway) return;
    throw new ValidationError(this, `gateway is ${formatValue(gateway)}; give a ModelGateway`);
  }
}
