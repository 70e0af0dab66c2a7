import { canonicalJson, digest, recipeDigest, shortDigest, sortedJson } from '../../src/api/digest';
import type { InputDigests } from '../../src/api/digest';
import type { ArtifactKind, ModelSpec } from '../../src/api/resource';
import { randomText, seeded } from '../expand/fixtures';

function recipe(spec: ModelSpec, inputs?: InputDigests, kind: ArtifactKind = 'Model'): string {
  return recipeDigest({ kind, spec }, inputs);
}

const GIT = { url: 'https://example.com/r.git', path: 'p', branch: 'main' };
const FULL: ModelSpec = {
  image: 'example/train:1',
  command: ['train'],
  args: ['--epochs', '1'],
  env: { HF_TOKEN: '${{ secrets.hf.token }}', NAME: 'ünï' },
  params: { b: 2, a: 'x' },
};

/* Where one of these changes, every artifact that anybody has published is lost to its recipe. */
test.each<[string, string, string]>([
  ['an image', recipe({ image: 'substratusai/model-loader-huggingface' }), 'kt94wq2yem7dvf1bvt7b7gtqnh'],
  ['params', recipe({ image: 'substratusai/model-loader-huggingface', params: { name: 'facebook/opt-125m' } }), 'b9djmkfxfhmc6bazwp01zbzda3'],
  ['a dataset', recipe({ image: 'substratusai/dataset-squad' }, {}, 'Dataset'), '7b0d1v4jhfpsb0v6732y7368fv'],
  ['every field', recipe(FULL, { model: 'm', dataset: 'd' }), 'n0dzzk6pg8qcdavkcsjk5570x2'],
  ['a build', recipe({ build: { git: GIT } }, {}, 'Dataset'), 'wpz4jp4379mesk7yggtqsw8s0h'],
  ['case 17: a source', recipe({ source: { bucket: { url: 's3://acme-weights/llama' } } }), 'xcwd93dzmjgnst6nmwd7a5a4kw'],
])('the recipe digest of %s stays what it has always been', (_, actual, golden) => {
  expect(actual).toBe(golden);
});

test('the order of keys does not matter, that of lists does', () => {
  expect(recipe({ image: 'i', params: { a: 1, b: 2 } })).toBe(recipe({ params: { b: 2, a: 1 }, image: 'i' }));
  expect(recipe({ image: 'i', args: ['a', 'b'] })).not.toBe(recipe({ image: 'i', args: ['b', 'a'] }));
});

test('how it runs does not matter', () => {
  const elsewhere: ModelSpec = {
    ...FULL,
    resources: { gpu: { type: 'nvidia-l4', count: 8 }, capacity: 'spot' },
    retries: 9,
    timeout: '1h',
    suspend: true,
    access: 'download',
    staging: { size: 1 },
    sharing: { namespaces: ['*'] },
    deletionPolicy: 'Delete',
    imagePullSecrets: [{ name: 'registry' }],
    pod: { labels: { a: 'b' } },
    podSecurity: 'restricted',
  };
  expect(recipe(elsewhere)).toBe(recipe(FULL));
});

test.each<[string, ModelSpec]>([
  ['image', { ...FULL, image: 'example/train:2' }],
  ['command', { ...FULL, command: ['train', 'x'] }],
  ['args', { ...FULL, args: ['--epochs', '2'] }],
  ['env', { ...FULL, env: { ...FULL.env, NAME: 'other' } }],
  ['params', { ...FULL, params: { ...FULL.params, c: 1 } }],
  ['build', { ...FULL, build: { git: GIT } }],
  ['source', { ...FULL, source: { claim: { name: 'llama' } } }],
])('another %s is another recipe', (_, changed) => {
  expect(recipe(changed)).not.toBe(recipe(FULL));
});

test('another kind is another recipe', () => {
  expect(recipe(FULL, {}, 'Dataset')).not.toBe(recipe(FULL));
});

test('other inputs are another recipe, and so is the same digest in the other place', () => {
  const digests = [{}, { model: 'x' }, { model: 'y' }, { dataset: 'x' }, { model: 'x', dataset: 'x' }].map((inputs) => recipe(FULL, inputs));
  expect(new Set(digests).size).toBe(5);
});

test('the number 1 and the text "1" are different params', () => {
  expect(recipe({ image: 'i', params: { a: 1 } })).not.toBe(recipe({ image: 'i', params: { a: '1' } }));
});

test('with a build the image is irrelevant', () => {
  expect(recipe({ image: 'a', build: { git: GIT } })).toBe(recipe({ image: 'b', build: { git: GIT } }));
});

test('of an upload the checksum matters, and its request does not', () => {
  const upload = (md5Checksum: string, requestID: string) => recipe({ build: { upload: { md5Checksum, requestID } } });
  expect(upload('abc', '1')).toBe(upload('abc', '2'));
  expect(upload('abc', '1')).not.toBe(upload('abd', '1'));
});

test('what is absent and what is empty are the same, but an empty text is a text', () => {
  const empty: ModelSpec = { image: 'i', command: [], args: [], env: {}, params: {} };
  expect(recipe(empty)).toBe(recipe({ image: 'i' }));
  expect(recipe({ image: 'i', env: { A: '' } })).not.toBe(recipe({ image: 'i' }));
  expect(recipe({ image: 'i', args: [''] })).not.toBe(recipe({ image: 'i' }));
});

test('canonical JSON has its keys sorted at every depth, and is the same for what has been parsed from it', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: { z: undefined, y: 'ü' } })).toBe('{"a":{"y":"ü"},"b":[{"d":1}]}');
  expect(canonicalJson(undefined)).toBe('null');
});

test('sorted JSON has what canonical JSON has, and objects without fields, which say that something is there; an empty list says as much as none', () => {
  expect(sortedJson({ pools: [{ zones: [], name: 'a' }], keda: {}, args: [''], list: [], none: undefined })).toBe('{"args":[""],"keda":{},"pools":[{"name":"a"}]}');
  const full = { b: [{ d: 1, c: 'ü' }, 2, [3]], a: { z: true } };
  expect(sortedJson(full)).toBe(canonicalJson(full));
  expect(JSON.parse(sortedJson(full))).toEqual(full);
});

test('a digest is 26 letters of base32, and a name takes the first 8', () => {
  const random = seeded(1);
  const digests = Array.from({ length: 500 }, (_, index) => digest([index, randomText(random, ['a', 'ü', '"', '\n'], 9)]));
  expect(digests.filter((value) => !/^[0-9a-hjkmnp-tv-z]{26}$/.test(value))).toEqual([]);
  expect(new Set(digests.map(shortDigest)).size).toBe(500);
});
