import type { FactsSpec } from '../../src/api/facts';
import type { ModelSpec } from '../../src/api/resource';
import { factsNamed } from '../../src/catalog/known-models';
import { ExpandError, factsGiven, factsMadeBy, factsOf } from '../../src/expand';

const QWEN = factsNamed('Qwen/Qwen3-8B') as FactsSpec;

function annotated(text: string): { metadata: { name: string; annotations: Record<string, string> } } {
  return { metadata: { name: 'own', annotations: { 'substratus.ai/facts': text } } };
}

test.each<[string, [ModelSpec, FactsSpec | undefined], string | undefined]>([
  ['an import of a known repository', [{ runtime: { name: 'huggingface' }, params: { repo: 'Qwen/Qwen3-8B', revision: 'abc' } }, undefined], 'bf16 15.3'],
  ['an import of an unknown one', [{ runtime: { name: 'huggingface' }, params: { repo: 'acme/llm', revision: 'abc' } }, undefined], undefined],
  ['an import of some of the files', [{ runtime: { name: 'huggingface' }, params: { repo: 'Qwen/Qwen3-8B', revision: 'abc', include: '*.json' } }, undefined], undefined],
  ['a training', [{ runtime: { name: 'sft' } }, { ...QWEN, weights: 'fp32', weightBytes: 4 * QWEN.parameters }], 'bf16 15.3'],
  ['an adapter', [{ runtime: { name: 'sft' }, params: { output: 'adapter' } }, QWEN], undefined],
  ['a training of an unknown model', [{ runtime: { name: 'sft' } }, undefined], undefined],
  ['a quantizer', [{ runtime: { name: 'fp8' } }, QWEN], 'fp8 8.8'],
  ['a quantizer to GGUF', [{ runtime: { name: 'gguf' }, params: { type: 'Q4_K_M' } }, QWEN], 'gguf 4.7'],
  ['an image', [{ image: 'acme/trainer:1' }, QWEN], undefined],
  ['a program that does not exist', [{ runtime: { name: 'hugingface' } }, QWEN], undefined],
])('%s has the facts that follow', (_, args, expected) => {
  const facts = factsMadeBy(...args);
  expect(facts && `${facts.weights} ${(facts.weightBytes / 2 ** 30).toFixed(1)}`).toBe(expected);
});

test('what the author says of a model comes before what follows from its spec', () => {
  const spec: ModelSpec = { runtime: { name: 'huggingface' }, params: { repo: 'Qwen/Qwen3-8B', revision: 'abc' } };
  expect(factsOf({ ...annotated(JSON.stringify({ ...QWEN, name: 'own' })), spec }, undefined)?.name).toBe('own');
  expect(factsOf({ metadata: { name: 'own' }, spec }, undefined)?.name).toBe('Qwen/Qwen3-8B');
});

test.each<[string, string, RegExp]>([
  ['no JSON', 'Qwen/Qwen3-8B', /^annotation substratus\.ai\/facts cannot be used: it is not JSON \(.+\)$/],
  ['incomplete', JSON.stringify({ ...QWEN, parameters: undefined }), /^annotation substratus\.ai\/facts cannot be used: parameters is missing; give a whole number, 1 or more$/],
  ['impossible', JSON.stringify({ ...QWEN, weightBytes: 1e9 }),
    /^annotation substratus\.ai\/facts cannot be used: 8191000000 parameters in bf16 are not 0\.9 GiB, which is 0\.12 bytes each; correct the number of parameters, the size of the weights or their format$/],
])('an annotation that is %s is refused', (_, text, message) => {
  expect(() => factsGiven(annotated(text))).toThrow(ExpandError);
  expect(() => factsGiven(annotated(text))).toThrow(message);
});
