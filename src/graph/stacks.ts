/** The clusters of Terraform stacks, as far as a picture shows them. */
import type { StackState, TerraformArguments } from '../state/state';

/** A block of Terraform, and where it is. */
export interface Block {
  /** Such as `google_storage_bucket.artifacts_7424475B`. */
  readonly address: string;
  readonly type: string;
  readonly stack: string;
  readonly args: TerraformArguments;
}

export interface StackPool {
  readonly name: string;
  /** That of its construct, which the platform knows it by where the cloud takes no such name. */
  readonly id: string;
  readonly machineType?: string;
  readonly gpu?: string;
  readonly minNodes?: number;
  readonly maxNodes?: number;
  readonly isSpot: boolean;
  readonly blocks: readonly Block[];
}

/** A cluster that a stack makes, with what is beside it there. */
export interface StackCluster {
  readonly cloud: string;
  readonly name: string;
  readonly region?: string;
  readonly block: Block;
  readonly pools: readonly StackPool[];
  readonly bucket?: { readonly name: string; readonly block: Block };
  readonly registry?: { readonly name: string; readonly block: Block };
}

interface Types {
  readonly cloud: string;
  readonly cluster: string;
  readonly pool: string;
  readonly bucket: string;
  readonly registry: string;
  /** The argument of a bucket that is its name. */
  readonly bucketName: string;
  readonly registryName: string;
}

const TYPES: readonly Types[] = [
  {
    cloud: 'gcp', cluster: 'google_container_cluster', pool: 'google_container_node_pool', bucket: 'google_storage_bucket', bucketName: 'name',
    registry: 'google_artifact_registry_repository', registryName: 'repository_id',
  },
  {
    cloud: 'aws', cluster: 'aws_eks_cluster', pool: 'aws_eks_node_group', bucket: 'aws_s3_bucket', bucketName: 'bucket',
    registry: 'aws_ecr_repository', registryName: 'name',
  },
  {
    cloud: 'azure', cluster: 'azurerm_kubernetes_cluster', pool: 'azurerm_kubernetes_cluster_node_pool', bucket: 'azurerm_storage_account',
    bucketName: 'name', registry: 'azurerm_container_registry', registryName: 'name',
  },
];

const GPU_LABEL = 'substratus.ai/gpu';

/** In the order of the stacks, and of the clusters in each. */
export function clustersIn(stacks: readonly StackState[]): StackCluster[] {
  return stacks.flatMap((stack) => TYPES.flatMap((types) => clustersOf(stack, types)));
}

function clustersOf(stack: StackState, types: Types): StackCluster[] {
  const blocks = blocksOf(stack, types.cluster);
  const [bucket] = blocksOf(stack, types.bucket);
  const [registry] = blocksOf(stack, types.registry);
  return blocks.map((block) => {
    const region = regionOf(block, stack);
    return {
      cloud: types.cloud,
      name: text(block.args.name) ?? block.address,
      ...(region && { region }),
      block,
      pools: poolsOf(blocksOf(stack, types.pool).filter(({ args }) => refersTo(args, block))),
      ...(bucket && { bucket: { name: text(bucket.args[types.bucketName]) ?? bucket.address, block: bucket } }),
      ...(registry && { registry: { name: text(registry.args[types.registryName]) ?? registry.address, block: registry } }),
    };
  });
}

function blocksOf({ name: stack, terraform }: StackState, type: string): Block[] {
  return Object.entries(terraform.resource?.[type] ?? {}).map(([name, args]) => ({ address: `${type}.${name}`, type, stack, args }));
}

/** Whether a node pool is one of a cluster: it names the cluster by a reference. */
function refersTo({ cluster, cluster_name, kubernetes_cluster_id }: TerraformArguments, block: Block): boolean {
  const reference = text(cluster) ?? text(cluster_name) ?? text(kubernetes_cluster_id) ?? '';
  return reference.includes(`{${block.address}.`);
}

function regionOf({ args }: Block, { terraform: { provider = {} } }: StackState): string | undefined {
  const own = text(args.location);
  return own ?? Object.values(provider).flat().map(({ region }) => text(region)).find((region) => region !== undefined);
}

/** The construct of the pool that each cluster has, and the name of the pool. */
const SYSTEM_POOL = { id: 'SystemPool', name: 'system' };

/** Groups of one pool, one for each zone on AWS, are below one construct. */
function poolsOf(blocks: readonly Block[]): StackPool[] {
  const groups = new Map<string, Block[]>();
  for (const block of blocks) {
    const id = constructIdOf(block);
    const group = groups.get(id) ?? [];
    groups.set(id, group);
    group.push(block);
  }
  return [...groups].map(([id, group]) => poolOf(id, group));
}

function poolOf(constructId: string, blocks: readonly Block[]): StackPool {
  const [{ args }] = blocks as [Block];
  const id = constructId === SYSTEM_POOL.id ? SYSTEM_POOL.name : constructId;
  const config = object(args.node_config);
  const machineType = text(config.machine_type) ?? namesOf(args.instance_types) ?? text(args.vm_size);
  const labels = { ...object(args.labels), ...object(args.node_labels), ...object(config.labels) };
  const gpu = text(labels[GPU_LABEL]);
  const [least, most] = [counts(blocks, 'min'), counts(blocks, 'max')];
  return {
    name: text(args.name) ?? id,
    id,
    ...(machineType && { machineType }),
    ...(gpu && { gpu }),
    ...(least && { minNodes: sumOf(least) }),
    ...(most && { maxNodes: sumOf(most) }), // on AWS in each zone: docs/decisions/0065-limits-of-a-pool-on-aws.md
    isSpot: args.capacity_type === 'SPOT' || args.priority === 'Spot' || config.spot === true,
    blocks,
  };
}

/** What the block is below, and is the only one of but for other zones. */
function constructIdOf({ args, address }: Block): string {
  const comment = object(args['//']);
  const path = text(object(comment.metadata).path)?.split('/') ?? [];
  return path[path.length - 2] ?? address;
}

function counts(blocks: readonly Block[], end: 'min' | 'max'): number[] | undefined {
  const found = blocks.map(({ args }) => (
    number(object(args.autoscaling)[`total_${end}_node_count`]) ?? number(object(args.scaling_config)[`${end}_size`]) ?? number(args[`${end}_count`])
  ));
  const known = found.filter((count) => count !== undefined);
  return known.length === found.length ? known : undefined;
}

function sumOf(all: readonly number[]): number {
  return all.reduce((sum, count) => sum + count, 0);
}

/** All names of a list. */
function namesOf(value: unknown): string | undefined {
  const names = list(value).flatMap((each) => text(each) ?? []);
  return names.length > 0 ? names.join(', ') : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The block itself, or the only one of a list of blocks. */
function object(value: unknown): Readonly<Record<string, unknown>> {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'object' && one !== null ? one as Readonly<Record<string, unknown>> : {};
}
