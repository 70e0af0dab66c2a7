/**
 * What GKE leaves of a machine to pods, and what machines without GPU have.
 *
 * https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes (2026-11). Shapes:
 * https://cloud.google.com/compute/docs/general-purpose-machines (2026-11); where sizes of a family differ, the most of them.
 */
import type { MachineShape, NodeSize } from '../cloud';
import { gkeReservedCpu, graded } from '../sizes';

/** 25 % of the first 4 GiB, and so on. */
const MEMORY_GRADES = [[4, 0.25], [4, 0.2], [8, 0.1], [112, 0.06], [Infinity, 0.02]] as const;
/** `memory.available` below which the kubelet evicts pods: 100 MiB. */
const EVICTION_GIB = 100 / 1024;

export function allocatable({ vcpu, memoryGiB, diskGiB }: NodeSize): NodeSize {
  return {
    vcpu: vcpu - gkeReservedCpu(vcpu),
    memoryGiB: memoryGiB - graded(memoryGiB, MEMORY_GRADES) - EVICTION_GIB,
    ...(diskGiB !== undefined && { diskGiB: diskGiB - systemDiskGiB(diskGiB) - 0.1 * diskGiB }),
  };
}

/** Of the boot disk, for the system; a tenth more is kept for eviction. */
function systemDiskGiB(diskGiB: number): number {
  return Math.min(0.5 * diskGiB, 6 + 0.35 * diskGiB, 100);
}

const SHAPE = /^(n1|n2d?|n4a?|e2|t2[ad]|c2d?|c3d?|c4[ad]?)-(standard|highmem|highcpu)-(\d+)$/;
const ARM = ['t2a', 'c4a', 'n4a'];
/** GiB for each vCPU. */
const MEMORY = { standard: 4, highmem: 8, highcpu: 2 } as const;

/** None for shared cores and custom machine types. */
export function shapeOf(machineType: string): MachineShape | undefined {
  const [, family = '', kind, count] = SHAPE.exec(machineType) ?? [];
  if (kind === undefined || count === undefined) return undefined;
  const vcpu = Number(count);
  return { vcpu, memoryGiB: vcpu * MEMORY[kind as keyof typeof MEMORY], architecture: ARM.includes(family) ? 'arm64' : 'amd64' };
}
