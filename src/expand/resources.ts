/** What the user's container asks for. Defaults grow with the GPUs, and are the same whether or not `resources` is given. */
import type { ResourceRequirements } from 'kubernetes-types/core/v1';
import { nearest } from '../api/names';
import type { PlatformSpec } from '../api/platform';
import { amountOf, cores, gibibytes } from '../api/quantity';
import type { ResourcesSpec } from '../api/resource';
import { gpuNamed, GPUS } from '../catalog/gpus';
import type { GpuRequest } from '../clouds/cloud';
import { gpuResource } from '../clouds/placement';
import { cloudNamed } from '../clouds/pods';
import { ExpandError } from './error';

const MAX_DEFAULT_DISK_GIB = 100;
const MIN_STAGING_GIB = 50;

/** The GPUs that a resource asks for, or none. */
export function gpuRequestOf({ gpu }: ResourcesSpec = {}): GpuRequest | undefined {
  if (!gpu) return undefined;
  const { type, count = type ? 1 : 0 } = gpu;
  if (count === 0) return undefined;
  if (!type) return { count };
  const model = gpuNamed(type);
  if (!model) throw new ExpandError(unknownGpu(type));
  return { gpu: model, count };
}

/** Says that there is no such GPU, and which there is that it may have meant. */
export function unknownGpu(type: string): string {
  const names = GPUS.map(({ name }) => name);
  const suggestion = nearest(type, names);
  return `gpu ${type} is not in the catalog; ${suggestion ? `did you mean ${suggestion}?` : `use one of ${names.join(', ')}`}`;
}

/**
 * Requests, and limits only where they are asked for: a limit of memory or disk fails work that would have fitted. GPUs have both, as
 * Kubernetes wants it. A default never asks for more than the limit.
 */
export function resourceRequirements(resources: ResourcesSpec = {}, platform: PlatformSpec): ResourceRequirements {
  const problem = limitsProblem(resources);
  if (problem) throw new ExpandError(problem);
  const request = gpuRequestOf(resources);
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

function defaultsFor(request: GpuRequest | undefined, platform: PlatformSpec): Required<Pick<ResourcesSpec, 'cpu' | 'memory' | 'disk'>> {
  const { cpu, memoryGiB, diskGiB } = cloudNamed(platform.cloud).defaults;
  if (!request?.gpu) return { cpu, memory: memoryGiB, disk: diskGiB };
  const { gpu, count } = request;
  return {
    cpu: gpu.cpu * count,
    memory: gpu.hostMemoryGiB * count,
    disk: Math.min(MAX_DEFAULT_DISK_GIB, 20 + Math.ceil(gpuMemoryGiB(request) / 4)),
  };
}

function definedOnly({ cpu, memory, disk }: ResourcesSpec): Pick<ResourcesSpec, 'cpu' | 'memory' | 'disk'> {
  return { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }), ...(disk !== undefined && { disk }) };
}

/** Size of the staging volume, where none is given: twice what fits on the GPUs, for weights and what is made of them. */
export function defaultStagingGiB(resources?: ResourcesSpec): number {
  const request = gpuRequestOf(resources);
  return Math.max(MIN_STAGING_GIB, request ? 2 * gpuMemoryGiB(request) : 0);
}

/** Size of `/dev/shm`, or none without a GPU: processes on several GPUs exchange tensors through it. */
export function sharedMemoryGiB(resources?: ResourcesSpec): number | undefined {
  const request = gpuRequestOf(resources);
  if (!request) return undefined;
  return request.count === 1 ? 2 : Math.max(8, 4 * request.count);
}

function gpuMemoryGiB({ gpu, count }: GpuRequest): number {
  return (gpu?.memoryGiB ?? 0) * count;
}
