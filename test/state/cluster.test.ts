import { recipeDigest } from '../../src/api/digest';
import type { Resource } from '../../src/api/resource';
import { artifactOf, expand, UNRESOLVED } from '../../src/expand';
import { childrenFor, inputsFor, recipeFor, resourceFor } from '../../src/state/cluster';
import type { ClusterState } from '../../src/state/state';
import { dataset, model, platformOf, server } from '../expand/fixtures';

const BASE = model();
const DATA = dataset();
const TUNED = model({ model: { name: 'opt' }, dataset: { name: 'squad' } }, 'tuned');
const CHAT = server({ model: { name: 'tuned' } });

function clusterOf(resources: readonly Resource[], platform = platformOf('gcp')): ClusterState {
  return { name: 'ml', platform, resources, objects: [] };
}

test('references are resolved among the resources, with the digests of their recipes', () => {
  const platform = platformOf('gcp');
  const cluster = clusterOf([CHAT, TUNED, BASE, DATA]);
  const inputs = { model: artifactOf(BASE, platform, {}), dataset: artifactOf(DATA, platform, {}) };
  expect(inputsFor(cluster, TUNED)).toEqual(inputs);
  expect(inputsFor(cluster, CHAT)).toEqual({ model: artifactOf(TUNED, platform, inputs) });
  expect(recipeFor(cluster, { kind: 'Model', namespace: 'team-a', name: 'tuned' }))
    .toBe(recipeDigest(TUNED, { model: recipeDigest(BASE), dataset: recipeDigest(DATA) }));
  expect(resourceFor(cluster, { kind: 'Model', namespace: 'team-a', name: 'tuned' })).toBe(TUNED);
});

test('an artifact that was there already is where its source says', () => {
  const there = model({ image: undefined, source: { bucket: { url: 'gs://weights/opt' } } });
  expect(inputsFor(clusterOf([there, server()]), server()).model).toMatchObject({ url: 'gs://weights/opt', source: { bucket: { url: 'gs://weights/opt' } } });
});

test('what is declared elsewhere, or waits for itself, is unresolved', () => {
  expect(inputsFor(clusterOf([CHAT]), CHAT).model?.recipeDigest).toBe(UNRESOLVED);
  const loop = [model({ model: { name: 'b' } }, 'a'), model({ model: { name: 'a' } }, 'b')];
  expect(inputsFor(clusterOf(loop), loop[0] as Resource).model?.recipeDigest).toMatch(/^[0-9a-z]{26}$/);
});

test('the children are those of the expansion', () => {
  const cluster = clusterOf([TUNED, BASE, DATA]);
  const { children, problem } = childrenFor(cluster, TUNED);
  expect(problem).toBeUndefined();
  expect(children).toEqual(expand(TUNED, { platform: platformOf('gcp'), inputs: inputsFor(cluster, TUNED) }));
});

test('why a resource has no children is data', () => {
  const wrong = server({ model: undefined });
  expect(childrenFor(clusterOf([wrong]), wrong)).toEqual({ children: [], problem: 'model is not set; a Server needs one to serve' });
  expect(childrenFor({ name: 'dist', resources: [BASE], objects: [] }, BASE)).toEqual({
    children: [],
    problem: 'no platform is known for what is in dist, because no Reconciler is among it; add the folder that the Reconciler is synthesized to',
  });
});
