/** Whether the image of a program can use a GPU. */
import type { RuntimeContext } from './runtime';

interface GpuNeeds {
  /** Prefixes of the extended resources of the vendors, such as `nvidia.com/`. */
  readonly vendors: readonly string[];
  /** The first CUDA compute capability of NVIDIA's GPUs that it runs on. */
  readonly capability?: number;
}

/** T4 and newer: what PyTorch 2.13, vLLM 0.31 and Text Embeddings Inference 1.9 are built for. */
export const TURING = 7.5;

export const NVIDIA = 'nvidia.com/';
export const AMD = 'amd.com/';

/** Why it cannot, and what to do; `undefined` if it can, or if nothing is known of the GPU. */
export function gpuProblem(name: string, { gpus }: Pick<RuntimeContext, 'gpus'>, { vendors, capability = 0 }: GpuNeeds): string | undefined {
  const gpu = gpus?.model;
  if (!gpu) return undefined;
  if (!vendors.some((vendor) => gpu.resource.startsWith(vendor))) {
    return `${name} does not run on ${gpu.name}; use a GPU of ${vendors.map((vendor) => VENDOR_NAMES[vendor] ?? vendor).join(' or ')}, or set image to one of your own`;
  }
  return (gpu.capability ?? capability) < capability ? `${name} does not run on ${gpu.name}, which is too old; use a T4 or newer` : undefined;
}

const VENDOR_NAMES: Readonly<Record<string, string>> = { [NVIDIA]: 'NVIDIA', [AMD]: 'AMD' };
