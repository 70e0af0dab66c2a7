import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { WORKSPACE_ROLES, workspaceOf } from '../../api/platform';
import type { WorkspaceRole } from '../../api/platform';
import type {
  BucketInfrastructure, CloudInfrastructure, ClusterInfrastructure, RegistryInfrastructure, ServiceAccountRef,
} from '../../clouds/infrastructure';
import { checkTokens } from '../checks/guard';
import { asValidation, ValidationError } from '../checks/validation-error';
import { poolSizeProblem } from '../platform/machines';
import { Platform } from '../platform/platform';
import type { PlatformProps, PlatformSource, WorkspaceOptions } from '../platform/platform';
import type { Cloud } from './cloud';
import { lateClientIds, outputsOf, readOutputs } from './outputs';
import { checkTaken } from './taken-props';

const DEFAULT_OUTPUTS = 'outputs.json';
const NO_BUCKET = (clusterName: string): string =>
  `cluster ${clusterName} has no bucket for the artifacts of its workspaces; add new ArtifactBucket(stack, 'artifacts', { cluster })`;
const STACK = Symbol.for('cdktf/TerraformStack');
const DEFAULT_CIDR = '10.0.0.0/16';

/** A cluster, and what can be said to it. */
export interface ICluster extends IConstruct {
  /** Name of the cluster. */
  readonly clusterName: string;

  /** What the Kubernetes side takes. */
  readonly platform: Platform;

  /** @internal */
  readonly _cloud: CloudInfrastructure;

  /** @internal */
  readonly _infrastructure: ClusterInfrastructure;

  /** @internal */
  readonly _tags: Readonly<Record<string, string>>;

  /** Nodes without GPU, for loaders and servers on CPUs. */
  addNodePool(id: string, options: NodePoolOptions): void;

  /** The cloud identities of a namespace's ServiceAccounts, with the least rights. Bucket, registry and Workspace may come later. */
  addWorkspace(namespace: string, options?: WorkspaceOptions): void;

  /** @internal */
  _attach(part: ClusterPart): void;

  /** That there is no bucket or registry yet: a cluster takes one of each. @internal */
  _checkFree(construct: Construct, what: 'bucket' | 'registry'): void;

  /** That a part is declared where it can be, and that its stack has what the cloud needs. @internal */
  _prepare(construct: Construct, what: string): void;

  /** That no pool has the name yet. @internal */
  _claimPool(construct: Construct, poolName: string): void;
}

/** A bucket or a registry, once it is there. @internal */
export interface ClusterPart {
  readonly construct: Construct;
  readonly bucket?: BucketInfrastructure;
  readonly bucketName?: string;
  /** Folder in it under which the workspaces lie. */
  readonly artifactPrefix?: string;
  readonly resourceGroup?: string;
  readonly registry?: RegistryInfrastructure;
  readonly registryName?: string;
}

/** Nodes without GPU. Another id, or another `spot`, is another pool. */
export interface NodePoolOptions {
  /** Machine type, in the cloud's words. Another one replaces the nodes, and on AWS the pool. */
  readonly machineType: string;

  /**
   * How few nodes there are.
   *
   * @default 0
   */
  readonly minNodes?: number;

  /** How many nodes there can be. */
  readonly maxNodes: number;

  /**
   * Whether they are spot nodes.
   *
   * @default false
   */
  readonly spot?: boolean;

  /**
   * Boot disk, in GiB. Another size replaces the nodes.
   *
   * @default 100
   */
  readonly diskGiB?: number;
}

/** A cluster and its network. */
export interface ClusterProps {
  /** The cloud, and where in it. Another place is another cluster; other zones are in the same one. */
  readonly cloud: Cloud;

  /**
   * Name of the cluster. Another one replaces it.
   *
   * @default - the construct id
   */
  readonly clusterName?: string;

  /**
   * Version of Kubernetes, such as `1.33`.
   *
   * @default - the cloud's default
   */
  readonly kubernetesVersion?: string;

  /**
   * Networks that may reach the control plane by its address. On Azure the first one, or none any more, replaces the cluster.
   *
   * @default - none: the control plane is private, and reached as the cloud's own identity system allows
   */
  readonly allowedCidrs?: string[];

  /**
   * Who may administer the cluster: on AWS ARNs of IAM roles, on Azure object ids of groups.
   *
   * @default - none beyond what the cloud's own identity system says
   */
  readonly admins?: string[];

