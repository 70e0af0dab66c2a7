/** Nodes for a cluster and what is beside it: bucket, registry, pools. */
import type { GpuPoolSpec, NodePoolSpec, PlatformSpec } from '../api/platform';
import type { ClusterCost, Estimate } from '../cost/estimate';
import { noPlatform } from '../state/cluster';
import type { ClusterState } from '../state/state';
import { blockCosts, stackCosts } from './cost';
import type { MakeId } from './ids';
import { CLOUD_TITLES } from './model';
import type { Detail, GraphNode } from './model';
import { terraformSource, yamlSource } from './source';
import type { Block, StackCluster, StackPool } from './stacks';

/** A cluster by what is known of it: what it is given, the stack that makes it, or both. */
export interface ClusterPlan {
  readonly cluster?: ClusterState;
  readonly stack?: StackCluster;
}

/** Nodes, and which of them is what. */
export interface Infrastructure {
  readonly root: GraphNode;
  readonly bucket?: GraphNode;
  readonly registry?: GraphNode;
  readonly gpuPools: ReadonlyMap<string, GraphNode>;
  readonly nodePools: ReadonlyMap<string, GraphNode>;
}

/** What is given to a cluster goes with the stack that makes it, where there is one: clusters of a name differ by their cloud. */
export function plansOf(clusters: readonly ClusterState[], stacks: readonly StackCluster[]): ClusterPlan[] {
  const left = [...stacks];
  const plans = clusters.map((cluster) => {
    const index = left.findIndex((stack) => isOf(stack, cluster));
    const [stack] = index < 0 ? [] : left.splice(index, 1);
    return { cluster, ...(stack && { stack }) };
  });
  return [...plans, ...left.map((stack) => ({ stack }))];
}

/** The bucket tells apart clusters of one name in two regions. */
function isOf({ cloud, name, bucket }: StackCluster, { platform }: ClusterState): boolean {
  if (platform?.cloud !== cloud || platform.clusterName !== name) return false;
  return bucket === undefined || platform.artifacts.url.endsWith(`/${bucket.name}`);
}

export interface InfrastructureOptions {
  readonly makeId: MakeId;
  readonly costs: Estimate;
  /** Of what is given to the cluster. */
  readonly cost?: ClusterCost;
}

export function infrastructureOf(plan: ClusterPlan, options: InfrastructureOptions): Infrastructure {
  const root = rootNode(plan, options);
  const parts = { plan, root, ...options };
  return {
    root,
    ...optional('bucket', bucketNode(parts)),
    ...optional('registry', registryNode(parts)),
    gpuPools: poolNodes(parts, 'GpuNodePool'),
    nodePools: poolNodes(parts, 'NodePool'),
  };
}

function optional<K extends string>(key: K, node: GraphNode | undefined): Partial<Record<K, GraphNode>> {
  return node ? { [key]: node } as Record<K, GraphNode> : {};
}

interface Parts extends InfrastructureOptions {
  readonly plan: ClusterPlan;
  readonly root: GraphNode;
}

function rootNode({ cluster, stack }: ClusterPlan, { makeId, costs, cost }: InfrastructureOptions): GraphNode {
  const cloud = cluster?.platform?.cloud ?? stack?.cloud;
  const name = cluster?.name ?? stack?.name ?? '';
  return {
    id: makeId(cloud ?? 'cluster', name),
    type: 'Cluster',
    name,
    ...(cloud && { cloud, runs: CLOUD_TITLES[cloud] ?? cloud }),
    ...(stack?.region && { about: stack.region }),
    ...(stack && stackCosts(costs, stack.block.stack, cost)),
    details: [
      ...(cluster?.platform?.kubernetesVersion ? [{ label: 'Kubernetes', value: cluster.platform.kubernetesVersion }] : []),
      ...terraformDetails(stack ? [stack.block] : []),
      ...(cluster && !cluster.platform ? [{ label: 'Not known', value: noPlatform(cluster) }] : []),
    ],
    children: [],
    ...(stack ? { source: terraformSource([stack.block]) } : cluster?.platform && { source: yamlSource(withoutParts(cluster.platform)) }),
  };
}

/** What has no node of its own. */
function withoutParts({ artifacts: _a, registry: _r, gpuPools: _g, nodePools: _n, workspaces: _w, ...rest }: PlatformSpec): unknown {
  return rest;
}

function bucketNode({ plan: { cluster, stack }, root, makeId, costs }: Parts): GraphNode | undefined {
  const artifacts = cluster?.platform?.artifacts;
  const name = artifacts ? [artifacts.url, artifacts.prefix].filter(Boolean).join('/') : stack?.bucket?.name;
  if (name === undefined) return undefined;
  const block = stack?.bucket?.block;
  return {
    ...part(root, makeId, 'bucket'),
    type: 'Bucket',
    name,
    runs: 'artifacts',
    ...described({ blocks: block ? [block] : [], spec: artifacts && { artifacts }, costs }),
  };
}

