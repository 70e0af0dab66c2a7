/** On which nodes the user's container runs: by its GPU and its capacity. */
import type { Affinity, NodeAffinity, NodeSelectorTerm } from 'kubernetes-types/core/v1';
import { canonicalJson } from '../api/digest';
import type { GpuPoolSpec, PlatformSpec } from '../api/platform';
import type { Capacity, ResourcesSpec } from '../api/resource';
import type { Cloud, GpuRequest, Placement } from '../clouds/cloud';
import { gpuToleration } from '../clouds/placement';
import { cloudNamed } from '../clouds/pods';
import { ExpandError } from './error';
import { gpuRequestOf } from './resources';

/** Where the pod of a resource runs. */
export function placementOf(resources: ResourcesSpec = {}, platform: PlatformSpec): Placement {
  const cloud = cloudNamed(platform.cloud);
  const request = gpuRequestOf(resources);
  const problem = request && onlyQueued(request, platform);
  if (problem) throw new ExpandError(problem);
  const pools = request ? poolsFor(request, platform) : [];
  const capacity = resources.capacity ?? (request ? capacityOf(pools) : undefined);
  return mergePlacements(
    ...(request ? [placeGpu(request, { cloud, platform, pools: pools.filter((pool) => hasCapacity(pool, capacity)) })] : []),
    ...(capacity ? [placeCapacity(capacity, cloud)] : []),
  );
}

interface Ground {
  readonly cloud: Cloud;
  readonly platform: PlatformSpec;
  readonly pools: readonly GpuPoolSpec[];
}

function placeGpu(request: GpuRequest, { cloud, platform, pools }: Ground): Placement {
  if (!request.gpu && cloud.machines.length > 0) {
    throw new ExpandError(`gpu.count is ${request.count} but gpu.type is not set; name the GPU, for example nvidia-l4`);
  }
  const labelled = pools.filter(({ nodeLabels }) => nodeLabels);
  if (labelled.length > 0) return placeByPools(request, { cloud, platform, pools });
  if (request.gpu && pools.length === 0 && !isOffered(request.gpu.name, cloud)) throw new ExpandError(noGpu(request.gpu.name, cloud));
  return cloud.placeGpu(request, platform);
}

function isOffered(gpu: string, { machines }: Cloud): boolean {
  return machines.length === 0 || machines.some((machine) => machine.gpu === gpu);
}

/** Says that a cloud has no machine with a GPU, and with which it has. */
function noGpu(gpu: string, { machines, title }: Cloud): string {
  const offered = [...new Set(machines.map((machine) => machine.gpu))];
  return `${title} has no machine with ${gpu}; use one of ${offered.join(', ')}`;
}

/** The nodes of any of the pools, each by its own labels or those that the cloud gives it. */
function placeByPools(request: GpuRequest, { cloud, platform, pools }: Ground): Placement {
  const selectors = pools.map(({ nodeLabels }) => nodeLabels ?? cloud.placeGpu(request, platform).nodeSelector ?? {});
  const different = [...new Map(selectors.map((selector) => [canonicalJson(selector), selector])).values()];
  const tolerations = [gpuToleration(request)];
  if (different.length === 1) return { nodeSelector: { ...different[0] }, tolerations };
  return { affinity: requireOneOf(different), tolerations };
}