  /**
   * Address range of the nodes' network. Another one is refused by AWS and Azure while the cluster is in it; on Google Cloud it
   * replaces the cluster, unless it contains the one before.
   *
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string;

  /**
   * Whether the cluster refuses to be destroyed.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * Folder of the bucket under which the workspaces lie.
   *
   * @default - the root of the bucket
   */
  readonly artifactPrefix?: string;

  /**
   * Outputs of the last deployment, as `cdktf output --outputs-file` writes them. What is known only afterwards is read from it.
   *
   * @default 'outputs.json'
   */
  readonly outputsFile?: string;

  /**
   * Tags or labels of everything that can carry them.
   *
   * @default - only `managed-by`
   */
  readonly tags?: Record<string, string>;
}

/** A cluster that exists. */
export interface ClusterAttributes {
  /** The cloud, and where in it. */
  readonly cloud: Cloud;

  /** Name of the cluster. */
  readonly clusterName: string;

  /**
   * Version of Kubernetes, such as `1.33`.
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
   * Registry for images that are built, which exists: host and path, such as `us-docker.pkg.dev/acme/ml`. Nodes must be allowed to pull
   * from it, and the ServiceAccount `image-builder` to push. Not together with an ImageRegistry.
   *
   * @default - that of the ImageRegistry, if there is one
   */
  readonly registry?: string;

  /**
   * Whether nodes for any GPU of the cloud come up without a pool of their own, as on GKE Autopilot, or with
   * Karpenter whose NodePools set the label `substratus.ai/gpu`.
   *
   * @default false
   */
  readonly autoProvisioning?: boolean;

  /**
   * Images of the helper containers where not the default: `rclone`, `buildkit`, `regctl`, `aws-cli`, `azure-cli`.
   *
   * @default - the public ones
   */
  readonly images?: Record<string, string>;

  /**
   * What else the cloud must know of it to add pools, buckets and identities; an error names what is missing when it is needed.
   * Google Cloud: `nodeServiceAccount`, `location`. AWS: `subnetIds`, `nodeRoleArn`, `securityGroupIds`. Azure: `resourceGroup`,
   * `oidcIssuerUrl`, `kubeletObjectId`, `subnetId` and others that `docs/azure.md` lists.
   *
   * @default - none
   */
  readonly attributes?: Record<string, string | string[]>;

  /**
   * Outputs of the last deployment, as `cdktf output --outputs-file` writes them.
   *
   * @default 'outputs.json'
   */
  readonly outputsFile?: string;

  /**
   * Tags or labels of everything that can carry them.
   *
   * @default - only `managed-by`
   */
  readonly tags?: Record<string, string>;
}

const MANAGED_BY = { 'managed-by': 'cdk-substratus' };

abstract class ClusterBase extends Construct implements ICluster {
  public abstract readonly clusterName: string;
  public abstract readonly platform: Platform;
  /** @internal */
  public abstract readonly _cloud: CloudInfrastructure;
  /** @internal */
  public abstract readonly _infrastructure: ClusterInfrastructure;
  /** @internal */
  public abstract readonly _tags: Readonly<Record<string, string>>;

  /** Of a registry that exists. @internal */
  protected readonly _registryUrl?: string;
  /** @internal */
  protected readonly _poolNames = new Set<string>();
  private readonly parts: ClusterPart[] = [];
  private readonly namespaces: string[] = [];

  public addNodePool(id: string, options: NodePoolOptions): void {
    const { machineType, minNodes = 0, maxNodes, spot = false, diskGiB = 100 } = options;
    const problem = poolSizeProblem({ minNodes, maxNodes, diskGiB });
    if (problem) throw new ValidationError(this, `pool ${id} cannot be: ${problem}`);
    this._claimPool(this, id);
    const scope = new Construct(this, id);
    asValidation(scope, () => this._infrastructure.addNodePool(scope, {
      name: id, machineType, minNodes, maxNodes, spot, diskGiB, labels: {}, tags: this._tags,
    }));
  }

