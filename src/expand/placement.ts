/** On which nodes the user's container runs: by its GPU and its capacity. */
import type { Affinity, NodeAffinity, NodeSelectorTerm } from 'kubernetes-types/core/v1';
import { canonicalJson } from '../api/digest';
import type { GpuPoolSpec, PlatformSpec } from '../api/platform';
import type { Capacity, ResourcesSpec } from '../api/resource';
import type { GpuModel } from '../catalog/gpus';
import type { Cloud, DiskClass, GpuRequest, Placement } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { ExpandError } from './error';
import { gpuRequestOf } from './gpus';
import { capacityOf, poolsFor, queueProblem, takenPools, unnamedGpu } from './pools';

/** Where the pod of a resource runs. */
export function placementOf(resources: ResourcesSpec = {}, platform: PlatformSpec): Placement {
  const cloud = cloudNamed(platform.cloud);
  const request = gpuRequestOf(resources, platform);
  const problem = request && queueProblem(request, platform, resources.capacity);
  if (problem) throw new ExpandError(problem);
  const capacity = capacityFor(resources, platform);
  const pools = placedPools(resources, platform);
  const made = request && capacity && pools.find(({ provisioner }) => provisioner !== undefined);
  const provisioned = made && cloud.placeProvisioned?.(made, { request, capacity });
  if (provisioned) return provisioned;
  return mergePlacements(
    ...(request ? [placeGpu(request, { cloud, platform, pools })] : []),
    ...(capacity ? [placeCapacity(capacity, cloud)] : []),
  );
}

/** The GPU pools whose nodes the pod of a resource can be on; empty where it asks for no GPU. */
export function placedPools(resources: ResourcesSpec = {}, platform: PlatformSpec): GpuPoolSpec[] {
  const request = gpuRequestOf(resources, platform);
  const capacity = capacityFor(resources, platform);
  return request ? takenPools(request, platform, capacity) : [];
}

/** Of which capacity the nodes of a resource are: as it asks, or else as the pools are; `undefined` if any will do. */
export function capacityFor(resources: ResourcesSpec = {}, platform: PlatformSpec): Capacity | undefined {
  const request = gpuRequestOf(resources, platform);
  return resources.capacity ?? (request ? capacityOf(poolsFor(request, platform)) : undefined);
}

/** The disks that the pod of a resource can mount, where they are not of the default class. */
export function diskClassOf(resources: ResourcesSpec = {}, platform: PlatformSpec): DiskClass | undefined {
  const request = gpuRequestOf(resources, platform);
  return request && cloudNamed(platform.cloud).diskClass?.(request);
}

/** Where a pod runs that mounts a disk which the pod of a resource has left. */
export function placementWithDisk(resources: ResourcesSpec = {}, platform: PlatformSpec): Placement {
  const disk = diskClassOf(resources, platform);
  if (!disk) return {};
  const { tolerations = [] } = placementOf(resources, platform);
  const others = tolerations.filter((one) => !disk.placement.tolerations?.some((other) => canonicalJson(one) === canonicalJson(other)));
  return mergePlacements(disk.placement, { tolerations: others });
}

interface Nodes {
  readonly cloud: Cloud;
  readonly platform: PlatformSpec;
  readonly pools: readonly GpuPoolSpec[];
}

function placeGpu(request: GpuRequest, nodes: Nodes): Placement {
  const { cloud, platform, pools } = nodes;
  const isAmbiguous = cloud.machines.length > 0 || (cloud.placePools !== undefined && pools.length > 0);
  if (!request.gpu && isAmbiguous) throw new ExpandError(unnamedGpu(request.count, platform));
  if (cloud.placePools && pools.length > 0) return cloud.placePools(request, pools, platform);
  const labelled = pools.filter(({ nodeLabels }) => nodeLabels);
  if (labelled.length > 0) return placeByPools(request, nodes);
  if (request.gpu && pools.length === 0 && !isOffered(request.gpu, nodes)) throw new ExpandError(noGpu(request.gpu.name, cloud));
  return cloud.placeGpu(request, platform);
}

function isOffered({ name }: GpuModel, { cloud: { machines }, platform: { gpus = [] } }: Nodes): boolean {
  return machines.length === 0 || [...machines.map(({ gpu }) => gpu), ...gpus.map((gpu) => gpu.name)].includes(name);
}

/** Says that a cloud has no machine with a GPU, and with which it has. */
function noGpu(gpu: string, { machines, title }: Cloud): string {
  const offered = [...new Set(machines.map((machine) => machine.gpu))];
  return `${title} has no machine with ${gpu}; use one of ${offered.join(', ')}`;
}

/** The nodes of any of the pools, each by its own labels or those that the cloud gives it. */
function placeByPools(request: GpuRequest, { cloud, platform, pools }: Nodes): Placement {
  const { nodeSelector = {}, tolerations, affinity } = cloud.placeGpu(request, platform);
  const selectors = pools.map(({ nodeLabels }) => nodeLabels ?? nodeSelector);
  const different = [...new Map(selectors.map((selector) => [canonicalJson(selector), selector])).values()];
  if (different.length === 1) return { nodeSelector: { ...different[0] }, tolerations, affinity };
  return mergePlacements({ affinity: requireOneOf(different), tolerations }, { affinity });
}

/** Nodes that carry all labels of one of the selectors. */
function requireOneOf(selectors: readonly Record<string, string>[]): Affinity {
  const nodeSelectorTerms = selectors.map((selector) => ({
    matchExpressions: Object.entries(selector).map(([key, value]) => ({ key, operator: 'In', values: [value] })),
  }));
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

function placeCapacity(capacity: Capacity, cloud: Cloud): Placement {
  const problem = noCapacity(capacity, cloud);
  if (problem) throw new ExpandError(problem);
  return cloud.placeCapacity(capacity);
}

/** Why a cloud has no nodes of a capacity; `undefined` if it has. `spot-first` takes spot nodes if there are any, which any cloud can. */
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
