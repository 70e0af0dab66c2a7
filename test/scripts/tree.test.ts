import { tree } from '../../scripts/tree';

const ROWS = [['Model', 'opt', 'loader'], ['Server', 'chat', 'basaran', 'after opt']];

test('columns are aligned where they fit', () => {
  expect(tree(ROWS, { width: 80 })).toEqual([
    '├─ Model   opt   loader',
    '└─ Server  chat  basaran  after opt',
  ]);
});

test('a narrow terminal gets lines of what fits together', () => {
  expect(tree(ROWS, { width: 20 })).toEqual([
    '├─ Model  opt',
    '│    loader',
    '└─ Server  chat',
    '     basaran',
    '     after opt',
  ]);
});

test('a style does not count as text', () => {
  expect(tree(ROWS, { width: 80, styles: [(text) => `<b>${text}</b>`] })[0]).toBe('├─ <b>Model </b>  opt   loader');
});
