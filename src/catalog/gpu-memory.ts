/**
 * Memory of a GPU that programs can use, in GiB, as PyTorch reports it: 1 to 9 % less than its data sheet says.
 *
 * Logs of vLLM and PyTorch in public issues, 2025 to 2026-11; those marked (m) by memory.
 */
import type { GpuModel } from './gpus';

const USABLE_GIB: Readonly<Record<string, number>> = {
  'nvidia-t4': 14.56,
  'nvidia-a10g': 22.0, /* (m) */
  'nvidia-l4': 22.0,
  'nvidia-l40s': 44.4,
  'nvidia-rtx-pro-6000': 94.97,
  'nvidia-a100': 39.4, /* (m) */
  'nvidia-a100-80gb': 79.2,
  'nvidia-h100': 79.1,
  'nvidia-h100-mega': 79.1,
  'nvidia-h200': 139.8, /* (m) */
  'nvidia-b200': 178, /* (m) */
  'amd-mi300x': 191.5, /* (m) */
};

/** Usable by nominal memory: the least of the table, a T4 with its ECC, and the most, an RTX PRO 6000. */
const LEAST_USABLE = 0.91;
const MOST_USABLE = 0.99;

/** The memory of one GPU, or of what a pod sees of it. */
export interface GpuMemory extends Pick<GpuModel, 'name' | 'memoryGiB'> {
  /** What programs can use of it, where that is not known by its name. */
  readonly usableGiB?: number;
}

/** What programs can use of the memory of one GPU, in GiB: measured where it is known, else 91 % of its nominal memory. */
export function usableGiB({ name, memoryGiB, usableGiB: usable }: GpuMemory): number {
  return usable ?? USABLE_GIB[name] ?? memoryGiB * LEAST_USABLE;
}

/** The most that it can be, for what is refused must be impossible. */
export function mostUsableGiB({ name, memoryGiB, usableGiB: usable }: GpuMemory): number {
  return usable ?? USABLE_GIB[name] ?? memoryGiB * MOST_USABLE;
}
