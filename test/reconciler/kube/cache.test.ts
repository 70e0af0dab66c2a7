import { Cache } from '../../../src/reconciler/kube/cache';
import { isNewer } from '../../../src/reconciler/kube/resource-version';

interface Entry {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly owner: string;
}

function entry(name: string, resourceVersion: number, { uid = `uid-${name}`, owner = 'a' } = {}): Entry {
  return { metadata: { namespace: 'n', name, uid, resourceVersion: String(resourceVersion) }, owner };
}

function watched(): { cache: Cache<Entry>; changes: string[] } {
  const cache = new Cache<Entry>({ owner: ({ owner }) => [owner] });
  const changes: string[] = [];
  const shown = (object: Entry | undefined): string => object ? `${object.metadata.uid}@${object.metadata.resourceVersion}` : '-';
  cache.onChange((change) => changes.push(`${shown(change.old)} > ${shown(change.new)}`));
  return { cache, changes };
}

test('what is set is found, changes are told, and what did not change is not', () => {
  const { cache, changes } = watched();
  cache.set(entry('x', 1));
  cache.set(entry('x', 2));
  cache.set(entry('x', 2));
  cache.delete('n/x');
  cache.delete('n/x');
  expect(changes).toEqual(['- > uid-x@1', 'uid-x@1 > uid-x@2', 'uid-x@2 > -']);
  expect([cache.size, [...cache.list()]]).toEqual([0, []]);
});

test('objects are found by an index, which follows their changes', () => {
  const { cache } = watched();
  cache.set(entry('x', 1, { uid: 'u', owner: 'a' }));
  cache.set(entry('y', 2, { uid: 'v', owner: 'a' }));
  cache.set(entry('x', 3, { uid: 'u', owner: 'b' }));
  expect(cache.by('owner', 'a').map(({ metadata }) => metadata.name)).toEqual(['y']);
  expect(cache.by('owner', 'b').map(({ metadata }) => metadata.name)).toEqual(['x']);
  cache.delete('n/x');
  expect(cache.by('owner', 'b')).toEqual([]);
  expect(() => cache.by('colour', 'b')).toThrow('no index colour; there is owner');
});

test('another uid under the same name is a removal and an addition', () => {
  const { cache, changes } = watched();
  cache.set(entry('x', 1, { uid: 'old' }));
  cache.set(entry('x', 2, { uid: 'new' }));
  expect(changes).toEqual(['- > old@1', 'old@1 > -', '- > new@2']);
});

test('the answer to an own write is taken in, unless something newer is here', () => {
  const { cache } = watched();
  cache.set(entry('x', 9));
  cache.observe(entry('x', 10));
  expect(cache.get('n/x')?.metadata.resourceVersion).toBe('10');
  cache.observe(entry('x', 9));
  expect(cache.get('n/x')?.metadata.resourceVersion).toBe('10');
});

test('listeners are told whether a change is an own one', () => {
  const cache = new Cache<Entry>();
  const heard: unknown[] = [];
  cache.onChange(({ isOwn = false }) => heard.push(isOwn));
  cache.set(entry('x', 1));
  cache.observe(entry('x', 2));
  cache.set(entry('x', 3));
  expect(heard).toEqual([false, true, false]);
});

test('a watch that lags does not undo an own write', () => {
  const { cache, changes } = watched();
  cache.observe(entry('x', 10));
  cache.set(entry('x', 9));
  expect(changes).toEqual(['- > uid-x@10']);
});

test('a late answer does not bring a removed object back', () => {
  const { cache } = watched();
  cache.set(entry('x', 1));
  cache.delete('n/x', 'uid-x');
  cache.observe(entry('x', 2));
  expect(cache.get('n/x')).toBeUndefined();
});

test('the removal of an object does not remove its successor', () => {
  const { cache } = watched();
  cache.set(entry('x', 1, { uid: 'old' }));
  cache.observe(entry('x', 3, { uid: 'new' }));
  cache.delete('n/x', 'old');
  expect(cache.get('n/x')?.metadata.uid).toBe('new');
});

test('what a list does not have is gone, and told so', () => {
  const { cache, changes } = watched();
  cache.replace([entry('x', 1), entry('y', 2)], '5');
  cache.replace([entry('y', 2), entry('z', 6)], '7');
  expect(changes.slice(2)).toEqual(['- > uid-z@6', 'uid-x@1 > -']);
});

test('what was written while a list was read is not gone', () => {
  const { cache } = watched();
  cache.replace([entry('x', 1)], '5');
  cache.observe(entry('y', 8));
  cache.replace([entry('x', 1)], '7');
  expect(cache.size).toBe(2);
  cache.replace([entry('x', 1)], '8');
  expect(cache.size).toBe(1);
});

test('a long list is taken in step by step, and what is written meanwhile stays', () => {
  const { cache } = watched();
  cache.replace(Array.from({ length: 1200 }, (_, index) => entry(`old-${index}`, index + 1)), '2000');
  const steps = cache.replaceInSteps(Array.from({ length: 1200 }, (_, index) => entry(`new-${index}`, 2001 + index)), '4000');
  let count = 0;
  for (; !steps.next().done; count++) if (count === 0) cache.observe(entry('written', 5000));
  expect(count).toBeGreaterThan(3);
  expect([cache.size, cache.get('n/written') !== undefined, cache.get('n/old-7')]).toEqual([1201, true, undefined]);
});

test('a list of a cluster that was restored from a backup counts, although it is older', () => {
  const { cache } = watched();
  cache.replace([entry('x', 50), entry('y', 60)], '100');
  cache.replace([entry('x', 40)], '41');
  expect([...cache.list()].map(({ metadata }) => metadata.resourceVersion)).toEqual(['40']);
});

test('a listener that throws keeps neither the cache nor the other listeners from theirs', () => {
  const errors: unknown[] = [];
  const cache = new Cache<Entry>({}, (error) => errors.push(error));
  const heard: unknown[] = [];
  cache.onChange(() => {
    throw new Error('listener');
  });
  cache.onChange((change) => heard.push(change));
  cache.set(entry('x', 1));
  expect([cache.size, heard.length, errors]).toEqual([1, 1, [new Error('listener')]]);
});

test.each([
  ['10', '9', true], ['9', '10', false], ['10', '10', false], ['100000000000000000001', '99999999999999999999', true], ['b', 'a', false], ['', '1', false],
])('resource version %s is newer than %s: %s', (a, b, expected) => {
  expect(isNewer(a, b)).toBe(expected);
});

test('the list of a namespace says nothing of the others', () => {
  const { cache } = watched();
  const elsewhere = { ...entry('y', 5), metadata: { ...entry('y', 5).metadata, namespace: 'm' } };
  cache.set(entry('x', 9));
  cache.set(elsewhere);
  cache.replace([], '8', 'm');
  expect([...cache.list()].map(({ metadata }) => metadata.name)).toEqual(['x']);
  cache.replace([], '10', 'n');
  expect(cache.size).toBe(0);
});