  public addWorkspace(namespace: string, options: WorkspaceOptions = {}): void {
    asValidation(this, () => this.platform.addWorkspace(namespace, options));
    this.namespaces.push(namespace);
    const scope = new Construct(this, `Workspace-${namespace}`);
    asValidation(scope, () => {
      for (const name of WORKSPACE_ROLES) this._infrastructure.addIdentity(scope, { namespace, name });
      for (const part of this.parts) this.grant(part, namespace);
    });
  }

  /** In the App of the cluster; in its stack or another one, which may be on several clouds, but not on others only. @internal */
  public _prepare(construct: Construct, what: string): void {
    if (this.node.root !== construct.node.root) {
      throw new ValidationError(construct, `cluster is ${this.node.path} of another App; declare the ${what} in the App of its cluster`);
    }
    const stack = stackOf(construct);
    if (stack === stackOf(this)) return;
    const clusters = stack.node.findAll().filter((each) => each instanceof ClusterBase);
    const cloudName = (cluster: ClusterBase): string => cluster.platform.cloudName;
    const [first] = clusters;
    if (first && !clusters.some((each) => cloudName(each) === cloudName(this))) {
      throw new ValidationError(construct, `cluster is ${this.node.path} on ${cloudName(this)}, but the ${what} is in a stack on ${cloudName(first)}; `
        + 'declare it in the stack of its cluster');
    }
    asValidation(construct, () => this._cloud.prepare(construct));
  }

  /** Pools with and without GPU share their names. @internal */
  public _claimPool(construct: Construct, poolName: string): void {
    if (this._poolNames.has(poolName)) {
      throw new ValidationError(construct, `cluster ${this.clusterName} has a pool ${poolName} already; give this one another name`);
    }
    this._poolNames.add(poolName);
  }

  /** @internal */
  public _attach(part: ClusterPart): void {
    this.parts.push(part);
    for (const namespace of this.namespaces) asValidation(part.construct, () => this.grant(part, namespace));
    this.platform._addonsChanged();
  }

  /** @internal */
  public _checkFree(construct: Construct, what: 'bucket' | 'registry'): void {
    if (what === 'registry' && this._registryUrl !== undefined) {
      throw new ValidationError(construct, `cluster ${this.clusterName} has the registry ${this._registryUrl}; leave one of them out`);
    }
    const same = this.parts.find((part) => part[what]);
    if (!same) return;
    throw new ValidationError(construct, `cluster ${this.clusterName} has a ${what} already, at ${same.construct.node.path}; leave one of them out`);
  }

  /** What the Kubernetes side must know, as far as it is declared. @internal */
  protected _source(outputsFile: string): PlatformSource {
    const { clusterName, _cloud: cloud, _infrastructure: { addons } } = this;
    const bucket = this.parts.find((part) => part.bucket);
    const registryName = this.parts.find((part) => part.registry)?.registryName;
    const existing = this._registryUrl === undefined ? undefined : { url: this._registryUrl };
    const { bucketName: name = cloud.bucketName(clusterName), resourceGroup, artifactPrefix } = bucket ?? {};
    const { clientIdOutput } = cloud;
    const outputs = clientIdOutput && outputsOf(this, readOutputs(outputsFile));
    return {
      artifacts: { ...cloud.artifacts({ name, clusterName, resourceGroup }), ...(artifactPrefix && { prefix: artifactPrefix }) },
      registry: registryName === undefined ? existing : cloud.images(registryName),
      tenantId: cloud.tenantId,
      clientIds: clientIdOutput && ((namespace) => lateClientIds(outputs, WORKSPACE_ROLES.map((role) => ({
        role, output: clientIdOutput(clusterName, { namespace, name: role }),
      })))),
      lateHint: `run cdktf deploy, then cdktf output --outputs-file ${outputsFile}`,
      problem: () => (bucket ? undefined : NO_BUCKET(clusterName)),
      ...(addons && { addons }),
    };
  }

  /** @internal */
  protected _problems(): string[] {
    return this.namespaces.length === 0 || this.parts.some(({ bucket }) => bucket) ? [] : [NO_BUCKET(this.clusterName)];
  }

