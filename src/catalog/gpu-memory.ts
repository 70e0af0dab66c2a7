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
  'nvidia-a100': 39.4, /* (m) */
  'nvidia-a100-80gb': 79.2,
  'nvidia-h100': 79.1,
  'nvidia-h100-mega': 79.1,
  'nvidia-h200': 139.8, /* (m) */
  'nvidia-b200': 178, /* (m) */
  'amd-mi300x': 191.5, /* (m) */
};

/** The least of the table: usable by nominal memory of a T4. */
const LEAST_USABLE = 0.91;

/** What programs can use of the memory of one GPU, in GiB: measured where it is known, else 91 % of its nominal memory. */
export function usableGiB({ name, memoryGiB }: Pick<GpuModel, 'name' | 'memoryGiB'>): number {
  return USABLE_GIB[name] ?? memoryGiB * LEAST_USABLE;
}
