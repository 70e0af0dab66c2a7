import type { FactsSpec } from '../../src/api/facts';
import { gpuNamed } from '../../src/catalog/gpus';
import { factsNamed } from '../../src/catalog/known-models';
import { servingFit, shareProblem, type ServingOptions } from '../../src/sizing/serving';

function facts(name: string): FactsSpec {
  const found = factsNamed(name);
  if (!found) throw new Error(`${name} is not in the table`);
  return found;
}

function on(name: string, tensorParallel = 1): ServingOptions {
  const gpu = gpuNamed(name);
  if (!gpu) throw new Error(`${name} is not in the table`);
  return { gpu, tensorParallel };
}

test('Qwen3-32B fits one H100 with 8k tokens', () => {
  expect(servingFit(facts('Qwen/Qwen3-32B'), { ...on('nvidia-h100'), contextLength: 8192 })).toMatchObject({
    verdict: 'fits', contextLength: 8192, reason: 'Qwen/Qwen3-32B on one nvidia-h100: 8.3 GiB for the cache, 4.1 requests of 8192 tokens at once, fewer than the 40960 that it was made for',
  });
});

test('without a length, the longest that fits: tight where it is less than the model was made for', () => {
  expect(servingFit(facts('Qwen/Qwen3-32B'), on('nvidia-h100'))).toMatchObject({ verdict: 'tight', contextLength: 33792 });
  expect(servingFit(facts('Qwen/Qwen3-8B'), on('nvidia-h100'))).toMatchObject({ verdict: 'fits', contextLength: 40960 });
});

test('gpt-oss-120b on one H100 is tight at most, and does not hold a request of full length', () => {
  expect(servingFit(facts('openai/gpt-oss-120b'), on('nvidia-h100')).verdict).toBe('tight');
  expect(servingFit(facts('openai/gpt-oss-120b'), { ...on('nvidia-h100'), contextLength: 131072 }).verdict).toBe('no');
  expect(servingFit(facts('openai/gpt-oss-120b'), on('nvidia-h200')).verdict).toBe('fits');
});

test('gpt-oss-20b fits an L4', () => {
  expect(servingFit(facts('openai/gpt-oss-20b'), { ...on('nvidia-l4'), contextLength: 32768 }).verdict).toBe('fits');
});

test('weights that are larger than the GPU', () => {
  expect(servingFit(facts('meta-llama/Llama-3.3-70B-Instruct'), on('nvidia-h100'))).toMatchObject({
    verdict: 'no', reason: 'meta-llama/Llama-3.3-70B-Instruct on one nvidia-h100: the weights leave no memory for its cache',
  });
  expect(servingFit(facts('meta-llama/Llama-3.3-70B-Instruct'), on('nvidia-h100', 2))).toMatchObject({ verdict: 'tight', contextLength: 6944 });
  expect(servingFit(facts('meta-llama/Llama-3.3-70B-Instruct'), on('nvidia-h100', 4)).verdict).toBe('fits');
});

test('a cache that is too small for the length that is asked for', () => {
  expect(servingFit(facts('meta-llama/Llama-3.1-8B-Instruct'), { ...on('nvidia-l4'), contextLength: 131072 })).toMatchObject({
    verdict: 'no', reason: 'meta-llama/Llama-3.1-8B-Instruct on one nvidia-l4: its cache of 2.8 GiB holds 22768 tokens, not 131072',
  });
});

test.each([
  ['meta-llama/Llama-3.1-8B', 'nvidia-a100-80gb', 53.29], /* Llama-3-8B on 79.22 GiB, 0.9 of it, vLLM's log */
] as const)('what vLLM logged of %s on an %s: within 3 %%', (name, gpu, cacheGiB) => {
  const { cacheTokens = 0 } = servingFit(facts(name), { ...on(gpu), memoryUtilization: 0.9 });
  expect(Math.abs(cacheTokens * 131072 / 2 ** 30 - cacheGiB) / cacheGiB).toBeLessThan(0.03);
});

test.each([
  ['Qwen/Qwen3-32B', 'nvidia-l4', 4], ['meta-llama/Llama-3.3-70B-Instruct', 'nvidia-l4', 8], ['meta-llama/Llama-3.3-70B-Instruct', 'nvidia-a10g', 8],
  ['openai/gpt-oss-120b', 'nvidia-l4', 4],
] as const)('%s on %s × %i is not refused: it has been served there', (name, gpu, count) => {
  expect(servingFit(facts(name), on(gpu, count))).toMatchObject({ verdict: 'tight', isAtBest: true, reason: expect.stringMatching(/, at best$/) as string });
});

test('a GPU that was not measured may have all of its memory, and is expected to have less', () => {
  const gpu = { name: 'acme-gpu', memoryGiB: 24 };
  const verdicts = [24576, 65536].map((contextLength) => servingFit(facts('Qwen/Qwen3-8B'), { gpu, tensorParallel: 1, contextLength }).verdict);
  expect(verdicts).toEqual(['tight', 'no']);
});

test('heads are divided evenly', () => {
  expect(shareProblem(facts('Qwen/Qwen3-14B'), 8)).toBeUndefined();
  expect(shareProblem(facts('Qwen/Qwen3.6-27B'), 16)).toBe('Qwen/Qwen3.6-27B has 24 heads, which 16 GPUs cannot share, but 12 can');
  expect(servingFit(facts('Qwen/Qwen3.6-27B'), on('nvidia-l4', 7))).toMatchObject({ verdict: 'no', reason: 'Qwen/Qwen3.6-27B has 24 heads, which 7 GPUs cannot share, but 6 can' });
});

test('a length beyond what the model was made for is told', () => {
  const reasonFor = (contextLength: number) => servingFit(facts('Qwen/Qwen3-8B'), { ...on('nvidia-h100'), contextLength }).reason;
  expect(reasonFor(131072)).toMatch(/ requests of 131072 tokens at once, more than the 40960 that it was made for$/);
  expect(reasonFor(40960)).toMatch(/ requests of 40960 tokens at once$/);
});

test('a cache in fp8 holds twice as much', () => {
  const [two, one] = ([2, 1] as const).map((cacheBytes) => servingFit(facts('Qwen/Qwen3-8B'), { ...on('nvidia-l4'), cacheBytes }).contextLength ?? 0) as [number, number];
  expect(one / two).toBeCloseTo(2, 1);
});

test('the parts of the memory add up to what is usable', () => {
  const { parts, usableGiB } = servingFit(facts('Qwen/Qwen3-8B'), on('nvidia-h100'));
  expect(usableGiB).toBe(79.1);
  expect(parts.map(({ name, gib }) => `${name} ${gib.toFixed(2)}`)).toEqual(['weights 15.26', 'vLLM 3.50', 'left to others 6.33']);
});

test('a model whose layers are not known', () => {
  const { layers, ...rest } = facts('Qwen/Qwen3-8B');
  expect(layers).toBeDefined();
  expect(servingFit(rest, on('nvidia-h100'))).toMatchObject({ verdict: 'unknown', reason: 'what Qwen/Qwen3-8B keeps of a token is not known' });
});
