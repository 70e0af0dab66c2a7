import { amountOf } from '../../src/api/quantity';
import type { ResourcesSpec } from '../../src/api/resource';
import { GPUS } from '../../src/catalog/gpus';
import { gpuRequestOf, unknownGpu } from '../../src/expand';
import { defaultStagingGiB, resourceRequirements, sharedMemoryGiB } from '../../src/expand/resources';
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

test('without a GPU they are those of the ancestor, with less of the disk, for results go to a volume', () => {
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

test('a type alone is one GPU, and a count alone is of whichever there is', () => {
  expect(gpuRequestOf(gpu('nvidia-l4'))?.count).toBe(1);
  expect(gpuRequestOf({ gpu: { count: 2 } })).toEqual({ count: 2 });
  expect([gpuRequestOf({ gpu: {} }), gpuRequestOf({}), gpuRequestOf(), gpuRequestOf(gpu('nvidia-l4', 0))]).toEqual(Array(4).fill(undefined));
});

test('a GPU that is not in the catalog is an error that suggests the nearest', () => {
  expect(() => requestsOf(gpu('nvidia-l5'))).toThrow('gpu nvidia-l5 is not in the catalog; did you mean nvidia-l4?');
  expect(unknownGpu('zzzzzzzzzzzzzzzz')).toMatch(/^gpu zzzzzzzzzzzzzzzz is not in the catalog; use one of nvidia-t4, nvidia-v100, /);
});

test('a count of 0 of a GPU that is not in the catalog is no GPU', () => {
  expect(requestsOf(gpu('nvidia-k80', 0))).toEqual(requestsOf());
});

test('the staging volume and the shared memory grow with the GPUs', () => {
  expect([undefined, gpu('nvidia-l4'), gpu('nvidia-a100-80gb', 8)].map(defaultStagingGiB)).toEqual([50, 50, 1280]);
  expect([undefined, gpu('nvidia-l4'), gpu('nvidia-l4', 8)].map(sharedMemoryGiB)).toEqual([undefined, 2, 32]);
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
