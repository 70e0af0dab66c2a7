/** How a GPU is shared, in one word: that of a resource, of a pool, and of the label on nodes. */

/** Such as `mig-1g.10gb`, `time-slicing-4` or `mps-4`. */
export const SHARING_PATTERN = '^(mig-[1-9]g\\.[1-9][0-9]*gb|(time-slicing|mps)-[1-9][0-9]*)$';

const MIG = /^mig-([1-9])g\.([1-9][0-9]*)gb$/;
const TURNS = /^(?:time-slicing|mps)-([1-9][0-9]*)$/;
/** A GPU has so many compute slices for MIG. */
const COMPUTE_SLICES = 7;

export function isSharing(value: string): boolean {
  return MIG.test(value) || TURNS.test(value);
}

/** GiB of the memory of a GPU that one pod can use. Who takes turns sees all of it. */
export function shareGiB(sharing: string, memoryGiB: number): number {
  const [, , memory] = MIG.exec(sharing) ?? [];
  if (memory !== undefined) return Math.min(Number(memory), memoryGiB);
  return sharing.startsWith('mps-') ? memoryGiB / slicesOf(sharing, memoryGiB) : memoryGiB;
}

/**
 * How many pods share one GPU. Of MIG, as many as both its compute slices and its memory give.
 *
 * NVIDIA Multi-Instance GPU User Guide, "Supported MIG Profiles" (2026-11).
 */
export function slicesOf(sharing: string, memoryGiB: number): number {
  const [, compute, memory] = MIG.exec(sharing) ?? [];
  if (compute !== undefined) {
    return Math.max(1, Math.min(Math.floor(COMPUTE_SLICES / Number(compute)), Math.floor(memoryGiB / Number(memory))));
  }
  const [, clients = '1'] = TURNS.exec(sharing) ?? [];
  return Number(clients);
}
