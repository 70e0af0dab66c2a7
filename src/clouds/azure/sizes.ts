/**
 * What AKS leaves of a machine to pods, and what machines without GPU have.
 *
 * https://learn.microsoft.com/azure/aks/node-resource-reservations (2026-11): 20 MB for each pod that a node may have and 50 MB, at most a
 * quarter, and 100 MiB for eviction; older versions than 1.29 keep more. Of the disk the kubelet keeps a tenth. Shapes:
 * https://learn.microsoft.com/azure/virtual-machines/sizes/overview (2026-11); where sizes of a family differ, the most of them.
 */
import type { MachineShape, NodeSize } from '../cloud';

/** Cores that are kept on machines of so many and more. */
const KEPT_CPU: readonly (readonly [vcpu: number, kept: number])[] = [
  [64, 0.74], [32, 0.42], [16, 0.26], [8, 0.18], [4, 0.14], [2, 0.1], [1, 0.06],
];
/** The fewest pods that a node may have by default. */
const FEWEST_PODS = 30;
const MB_IN_GIB = 1e6 / 2 ** 30;

export function allocatable({ vcpu, memoryGiB, diskGiB }: NodeSize): NodeSize {
  const [, keptCpu] = KEPT_CPU.find(([from]) => vcpu >= from) ?? [0, 0];
  return {
    vcpu: vcpu - keptCpu,
    memoryGiB: memoryGiB - Math.min((20 * FEWEST_PODS + 50) * MB_IN_GIB, memoryGiB / 4) - 100 / 1024,
    ...(diskGiB !== undefined && { diskGiB: 0.9 * diskGiB }),
  };
}

const SHAPE = /^Standard_([DE])(\d+)([a-z]*)_v[3-7]$/;
/** GiB for each vCPU. */
const MEMORY = { D: 4, E: 8 } as const;

/** None but for the families D and E from version 3 on, without those of confidential computing. */
export function shapeOf(machineType: string): MachineShape | undefined {
  const [, family, count, features = ''] = SHAPE.exec(machineType) ?? [];
  if (family === undefined || count === undefined) return undefined;
  const vcpu = Number(count);
  return { vcpu, memoryGiB: vcpu * MEMORY[family as keyof typeof MEMORY], architecture: features.includes('p') ? 'arm64' : 'amd64' };
}
