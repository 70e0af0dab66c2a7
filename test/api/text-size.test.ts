import { MOST_TEXT, MOST_WORDS, textProblem } from '../../src/api/text-size';

const LONG = 'x'.repeat(20_000);

test.each([
  ['env', { env: { A: LONG, B: LONG } }, 40_002, MOST_TEXT],
  ['runtimeEnv', { runtimeEnv: { A: LONG, B: LONG } }, 40_002, MOST_TEXT],
  ['params', { params: { a: LONG, b: LONG, c: 12 } }, 40_005, MOST_TEXT],
  ['literalParams', { literalParams: [LONG, LONG] }, 40_000, MOST_TEXT],
  ['pod.annotations', { pod: { annotations: { a: LONG, b: LONG } } }, 40_002, MOST_TEXT],
  ['command', { command: [LONG, LONG, LONG, LONG] }, 80_000, MOST_WORDS],
  ['args', { args: [LONG, LONG, LONG, LONG] }, 80_000, MOST_WORDS],
])('A5: the values of %s are bounded together, not each', (field, spec, ...[size, most]) => {
  expect(textProblem(spec))
    .toBe(`${field} has ${size} characters together, and ${most} are allowed; put long texts in the image, or in a file of a ConfigMap`);
});

test('what a program takes is not', () => {
  expect(textProblem({ env: { A: LONG }, params: { a: LONG, b: 1 }, command: ['sh', '-c', LONG + LONG], args: [] })).toBeUndefined();
});
