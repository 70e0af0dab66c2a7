import { ListItems } from '../../../src/reconciler/kube/list-items';

const LISTS: Record<string, object> = {
  'a list': { kind: 'ThingList', metadata: { resourceVersion: '7', continue: 'next' }, items: [{ name: 'a', tags: ['x', { y: [1] }] }, { name: 'b' }] },
  'an empty one': { kind: 'ThingList', metadata: {}, items: [] },
  'one that says null': { kind: 'ThingList', metadata: { resourceVersion: '7' }, items: null },
  'one whose items come first': { items: [{ name: 'a' }, { nested: { deeply: [[{}]] } }], metadata: { resourceVersion: '7' } },
  'texts with what else has a meaning': { metadata: { continue: '[{"' }, items: [{ 'a"]}': 'b\\', 'c': '\\"}],[' }, { text: 'täglich ✓ 🚀' }] },
};

/** Takes a text apart, in pieces of so many bytes. */
function taken(text: string, size: number): { items: unknown[]; envelope: unknown } {
  const items: unknown[] = [];
  const list = new ListItems((item) => items.push(item));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) list.push(bytes.subarray(at, at + size));
  return { items, envelope: list.end() };
}

describe.each(Object.entries(LISTS))('%s', (_, list) => {
  test.each([1, 2, 3, 7, 64, 100_000])('in pieces of %d bytes', (size) => {
    const { items, ...rest } = list as { items: unknown[] | null };
    for (const text of [JSON.stringify(list), JSON.stringify(list, null, 2)]) {
      expect(taken(text, size)).toEqual({ items: items ?? [], envelope: { ...rest, items: items && [] } });
    }
  });
});

test('each item is told as soon as it is whole', () => {
  const items: unknown[] = [];
  const list = new ListItems((item) => items.push(item));
  list.push(Buffer.from('{"items":[{"a":1},{"b"'));
  expect(items).toEqual([{ a: 1 }]);
  list.push(Buffer.from(':2}'));
  expect(items).toEqual([{ a: 1 }, { b: 2 }]);
});

test.each(['', '<html>', '{"items":[', '{"items":[{"a":1}'])('%j is no list', (text) => {
  expect(() => taken(text, 100)).toThrow('the API server sent what is not JSON');
});
