import { childName, contentHash, namespaceOf, selectorLabels } from '../../src/expand/child';
import { childrenOf, dataset, model, nameOf, notebook, randomText, seeded, server } from './fixtures';

test('a child is called after its resource', () => {
  expect(childName(server(), 'server')).toBe('chat-server');
});

test('no name of a child is longer than 63, and no two resources share one, however long their names are', () => {
  const random = seeded(7);
  const names = Array.from({ length: 50 }, () => 'a'.repeat(40) + randomText(random, ['b', 'c', '-'], 22) + 'z');
  for (const kind of [model, dataset, server, notebook]) {
    const children = [...new Set(names)].flatMap((name) => childrenOf(kind({}, name)).map(({ object }) => `${object.kind} ${nameOf(object)}`));
    expect(children.filter((name) => (name.split(' ')[1] ?? '').length > 63)).toEqual([]);
    expect(new Set(children).size).toBe(children.length);
  }
});

test('a name that cannot be a label is an error', () => {
  const name = 'a'.repeat(64);
  expect(() => childrenOf(server({}, name))).toThrow(`name ${name} has 64 characters and cannot be a label; use at most 63`);
});

test('pods are selected by the labels of the original Substratus', () => {
  expect(selectorLabels(notebook(), 'run')).toEqual({ notebook: 'lab', role: 'run' });
});

test('a resource without a namespace is in the default one', () => {
  const { metadata: { name }, ...rest } = model();
  expect(namespaceOf({ ...rest, metadata: { name } })).toBe('default');
});

test('a hash is of all of the content', () => {
  expect(contentHash({ a: 1 }, undefined)).not.toBe(contentHash({ a: 1 }, '1'));
  expect(contentHash({ a: 1, b: 2 })).toBe(contentHash({ b: 2, a: 1 }));
});
