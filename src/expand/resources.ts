/** What the user's container asks for. Defaults grow with the GPUs, and are the same whether or not `resources` is given. */
import type { ResourceRequirements } from 'kubernetes-types/core/v1';
import { definedOnly } from '../api/defined';
import type { PlatformSpec } from '../api/platform';
import { amountOf, cores, gibibytes } from '../api/quantity';
import type { ResourcesSpec } from '../api/resource';
import type { GpuModel } from '../catalog/gpus';
import type { GpuRequest } from '../clouds/cloud';
import { gpuResource } from '../clouds/placement';
import { cloudNamed } from '../clouds/pods';
import { ExpandError } from './error';
import { gpuRequestOf, slicesIn } from './gpus';
import { poolsFor } from './pools';

const MAX_DEFAULT_DISK_GIB = 100;
/** The part of a node that pods with GPUs ask for by default: the rest is for pods without. */
const LEFT_TO_GPUS = 7 / 8;
/** For a slice of a GPU, however small: more than the 64 MiB of container runtimes. */
const MIN_SHARED_MEMORY_GIB = 1 / 4;

/**
 * Requests, and limits only where they are asked for: a limit of memory or disk fails work that would have fitted. GPUs have both, as
 * Kubernetes wants it. A default never asks for more than the limit.
 */
export function resourceRequirements(resources: ResourcesSpec = {}, platform: PlatformSpec): ResourceRequirements {
  const problem = limitsProblem(resources);
  if (problem) throw new ExpandError(problem);
  const request = gpuRequestOf(resources, platform);
  const limits = limitsOf(resources);
  const { cpu, memory, disk } = { ...defaultsFor(request, platform), ...definedOnly(resources) };
  const gpus = request && { [gpuResource(request)]: String(request.count) };
  return {
    requests: {
      'cpu': smaller(cores(cpu), limits.cpu), 'memory': smaller(gibibytes(memory), limits.memory), 'ephemeral-storage': gibibytes(disk), ...gpus,
    },
    ...(Object.keys({ ...limits, ...gpus }).length > 0 && { limits: { ...limits, ...gpus } }),
  };
}

function limitsOf({ limits: { cpu, memory } = {} }: ResourcesSpec): { readonly cpu?: string; readonly memory?: string } {
  return { ...(cpu !== undefined && { cpu: cores(cpu) }), ...(memory !== undefined && { memory: gibibytes(memory) }) };
}

function smaller(quantity: string, limit?: string): string {
  return limit !== undefined && amountOf(limit) < amountOf(quantity) ? limit : quantity;
}

/** Why the limits cannot hold what is asked for; `undefined` if they can. */
export function limitsProblem(resources: ResourcesSpec): string | undefined {
  const limits = limitsOf(resources);
  const { cpu, memory } = resources;
  const below = (name: 'cpu' | 'memory', asked: string | undefined): string | undefined => {
    const limit = limits[name];
    if (limit === undefined || asked === undefined || amountOf(limit) >= amountOf(asked)) return undefined;
    return `limits.${name} is ${limit} but ${name} is ${asked}; raise the limit, or ask for less`;
  };
  return below('cpu', cpu === undefined ? undefined : cores(cpu)) ?? below('memory', memory === undefined ? undefined : gibibytes(memory));
}

type Amounts = Required<Pick<ResourcesSpec, 'cpu' | 'memory' | 'disk'>>;

function defaultsFor(request: GpuRequest | undefined, platform: PlatformSpec): Amounts {
  const { cpu, memoryGiB, diskGiB } = cloudNamed(platform.cloud).defaults;
  if (!request?.gpu) return { cpu, memory: memoryGiB, disk: diskGiB };
  const { gpu, count } = request;
  const slices = slicesIn(request);
  const each = withEachGpu({ ...request, gpu }, platform);
  const disk = Math.min(MAX_DEFAULT_DISK_GIB, 20 + Math.ceil(gpu.memoryGiB * count / 4));
  if (slices === 1) return { cpu: each.cpu * count, memory: each.memoryGiB * count, disk };
  return { cpu: `${Math.floor(1000 * each.cpu / slices)}m`, memory: inBinary(each.memoryGiB / slices), disk: inBinary(disk / slices) };
}

interface WithGpu {
  readonly cpu: number;
  readonly memoryGiB: number;
}

/** What the catalog says, but no more than the cloud has as a bound, and than the nodes that are known have for each of their GPUs. */
function withEachGpu(request: GpuRequest & { readonly gpu: GpuModel }, platform: PlatformSpec): WithGpu {
  const { gpu: { cpu, hostMemoryGiB, memoryGiB } } = request;
  const { withGpu } = cloudNamed(platform.cloud).defaults;
  const parts = poolsFor(request, platform).map(({ nodeCpu = Infinity, nodeMemoryGiB = Infinity, gpusPerNode }) => (
    { cpu: LEFT_TO_GPUS * nodeCpu / gpusPerNode, memoryGiB: LEFT_TO_GPUS * nodeMemoryGiB / gpusPerNode }
  ));
  const least = (wanted: number, bounds: readonly number[]): number => {
    const bound = Math.max(1, Math.floor(Math.min(...bounds)));
    return wanted > bound ? bound : wanted;
  };
  return {
    cpu: least(cpu, [withGpu?.cpu ?? Infinity, ...parts.map((part) => part.cpu)]),
    memoryGiB: least(hostMemoryGiB, [(withGpu?.memoryOfGpu ?? Infinity) * memoryGiB, ...parts.map((part) => part.memoryGiB)]),
  };
}

/** Whole GiB as such, else MiB, rounded down. */
function inBinary(gib: number): string {
  return Number.isInteger(gib) ? `${gib}Gi` : `${Math.floor(1024 * gib)}Mi`;
}

/**
 * Size of `/dev/shm`, where none is given. It is a bound and reserves nothing; what is written counts as memory of the container.
 * Without a GPU more than the 64 MiB of container runtimes, with which vLLM on a CPU (160 MiB) and data loaders with workers crash;
 * processes on several GPUs exchange tensors through it.
 */
function defaultSharedMemory(request: GpuRequest | undefined): string {
  if (!request) return '1Gi';
  const { count } = request;
  const gib = count === 1 ? 2 : Math.max(8, 4 * count);
  const slices = slicesIn(request);
  return inBinary(Math.max(MIN_SHARED_MEMORY_GIB, gib / slices));
}

/** Size of `/dev/shm` as a quantity. */
export function sharedMemory(resources: ResourcesSpec = {}, platform: PlatformSpec): string {
  if (resources.sharedMemory === undefined) return defaultSharedMemory(gpuRequestOf(resources, platform));
  const size = gibibytes(resources.sharedMemory);
  /* Kubernetes would take 0 for no bound at all. */
  if (amountOf(size) === 0) throw new ExpandError('resources.sharedMemory is 0; give a size, or leave it out');
  const memory = resourceRequirements(resources, platform).requests?.memory ?? '0';
  if (amountOf(size) > amountOf(memory)) {
    throw new ExpandError(`resources.sharedMemory is ${size} but resources.memory is ${memory}; give more memory, for /dev/shm is part of it`);
  }
  return size;
}