/** Nodes that carry all labels of one of the selectors. */
function requireOneOf(selectors: readonly Record<string, string>[]): Affinity {
  const nodeSelectorTerms = selectors.map((selector) => ({
    matchExpressions: Object.entries(selector).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
  }));
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

function hasCapacity(pool: GpuPoolSpec, capacity?: Capacity): boolean {
  return capacity === undefined || capacity === 'spot-first' || (pool.capacity ?? 'on-demand') === capacity;
}

/** The pools with nodes that can hold the request, and that come up for a pod. */
export function poolsFor(request: GpuRequest, platform: PlatformSpec): GpuPoolSpec[] {
  return poolsThatHold(request, platform).filter(({ capacity }) => capacity !== 'queued');
}

function poolsThatHold({ gpu, count }: GpuRequest, { gpuPools = [] }: PlatformSpec): GpuPoolSpec[] {
  return gpuPools.filter((pool) => (!gpu || pool.gpu === gpu.name) && pool.gpusPerNode >= count);
}

/** Why no node would come up, where all pools that can hold the request are queued; none otherwise. */
function onlyQueued(request: GpuRequest, platform: PlatformSpec): string | undefined {
  const [queued] = poolsThatHold(request, platform);
  if (!queued || platform.autoProvisioning || poolsFor(request, platform).length > 0) return undefined;
  return `pool ${queued.name} with ${queued.gpu} is queued: its nodes come up for a ProvisioningRequest only, which nothing here makes; `
    + 'add a pool of another capacity, for example flex-start';
}

/** Why no node of the platform can hold a request; none if one can, or if nodes of any kind come up by themselves. */
export function noPoolFor(request: GpuRequest, platform: PlatformSpec): string | undefined {
  const { gpu, count } = request;
  if (!gpu || platform.autoProvisioning || poolsFor(request, platform).length > 0) return undefined;
  return onlyQueued(request, platform) ?? noPool({ name: gpu.name, count }, platform.gpuPools ?? []);
}

function noPool({ name, count }: { readonly name: string; readonly count: number }, pools: readonly GpuPoolSpec[]): string {
  const same = pools.filter((pool) => pool.gpu === name);
  if (same.length > 0) {
    return `gpuCount is ${count} but nodes with ${name} have ${same.map((pool) => `${pool.gpusPerNode} (pool ${pool.name})`).join(', ')}; `
      + 'ask for fewer, or add a pool with more of them on a node';
  }
  const others = pools.length > 0 ? `it has ${pools.map((pool) => `${pool.gpu} (pool ${pool.name})`).join(', ')}` : 'it has none';
  return `no pool of the platform has ${name}, ${others}; add one with addGpuPool, or use another GPU`;
}

/** Where none is asked for, the first of these that the platform has the GPU with. Left open where it declares no pool. */
const UNASKED = ['on-demand', 'flex-start', 'spot'] as const;

function capacityOf(pools: readonly GpuPoolSpec[]): Capacity | undefined {
  return UNASKED.find((asked) => pools.some((pool) => hasCapacity(pool, asked)));
}

function placeCapacity(capacity: Capacity, cloud: Cloud): Placement {
  const problem = noCapacity(capacity, cloud);
  if (problem) throw new ExpandError(problem);
  return cloud.placeCapacity(capacity);
}

/** Why a cloud has no nodes of a capacity; none if it has. `spot-first` takes spot nodes where there are some, which any cloud can. */
export function noCapacity(capacity: Capacity, cloud: Cloud): string | undefined {
  if (capacity === 'spot-first' || cloud.capacities.includes(capacity)) return undefined;
  return `capacity is ${capacity} but ${cloud.title} has only ${cloud.capacities.join(', ')}; leave capacity out`;
}

/** All of them at once: selectors, tolerations and required terms add up. */
export function mergePlacements(...placements: readonly Placement[]): Placement {
  return placements.reduce<Placement>((merged, { nodeSelector, tolerations, affinity }) => ({
    nodeSelector: { ...merged.nodeSelector, ...nodeSelector },
    tolerations: [...merged.tolerations ?? [], ...tolerations ?? []],
    affinity: mergeAffinity(merged.affinity, affinity),
  }), {});
}

function mergeAffinity(a?: Affinity, b?: Affinity): Affinity | undefined {
  if (!a || !b) return a ?? b;
  const nodeAffinity = mergeNodeAffinity(a.nodeAffinity, b.nodeAffinity);
  return { ...a, ...b, ...(nodeAffinity && { nodeAffinity }) };
}

function mergeNodeAffinity(a?: NodeAffinity, b?: NodeAffinity): NodeAffinity | undefined {
  if (!a || !b) return a ?? b;
  const required = bothTerms(
    a.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms,
    b.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms,
  );
  const preferred = [
    ...a.preferredDuringSchedulingIgnoredDuringExecution ?? [],
    ...b.preferredDuringSchedulingIgnoredDuringExecution ?? [],
  ];
  return {
    ...(required && { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: required } }),
    ...(preferred.length > 0 && { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
  };
}

/** Terms are alternatives, so that both hold only where each of the one goes with each of the other. */
function bothTerms(a?: NodeSelectorTerm[], b?: NodeSelectorTerm[]): NodeSelectorTerm[] | undefined {
  if (!a || !b) return a ?? b;
  return a.flatMap((left) => b.map((right) => ({
    ...joined('matchExpressions', left, right),
    ...joined('matchFields', left, right),
  })));
}

function joined(key: keyof NodeSelectorTerm, left: NodeSelectorTerm, right: NodeSelectorTerm): NodeSelectorTerm {
  const expressions = [...left[key] ?? [], ...right[key] ?? []];
  return expressions.length > 0 ? { [key]: expressions } : {};
}
