/** On which machines the pod of a resource can run, and how much of each it takes: what cost is computed from. */
import type { GpuPoolSpec, NodePoolSpec, PlatformSpec } from '../api/platform';
import type { Capacity, CommonSpec, Resource } from '../api/resource';
import type { Cloud, GpuRequest, Machine, NodeSize } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { gpuRequestOf } from './gpus';
import { capacityFor, placedPools } from './placement';
import { capacitiesOf, hasCapacity, machinesOf, unitsOf } from './pools';
import { askedOf, ownRoom, roomOf } from './room';
import { runnable, runtimeOf } from './runtime';

/** Nodes of one kind that a pod can run on. */
export interface Place {
  /** Absent where nodes come up without a pool, or where the platform does not know its pools. */
  readonly pool?: string;
  /** Absent where it is not known. */
  readonly machineType?: string;
  /** Whether the machine type is not declared: the cheapest that has room. */
  readonly isAssumed?: boolean;
  /** Of a node; 0 on nodes without. */
  readonly gpus: number;
  readonly capacity: Exclude<Capacity, 'spot-first'>;
  /** The part of a node that the pod takes, by what it takes most of: GPUs, cores or memory. Absent where it is not known. */
  readonly share?: number;
}

/** What decides where a pod runs. */
interface Pod extends Pick<CommonSpec, 'resources' | 'pod'> {
  readonly platform: PlatformSpec;
}

interface GpuPod extends Pod {
  readonly request: GpuRequest;
}

/**
 * Where the pod that runs the image of a resource can be. Without GPU, and on a platform that does not know its nodes, on `otherwise`,
 * a machine type of the cloud.
 *
 * @throws ExpandError if the resource asks for what cannot be.
 */
export function placesOf(resource: Resource, platform: PlatformSpec, otherwise?: string): Place[] {
  const request = gpuRequestOf(resource.spec.resources, platform);
  const { resources, pod } = request || !runtimeOf(resource) ? resource.spec : runnable(resource, platform).resource.spec;
  return request ? gpuPlaces({ resources, pod, platform, request }) : otherPlaces({ resources, pod, platform }, otherwise);
}

/** What a pod takes of a node, by what it takes most of; at most all of it. Of a node that is not known, what it takes of the GPUs. */
function shareOf(pod: Pod, room: NodeSize | undefined, ofGpus: number): number | undefined {
  if (!room) return ofGpus > 0 ? ofGpus : undefined;
  return Math.min(1, Math.max(ofGpus, ...partsOf(pod, room)));
}

/** What a pod asks for as parts of what a node has; more than 1 does not fit. */
function partsOf({ resources = {}, pod, platform }: Pod, room: NodeSize): number[] {
  return askedOf(resources, { platform, pod }).filter(({ field }) => field !== 'disk').map((asked) => asked.amount / roomOf(asked, room));
}

function gpuPlaces(pod: GpuPod): Place[] {
  const { platform, request, resources = {} } = pod;
  const cloud = cloudNamed(platform.cloud);
  const capacity = capacityFor(resources, platform);
  const held = placedPools(resources, platform).flatMap(ofEachType)
    .flatMap((pool) => poolPlaces(pod, { pool, capacity, cloud }));
  if (held.length > 0 || !platform.autoProvisioning) return held;
  const fitting = cloud.machines.filter(({ gpu, gpuCount }) => gpu === request.gpu?.name && gpuCount >= request.count);
  const machine = cheapest(pod, fitting, cloud);
  if (!machine) return [];
  const { machineType, gpuCount } = machine;
  return [{
    machineType,
    isAssumed: true,
    gpus: gpuCount,
    capacity: capacity === undefined || capacity === 'spot-first' ? 'on-demand' : capacity,
    share: shareOf(pod, cloud.allocatable(machine), request.count / gpuCount),
  }];
}

/** The pool once for each machine type that its nodes may have: which of them comes up, nobody knows before. */
function ofEachType(pool: GpuPoolSpec): GpuPoolSpec[] {
  return pool.machineTypes ? pool.machineTypes.map((machineType) => ({ ...pool, machineType })) : [pool];
}

interface PoolOnCloud {
  readonly pool: GpuPoolSpec;
  readonly cloud: Cloud;
  /** What the pod asks for. */
  readonly capacity?: Capacity;
}

/** One place; of a provisioner one for each capacity that the pod takes. */
function poolPlaces(pod: GpuPod, { pool, cloud, capacity }: PoolOnCloud): Place[] {
  const { name, gpusPerNode } = pool;
  const fitting = machinesOf(pool, cloud);
  const isAssumed = pool.machineType === undefined;
  const machine = isAssumed ? cheapest(pod, fitting, cloud) : fitting.find(({ machineType }) => machineType === pool.machineType);
  const machineType = pool.machineType ?? machine?.machineType;
  const room = ownRoom(pool) ?? (machine && cloud.allocatable(machine));
  const share = shareOf(pod, room, pod.request.count / unitsOf(pool, pod.platform));
  return capacitiesOf(pool).filter((had) => hasCapacity({ capacity: had }, capacity)).map((had) => ({
    pool: name,
    ...(machineType !== undefined && { machineType, ...(isAssumed && { isAssumed }) }),
    gpus: gpusPerNode,
    capacity: had === 'queued' ? 'flex-start' : had,
    ...(share !== undefined && { share }),
  }));
}

/** The cheapest of the machines that have room, else of all; one whose price is not known comes last. */
function cheapest(pod: Pod, machines: readonly Machine[], cloud: Cloud): Machine | undefined {
  const byPrice = machines.filter(({ retired }) => !retired)
    .sort((a, b) => (a.usdPerHour ?? Infinity) - (b.usdPerHour ?? Infinity) || (a.machineType < b.machineType ? -1 : 1));
  return byPrice.find((machine) => partsOf(pod, cloud.allocatable(machine)).every((part) => part <= 1)) ?? byPrice[0];
}

/** Nodes without GPU. Those that have no room are left out, unless all have none. */
function otherPlaces(pod: Pod, otherwise: string | undefined): Place[] {
  const { platform, resources: { capacity } = {} } = pod;
  const cloud = cloudNamed(platform.cloud);
  const { nodePools } = platform;
  const pools: readonly Partial<NodePoolSpec>[] = nodePools && !platform.autoProvisioning
    ? nodePools.filter((pool) => hasCapacity(pool, capacity))
    : [{ machineType: otherwise, capacity: capacity === 'spot' ? 'spot' : 'on-demand' }];
  const places = pools.map(({ name, machineType, capacity: ofPool = 'on-demand' }) => {
    const shape = machineType === undefined ? undefined : cloud.shapeOf(machineType);
    const room = shape && cloud.allocatable(shape);
    const share = shareOf(pod, room, 0);
    const place = {
      ...(name !== undefined && { pool: name }),
      ...(machineType !== undefined && { machineType, ...(name === undefined && { isAssumed: true }) }),
      gpus: 0,
      capacity: ofPool,
      ...(share !== undefined && { share }),
    };
    return { place, hasRoom: room === undefined || partsOf(pod, room).every((part) => part <= 1) };
  });
  const withRoom = places.filter(({ hasRoom }) => hasRoom);
  return (withRoom.length > 0 ? withRoom : places).map(({ place }) => place);
}
