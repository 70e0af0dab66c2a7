/** What clusters have in common, whether they are declared here or exist already: pools, workspaces, and the grants of both. */
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { WORKSPACE_ROLES, workspaceOf } from '../../api/platform';
import type { NodePoolSpec, WorkspaceRole } from '../../api/platform';
import type {
  BucketInfrastructure, CloudInfrastructure, ClusterInfrastructure, NodePoolSpec as NodePool, RegistryInfrastructure, ServiceAccountRef,
} from '../../clouds/infrastructure';
import { splitUrl } from '../../clouds/store-url';
import { checkTokens } from '../checks/guard';
import { asValidation, ValidationError } from '../checks/validation-error';
import { poolSizeProblem } from '../platform/machines';
import type { Platform } from '../platform/platform';
import type { PlatformSource } from '../platform/platform-source';
import { marksProblem, taintList, zonesProblem } from '../platform/pool-marks';
import type { ReadableBucket } from '../platform/readable-bucket';
import type { WorkspaceOptions } from '../platform/workspace-options';
import type { ICluster, NodePoolOptions } from './cluster-props';
import { lateClientIds, outputsIn, outputsOf } from './outputs';
import { folderProblems } from './shared-buckets';
import type { BucketUser } from './shared-buckets';

export const DEFAULT_OUTPUTS = 'outputs.json';
const NO_BUCKET = (clusterName: string): string =>
  `cluster ${clusterName} has no bucket for the artifacts of its workspaces; add new ArtifactBucket(stack, 'artifacts', { cluster })`;
const STACK = Symbol.for('cdktf/TerraformStack');

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

/** On everything that a cluster is made of, and can carry a tag or label. */
export const MANAGED_BY = { 'managed-by': 'cdk-substratus' };

/** What the parts of a cluster ask of it, besides what users see. @internal */
export abstract class ClusterBase extends Construct implements ICluster {
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
  protected readonly _registrySecret?: string;
  /** @internal */
  protected readonly _poolNames = new Set<string>();
  private readonly parts: ClusterPart[] = [];
  private readonly otherStacks = new Set<IConstruct>();
  private readonly namespaces: string[] = [];
  private readonly nodePools: NodePoolSpec[] = [];

  public addNodePool(id: string, options: NodePoolOptions): void {
    const { machineType, minNodes = 0, maxNodes, spot = false, diskGiB = 100, zones, labels = {}, taints } = options;
    checkTokens(this, { zones, labels, taints });
    const problem = poolSizeProblem({ minNodes, maxNodes, diskGiB }) ?? marksProblem({ labels, taints }) ?? zonesProblem(zones);
    if (problem) throw new ValidationError(this, `pool ${id} is invalid: ${problem}`);
    this._claimPool(this, id);
    const scope = new Construct(this, id);
    asValidation(scope, () => this._infrastructure.addNodePool(scope, {
      name: id, machineType, minNodes, maxNodes, spot, diskGiB, zones, labels, taints: taintList(taints), tags: this._tags,
    }));
    this.nodePools.push(knownPool({ name: id, machineType, diskGiB, spot }, zones ?? this._infrastructure.zones));
  }

  public addWorkspace(namespace: string, options: WorkspaceOptions = {}): void {
    asValidation(this, () => this.platform.addWorkspace(namespace, options));
    this.namespaces.push(namespace);
    const scope = new Construct(this, `Workspace-${namespace}`);
    asValidation(scope, () => {
      for (const role of WORKSPACE_ROLES) this._infrastructure.addIdentity(scope, this.account(namespace, role));
      for (const part of this.parts) this.grant(part, namespace);
      for (const bucket of options.readableBuckets ?? []) this.grantRead(scope, { namespace, bucket });
    });
  }

