import { amountOf } from '../../src/api/quantity';
import type { ResourcesSpec } from '../../src/api/resource';
import { GPUS } from '../../src/catalog/gpus';
import { gpuRequestOf, unknownGpu } from '../../src/expand';
import { resourceRequirements, sharedMemory } from '../../src/expand/resources';
import { defaultStagingGiB } from '../../src/expand/staging';
import { CLOUDS, platformOf } from './fixtures';

function requestsOf(resources?: ResourcesSpec, cloud = 'gcp'): Record<string, string> {
  return resourceRequirements(resources, platformOf(cloud)).requests ?? {};
}

function gpu(type: string, count?: number): ResourcesSpec {
  return { gpu: { type, ...(count !== undefined && { count }) } };
}

test.each(CLOUDS)('on %s the defaults are the same whether or not resources is given', (cloud) => {
  expect(requestsOf({}, cloud)).toEqual(requestsOf(undefined, cloud));
  expect(requestsOf(gpu('nvidia-l4', 0), cloud)).toEqual(requestsOf(undefined, cloud));
});

test('without a GPU they are those of the original Substratus, with less of the disk, for results go to a volume', () => {
  expect(requestsOf()).toEqual({ 'cpu': '2', 'memory': '10Gi', 'ephemeral-storage': '5Gi' });
});

test('setting one leaves the others as they are', () => {
  expect(requestsOf({ cpu: 8 })).toEqual({ ...requestsOf(), cpu: '8' });
  expect(requestsOf({ ...gpu('nvidia-l4'), disk: '1Ti' })).toEqual({ ...requestsOf(gpu('nvidia-l4')), 'ephemeral-storage': '1Ti' });
});

test('an integer is cores or GiB, anything else is a quantity', () => {
  expect(requestsOf({ cpu: '3', memory: 64, disk: '100' })).toEqual({ 'cpu': '3', 'memory': '64Gi', 'ephemeral-storage': '100Gi' });
  expect(requestsOf({ cpu: '500m', memory: '1.5Gi', disk: '5G' })).toEqual({ 'cpu': '500m', 'memory': '1.5Gi', 'ephemeral-storage': '5G' });
});

test.each(GPUS.map(({ name }) => name))('cores, memory and disk grow with the number of %s, and are never less than without', (name) => {
  const [none, one, four] = [requestsOf(), requestsOf(gpu(name, 1)), requestsOf(gpu(name, 4))];
  const amounts = (key: string) => [one, four].map((requests) => amountOf(requests[key] ?? ''));
  const [cpu, memory, disk] = ['cpu', 'memory', 'ephemeral-storage'].map(amounts) as [number[], number[], number[]];
  expect([cpu[1], memory[1]]).toEqual([4 * (cpu[0] ?? 0), 4 * (memory[0] ?? 0)]);
  expect(disk[1]).toBeGreaterThanOrEqual(disk[0] ?? 0);
  expect(['cpu', 'memory', 'ephemeral-storage'].filter((key) => amountOf(one[key] ?? '') < amountOf(none[key] ?? ''))).toEqual([]);
});

test('a GPU that is bigger comes with more', () => {
  const memory = (type: string) => amountOf(requestsOf(gpu(type)).memory ?? '');
  expect(memory('nvidia-h100')).toBeGreaterThan(memory('nvidia-l4'));
});

test('GPUs are requested and limited; memory is never limited', () => {
  expect(resourceRequirements(gpu('nvidia-l4', 2), platformOf('gcp'))).toMatchObject({
    requests: { 'nvidia.com/gpu': '2' }, limits: { 'nvidia.com/gpu': '2' },
  });
  expect(resourceRequirements({ memory: 9 }, platformOf('gcp')).limits).toBeUndefined();
});

test('an accelerator is asked for by the name of its own resource', () => {
  expect(requestsOf(gpu('amd-mi300x'))['amd.com/gpu']).toBe('1');
  expect(requestsOf(gpu('aws-trainium1'), 'aws')['aws.amazon.com/neuron']).toBe('1');
});

const GCP = platformOf('gcp');

