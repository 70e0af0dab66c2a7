/** Machines of Nimbus with GPUs. Made up. */
import type { Machine } from '../../../src/clouds/cloud';

export const MACHINES: readonly Machine[] = [
  { machineType: 'n.l4', gpu: 'nvidia-l4', gpuCount: 1, vcpu: 8, memoryGiB: 32, usdPerHour: 0.7 },
  { machineType: 'n.l4.fast', gpu: 'nvidia-l4', gpuCount: 1, vcpu: 16, memoryGiB: 64, usdPerHour: 0.9 },
  { machineType: 'n.h100x8', gpu: 'nvidia-h100', gpuCount: 8, vcpu: 208, memoryGiB: 1872, usdPerHour: 55 },
];