  /** In the App of the cluster; in its stack or another one, which may be on several clouds, but not on others only. @internal */
  public _prepare(construct: Construct, what: string): void {
    if (this.node.root !== construct.node.root) {
      throw new ValidationError(construct, `cluster is ${this.node.path} of another App; declare the ${what} in the App of its cluster`);
    }
    const stack = stackOf(construct);
    this.otherStacks.add(stack);
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

  /** Its own stack and those of its parts; none where Terraform has no part in it. @internal */
  public get _stacks(): IConstruct[] {
    return [...new Set([stackOf(this), ...this.otherStacks])].filter(isStack);
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
    const { clusterName, _cloud: cloud, _infrastructure: { addons, nodePools, nodeProvisioning, zones, registryCidrs } } = this;
    const bucket = this.parts.find((part) => part.bucket);
    const registryName = this.parts.find((part) => part.registry)?.registryName;
    const secret = this._registrySecret;
    const existing = this._registryUrl === undefined ? undefined : { url: this._registryUrl, ...(secret && { secret }) };
    const { bucketName: name = cloud.bucketName(clusterName), resourceGroup, artifactPrefix } = bucket ?? {};
    const cidrs = registryCidrs && { cidrs: [...registryCidrs] };
    const { clientIdOutput } = cloud;
    const outputs = clientIdOutput && outputsOf(this, outputsIn(this, outputsFile));
    return {
      cluster: this,
      ...(cloud.region !== undefined && { region: cloud.region }),
      artifacts: { ...cloud.artifacts({ name, clusterName, resourceGroup }), ...(artifactPrefix && { prefix: artifactPrefix }) },
      registry: registryName === undefined ? existing : { ...cloud.images(registryName), ...cidrs },
      tenantId: cloud.tenantId,
      clientIds: clientIdOutput && ((namespace) => lateClientIds(outputs, WORKSPACE_ROLES.map((role) => ({
        role, output: clientIdOutput(clusterName, this.account(namespace, role)),
      })))),
      lateHint: `run cdktf deploy, then cdktf output --outputs-file ${outputsFile}`,
      problem: () => (bucket ? undefined : NO_BUCKET(clusterName)),
      ...(nodePools && { nodePools: [...nodePools.map((pool) => knownPool(pool, zones)), ...this.nodePools] }),
      ...(nodeProvisioning && { nodeProvisioning }),
      ...(addons && { addons }),
    };
  }

  /** @internal */
  protected _problems(): string[] {
    if (this.namespaces.length === 0) return [];
    if (!this.parts.some(({ bucket }) => bucket)) return [NO_BUCKET(this.clusterName)];
    const clusters = this.node.root.node.findAll().filter((each) => each instanceof ClusterBase);
    return folderProblems(this.bucketUser, clusters.filter((each) => each !== this).map((each) => each.bucketUser));
  }

  private get bucketUser(): BucketUser {
    return { path: this.node.path, clusterName: this.clusterName, platform: this.platform._spec };
  }

  private account(namespace: string, role: WorkspaceRole): ServiceAccountRef {
    return { namespace: this.platform._accountNamespace(namespace, role), name: role };
  }

  /** The writer writes under the workspace's prefix, the reader reads that and those it was granted, the builder pushes. */
  private grant({ construct, bucket, registry }: ClusterPart, namespace: string): void {
    const platform = this.platform._spec;
    const prefixOf = (owner: string): string => [platform.artifacts.prefix, owner].filter(Boolean).join('/');
    const account = (role: WorkspaceRole): ServiceAccountRef => this.account(namespace, role);
    const prefix = prefixOf(namespace);
    bucket?.addWorkspace(construct, { namespace, prefix });
    bucket?.grant(construct, { account: account('artifact-writer'), prefix, access: 'write' });
    for (const owner of [namespace, ...workspaceOf(platform, namespace)?.reads ?? []]) {
      bucket?.grant(construct, { account: account('artifact-reader'), prefix: prefixOf(owner), access: 'read' });
    }
    registry?.addWorkspace(construct, { namespace, builder: account('image-builder') });
  }

  /** To the reader alone, as pods of users have it. */
  private grantRead(scope: Construct, { namespace, bucket: { url, ...rest } }: Readable): void {
    const { host: bucketName, path } = splitUrl(url);
    const prefix = path.replace(/\/+$/, '');
    this._infrastructure.grantRead?.(scope, { account: { namespace, name: 'artifact-reader' }, bucketName, prefix, ...rest });
  }
}

/** A workspace and what it may read. */
interface Readable {
  readonly namespace: string;
  readonly bucket: ReadableBucket;
}

/** A pool without GPU as the platform has it. */
function knownPool(
  { name, machineType, diskGiB, spot }: Pick<NodePool, 'name' | 'machineType' | 'diskGiB' | 'spot'>,
  zones: readonly string[] | undefined,
): NodePoolSpec {
  return { name, machineType, diskGiB, ...(spot && { capacity: 'spot' as const }), ...(zones && { zones }) };
}

/** The cluster that a part belongs to, with what only the library knows of it. */
export function clusterOf(part: IConstruct, cluster: ICluster): ClusterBase {
  if (cluster instanceof ClusterBase) return cluster;
  throw new ValidationError(part, 'cluster is not a cluster of this library; give a Cluster, or one of Cluster.fromAttributes');
}

/** The stacks at or below a construct, or the one that it is in. */
export function stacksAt(scope: IConstruct): IConstruct[] {
  const below = scope.node.findAll().filter(isStack);
  return below.length > 0 ? below : [stackOf(scope)].filter(isStack);
}

function isStack(construct: IConstruct): boolean {
  return STACK in construct;
}

/** The nearest stack. That the library works without cdktf is why it is not asked. */
function stackOf({ node }: IConstruct): IConstruct {
  return node.scopes.reverse().find(isStack) ?? node.root;
}