test('a type alone is one GPU, and a count alone is of whichever there is', () => {
  expect(gpuRequestOf(gpu('nvidia-l4'), GCP)?.count).toBe(1);
  expect(gpuRequestOf({ gpu: { count: 2 } }, GCP)).toEqual({ count: 2 });
  const none = [{ gpu: {} }, {}, undefined, gpu('nvidia-l4', 0)].map((resources) => gpuRequestOf(resources, GCP));
  expect(none).toEqual(Array(4).fill(undefined));
});

test('case 16: a count alone is of the one kind that the platform has, and of none where it has several', () => {
  const pools = (...gpus: string[]) => platformOf('gcp', { gpuPools: gpus.map((name) => ({ name, gpu: name, gpusPerNode: 4 })) });
  expect(gpuRequestOf({ gpu: { count: 2 } }, pools('nvidia-l4', 'nvidia-l4'))).toMatchObject({ gpu: { name: 'nvidia-l4' }, count: 2 });
  expect(gpuRequestOf({ gpu: { count: 2 } }, pools('nvidia-l4', 'nvidia-t4'))).toEqual({ count: 2 });
});

test('B2: a GPU that is not in the catalog is declared, and only a slip of the pen is taken for another', () => {
  expect(() => requestsOf(gpu('nvidia-rtx-a6000')))
    .toThrow("gpu nvidia-rtx-a6000 is not in the catalog; declare it with Gpu.custom({ name: 'nvidia-rtx-a6000', memory, resourceName }) and its nodes with addGpuPool");
  expect(unknownGpu('nvidia-a100-80b')).toMatch(/^gpu nvidia-a100-80b is not in the catalog; did you mean nvidia-a100-80gb\? Or declare it with Gpu\.custom/);
  expect(unknownGpu('nvidia-l5')).not.toContain('did you mean');
});

test('case 16: a GPU of the platform\'s own is asked for by its resource, with what goes with it', () => {
  const part = { name: 'nvidia-a100-1g.10gb', memoryGiB: 10, resource: 'nvidia.com/mig-1g.10gb' };
  const rtx = { name: 'nvidia-rtx-a6000', memoryGiB: 48, resource: 'nvidia.com/gpu', cpu: 8, hostMemoryGiB: 100 };
  const platform = platformOf('local', { gpus: [part, rtx] });
  expect(resourceRequirements(gpu(part.name, 1), platform)).toEqual({
    requests: { 'cpu': '3', 'memory': '10Gi', 'ephemeral-storage': '23Gi', 'nvidia.com/mig-1g.10gb': '1' }, limits: { 'nvidia.com/mig-1g.10gb': '1' },
  });
  expect(resourceRequirements(gpu(rtx.name, 2), platform).requests).toMatchObject({ 'cpu': '16', 'memory': '200Gi', 'nvidia.com/gpu': '2' });
});

test('a count of 0 of a GPU that is not in the catalog is no GPU', () => {
  expect(requestsOf(gpu('nvidia-k80', 0))).toEqual(requestsOf());
});

test('the staging volume and the shared memory grow with the GPUs', () => {
  expect([undefined, gpu('nvidia-l4'), gpu('nvidia-a100-80gb', 8)].map((resources) => defaultStagingGiB({ resources }, GCP))).toEqual([50, 50, 1280]);
  expect([undefined, gpu('nvidia-l4'), gpu('nvidia-l4', 8)].map((resources) => sharedMemory(resources, GCP))).toEqual(['1Gi', '2Gi', '32Gi']);
});

function slice(type: string, sharing: string): ResourcesSpec {
  return { gpu: { type, count: 1, sharing } };
}

