import type { FactsSpec } from '../../src/api/facts';
import { MODELS } from '../../src/catalog/models';
import { factsFrom, factsProblem } from '../../src/sizing/facts-check';

const PLAIN: FactsSpec = {
  name: 'own', parameters: 8_000_000_000, weightBytes: 16e9, weights: 'bf16', contextLength: 8192, hiddenSize: 4096, heads: 32,
  layers: [{ kind: 'full', layers: 32, kvHeads: 8, headDim: 128 }],
};
const layers = (...all: unknown[]): unknown => ({ ...PLAIN, layers: all });

test.each(MODELS.map((model) => [model.name, model] as const))('the facts of %s are as they are read', (_, model) => {
  expect(factsFrom(JSON.parse(JSON.stringify(model)))).toEqual(model);
});

test.each<[string, unknown, string]>([
  ['a list', [1], 'facts are [1], which is not an object; substratus facts writes them'],
  ['null', null, 'facts are null, which is not an object; substratus facts writes them'],
  ['a missing field', { ...PLAIN, hiddenSize: undefined }, 'hiddenSize is missing; give a whole number, 1 or more'],
  ['a misspelt field', { ...PLAIN, vocabularysize: 1 }, 'vocabularysize is not known; did you mean vocabularySize?'],
  ['an unknown field', { ...PLAIN, tokenizer: 1 }, 'tokenizer is not known; known are name, parameters, weightBytes, weights, contextLength, hiddenSize, '
    + 'activeParameters, intermediateSize, vocabularySize, heads, licence, gated'],
  ['a number as text', { ...PLAIN, parameters: '8e9' }, "parameters is '8e9'; give a whole number, 1 or more"],
  ['part of a head', { ...PLAIN, heads: 1.5 }, 'heads is 1.5; give a whole number, 1 or more'],
  ['no bytes', { ...PLAIN, weightBytes: 0 }, 'weightBytes is 0; give a number of bytes, more than 0'],
  ['an unknown format', { ...PLAIN, weights: 'int3' }, "weights is 'int3'; give one of fp32, bf16, fp16, fp8, int8, int4, nvfp4, mxfp4, gguf"],
  ['a flag as text', { ...PLAIN, gated: 'yes' }, "gated is 'yes'; give true or false"],
  ['layers by their number', { ...PLAIN, layers: 32 }, 'layers is 32; give a list'],
  ['layers without a kind', layers({ layers: 32 }), 'layers[0].kind is undefined; give one of full, sliding, latent, recurrent'],
  ['layers that are a number', layers(32), 'layers[0] is 32; give an object'],
  ['layers without a window', layers({ kind: 'full', layers: 1, kvHeads: 8, headDim: 128 }, { kind: 'sliding', layers: 31, kvHeads: 8, headDim: 128 }),
    'layers[1].window is missing; give a whole number, 1 or more'],
  ['layers with a misspelt field', layers({ kind: 'latent', layers: 61, width: 576, widht: 1 }), 'layers[0].widht is not known; did you mean width?'],
  ['too few bytes', { ...PLAIN, weightBytes: 5e9 }, '8000000000 parameters in bf16 are not 4.7 GiB, which is 0.63 bytes each; '
    + 'correct the number of parameters, the size of the weights or their format'],
  ['more active parameters than there are', { ...PLAIN, activeParameters: 9e9 }, 'activeParameters is 9000000000 of 8000000000 parameters; give at most as many'],
  ['heads that cannot be shared, of a sliding window', layers({ kind: 'sliding', layers: 32, kvHeads: 5, headDim: 128, window: 1024 }),
    '32 heads cannot share 5 heads of keys and values; give a divisor of heads'],
  ['more attention than parameters', { ...PLAIN, parameters: 1e9, weightBytes: 2e9, vocabularySize: 128256 },
    '1000000000 parameters are fewer than the 1867513856 of its embeddings and attention alone; correct the number of parameters, layers or heads, or hiddenSize'],
])('facts with %s are refused', (_, facts, message) => {
  expect(() => factsFrom(facts)).toThrow(new TypeError(message));
});

test('what is not known is left out of the check', () => {
  const { layers: _layers, heads: _heads, ...few } = PLAIN;
  expect(factsProblem(few)).toBeUndefined();
});
