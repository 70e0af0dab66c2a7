/** Which pools of a platform can hold what a resource asks for, and what to say where none can. */
import { POD_CAPACITY } from '../api/node-capacity';
import type { GpuPoolSpec, PlatformSpec } from '../api/platform';
import type { Capacity } from '../api/resource';
import { isSharing, slicesOf } from '../api/sharing';
import type { Cloud, GpuRequest, Machine } from '../clouds/cloud';
import { sharingOf } from '../clouds/labels';
import { cloudNamed } from '../clouds/pods';
import { gpuOf } from './gpus';

/**
 * The pools with nodes that can hold the request, and that come up for a pod; queued ones, whose nodes take a ProvisioningRequest, only
 * where they are asked for, or where the platform has no others.
 */
export function poolsFor(request: GpuRequest, platform: PlatformSpec, capacity?: Capacity): GpuPoolSpec[] {
  const pools = poolsThatHold(request, platform);
  const others = pools.filter((pool) => pool.capacity !== 'queued');
  const isQueued = capacity === 'queued' || (capacity === undefined && others.length === 0 && !platform.autoProvisioning);
  return isQueued ? pools.filter((pool) => pool.capacity === 'queued') : others;
}

/** Those of them whose nodes a pod of the capacity can be on. */
export function takenPools(request: GpuRequest, platform: PlatformSpec, capacity?: Capacity): GpuPoolSpec[] {
  const pools = poolsFor(request, platform, capacity).filter((pool) => hasCapacity(pool, capacity));
  const namesOne = cloudNamed(platform.cloud).placeProvisioned !== undefined && pools.some(({ provisioner }) => provisioner !== undefined);
  if (!namesOne) return pools;
  const asked = capacity ?? capacityOf(pools);
  return chosen(pools.filter((pool) => hasCapacity(pool, asked)), asked);
}

/**
 * Those of the pools, or else those that one provisioner makes, by which a node has the fewest GPUs. `spot-first` is on a provisioner that
 * has spot nodes where there is one, for it alone takes other nodes once the cloud has none.
 */
function chosen(pools: readonly GpuPoolSpec[], capacity?: Capacity): GpuPoolSpec[] {
  const made = pools.filter(({ provisioner }) => provisioner !== undefined);
  const others = pools.filter(({ provisioner }) => provisioner === undefined);
  const falling = capacity === 'spot-first' ? made.filter((pool) => capacitiesOf(pool).includes('spot')) : [];
  if (falling.length === 0 && (others.length > 0 || made.length === 0)) return others;
  const from = falling.length > 0 ? falling : made;
  const fewest = Math.min(...from.map(({ gpusPerNode }) => gpusPerNode));
  return from.filter(({ gpusPerNode }) => gpusPerNode === fewest).slice(0, 1);
}

/** Where none is asked for, the first of these that the platform has the GPU with. Left open where it declares no pool. */
const UNASKED = ['on-demand', 'flex-start', 'spot', 'queued'] as const;

export function capacityOf(pools: readonly GpuPoolSpec[]): Capacity | undefined {
  return UNASKED.find((asked) => pools.some((pool) => hasCapacity(pool, asked)));
}

function poolsThatHold({ gpu, count, sharing }: GpuRequest, platform: PlatformSpec): GpuPoolSpec[] {
  const { gpuPools = [] } = platform;
  return gpuPools.filter((pool) => (!gpu || pool.gpu === gpu.name) && sharingOf(pool) === sharing && unitsOf(pool, platform) >= count);
}

/** How many containers that each ask for one GPU, or for one slice, a node takes. */
export function unitsOf(pool: GpuPoolSpec, platform: PlatformSpec): number {
  const sharing = sharingOf(pool);
  const slices = sharing !== undefined && isSharing(sharing) ? slicesOf(sharing, gpuOf(pool.gpu, platform)?.memoryGiB ?? Infinity) : 1;
  return pool.gpusPerNode * slices;
}

/** The machines that its nodes can be, as far as the cloud's table has them. */
export function machinesOf({ gpu, gpusPerNode, provisioner }: GpuPoolSpec, { machines }: Cloud): Machine[] {
  return machines.filter((machine) => machine.gpu === gpu && (machine.gpuCount === gpusPerNode || machine.attached)
    && (provisioner?.machineTypes.includes(machine.machineType) ?? true));
}

export function hasCapacity(pool: Pick<GpuPoolSpec, 'capacity' | 'provisioner'>, capacity?: Capacity): boolean {
  if (capacity === 'spot-first') return pool.capacity !== 'queued';
  return capacity === undefined || capacitiesOf(pool).some((had) => had === capacity);
}

/** What the nodes of a pool can be; those of a provisioner each of what it may make, in its order. */
export function capacitiesOf({ capacity = 'on-demand', provisioner }: Pick<GpuPoolSpec, 'capacity' | 'provisioner'>): NonNullable<GpuPoolSpec['capacity']>[] {
  return provisioner ? [...new Set(provisioner.capacities.map(({ kind }) => POD_CAPACITY[kind]))] : [capacity];
}

/**
 * Why the nodes that there can be have no place for so many replicas, each with the request; `undefined` if they have, or if it is not
 * known how many nodes there can be.
 */
