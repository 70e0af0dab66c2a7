import { sizeOf } from '../../../src/reconciler/observe/size';
import { Lru } from '../../../src/reconciler/runtime/lru';

test('what was not used for longest is forgotten', () => {
  const lru = new Lru<number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  lru.get('a');
  lru.set('c', 3);
  expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
});

test('A5: values count by their size, and one that is above the limit by itself is not kept', () => {
  const lru = new Lru<string>(10, (value) => value.length);
  lru.set('a', 'xxxx');
  lru.set('b', 'xxxx');
  lru.set('c', 'xxxx');
  expect([lru.get('a'), lru.size, lru.weight]).toEqual([undefined, 2, 8]);
  lru.set('b', 'x'.repeat(11));
  expect([lru.get('b'), lru.get('c'), lru.weight]).toEqual([undefined, 'xxxx', 4]);
  lru.delete('c');
  lru.delete('c');
  expect(lru.weight).toBe(0);
});

test('A5: the size of a value is that of its texts and of what holds them, and is not counted beyond a limit', () => {
  expect(sizeOf('x'.repeat(1000))).toBeGreaterThanOrEqual(1000);
  expect(sizeOf({ a: ['x'.repeat(1000), { b: 'x'.repeat(1000) }] })).toBeGreaterThanOrEqual(2000);
  const many = { list: Array.from({ length: 100 }, () => 'x'.repeat(1000)) };
  expect(sizeOf(many, 500)).toBeLessThan(5000);
});
