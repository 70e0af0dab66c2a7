import { columns, wrapped } from '../../src/state/columns';

test('a column is as wide as its widest cell, and no line ends in spaces', () => {
  expect(columns([['a', 'long', 'x'], ['longer', 'b'], ['c', '', 'y']])).toEqual(['a       long  x', 'longer  b', 'c             y']);
});

test('numbers are aligned right', () => {
  expect(columns([['a', '1.5'], ['b', '10.0']], { right: [1] })).toEqual(['a   1.5', 'b  10.0']);
});

test('colours take no room', () => {
  expect(columns([['\u001b[31mred\u001b[39m', 'x'], ['blue', 'y']])).toEqual(['\u001b[31mred\u001b[39m   x', 'blue  y']);
});

test('no rows are no lines', () => {
  expect(columns([])).toEqual([]);
});

test('text is broken at spaces, and a word that is too long is not broken', () => {
  expect(wrapped('one two  three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('a https://example.com/long b', 5)).toEqual(['a', 'https://example.com/long', 'b']);
});
