import { asShown, Lines } from '../../src/cli/lines';

test('pieces become lines, the last one without a break too', () => {
  const found: string[] = [];
  const lines = new Lines((line) => found.push(line));
  for (const piece of ['a', 'b\nc', '\n\nd']) lines.push(piece);
  lines.end();
  expect(found).toEqual(['ab', 'c', '', 'd']);
});

test.each([
  ['plain', 'plain'], ['', ''], [' 10%|#   |\r 50%|##  |\r100%|####|', '100%|####|'], ['of Windows\r', 'of Windows'],
])('%j is shown as %j', (line, shown) => {
  expect(asShown(line)).toBe(shown);
});
