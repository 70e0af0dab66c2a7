/**
 * GPUs and other accelerators.
 *
 * Memory: nominal GiB of one, from the vendors' data sheets. `cpu` and `hostMemoryGiB` are what a container asks for with each
 * of them by default: 3/4 of the vCPUs and about 2/3 (small machines) to 5/6 of the memory that the leanest machine of any cloud
 * has for each (`clouds/<cloud>/machines.ts`, 2026-08), so that a default fits wherever the GPU does. A test holds them to it.
 * `capability`: https://developer.nvidia.com/cuda-gpus (2026-11).
 */

export interface GpuModel {
  /** Name in `resources.gpu.type`. */
  readonly name: string;
  readonly memoryGiB: number;
  /** The extended resource that a container asks for. */
  readonly resource: string;
  /** Cores asked for with each, by default. */
  readonly cpu: number;
  /** Memory asked for with each, by default. */
  readonly hostMemoryGiB: number;
  /** CUDA compute capability of NVIDIA's, which decides what formats it computes in. */
  readonly capability?: number;
}

export interface CatalogGpu extends GpuModel {
  /** Name of the constant in the class `Gpu`. */
  readonly constant: string;
}

/** The extended resource of NVIDIA's GPUs, and the key of the taint on their nodes. */
export const NVIDIA_GPU_RESOURCE = 'nvidia.com/gpu';
const AMD = 'amd.com/gpu';
const NEURON = 'aws.amazon.com/neuron';

export const GPUS: readonly CatalogGpu[] = [
  { name: 'nvidia-t4', constant: 'NVIDIA_T4', memoryGiB: 16, resource: NVIDIA_GPU_RESOURCE, cpu: 3, hostMemoryGiB: 10, capability: 7.5 },
  { name: 'nvidia-v100', constant: 'NVIDIA_V100', memoryGiB: 16, resource: NVIDIA_GPU_RESOURCE, cpu: 4, hostMemoryGiB: 22, capability: 7 },
  { name: 'nvidia-v100-32gb', constant: 'NVIDIA_V100_32GB', memoryGiB: 32, resource: NVIDIA_GPU_RESOURCE, cpu: 3, hostMemoryGiB: 64, capability: 7 },
  { name: 'nvidia-a10', constant: 'NVIDIA_A10', memoryGiB: 24, resource: NVIDIA_GPU_RESOURCE, cpu: 27, hostMemoryGiB: 360, capability: 8.6 },
  { name: 'nvidia-a10g', constant: 'NVIDIA_A10G', memoryGiB: 24, resource: NVIDIA_GPU_RESOURCE, cpu: 3, hostMemoryGiB: 10, capability: 8.6 },
  { name: 'nvidia-l4', constant: 'NVIDIA_L4', memoryGiB: 24, resource: NVIDIA_GPU_RESOURCE, cpu: 3, hostMemoryGiB: 10, capability: 8.9 },
  { name: 'nvidia-l40s', constant: 'NVIDIA_L40S', memoryGiB: 48, resource: NVIDIA_GPU_RESOURCE, cpu: 3, hostMemoryGiB: 22, capability: 8.9 },
  { name: 'nvidia-rtx-pro-4500', constant: 'NVIDIA_RTX_PRO_4500', memoryGiB: 32, resource: NVIDIA_GPU_RESOURCE, cpu: 6, hostMemoryGiB: 22, capability: 12 },
  { name: 'nvidia-rtx-pro-6000', constant: 'NVIDIA_RTX_PRO_6000', memoryGiB: 96, resource: NVIDIA_GPU_RESOURCE, cpu: 6, hostMemoryGiB: 48, capability: 12 },
  { name: 'nvidia-a100', constant: 'NVIDIA_A100', memoryGiB: 40, resource: NVIDIA_GPU_RESOURCE, cpu: 4, hostMemoryGiB: 68, capability: 8 },
  { name: 'nvidia-a100-80gb', constant: 'NVIDIA_A100_80GB', memoryGiB: 80, resource: NVIDIA_GPU_RESOURCE, cpu: 9, hostMemoryGiB: 120, capability: 8 },
  { name: 'nvidia-h100', constant: 'NVIDIA_H100', memoryGiB: 80, resource: NVIDIA_GPU_RESOURCE, cpu: 9, hostMemoryGiB: 190, capability: 9 },
  { name: 'nvidia-h100-mega', constant: 'NVIDIA_H100_MEGA', memoryGiB: 80, resource: NVIDIA_GPU_RESOURCE, cpu: 19, hostMemoryGiB: 190, capability: 9 },
  { name: 'nvidia-h100-nvl', constant: 'NVIDIA_H100_NVL', memoryGiB: 94, resource: NVIDIA_GPU_RESOURCE, cpu: 30, hostMemoryGiB: 260, capability: 9 },
  { name: 'nvidia-h200', constant: 'NVIDIA_H200', memoryGiB: 141, resource: NVIDIA_GPU_RESOURCE, cpu: 9, hostMemoryGiB: 190, capability: 9 },
  { name: 'nvidia-b200', constant: 'NVIDIA_B200', memoryGiB: 180, resource: NVIDIA_GPU_RESOURCE, cpu: 18, hostMemoryGiB: 210, capability: 10 },
  { name: 'nvidia-b300', constant: 'NVIDIA_B300', memoryGiB: 268, resource: NVIDIA_GPU_RESOURCE, cpu: 18, hostMemoryGiB: 420, capability: 10.3 },
  { name: 'nvidia-gb200', constant: 'NVIDIA_GB200', memoryGiB: 192, resource: NVIDIA_GPU_RESOURCE, cpu: 24, hostMemoryGiB: 185, capability: 10 },
  { name: 'amd-mi300x', constant: 'AMD_MI300X', memoryGiB: 192, resource: AMD, cpu: 9, hostMemoryGiB: 190 },
  { name: 'aws-inferentia2', constant: 'AWS_INFERENTIA2', memoryGiB: 32, resource: NEURON, cpu: 3, hostMemoryGiB: 10 },
  { name: 'aws-trainium1', constant: 'AWS_TRAINIUM1', memoryGiB: 32, resource: NEURON, cpu: 6, hostMemoryGiB: 22 },
  { name: 'aws-trainium2', constant: 'AWS_TRAINIUM2', memoryGiB: 96, resource: NEURON, cpu: 9, hostMemoryGiB: 105 },
];

const BY_NAME: ReadonlyMap<string, CatalogGpu> = new Map(GPUS.map((gpu) => [gpu.name, gpu]));

export function gpuNamed(name: string): CatalogGpu | undefined {
  return BY_NAME.get(name);
}
