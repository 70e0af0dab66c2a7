import type { FactsSpec } from '../../src/api/facts';
import { factsNamed } from '../../src/catalog/known-models';
import { quantizedFacts } from '../../src/sizing/quantizing';

const GIB = 2 ** 30;

function facts(name: string): FactsSpec {
  const found = factsNamed(name);
  if (!found) throw new Error(`${name} is not in the table`);
  return found;
}

/** Published sizes: Qwen3-8B-AWQ, and the FP8 of Llama-3.1-70B (67.7 GiB with 16-bit embeddings). */
test.each([['Qwen/Qwen3-8B', 'int4', 5.68], ['meta-llama/Llama-3.1-70B-Instruct', 'fp8', 67.7]])('%s in %s has %d GiB: within 5 %%', (name, quantizer, gib) => {
  expect(Math.abs((quantizedFacts(facts(name), quantizer)?.weightBytes ?? 0) / GIB - gib) / gib).toBeLessThan(0.05);
});

test.each([['fp8', 'fp8'], ['int8', 'int8'], ['int4', 'int4'], ['nvfp4', 'nvfp4'], ['gguf', 'gguf']])('%s changes weights and bytes, and nothing else', (quantizer, weights) => {
  const before = facts('Qwen/Qwen3-8B');
  const after = quantizedFacts(before, quantizer, 'Q4_K_M');
  expect(after).toEqual({ ...before, weights, weightBytes: after?.weightBytes });
  expect(after?.weightBytes).toBeLessThan(before.weightBytes * 0.7);
});

test('of another quantizer or type nothing is known', () => {
  expect(quantizedFacts(facts('Qwen/Qwen3-8B'), 'constructor')).toBeUndefined();
  expect(quantizedFacts(facts('Qwen/Qwen3-8B'), 'gguf', 'Q9')).toBeUndefined();
});