function registryNode({ plan: { cluster, stack }, root, makeId, costs }: Parts): GraphNode | undefined {
  const registry = cluster?.platform?.registry;
  const name = registry?.url ?? stack?.registry?.name;
  if (name === undefined) return undefined;
  const block = stack?.registry?.block;
  return {
    ...part(root, makeId, 'registry'),
    type: 'Registry',
    name,
    runs: 'images',
    ...described({ blocks: block ? [block] : [], spec: registry && { registry }, costs }),
  };
}

type PoolType = 'GpuNodePool' | 'NodePool';

function poolNodes({ plan: { cluster, stack }, root, makeId, costs }: Parts, type: PoolType): ReadonlyMap<string, GraphNode> {
  const { gpuPools = [], nodePools = [] } = cluster?.platform ?? {};
  const declared: readonly PoolSpec[] = type === 'GpuNodePool' ? gpuPools : nodePools;
  const inStack = stack?.pools.filter(({ gpu }) => (gpu !== undefined) === (type === 'GpuNodePool')) ?? [];
  const isIt = (pool: StackPool, name: string): boolean => pool.name === name || pool.id === name;
  const others = inStack.filter((pool) => !declared.some(({ name }) => isIt(pool, name)));
  return new Map([...declared, ...others].map(({ name }) => {
    const spec = declared.find((pool) => pool.name === name);
    const made = inStack.find((pool) => isIt(pool, name));
    return [name, { ...part(root, makeId, 'nodes', name), type, name, ...poolFacts(spec, made, costs) }];
  }));
}

type PoolSpec = GpuPoolSpec | NodePoolSpec;

function poolFacts(spec: PoolSpec | undefined, made: StackPool | undefined, costs: Estimate): Omit<GraphNode, 'id' | 'type' | 'name'> {
  const machine = machinesOf(spec) ?? spec?.machineType ?? made?.machineType;
  const gpu = spec && 'gpu' in spec ? `${spec.gpusPerNode} × ${spec.gpu}` : made?.gpu;
  const sharing = spec && 'sharing' in spec ? spec.sharing : undefined;
  const capacity = capacityWords(spec) ?? (made?.isSpot ? 'spot' : undefined);
  return {
    ...(machine && { runs: machine }),
    ...countOf(spec, made),
    ...(gpu && { gpu: sharing ? `${gpu}, ${sharing}` : gpu }),
    ...described({
      blocks: made?.blocks ?? [], spec, costs, more: capacity && capacity !== 'on-demand' ? [{ label: 'Capacity', value: capacity }] : [],
    }),
  };
}

/** Of a provisioner, which makes nodes of any of them. */
function machinesOf(spec: PoolSpec | undefined): string | undefined {
  const { provisioner, machineTypes = provisioner?.machineTypes ?? [] }: Partial<GpuPoolSpec> = spec ?? {};
  const [first, ...others] = machineTypes;
  return others.length > 0 ? `${first ?? ''} or ${others.length} more` : first;
}

/** Of a provisioner in the order in which it tries them. */
function capacityWords(spec: PoolSpec | undefined): string | undefined {
  const provisioner = spec && 'provisioner' in spec ? spec.provisioner : undefined;
  if (!provisioner) return spec?.capacity;
  return provisioner.capacities.map(({ kind, id }) => (id === undefined ? kind : `${kind} ${id}`)).join(', then ');
}

/** How many nodes there can be. */
function countOf(spec: PoolSpec | undefined, made: StackPool | undefined): Pick<GraphNode, 'about'> {
  const most = made?.maxNodes ?? (spec && 'maxNodes' in spec ? spec.maxNodes : undefined);
  if (most === undefined) return {};
  const isProvisioned = spec && 'provisioner' in spec && spec.provisioner !== undefined;
  const how = spec?.capacity === 'spot' || made?.isSpot ? ', spot' : isProvisioned ? ', as pods ask for them' : '';
  return { about: `${made?.minNodes ?? 0} to ${most} node${most === 1 ? '' : 's'}${how}` };
}

function part(root: GraphNode, makeId: MakeId, ...names: readonly string[]): Pick<GraphNode, 'id' | 'parent' | 'cloud'> {
  return { id: makeId(root.id, ...names), parent: root.id, ...(root.cloud && { cloud: root.cloud }) };
}

interface Described {
  readonly blocks: readonly Block[];
  readonly spec: unknown;
  readonly costs: Estimate;
  readonly more?: readonly Detail[];
}

/** Terraform where it makes the part, else what the platform says of it. */
function described({ blocks, spec, costs, more = [] }: Described): Pick<GraphNode, 'cost' | 'details' | 'children' | 'source'> {
  const { details, ...cost } = blockCosts(costs, blocks);
  return {
    ...cost,
    details: [...more, ...details, ...terraformDetails(blocks)],
    children: [],
    ...(blocks.length > 0 ? { source: terraformSource(blocks) } : spec !== undefined && { source: yamlSource(spec) }),
  };
}

function terraformDetails(blocks: readonly Block[]): Detail[] {
  const [first] = blocks;
  if (!first) return [];
  return [{ label: 'Terraform', value: `stack ${first.stack}: ${blocks.map(({ address }) => address).join(', ')}` }];
}
