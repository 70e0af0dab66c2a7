import { changesBetween } from '../../src/diff/changes';

const named = (...names: string[]): object => ({ pools: names.map((name) => ({ name, size: 1 })) });

test('of a list of things with names it is told which one goes and which one comes', () => {
  expect(changesBetween(named('a', 'b'), named('a', 'b', 'c'))).toEqual([{ field: 'pools[c]', to: { name: 'c', size: 1 } }]);
  expect(changesBetween(named('a', 'b'), named('b'))).toEqual([{ field: 'pools[a]', from: { name: 'a', size: 1 } }]);
});

test('of one that stays, whatever its place, its fields', () => {
  expect(changesBetween({ pools: [{ name: 'a', size: 1 }, { name: 'b', size: 1 }] }, { pools: [{ name: 'b', size: 2 }, { name: 'a', size: 1 }] }))
    .toEqual([{ field: 'pools[b].size', from: 1, to: 2 }]);
  expect(changesBetween({ pools: [{ name: 'a', size: 1 }] }, { pools: [{ name: 'a', size: 2 }] })).toEqual([{ field: 'pools.size', from: 1, to: 2 }]);
});

test('another order is a change too, and lists without names are one value', () => {
  expect(changesBetween(named('a', 'b'), named('b', 'a'))).not.toEqual([]);
  expect(changesBetween({ args: ['a'] }, { args: ['a', 'b'] })).toEqual([{ field: 'args', from: ['a'], to: ['a', 'b'] }]);
});
