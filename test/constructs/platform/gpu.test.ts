import { Gpu } from '../../../src';
import { GPUS } from '../../../src/catalog/gpus';
import { messageOf } from '../fixtures';

test('there is a constant for every GPU of the catalog, and no other', () => {
  const constants = Object.entries(Gpu).map(([constant, gpu]) => ({ constant, name: (gpu as Gpu).name }));
  expect(constants).toEqual(GPUS.map(({ constant, name }) => ({ constant, name })));
});

test('a GPU is found by its name', () => {
  expect(Gpu.of('nvidia-h100').name).toBe(Gpu.NVIDIA_H100.name);
});

test.each([
  ['nvidia-l5', 'gpu nvidia-l5 is not in the catalog; did you mean nvidia-l4?'],
  ['H100', 'gpu H100 is not in the catalog; did you mean nvidia-h100?'],
])('%s is no GPU, and the nearest is suggested', (name, message) => {
  expect(messageOf(() => Gpu.of(name))).toBe(message);
});
