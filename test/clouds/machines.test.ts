import { gpuNamed, GPUS } from '../../src/catalog/gpus';
import type { GpuModel } from '../../src/catalog/gpus';
import type { Machine } from '../../src/clouds/cloud';
import { MIG_PROFILES, OPTIONAL_SSDS } from '../../src/clouds/gcp/infrastructure/accelerators';
import { GKE_ACCELERATORS, MACHINES as GCP } from '../../src/clouds/gcp/machines';
import { CLOUD_NAMES, cloudNamed } from '../../src/clouds/pods';
import { defined } from '../expand/fixtures';

const ROWS = CLOUD_NAMES.flatMap((cloud) => cloudNamed(cloud).machines.map((machine) => ({ cloud, machine })));

/** What daemons and a mount's sidecar ask for, beside the container. */
const DAEMONS_GIB = 1.5;

function modelOf({ gpu }: Machine): GpuModel {
  return defined(gpuNamed(gpu));
}

/**
 * Memory that a node keeps from its pods: 25 % of the first 4 GiB, 20 % of the next 4, 10 % of the next 8, 6 % of the next 112 and 2 % of
 * the rest, and 0.75 GiB for eviction. GKE's and AKS's rule, of which EKS keeps less.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes
 */
function reservedGiB(memoryGiB: number): number {
  const tiers = [[4, 0.25], [4, 0.2], [8, 0.1], [112, 0.06], [Infinity, 0.02]] as const;
  let left = memoryGiB;
  return tiers.reduce((sum, [size, share]) => {
    const part = Math.min(left, size);
    left -= part;
    return sum + part * share;
  }, 0.75);
}

test('every GPU of a machine is in the catalog', () => {
  expect(ROWS.filter(({ machine }) => !gpuNamed(machine.gpu)).map(({ machine }) => machine.machineType)).toEqual([]);
});

test('every GPU of Google Cloud has its label, and every label a GPU', () => {
  expect([...new Set(GCP.map(({ gpu }) => gpu))].sort()).toEqual(Object.keys(GKE_ACCELERATORS).sort());
});

test('every GPU that is exported is on a machine of a cloud that can still be had', () => {
  const offered = new Set(ROWS.filter(({ machine }) => !machine.retired).map(({ machine }) => machine.gpu));
  expect(GPUS.filter(({ name }) => !offered.has(name)).map(({ name }) => name)).toEqual([]);
});

test('what can be partitioned, or has disks or a region of its own, is a GPU or machine of that cloud', () => {
  const machineTypes = GCP.map(({ machineType }) => machineType);
  expect(Object.keys(MIG_PROFILES).filter((gpu) => !GKE_ACCELERATORS[gpu])).toEqual([]);
  expect(Object.keys(OPTIONAL_SSDS).filter((machineType) => !machineTypes.includes(machineType))).toEqual([]);
});

test('a machine\'s name is there once, but for those to which GPUs are attached', () => {
  const names = ROWS.map(({ cloud, machine }) => [cloud, machine.machineType, ...(machine.attached ? [machine.gpu, machine.gpuCount] : [])].join(' '));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('every number is positive, counts and cores are whole, and spot costs no more than on demand', () => {
  const wrong = ROWS.filter(({ machine: { gpuCount, vcpu, memoryGiB, usdPerHour = 1, spotUsdPerHour = usdPerHour } }) =>
    ![gpuCount, vcpu].every((count) => Number.isInteger(count) && count > 0)
    || !(memoryGiB > 0 && usdPerHour > 0 && spotUsdPerHour > 0 && spotUsdPerHour <= usdPerHour));
  expect(wrong).toEqual([]);
});

test('every machine has the cores that its GPUs ask for by default, and a fifth to spare', () => {
  const tight = ROWS.filter(({ machine }) => modelOf(machine).cpu * machine.gpuCount > 0.8 * machine.vcpu);
  expect(tight.map(({ machine }) => machine.machineType)).toEqual([]);
});

test('every machine has the memory that its GPUs ask for by default, beside what the node keeps and its daemons ask for', () => {
  const tight = ROWS.filter(({ machine }) => {
    const free = machine.memoryGiB - reservedGiB(machine.memoryGiB) - DAEMONS_GIB;
    return modelOf(machine).hostMemoryGiB * machine.gpuCount > free;
  });
  expect(tight.map(({ machine }) => machine.machineType)).toEqual([]);
});

test('what a machine has for each of its GPUs is not left idle: the leanest machine gives at least half of its memory', () => {
  const free = ROWS.filter(({ machine }) => {
    const same = ROWS.filter((row) => row.machine.gpu === machine.gpu);
    const leanest = Math.min(...same.map((row) => row.machine.memoryGiB / row.machine.gpuCount));
    return modelOf(machine).hostMemoryGiB < leanest / 2;
  });
  expect([...new Set(free.map(({ machine }) => machine.gpu))]).toEqual([]);
});
