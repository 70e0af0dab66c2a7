import { gpuNamed, GPUS } from '../../src/catalog/gpus';

test('names and constants are unique, and a constant is its name in capitals', () => {
  expect(new Set(GPUS.map(({ name }) => name)).size).toBe(GPUS.length);
  expect(GPUS.filter(({ name, constant }) => constant !== name.toUpperCase().replaceAll('-', '_'))).toEqual([]);
});

test('every number is positive, and those of a container are whole', () => {
  expect(GPUS.filter(({ memoryGiB }) => !(memoryGiB > 0))).toEqual([]);
  const isCount = (number: number) => Number.isInteger(number) && number > 0;
  expect(GPUS.filter(({ cpu, hostMemoryGiB }) => !isCount(cpu) || !isCount(hostMemoryGiB))).toEqual([]);
});

test('the GPUs of the original Substratus are there, with the memory that it gave them', () => {
  expect(['nvidia-a100', 'nvidia-t4', 'nvidia-l4'].map((name) => gpuNamed(name)?.memoryGiB)).toEqual([40, 16, 24]);
});

test('a vendor\'s accelerators are asked for by its resource', () => {
  const byVendor = { nvidia: 'nvidia.com/gpu', amd: 'amd.com/gpu', aws: 'aws.amazon.com/neuron' };
  expect(GPUS.filter(({ name, resource }) => byVendor[name.split('-')[0] as keyof typeof byVendor] !== resource)).toEqual([]);
});

test('a name that is not there finds none', () => {
  expect(gpuNamed('nvidia-l5')).toBeUndefined();
  expect(gpuNamed('constructor')).toBeUndefined();
});
