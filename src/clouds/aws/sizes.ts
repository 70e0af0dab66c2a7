/**
 * What EKS leaves of a machine to pods, and what machines without GPU have.
 *
 * nodeadm, https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/config.go (2026-11): 255 MiB and 11 MiB for each
 * pod that the machine may have, 100 MiB and a tenth of the disk for eviction. Shapes: https://aws.amazon.com/ec2/instance-types (2026-11).
 */
import type { MachineShape, NodeSize } from '../cloud';
import { gkeReservedCpu } from '../sizes';

/** Machines of four cores and more may have at least so many pods; most may have more, for which more is kept. */
const FEWEST_PODS = 29;
const KEPT_GIB = (255 + 11 * FEWEST_PODS + 100) / 1024;

export function allocatable({ vcpu, memoryGiB, diskGiB }: NodeSize): NodeSize {
  return {
    vcpu: vcpu - gkeReservedCpu(vcpu),
    memoryGiB: memoryGiB - KEPT_GIB,
    ...(diskGiB !== undefined && { diskGiB: 0.9 * diskGiB }),
  };
}

/** From the fifth generation of C, M and R on, the third of T; not C5n, which has more memory. */
const SHAPE = /^([cmr][5-9]|t[3-9])([a-z]*)(?:-flex)?\.(?:large|(\d*)xlarge)$/;
/** GiB for each vCPU. */
const MEMORY: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8, t: 4 };

/** AWS has machines with processors of its own make: `m7g`, `g5g`. */
const ARM = /^[a-z]+\d+[a-z]*g[a-z]*\./;

export function isArm(machineType: string): boolean {
  return ARM.test(machineType);
}

/** None for bare metal and for families whose names do not tell. */
export function shapeOf(machineType: string): MachineShape | undefined {
  const [match, family = '', variant = '', times] = SHAPE.exec(machineType) ?? [];
  const memory = MEMORY[family.charAt(0)];
  if (match === undefined || memory === undefined || family + variant === 'c5n') return undefined;
  const vcpu = times === undefined ? 2 : 4 * Number(times === '' ? 1 : times);
  return { vcpu, memoryGiB: vcpu * memory, architecture: variant.includes('g') ? 'arm64' : 'amd64' };
}
