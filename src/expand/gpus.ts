/** The GPUs that a resource asks for: of the catalog, of the platform's own, or slices of them. */
import { nearest } from '../api/names';
import type { CustomGpuSpec, PlatformSpec } from '../api/platform';
import type { ResourcesSpec } from '../api/resource';
import { isSharing, slicesOf } from '../api/sharing';
import { gpuNamed, GPUS } from '../catalog/gpus';
import type { GpuModel } from '../catalog/gpus';
import type { GpuRequest } from '../clouds/cloud';
import { sharingOf } from '../clouds/labels';
import { ExpandError } from './error';

/** Cores that go with a GPU that is not in the catalog: no machine with GPUs has fewer for each. */
const CUSTOM_CPU = 3;

/** The GPUs that a resource asks for, or none. A count alone is of the one kind that the platform has. */
export function gpuRequestOf({ gpu }: ResourcesSpec = {}, platform: PlatformSpec): GpuRequest | undefined {
  if (!gpu) return undefined;
  const { type = onlyGpuOf(platform), count = gpu.type || gpu.sharing ? 1 : 0, sharing } = gpu;
  if (count === 0) return undefined;
  if (sharing !== undefined && !isSharing(sharing)) {
    throw new ExpandError(`gpu.sharing is ${sharing}; use mig-<profile>, time-slicing-<pods> or mps-<pods>, for example mig-1g.10gb`);
  }
  if (sharing !== undefined && count > 1) {
    throw new ExpandError(`gpu.count is ${count} with gpu.sharing ${sharing}, but a program sees one slice only; leave out one of them`);
  }
  const model = type ? gpuOf(type, platform) : undefined;
  if (type && !model) throw new ExpandError(unknownGpu(type, platform));
  return { ...(model && { gpu: offered(model, sharing, platform) }), count, ...(sharing && { sharing }) };
}

/** By the resource that the pools offer it as, where that has another name than the GPU's: all of those that offer it have the same. */
function offered(gpu: GpuModel, sharing: string | undefined, { gpuPools = [] }: PlatformSpec): GpuModel {
  const resource = gpuPools.find((pool) => pool.gpu === gpu.name && sharingOf(pool) === sharing)?.resource;
  return resource === undefined ? gpu : { ...gpu, resource };
}

function onlyGpuOf({ gpuPools = [] }: PlatformSpec): string | undefined {
  const [name, ...others] = new Set(gpuPools.map(({ gpu }) => gpu));
  return others.length === 0 ? name : undefined;
}

/** A GPU of the catalog, or of the platform's own. */
export function gpuOf(name: string, { gpus = [] }: Pick<PlatformSpec, 'gpus'>): GpuModel | undefined {
  const custom = gpus.find((gpu) => gpu.name === name);
  return custom ? modelOf(custom) : gpuNamed(name);
}

function modelOf({ name, memoryGiB, resource, cpu = CUSTOM_CPU, hostMemoryGiB = memoryGiB }: CustomGpuSpec): GpuModel {
  return { name, memoryGiB, resource, cpu, hostMemoryGiB };
}

/** Says that a GPU is unknown, and how to declare it, or which known one may have been meant. */
export function unknownGpu(type: string, { gpus = [] }: Pick<PlatformSpec, 'gpus'> = {}): string {
  const names = [...gpus, ...GPUS].map(({ name }) => name);
  const suggestion = nearest(type, names);
  const misspelt = suggestion !== undefined && isSameModel(type, suggestion) ? `did you mean ${suggestion}? Or ` : '';
  return `gpu ${type} is not in the catalog; ${misspelt}declare it with Gpu.custom({ name: '${type}', memory, resourceName }) and its nodes with addGpuPool`;
}

/** Whether a name is a part of another, or has the same digits and as many letters: `nvidia-rtx-a6000` is not `-pro-6000`. */
function isSameModel(name: string, other: string): boolean {
  return other.includes(name.toLowerCase()) || (digitsOf(name) === digitsOf(other) && Math.abs(name.length - other.length) <= 1);
}

function digitsOf(name: string): string {
  return name.replace(/[^0-9]/g, '');
}

/** How many pods share a GPU of the request: each gets its part of what comes with the GPU, so that all of them fit on the node. */
export function slicesIn({ gpu, sharing }: GpuRequest): number {
  return sharing === undefined ? 1 : slicesOf(sharing, gpu?.memoryGiB ?? Infinity);
}
