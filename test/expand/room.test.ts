import type { GpuPoolSpec, PlatformSpec } from '../../src/api/platform';
import type { ResourcesSpec } from '../../src/api/resource';
import { CLOUD_NAMES, cloudNamed } from '../../src/clouds/pods';
import { noRoomFor as noRoomForSpec } from '../../src/expand';
import { platformOf } from './fixtures';

const L4 = { gpu: { type: 'nvidia-l4', count: 1 } };
const SMALL: GpuPoolSpec = { name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, machineType: 'g2-standard-4', diskGiB: 100 };
const BY_HAND: GpuPoolSpec = { name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1 };

function noRoomFor(resources: ResourcesSpec | undefined, platform: PlatformSpec): string | undefined {
  return noRoomForSpec({ resources }, platform);
}

function on(...gpuPools: GpuPoolSpec[]): PlatformSpec {
  return platformOf('gcp', { gpuPools });
}

test('case 11: what is larger than the machine is told by the pool, its machine and what that has', () => {
  const told = (more: ResourcesSpec) => noRoomFor({ ...L4, ...more }, on(SMALL));
  expect(told({ memory: 48 })).toBe(
    'memory is 48Gi, but pool l4 (g2-standard-4) has 13.3 GiB of memory for pods; ask for less, or add a pool with a larger machineType');
  expect(told({ cpu: 8 })).toBe('cpu is 8, but pool l4 (g2-standard-4) has 3.92 cores for pods; ask for less, or add a pool with a larger machineType');
  expect(told({ disk: 300 })).toBe(
    'disk is 300Gi, but pool l4 (g2-standard-4) has 49 GiB of disk for pods; ask for less, or add a pool with a larger machineType or diskGiB');
  expect(told({ memory: 48, cpu: 8 })).toMatch(/^cpu is 8 and memory is 48Gi, but pool l4 \(g2-standard-4\) has 3\.92 cores and 13\.3 GiB of memory for pods; /);
});

test('case 11: what fits is not refused', () => {
  expect([{}, { memory: 10 }, { memory: '13Gi', cpu: '3900m', disk: 49 }].map((more) => noRoomFor({ ...L4, ...more }, on(SMALL)))).toEqual(Array(3).fill(undefined));
});

test('case 11: of a pool by hand, the largest machine of the cloud is the bound, and its disk is not known', () => {
  expect(noRoomFor({ ...L4, memory: 500 }, on(BY_HAND))).toBe(
    'memory is 500Gi, but pool l4 (the largest machine with 1 nvidia-l4) has 118.58 GiB of memory for pods; ask for less, or add a pool with a larger machineType');
  expect([{ memory: 110 }, { disk: 5000 }].map((more) => noRoomFor({ ...L4, ...more }, on(BY_HAND)))).toEqual([undefined, undefined]);
});

test('one pool of several that has room is enough, of the capacity that is asked for', () => {
  const large = { ...SMALL, name: 'large', machineType: 'g2-standard-32', diskGiB: 500, capacity: 'spot' } as const;
  const asked = { ...L4, memory: 48 };
  expect(noRoomFor({ ...asked, capacity: 'spot' }, on(SMALL, large))).toBeUndefined();
  expect(noRoomFor({ ...asked, capacity: 'on-demand' }, on(SMALL, large))).toContain('pool l4 (g2-standard-4) has 13.3 GiB of memory');
  expect(noRoomFor(asked, on(SMALL, { ...SMALL, name: 'also' }))).toContain('13.3 GiB of memory, pool also (g2-standard-4) has 13.3 GiB of memory for pods');
});

test('nothing is refused where a machine is not known: attached GPUs, a type that is in no table, a local cluster', () => {
  const huge = (type: string) => ({ gpu: { type, count: 1 }, memory: 5000 });
  expect(noRoomFor(huge('nvidia-t4'), platformOf('gcp', { gpuPools: [{ ...BY_HAND, gpu: 'nvidia-t4' }] }))).toBeUndefined();
  expect(noRoomFor(huge('nvidia-l4'), on({ ...SMALL, machineType: 'g9-standard-4' }))).toBeUndefined();
  expect(noRoomFor(huge('nvidia-l4'), platformOf('local', { gpuPools: [BY_HAND] }))).toBeUndefined();
  expect(noRoomFor(huge('nvidia-l4'), platformOf('gcp'))).toBeUndefined();
});

