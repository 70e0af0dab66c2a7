import { FACTS_ANNOTATION } from '../../src/api/facts';
import type { ModelResource, Resource } from '../../src/api/resource';
import { factsNamed } from '../../src/catalog/known-models';
import { factsFor, modelFactsFor } from '../../src/state/facts';
import type { ClusterState } from '../../src/state/state';
import { dataset, model, notebook, platformOf, server } from '../expand/fixtures';

const NO_IMAGE = { image: undefined };
const BASE = model({ ...NO_IMAGE, runtime: { name: 'huggingface' }, params: { repo: 'Qwen/Qwen3-8B' } }, 'qwen');
const TUNED = model({ ...NO_IMAGE, runtime: { name: 'sft' }, model: { name: 'qwen' }, dataset: { name: 'squad' } }, 'tuned');
const SMALL = model({ ...NO_IMAGE, runtime: { name: 'fp8' }, model: { name: 'tuned' } }, 'small');

function clusterOf(...resources: Resource[]): ClusterState {
  return { name: 'ml', platform: platformOf('gcp'), resources: [...resources, dataset()], objects: [] };
}

test('the facts of a model follow along the chain', () => {
  const cluster = clusterOf(SMALL, TUNED, BASE);
  expect(modelFactsFor(cluster, BASE)).toEqual(factsNamed('Qwen/Qwen3-8B'));
  expect(modelFactsFor(cluster, TUNED)).toEqual(factsNamed('Qwen/Qwen3-8B'));
  expect(modelFactsFor(cluster, SMALL)?.weights).toBe('fp8');
});

test('a resource has the facts of the model that its program loads', () => {
  const cluster = clusterOf(SMALL, TUNED, BASE);
  expect(factsFor(cluster, server({ model: { name: 'small' } }))?.weights).toBe('fp8');
  expect(factsFor(cluster, SMALL)).toEqual(factsNamed('Qwen/Qwen3-8B'));
  expect(factsFor(cluster, notebook({ model: { name: 'qwen' } }))?.name).toBe('Qwen/Qwen3-8B');
  expect(factsFor(cluster, BASE)).toBeUndefined();
  expect(factsFor(cluster, dataset())).toBeUndefined();
});

test('the facts of an adapter that is served are those of its base', () => {
  const adapter = model({ ...NO_IMAGE, runtime: { name: 'sft' }, model: { name: 'qwen' }, params: { output: 'adapter' } }, 'adapter');
  expect(factsFor(clusterOf(adapter, BASE), server({ model: { name: 'adapter' }, base: { name: 'qwen' } }))?.name).toBe('Qwen/Qwen3-8B');
});

test('what an author says of a model wins, and of a broken annotation it is said whose it is', () => {
  const said = (text: string): ModelResource => ({ ...BASE, metadata: { ...BASE.metadata, annotations: { [FACTS_ANNOTATION]: text } } });
  const own = { ...factsNamed('Qwen/Qwen3-4B'), name: 'acme/own' };
  expect(modelFactsFor(clusterOf(), said(JSON.stringify(own)))?.name).toBe('acme/own');
  expect(() => modelFactsFor(clusterOf(), said('{'))).toThrow(/^Model team-a\/qwen: annotation substratus\.ai\/facts cannot be used: it is not JSON \(/);
});

test('nothing is known of models that wait for each other', () => {
  const loop = [model({ model: { name: 'b' } }, 'a'), model({ model: { name: 'a' } }, 'b')] as const;
  expect(modelFactsFor(clusterOf(...loop), loop[0])).toBeUndefined();
});
