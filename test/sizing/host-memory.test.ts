import type { FactsSpec } from '../../src/api/facts';
import { factsNamed } from '../../src/catalog/known-models';
import { cpuServingFit, memoryFit, quantizingMemory, requestFor, trainingMemory } from '../../src/sizing/host-memory';
import type { TrainingMemory } from '../../src/sizing/host-memory';

const GIB = 2 ** 30;
const QWEN = factsNamed('Qwen/Qwen3-8B') as FactsSpec;
const LORA: TrainingMemory = { method: 'lora', merges: true, gpus: 1, isDivided: false, batchSize: 1, maxLength: 2048, loraRank: 16 };

function gib(parts: readonly { readonly gib: number }[]): number {
  return parts.reduce((sum, part) => sum + part.gib, 0);
}

describe('a training takes of the memory of its pod', () => {
  test.each<[string, Partial<TrainingMemory>, number]>([
    ['the weights that its adapter is merged into', {}, 15.26 + 4],
    ['no more than its program, for an adapter alone', { merges: false }, 4],
    ['no more than its program, for all weights on one GPU', { method: 'full' }, 4],
    ['all weights once more, where several GPUs hold them together', { method: 'full', gpus: 8 }, 6 * 8.191e9 / GIB + 4],
    ['the weights once for each GPU, where an adapter is trained on weights that they share', { gpus: 4, isDivided: true }, 4 * 15.26 + 4],
    ['weights, gradients and optimizer, without a GPU', { method: 'full', gpus: 0, batchSize: 1, maxLength: 8 }, 16 * 8.191e9 / GIB + 2.09],
  ])('%s', (_, options, expected) => {
    expect(gib(trainingMemory(QWEN, { ...LORA, ...options }))).toBeCloseTo(expected, 1);
  });

  test('more with longer rows, without a GPU', () => {
    const of = (maxLength: number): number => gib(trainingMemory(QWEN, { ...LORA, gpus: 0, maxLength }));
    expect(of(4096) - of(2048)).toBeCloseTo((68 * 36 * 4096 + 8 * 151936) * 2048 / GIB, 3);
  });
});

describe('a quantizer takes of the memory of its pod', () => {
  test.each<[string, Parameters<typeof quantizingMemory>[1], number]>([
    ['a file of weights at a time', { quantizer: 'fp8', hasGpu: false }, 2 * 5e9 / GIB + 2],
    ['the model and what it makes of the rows, with a dataset', { quantizer: 'int4', hasGpu: true, calibration: { samples: 512, length: 2048 } }, 15.26 + 8 + 4],
    ['the largest tensor of a GGUF file', { quantizer: 'gguf', hasGpu: false }, 10 * 151936 * 4096 / GIB + 1],
  ])('%s', (_, options, expected) => {
    expect(gib(quantizingMemory(QWEN, options))).toBeCloseTo(expected, 1);
  });
});

test('a request leaves a tenth of it free', () => {
  expect(requestFor([{ name: 'weights', gib: 15.26 }, { name: 'program', gib: 4 }])).toBe(22);
});

test('only a limit below what is certain is refused', () => {
  const parts = [{ name: 'weights', gib: 10 }, { name: 'activations', gib: 5 }];
  const verdict = (memoryGiB: number, isLimit: boolean): string => memoryFit('it', parts, { gib: memoryGiB, isLimit }).verdict;
  expect([verdict(16, true), verdict(12, true), verdict(8, true), verdict(8, false)]).toEqual(['fits', 'unknown', 'no', 'unknown']);
  expect(memoryFit('it', parts, { gib: 12, isLimit: true }).reason).toBe('it in the memory of its pod: up to 15.0 of 12.0 GiB');
});

describe('vLLM without a GPU', () => {
  const memory = { gib: 32, isLimit: false };

  test('serves what its cache holds', () => {
    expect(cpuServingFit(QWEN, { cacheGiB: 8, memory })).toMatchObject({
      verdict: 'fits', contextLength: 40960, reason: 'Qwen/Qwen3-8B in the memory of its pod: up to 28.3 of 32.0 GiB; its cache of 8.0 GiB holds 1.4 requests of 40960 tokens at once',
    });
    expect(cpuServingFit(QWEN, { cacheGiB: 4, memory })).toMatchObject({ verdict: 'tight', contextLength: 29120 });
  });

  test('does not serve a longer context than that', () => {
    expect(cpuServingFit(QWEN, { cacheGiB: 4, contextLength: 40960, memory })).toMatchObject({
      verdict: 'no', reason: 'Qwen/Qwen3-8B without a GPU: its cache of 4.0 GiB holds 29120 tokens, not 40960',
    });
  });

  test('of layers that are not known nothing is said', () => {
    const { layers: _layers, ...few } = QWEN;
    expect(cpuServingFit(few, { cacheGiB: 4, memory }).verdict).toBe('unknown');
  });
});