test('where nodes come up by themselves, the largest machine of the cloud is the bound', () => {
  const platform = platformOf('gcp', { autoProvisioning: true });
  expect(noRoomFor({ ...L4, memory: 300 }, platform)).toBeUndefined(); // g2-standard-96 has 384 GiB
  expect(noRoomFor({ ...L4, memory: 300 }, { ...platform, gpuPools: [SMALL] })).toBeUndefined();
  expect(noRoomFor({ ...L4, cpu: 100 }, platform)).toMatch(/^cpu is 100, but the largest machine of Google Cloud with 1 nvidia-l4 has 95\.69 cores for pods; /);
});

test('without a GPU, pools are the bound where they are all that there are', () => {
  const platform = platformOf('gcp', { nodePools: [{ name: 'system', machineType: 'n2d-standard-4', diskGiB: 200 }] });
  expect(noRoomFor({ memory: 64 }, platform)).toBe(
    'memory is 64Gi, but pool system (n2d-standard-4) has 13.3 GiB of memory for pods; ask for less, or add a pool with a larger machineType');
  expect([noRoomFor({ memory: 12 }, platform), noRoomFor(undefined, platform), noRoomFor({ memory: 64 }, platformOf('gcp'))]).toEqual([undefined, undefined, undefined]);
  expect(noRoomFor({ memory: 64 }, { ...platform, nodePools: [...platform.nodePools ?? [], { name: 'own', machineType: 'n2-custom-4-8192' }] })).toBeUndefined();
});

test('a pod that chooses its nodes by itself may be on others than those', () => {
  const platform = platformOf('gcp', { nodePools: [{ name: 'system', machineType: 'n2d-standard-4' }] });
  const spec = { resources: { memory: 64 } };
  expect(noRoomForSpec({ ...spec, pod: { labels: { a: 'b' } } }, platform)).toBeDefined();
  expect(noRoomForSpec({ ...spec, pod: { nodeSelector: { pool: 'large' } } }, platform)).toBeUndefined();
});

test.each(CLOUD_NAMES)('on %s the defaults of every GPU fit on every machine that has it', (name) => {
  const wrong = cloudNamed(name).machines.flatMap(({ machineType, gpu, gpuCount }) => {
    const platform = platformOf(name, { gpuPools: [{ name: machineType, gpu, gpusPerNode: gpuCount, machineType, diskGiB: 200 }] });
    return noRoomFor({ gpu: { type: gpu, count: gpuCount } }, platform) ?? [];
  });
  expect(wrong).toEqual([]);
});

test('what runs beside the program is counted with it, and what runs before it instead of it', () => {
  const spec = (requests: object, field = 'sidecars') => ({
    resources: { ...L4, memory: 10, cpu: 3 }, pod: { [field]: [{ name: 'a', image: 'b', resources: { requests } }, { name: 'c', image: 'd' }] },
  });
  expect(noRoomForSpec(spec({ memory: '6Gi', cpu: '500m' }), on(SMALL))).toBe(
    'memory is 10Gi (16 GiB with pod.sidecars and pod.initContainers), but pool l4 (g2-standard-4) has 13.3 GiB of memory for pods; '
    + 'ask for less, or add a pool with a larger machineType');
  expect(noRoomForSpec(spec({ cpu: 2 }), on(SMALL))).toMatch(/^cpu is 3 \(5 with pod\.sidecars and pod\.initContainers\), but pool l4 /);
  expect(noRoomForSpec(spec({ memory: '3Gi' }), on(SMALL))).toBeUndefined();
  expect(noRoomForSpec(spec({ memory: '13Gi' }, 'initContainers'), on(SMALL))).toBeUndefined();
  expect(noRoomForSpec(spec({ memory: '14Gi' }, 'initContainers'), on(SMALL))).toMatch(/^memory is 10Gi \(14 GiB with /);
});
