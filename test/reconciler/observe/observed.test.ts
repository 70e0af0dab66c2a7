import { recipeDigest } from '../../../src/api/digest';
import { KEPT_SPEC_BYTES, observeResource } from '../../../src/reconciler/observe/observed';
import { dataset, model } from '../../expand/fixtures';

const LARGE = 'x'.repeat(2 * KEPT_SPEC_BYTES);

function live(resource: object, annotations: Readonly<Record<string, string>> = {}) {
  const { metadata } = resource as { metadata: object };
  return { ...resource, metadata: { ...metadata, uid: 'uid', resourceVersion: '1', annotations } } as never;
}

test('A5: of a resource that is too large no more is kept than others look up: its references, and the digest of its recipe', () => {
  const large = model({ params: { prompt: LARGE }, sharing: { namespaces: ['team-b'] } });
  const observed = observeResource(live(large), 'Model');
  expect(JSON.stringify(observed).length).toBeLessThan(KEPT_SPEC_BYTES);
  expect(observed.spec).toMatchObject({ sharing: { namespaces: ['team-b'] }, image: large.spec.image });
  expect(observed.withheld).toEqual({ recipe: recipeDigest(large) });
});

test('A5: the recipe of one with inputs follows from theirs, and is not known from it alone', () => {
  const large = model({ params: { prompt: LARGE }, dataset: { name: 'squad' } });
  expect(observeResource(live(large), 'Model')).toMatchObject({ withheld: {}, spec: { dataset: { name: 'squad' } } });
});

test('all others are kept as they are', () => {
  expect(observeResource(live(dataset()), 'Dataset')).toMatchObject({ spec: dataset().spec });
  expect(observeResource(live(dataset()), 'Dataset').withheld).toBeUndefined();
});

test('A5: of annotations ours are kept, and of long ones the digest', () => {
  const annotations = { 'substratus.ai/retry': '1', 'example.com/note': LARGE };
  expect(observeResource(live(model(), annotations), 'Model').metadata.annotations).toEqual({ 'substratus.ai/retry': '1' });
  const long = observeResource(live(model(), { 'substratus.ai/retry': LARGE }), 'Model').metadata.annotations?.['substratus.ai/retry'];
  expect(long).toHaveLength(26);
});
