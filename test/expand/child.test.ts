import { joinedName as joinedOnAws } from '../../src/clouds/aws/infrastructure/names';
import { joinedName as joinedOnAzure } from '../../src/clouds/azure/names';
import { nodeAccountId } from '../../src/clouds/gcp/infrastructure/names';
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

test('a name that is too long is cut as it always was, here and on the clouds, for another name would be another object', () => {
  expect(childName(server({}, 'a'.repeat(70)), 'server')).toBe('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-q47e2qm2-server');
  expect(nodeAccountId('a-cluster-with-a-long-name-indeed')).toBe('a-cluster-with--sftw1trv-nodes');
  expect(joinedOnAws(['cluster', 'us-east-1', 'a'.repeat(60)], 64)).toBe('cluster-us-east-1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-1g2p7ghc');
  expect(joinedOnAws(['a'.repeat(9), 'b'.repeat(10)], 19)).toMatch(/^a{9}-[^-]{8}$/);
  expect(joinedOnAzure(['ml', 'a'.repeat(60)], 40)).toBe('ml-aaaaaaaaaaaaaaaaaaaaaaaaaa-gmbzamgw7w');
});