  /** The writer writes under the workspace's prefix, the reader reads that and those it was granted, the builder pushes. */
  private grant({ construct, bucket, registry }: ClusterPart, namespace: string): void {
    const platform = this.platform._spec;
    const prefixOf = (owner: string): string => [platform.artifacts.prefix, owner].filter(Boolean).join('/');
    const account = (name: WorkspaceRole): ServiceAccountRef => ({ namespace, name });
    const prefix = prefixOf(namespace);
    bucket?.addWorkspace(construct, { namespace, prefix });
    bucket?.grant(construct, { account: account('artifact-writer'), prefix, access: 'write' });
    for (const owner of [namespace, ...workspaceOf(platform, namespace)?.reads ?? []]) {
      bucket?.grant(construct, { account: account('artifact-reader'), prefix: prefixOf(owner), access: 'read' });
    }
    registry?.addWorkspace(construct, { namespace, builder: account('image-builder') });
  }
}

/**
 * A Kubernetes cluster on a cloud, private and protected, with its network.
 *
 * Another place in `cloud` or another `clusterName` replaces the cluster, as may `cidr` and on Azure `allowedCidrs`; its deletion
 * protection refuses that. All else is changed in place. `docs/google-cloud.md`, `docs/aws.md` and `docs/azure.md` list every prop.
 */
export class Cluster extends ClusterBase {
  /** References a cluster that exists. */
  public static fromAttributes(scope: Construct, id: string, attributes: ClusterAttributes): ICluster {
    return new ExistingCluster(scope, id, attributes);
  }

  public readonly clusterName: string;
  public readonly platform: Platform;
  /** @internal */
  public readonly _cloud: CloudInfrastructure;
  /** @internal */
  public readonly _infrastructure: ClusterInfrastructure;
  /** @internal */
  public readonly _tags: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    const { cloud, clusterName = id, kubernetesVersion, artifactPrefix, tags, outputsFile = DEFAULT_OUTPUTS } = props;
    checkTokens(this, { clusterName, kubernetesVersion, artifactPrefix, outputsFile });
    this.clusterName = clusterName;
    this._tags = { ...MANAGED_BY, ...tags };
    this._cloud = asValidation(this, () => cloud._infrastructure(this));
    checkTaken(this, props, { cloudName: cloud.name, takes: this._cloud.takes?.cluster });
    this._infrastructure = asValidation(this, () => this._cloud.cluster(this, {
      name: clusterName,
      kubernetesVersion,
      allowedCidrs: props.allowedCidrs ?? [],
      admins: props.admins ?? [],
      protect: props.deletionProtection ?? true,
      cidr: props.cidr ?? DEFAULT_CIDR,
      tags: this._tags,
    }));
    this._poolNames.add('system');
    const platformProps = { clusterName, kubernetesVersion, artifactPrefix };
    this.platform = asValidation(this, () => Platform._ofCluster(cloud.name, platformProps, () => this._source(outputsFile)));
    this.node.addValidation({ validate: () => this._problems() });
  }
}

class ExistingCluster extends ClusterBase {
  public readonly clusterName: string;
  public readonly platform: Platform;
  public readonly _cloud: CloudInfrastructure;
  public readonly _infrastructure: ClusterInfrastructure;
  public readonly _tags: Readonly<Record<string, string>>;
  protected readonly _registryUrl?: string;

  constructor(scope: Construct, id: string, props: ClusterAttributes) {
    super(scope, id);
    const { cloud, clusterName, attributes = {}, tags, outputsFile = DEFAULT_OUTPUTS } = props;
    const platformProps = platformPropsOf(props);
    checkTokens(this, { ...platformProps, outputsFile });
    this.clusterName = clusterName;
    this._tags = { ...MANAGED_BY, ...tags };
    this._registryUrl = props.registry?.replace(/\/+$/, '');
    this._cloud = asValidation(this, () => cloud._infrastructure(this));
    this._infrastructure = asValidation(this, () => this._cloud.existingCluster(this, { name: clusterName, attributes, tags: this._tags }));
    this.platform = asValidation(this, () => Platform._ofCluster(cloud.name, platformProps, () => this._source(outputsFile)));
    this.node.addValidation({ validate: () => this._problems() });
  }
}

/** The nearest stack. That the library works without cdktf is why it is not asked. */
function stackOf({ node }: IConstruct): IConstruct {
  return node.scopes.reverse().find((scope) => STACK in scope) ?? node.root;
}

function platformPropsOf(attributes: ClusterAttributes): PlatformProps {
  const { clusterName, kubernetesVersion, artifactPrefix, registry, autoProvisioning, images } = attributes;
  return { clusterName, kubernetesVersion, artifactPrefix, registry, autoProvisioning, images };
}
