import { Size } from 'cdk8s';
import { Gpu, GpuSharing, Platform } from '../../../src';
import type { CustomGpuOptions } from '../../../src';
import { GPUS } from '../../../src/catalog/gpus';
import { messageOf, untyped } from '../fixtures';

test('there is a constant for every GPU of the catalog, and no other', () => {
  const constants = Object.entries(Gpu).map(([constant, gpu]) => ({ constant, name: (gpu as Gpu).name }));
  expect(constants).toEqual(GPUS.map(({ constant, name }) => ({ constant, name })));
});

test('a GPU is found by its name', () => {
  expect(Gpu.of('nvidia-h100').name).toBe(Gpu.NVIDIA_H100.name);
});

test.each([
  ['nvidia-l4o', "gpu nvidia-l4o is not in the catalog; did you mean nvidia-l4? Or declare it with Gpu.custom({ name: 'nvidia-l4o', memory, resourceName }) and its nodes with addGpuPool"],
  ['H100', "gpu H100 is not in the catalog; did you mean nvidia-h100? Or declare it with Gpu.custom({ name: 'H100', memory, resourceName }) and its nodes with addGpuPool"],
  ['nvidia-l20', "gpu nvidia-l20 is not in the catalog; declare it with Gpu.custom({ name: 'nvidia-l20', memory, resourceName }) and its nodes with addGpuPool"],
])('B2: %s is not in the catalog, and another GPU is suggested only for a slip of the pen', (name, message) => {
  expect(messageOf(() => Gpu.of(name))).toBe(message);
});

const A6000 = { name: 'nvidia-rtx-a6000', memory: Size.gibibytes(48), resourceName: 'nvidia.com/gpu' };

test('B2: a GPU of one\'s own is on the platform once a pool has it, in whole or half GiB', () => {
  const platform = Platform.local({ clusterName: 'rack' });
  const gpu = Gpu.custom({ ...A6000, cpu: 8, hostMemory: Size.mebibytes(1536) });
  platform.addGpuPool('a', { gpu, gpusPerNode: 4 });
  platform.addGpuPool('b', { gpu, gpusPerNode: 8 });
  expect(platform.toJson()).toMatchObject({
    gpus: [{ name: 'nvidia-rtx-a6000', memoryGiB: 48, resource: 'nvidia.com/gpu', cpu: 8, hostMemoryGiB: 1.5 }],
    gpuPools: [{ gpu: 'nvidia-rtx-a6000', gpusPerNode: 4 }, { gpu: 'nvidia-rtx-a6000', gpusPerNode: 8 }],
  });
});

test.each([
  ['a name of the catalog', { ...A6000, name: 'nvidia-l4' }, "gpu nvidia-l4 is in the catalog; write Gpu.of('nvidia-l4'), or give yours another name"],
  ['a name that no label can have', { ...A6000, name: 'RTX A6000' },
    "name is 'RTX A6000'; use lower-case letters, digits, - and . inside, 63 characters at most, for example nvidia-rtx-a6000"],
  ['a resource without a domain', { ...A6000, resourceName: 'gpu' },
    "resourceName of gpu nvidia-rtx-a6000 is 'gpu'; give the extended resource of its nodes, for example nvidia.com/gpu"],
  ['memory as a number', { ...A6000, memory: 48 }, 'memory of gpu nvidia-rtx-a6000 is 48; write for example Size.gibibytes(48)'],
  ['no cores', { ...A6000, cpu: 0 }, 'cpu of gpu nvidia-rtx-a6000 is 0; give a number of cores above 0'],
  ['a prop that there is not', { ...A6000, resource: 'nvidia.com/gpu' }, 'Gpu.custom has no prop resource; did you mean resourceName?'],
])('B2: a GPU of one\'s own with %s is refused', (_, options, message) => {
  expect(messageOf(() => Gpu.custom(untyped<CustomGpuOptions>(options)))).toBe(message);
});

test('B2: one name cannot be two GPUs', () => {
  const platform = Platform.local({ clusterName: 'rack' });
  platform.addGpuPool('a', { gpu: Gpu.custom(A6000) });
  expect(messageOf(() => platform.addGpuPool('b', { gpu: Gpu.custom({ ...A6000, memory: Size.gibibytes(96) }) }))).toBe(
    "platform rack cannot have GPU pool 'b': gpu nvidia-rtx-a6000 is another one in a pool that is there already; use one Gpu.custom for both, or give it another name");
});

describe('a pool that shares its GPUs as they cannot be', () => {
  const added = (gpu: Gpu, sharing: GpuSharing) => messageOf(() => Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-east-1' })
    .addGpuPool('shared', { gpu, gpusPerNode: gpu === Gpu.NVIDIA_A100 ? 8 : 1, sharing }));

  test.each([
    [Gpu.NVIDIA_L4, GpuSharing.timeSlicing(1), 'sharing is time-slicing by 1 pods; give a whole number, 2 or more, or leave sharing out'],
    [Gpu.NVIDIA_L4, GpuSharing.mps(0), 'sharing is mps by 0 pods; give a whole number, 2 or more, or leave sharing out'],
    [Gpu.NVIDIA_L4, GpuSharing.timeSlicing(2.5), 'sharing is time-slicing by 2.5 pods; give a whole number, 2 or more, or leave sharing out'],
    [Gpu.NVIDIA_L4, GpuSharing.mig('1g.10gb'), 'sharing is MIG profile 1g.10gb, but nvidia-l4 has no MIG; use GpuSharing.timeSlicing, or leave sharing out'],
    [Gpu.NVIDIA_A100, GpuSharing.mig('1g.18gb'), 'sharing is MIG profile 1g.18gb, which nvidia-a100 does not have; use one of 1g.5gb, 1g.10gb, 2g.10gb, 3g.20gb, 4g.20gb, 7g.40gb'],
    [Gpu.NVIDIA_A100, GpuSharing.mig('small'), "sharing is MIG profile 'small'; write for example GpuSharing.mig('1g.10gb')"],
  ])('%s: is refused', (gpu, sharing, message) => {
    expect(added(gpu, sharing)).toBe(`platform ml cannot have GPU pool 'shared': ${message}`);
  });

  test('what it can be is taken', () => {
    expect([added(Gpu.NVIDIA_L4, GpuSharing.timeSlicing(2)), added(Gpu.NVIDIA_A100, GpuSharing.mig('3g.20gb'))]).toEqual(['no error', 'no error']);
  });
});