test.each([
  ['nvidia-a100-80gb', 'mig-1g.10gb', 7], ['nvidia-a100-80gb', 'mig-3g.40gb', 2], ['nvidia-h100', 'mig-1g.20gb', 4],
  ['nvidia-rtx-pro-6000', 'mig-1g.24gb', 4], ['nvidia-t4', 'time-slicing-4', 4], ['nvidia-l4', 'mps-10', 10],
])('A8: of %s as %s, %d pods with defaults take no more than one with the whole GPU', (type, sharing, pods) => {
  const [part, whole] = [requestsOf(slice(type, sharing)), requestsOf(gpu(type))];
  for (const key of ['cpu', 'memory', 'ephemeral-storage']) {
    const [of, all] = [part, whole].map((requests) => amountOf(requests[key] ?? '')) as [number, number];
    expect(of * pods).toBeLessThanOrEqual(all);
    expect(of * (pods + 1)).toBeGreaterThan(0.99 * all);
  }
  expect(part['nvidia.com/gpu']).toBe('1');
});

test('A8: shared memory and staging are those of the slice', () => {
  const mig = slice('nvidia-a100-80gb', 'mig-3g.40gb');
  expect(sharedMemory(mig, GCP)).toBe('1Gi');
  expect([mig, slice('nvidia-b200', 'mig-1g.23gb')].map((resources) => defaultStagingGiB({ resources }, GCP))).toEqual([80, 52]);
});

test('A8: several slices, or a way of sharing that there is not, are errors', () => {
  expect(() => requestsOf({ gpu: { type: 'nvidia-t4', count: 2, sharing: 'time-slicing-4' } }))
    .toThrow('gpu.count is 2 with gpu.sharing time-slicing-4, but a program sees one slice only; leave out one of them');
  expect(() => requestsOf(slice('nvidia-t4', 'halves'))).toThrow('gpu.sharing is halves; use mig-<profile>, time-slicing-<pods> or mps-<pods>, for example mig-1g.10gb');
});

test.each(CLOUDS)('R2: on %s the shared memory is within the memory of the container, also by default', (cloud) => {
  expect(amountOf(sharedMemory(undefined, platformOf(cloud)))).toBeLessThanOrEqual(amountOf(requestsOf(undefined, cloud).memory ?? '') / 2);
});

test('case 09: the shared memory is of the size that is asked for, and must fit the memory that it is part of', () => {
  const platform = platformOf('gcp');
  expect(sharedMemory({ memory: 24, sharedMemory: 16 }, platform)).toBe('16Gi');
  expect(sharedMemory({ ...gpu('nvidia-l4'), sharedMemory: '512Mi' }, platform)).toBe('512Mi');
  expect(() => sharedMemory({ memory: 8, sharedMemory: 16 }, platform)).toThrow('resources.sharedMemory is 16Gi but resources.memory is 8Gi; give more memory');
  expect(() => sharedMemory({ sharedMemory: 16 }, platform)).toThrow('resources.sharedMemory is 16Gi but resources.memory is 10Gi; give more memory');
  expect(() => sharedMemory({ sharedMemory: 0 }, platform)).toThrow('resources.sharedMemory is 0; give a size, or leave it out');
});

describe('case 15: limits', () => {
  const requirements = (resources: ResourcesSpec) => resourceRequirements(resources, platformOf('gcp'));

  test('they stand beside those of the GPUs', () => {
    expect(requirements({ ...gpu('nvidia-l4'), limits: { cpu: 9, memory: 64 } }).limits).toEqual({ 'cpu': '9', 'memory': '64Gi', 'nvidia.com/gpu': '1' });
    expect(requirements({ limits: { memory: '20Gi' } })).toEqual({ requests: requestsOf(), limits: { memory: '20Gi' } });
  });

  test('a default never asks for more than the limit', () => {
    expect(requirements({ limits: { cpu: '500m', memory: 1 } }).requests).toEqual({ ...requestsOf(), cpu: '500m', memory: '1Gi' });
  });

  test.each<[ResourcesSpec, string]>([
    [{ cpu: 2, limits: { cpu: '1500m' } }, 'limits.cpu is 1500m but cpu is 2; raise the limit, or ask for less'],
    [{ memory: 8, limits: { memory: '8000Mi' } }, 'limits.memory is 8000Mi but memory is 8Gi; raise the limit, or ask for less'],
  ])('one below what is asked for is an error: %j', (resources, message) => {
    expect(() => requirements(resources)).toThrow(message);
  });
});
