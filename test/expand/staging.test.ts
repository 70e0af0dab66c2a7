import type { FactsSpec } from '../../src/api/facts';
import { amountOf } from '../../src/api/quantity';
import type { ModelSpec } from '../../src/api/resource';
import { factsNamed } from '../../src/catalog/known-models';
import { stagingProblem } from '../../src/expand';
import { defaultStagingGiB } from '../../src/expand/staging';
import { quantizedFacts } from '../../src/sizing/quantizing';
import { childOf, model, platformOf } from './fixtures';

const LOADER = 'substratusai/model-loader-huggingface';
const FALCON: ModelSpec = { image: LOADER, params: { name: 'tiiuae/falcon-40b' } };

function stagingGiB(spec: ModelSpec): number {
  const claim = childOf('PersistentVolumeClaim', model(spec));
  return amountOf(claim.spec?.resources?.requests?.storage ?? '') / 2 ** 30;
}

test('case 18: the falcon-40b of the original Substratus, as it was, has room for its 84 GB', () => {
  expect(stagingGiB(FALCON)).toBeGreaterThanOrEqual(90);
});

test.each([
  ['a tag', { image: `${LOADER}:v1` }], ['another registry', { image: `registry.acme.example/mirror/${LOADER}@sha256:${'0'.repeat(64)}` }],
])('case 18: the loader is known by its name, with %s too', (_, spec) => {
  expect(defaultStagingGiB({ ...FALCON, ...spec }, platformOf('gcp'))).toBe(94);
});

test.each([
  ['another image', { image: 'acme/model-loader-huggingface-2' }], ['a choice of files', { params: { ...FALCON.params, files: 'a.gguf' } }],
  ['a model that is in no table', { params: { name: 'facebook/opt-125m' } }], ['a name of every object', { params: { name: 'constructor' } }],
])('case 18: of %s nothing is known', (_, spec) => {
  expect(defaultStagingGiB({ ...FALCON, ...spec }, platformOf('gcp'))).toBe(50);
});

test('A27: staging that can never hold what comes is told, and all else is left to the author', () => {
  expect(stagingProblem({ ...FALCON, staging: { size: 60 } }))
    .toBe('staging.size is 60Gi but tiiuae/falcon-40b has 79 GiB of weights; give 94 GiB or more');
  expect([{ size: 80 }, { size: '84G' }, {}].map((staging) => stagingProblem({ ...FALCON, staging }))).toEqual([undefined, undefined, undefined]);
  expect(stagingProblem({ image: 'acme/own', staging: { size: 1 } })).toBeUndefined();
});

test('a volume that a quantizer would refuse is told, too', () => {
  const from = factsNamed('meta-llama/Llama-3.3-70B-Instruct') as FactsSpec;
  const quantized = (name: string, size: number): string | undefined => (
    stagingProblem({ runtime: { name }, staging: { size } }, { from, made: quantizedFacts(from, name, 'Q4_K_M') }));
  expect(quantized('fp8', 120)).toBe('staging.size is 120Gi but quantizing meta-llama/Llama-3.3-70B-Instruct takes 132 GiB; give 158 GiB or more');
  expect(quantized('gguf', 140)).toBe('staging.size is 140Gi but quantizing meta-llama/Llama-3.3-70B-Instruct takes 172 GiB; give 206 GiB or more');
  expect([quantized('fp8', 140), quantized('gguf', 180)]).toEqual([undefined, undefined]);
});
