import { factsNamed } from '../../src/catalog/known-models';
import { RUNTIMES } from '../../src/runtimes';
import { GGUF_BITS, ggufBytes, llamaCppFit } from '../../src/sizing/llama-cpp';

const GIB = 2 ** 30;
const LLAMA = { ...factsNamed('meta-llama/Llama-3.1-8B'), name: 'llama', parameters: 8.03e9 };

/** `llama-quantize --help`: GiB of Llama-3-8B. */
test.each([['Q4_0', 4.34], ['Q4_K_S', 4.37], ['Q4_K_M', 4.58], ['Q3_K_M', 3.74], ['Q2_K', 2.96]])('%s of Llama-3-8B has %d GiB', (type, gib) => {
  expect(Math.abs((ggufBytes(LLAMA, type) ?? 0) / GIB - gib)).toBeLessThan(0.03);
});

test('every type that the quantizer makes has its size', () => {
  const { values = [] } = RUNTIMES.find(({ name }) => name === 'gguf')?.params('Model').type as { values?: readonly string[] };
  expect(Object.keys(GGUF_BITS).sort()).toEqual([...values].sort());
  expect(ggufBytes(LLAMA, 'toString')).toBeUndefined();
});

test('the fit adds up weights, cache and buffers', () => {
  const facts = { ...factsNamed('meta-llama/Llama-3.1-8B'), name: 'llama', weights: 'gguf' as const, weightBytes: 4.58 * GIB } as Parameters<typeof llamaCppFit>[0];
  const fit = (memoryGiB: number) => llamaCppFit(facts, { memoryGiB, where: 'in its pod', contextLength: 8192 });
  expect(fit(8)).toMatchObject({ verdict: 'fits', reason: 'llama with 8192 tokens in its pod: 6.4 of 8.0 GiB' });
  expect([fit(7).verdict, fit(6).verdict]).toEqual(['tight', 'no']);
});

test('without layers nothing is said', () => {
  const { layers, ...facts } = factsNamed('Qwen/Qwen3-8B') ?? {};
  expect(layers).toBeDefined();
  expect(llamaCppFit(facts as Parameters<typeof llamaCppFit>[0], { memoryGiB: 8, where: 'here', contextLength: 1 }).verdict).toBe('unknown');
});