export function tooManyReplicas(asked: AskedReplicas, request: GpuRequest, { platform, capacity }: Asking): string | undefined {
  const { field, replicas, nodes = 1 } = asked;
  const pools = takenPools(request, platform, capacity);
  const few = nodes > 1 ? tooFewNodes(nodes, pools, platform) : undefined;
  if (few !== undefined) return few;
  const places = pools.map((pool) => replicasIn(pool, { nodes, perNode: Math.floor(unitsOf(pool, platform) / request.count) }));
  const most = places.reduce((sum, each) => sum + each, 0);
  if (platform.autoProvisioning || pools.length === 0 || replicas <= most) return undefined;
  const has = pools.map(({ name, maxNodes }, index) => `pool ${name} has ${places[index] ?? 0} (maxNodes ${maxNodes ?? 0})`).join(', ');
  return `${field} is ${replicas} but there is room for ${most} of them: ${has}; raise maxNodes, or ask for fewer`;
}

/** A number of replicas, and the field that asks for them. */
export interface AskedReplicas {
  readonly field: string;
  readonly replicas: number;
  /** How many nodes each spans. Default: 1. */
  readonly nodes?: number;
}

interface Spread {
  readonly nodes: number;
  /** Pods of it that fit on a node. */
  readonly perNode: number;
}

/** How many replicas the nodes of a pool have places for, each of which spans so many nodes. */
function replicasIn({ maxNodes = Infinity }: GpuPoolSpec, { nodes, perNode }: Spread): number {
  return maxNodes < nodes ? 0 : Math.floor(maxNodes * perNode / nodes);
}

/** Why none of the pools has as many nodes as a replica spans; `undefined` if one has, or if it is not known how many there can be. */
export function tooFewNodes(nodes: number, pools: readonly GpuPoolSpec[], { autoProvisioning }: PlatformSpec): string | undefined {
  if (autoProvisioning || pools.length === 0 || pools.some(({ maxNodes = Infinity }) => maxNodes >= nodes)) return undefined;
  const has = pools.map(({ name, maxNodes }) => `pool ${name} has ${maxNodes} at most (maxNodes)`).join(', ');
  return `nodes is ${nodes} but ${has}; raise maxNodes, or ask for fewer`;
}

interface Asking {
  readonly platform: PlatformSpec;
  readonly capacity?: Capacity;
}

/** Why no node would come up for a request of a capacity, by the pools that are queued; `undefined` if one may. */
export function queueProblem(request: GpuRequest, platform: PlatformSpec, capacity?: Capacity): string | undefined {
  const pools = poolsThatHold(request, platform);
  const [queued] = pools.filter((pool) => pool.capacity === 'queued');
  if (capacity === 'queued') return queued ? undefined : noQueue(request, platform);
  const isOther = capacity === undefined || platform.autoProvisioning || pools.some((pool) => pool.capacity !== 'queued');
  if (!queued || isOther) return undefined;
  return `capacity is ${capacity} but pool ${queued.name} with ${queued.gpu} is queued; add a pool of that capacity, or leave capacity out`;
}

function noQueue({ gpu }: GpuRequest, { clusterName }: PlatformSpec): string {
  return `capacity is queued but platform ${clusterName} has no queued pool with ${gpu?.name ?? 'the GPU'}; `
    + 'add one (PoolCapacity.queued(), or addGpuPool with queued: true), or leave capacity out';
}

/** Why no node of the platform can hold a request; `undefined` if one can, or if nodes of any kind come up by themselves. */
export function noPoolFor(request: GpuRequest, platform: PlatformSpec): string | undefined {
  if (!request.gpu || platform.autoProvisioning || poolsThatHold(request, platform).length > 0) return undefined;
  return noPool(request, request.gpu.name, platform.gpuPools ?? []);
}

function noPool({ count, sharing }: GpuRequest, name: string, pools: readonly GpuPoolSpec[]): string {
  const same = pools.filter((pool) => pool.gpu === name);
  const alike = same.filter((pool) => sharingOf(pool) === sharing);
  if (alike.length > 0) {
    return `gpuCount is ${count} but nodes with ${name} have ${alike.map((pool) => `${pool.gpusPerNode} (pool ${pool.name})`).join(', ')}; `
      + 'ask for fewer, or add a pool with more of them on a node';
  }
  if (same.length > 0) return otherSharing(name, sharing, same);
  const others = pools.length > 0 ? `it has ${pools.map((pool) => `${pool.gpu} (pool ${pool.name})`).join(', ')}` : 'it has none';
  return `no pool of the platform has ${name}, ${others}; add one with addGpuPool, or use another GPU`;
}

/** The pools have the GPU, but whole where a slice is asked for, or the other way round. */
function otherSharing(name: string, sharing: string | undefined, pools: readonly GpuPoolSpec[]): string {
  const has = pools.map((pool) => `${sharingOf(pool) ?? 'whole ones'} (pool ${pool.name})`).join(', ');
  return `no pool of the platform has ${name} ${sharing === undefined ? 'whole' : `as ${sharing}`}, it has ${has}; `
    + `${sharing === undefined ? 'ask for a slice with gpuSharing' : 'ask for another gpuSharing, or leave it out for a whole GPU'}, or add such a pool`;
}

/** GPUs are counted but not named, and the platform does not have just one kind of them. */
export function unnamedGpu(count: number, { gpuPools = [] }: PlatformSpec): string {
  const names = [...new Set(gpuPools.map(({ gpu }) => gpu))];
  const has = names.length > 0 ? `the platform has ${names.join(', ')}` : 'the platform has no pool that tells which';
  return `gpuCount is ${count} but no gpu is set, and ${has}; add gpu, for example gpu: Gpu.NVIDIA_L4 (gpu.type nvidia-l4)`;
}
