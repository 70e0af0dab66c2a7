/** Memory of finetuning against what was measured on one H100 (79.18 GiB): TRL 1.16, PEFT 0.21, PyTorch 2.11, 2026-11-27. */
import type { FactsSpec } from '../../src/api/facts';
import { gpuNamed } from '../../src/catalog/gpus';
import { factsNamed } from '../../src/catalog/known-models';
import { trainableParameters, trainingFit, trainingParts, type TrainingOptions } from '../../src/sizing/training';

function facts(name: string): FactsSpec {
  const found = factsNamed(name);
  if (!found) throw new Error(`${name} is not in the table`);
  return found;
}

function gpu(name: string): TrainingOptions['gpu'] {
  const found = gpuNamed(name);
  if (!found) throw new Error(`${name} is not in the table`);
  return found;
}

function options(method: TrainingOptions['method'], maxLength: number, batchSize: number): TrainingOptions {
  return { task: 'sft', method, gpu: gpu('nvidia-h100'), gpus: 1, maxLength, batchSize };
}

type Row = readonly [name: string, length: number, batch: number, measured: number];

function peak(name: string, asked: TrainingOptions): number {
  return trainingParts(facts(name), asked).reduce((sum, part) => sum + part.gib, 0);
}

test.each<Row>([
  ['Qwen/Qwen3-0.6B', 1024, 1, 1.44], ['Qwen/Qwen3-0.6B', 4096, 1, 1.89], ['meta-llama/Llama-3.2-1B-Instruct', 2048, 1, 2.97],
  ['Qwen/Qwen3-4B', 2048, 1, 8.77], ['Qwen/Qwen3-4B', 2048, 4, 11.3], ['meta-llama/Llama-3.1-8B', 1024, 1, 16.07],
  ['meta-llama/Llama-3.1-8B', 4096, 1, 17.81], ['meta-llama/Llama-3.1-8B', 2048, 4, 20.12], ['Qwen/Qwen3-14B', 2048, 1, 29.93],
  ['Qwen/Qwen3-32B', 1024, 1, 63.78],
])('LoRA of %s, %i × %i tokens: within 0.3 GiB of %d', (...[name, length, batch, measured]) => {
  expect(Math.abs(peak(name, options('lora', length, batch)) - measured)).toBeLessThan(0.3);
});

test.each<Row>([
  ['Qwen/Qwen3-0.6B', 1024, 1, 9.53], ['Qwen/Qwen3-0.6B', 4096, 1, 9.56], ['meta-llama/Llama-3.2-1B-Instruct', 2048, 1, 19.47],
  ['meta-llama/Llama-3.2-1B-Instruct', 2048, 4, 19.69], ['Qwen/Qwen3-4B', 1024, 1, 61.46],
])('all weights of %s, %i × %i tokens: within 3 %% of %d', (...[name, length, batch, measured]) => {
  expect(Math.abs(peak(name, options('full', length, batch)) - measured) / measured).toBeLessThan(0.03);
});

test.each([
  ['Qwen/Qwen3-0.6B', 10.1e6], ['meta-llama/Llama-3.2-1B-Instruct', 11.3e6], ['Qwen/Qwen3-4B', 33e6], ['meta-llama/Llama-3.1-8B', 41.9e6],
  ['Qwen/Qwen3-14B', 64.2e6], ['Qwen/Qwen3-32B', 134e6],
] as const)('an adapter of rank 16 on %s has %d weights', (name, measured) => {
  expect(Math.abs(trainableParameters(facts(name), 16) - measured) / measured).toBeLessThan(0.01);
});

test('an 8B model fits an L4 by LoRA with one row of 2048 tokens, and not with four', () => {
  const l4 = { ...options('lora', 2048, 1), gpu: gpu('nvidia-l4') };
  expect(trainingFit(facts('meta-llama/Llama-3.1-8B'), l4)).toMatchObject({
    verdict: 'fits', reason: 'meta-llama/Llama-3.1-8B, finetuned by lora with 1 × 2048 tokens on one nvidia-l4: 18.6 of 22.0 GiB',
  });
  expect(trainingFit(facts('meta-llama/Llama-3.1-8B'), { ...l4, batchSize: 4 })).toMatchObject({ verdict: 'no' });
});

test('all weights of an 8B model need several H100', () => {
  const asked = options('full', 2048, 1);
  expect([1, 2, 4].map((gpus) => trainingFit(facts('Qwen/Qwen3-8B'), { ...asked, gpus }).verdict)).toEqual(['no', 'fits', 'fits']);
});

test('weights that one GPU cannot hold are divided for an adapter too', () => {
  const asked = options('lora', 2048, 1);
  const verdictOn = (gpus: number, method = asked.method) => trainingFit(facts('meta-llama/Llama-3.3-70B-Instruct'), { ...asked, method, gpus }).verdict;
  expect([verdictOn(1), verdictOn(4), verdictOn(8)]).toEqual(['no', 'fits', 'fits']);
  expect(trainingFit(facts('Qwen/Qwen3-8B'), { ...asked, gpus: 8 }).parts.map(({ name }) => name)).not.toContain('the layer that is computed');
});

test('preferences hold two answers a row, and with all weights a reference model', () => {
  const dpo = { ...options('lora', 2048, 1), task: 'dpo' as const };
  expect(peak('Qwen/Qwen3-4B', dpo)).toBeCloseTo(peak('Qwen/Qwen3-4B', { ...options('lora', 2048, 2) }), 6);
  expect(trainingParts(facts('Qwen/Qwen3-4B'), { ...dpo, method: 'full' }).map(({ name }) => name)).toContain('reference model');
});

test('4 bits need less than half', () => {
  const name = 'meta-llama/Llama-3.1-8B';
  expect(peak(name, options('qlora', 2048, 1))).toBeLessThan(peak(name, options('lora', 2048, 1)) * 0.6);
  expect(trainingFit(facts(name), { ...options('qlora', 2048, 1), gpu: gpu('nvidia-t4') }).verdict).toBe('fits');
});

test('without layers nothing is said', () => {
  const { layers, ...rest } = facts('Qwen/Qwen3-4B');
  expect(layers).toHaveLength(1);
  expect(trainingFit(rest, options('lora', 2048, 1))).toMatchObject({ verdict: 'unknown', reason: 'the layers of Qwen/Qwen3-4B are not known' });
});
