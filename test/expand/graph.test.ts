import type { Resource } from '../../src/api/resource';
import { describe as inWords, inOrder, keyOf, keyOfResource } from '../../src/expand/graph';
import { dataset, model, seeded, server } from './fixtures';

function namesOf(resources: readonly Resource[]): string[] {
  return resources.map(({ metadata: { name } }) => name);
}

test('a resource has a key, and a name for people', () => {
  expect(keyOfResource(dataset())).toBe('datasets/team-a/squad');
  expect(keyOf({ kind: 'Model', namespace: 'a', name: 'b' })).toBe('models/a/b');
  expect(inWords({ kind: 'Model', namespace: 'a', name: 'b' })).toBe('Model a/b');
});

test('each comes after what it waits for, otherwise they stay as they are', () => {
  const all = [server({ model: { name: 'tuned' } }), model({ model: { name: 'opt' }, dataset: { name: 'squad' } }, 'tuned'), dataset(), model(), dataset({}, 'z')];
  expect(namesOf(inOrder(all))).toEqual(['opt', 'squad', 'tuned', 'chat', 'z']);
});

test('what is not among them is not waited for', () => {
  expect(namesOf(inOrder([model({ model: { name: 'elsewhere', namespace: 'shared' } })]))).toEqual(['opt']);
});

test('in whichever order they are given, none comes before what it waits for', () => {
  const random = seeded(8);
  const chain = Array.from({ length: 30 }, (_, index) => model(index > 0 ? { model: { name: `m${Math.floor(random() * index)}` } } : {}, `m${index}`));
  for (let attempt = 0; attempt < 20; attempt++) {
    const shuffled = chain.map((resource) => ({ resource, at: random() })).sort((a, b) => a.at - b.at).map(({ resource }) => resource);
    const names = namesOf(inOrder(shuffled));
    const early = chain.filter(({ metadata, spec }) => spec.model && names.indexOf(spec.model.name) > names.indexOf(metadata.name));
    expect([names.length, early]).toEqual([30, []]);
  }
});

test('a cycle is an error that names all of it, and nothing else', () => {
  const [a, b, c] = [model({ model: { name: 'b' } }, 'a'), model({ model: { name: 'a' } }, 'b'), model({ model: { name: 'a' } }, 'c')];
  expect(() => inOrder([c, a, b])).toThrow(
    'Model team-a/a needs Model team-a/b needs Model team-a/a, which can never be; take one of these references out',
  );
});

test('a model that is its own base is an error', () => {
  expect(() => inOrder([model({ model: { name: 'opt' } })])).toThrow('Model team-a/opt needs Model team-a/opt, which can never be');
});
