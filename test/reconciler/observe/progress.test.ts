/** Issue 10: what of a program's output is told as its progress. */
import { progressIn } from '../../../src/reconciler/observe/progress';

test('the last line of progress counts, wherever it stands', () => {
  expect(progressIn('progress: step 1\nprogress: step 120 of 900, loss 1.83, 2 h left\nsome warning\n')).toBe('step 120 of 900, loss 1.83, 2 h left');
  expect(progressIn(' 3%|▎ | 1/40\r 5%|▌ | 2/40\rprogress: saving the model\r\n')).toBe('saving the model');
});

test.each(['', 'no progress: step 1', 'Progress: step 1', 'progress:', 'progress: \t ', 'my progress: good'])('%j has none', (output) => {
  expect(progressIn(output)).toBeUndefined();
});

test.each([
  ['colours', 'progress: \u001b[1;32mstep 1\u001b[0m'],
  ['control characters', 'progress: step\u0007 1\u0000'],
  ['what turns the direction of the text, or is not seen', 'progress: \u202estep\u200b 1'],
  ['white space that is not needed', 'progress:   step\t1  '],
])('%s are left out', (_, output) => {
  expect(progressIn(output)).toBe('step 1');
});

test('what is too long is cut to 120 characters, also where these take more than one unit', () => {
  const text = progressIn(`progress: ${'🦙'.repeat(121)}`) ?? '';
  expect([...text]).toHaveLength(120);
  expect(text.endsWith('🦙…')).toBe(true);
  expect(progressIn(`progress: ${'é'.repeat(120)}`)).toBe('é'.repeat(120));
});

test.each([
  'loading with hf_abcdefghijklmnopqrstuvwx',
  'loading with hf_abcdefgh\u200bijklmnopqrstuvwx',
  'pushing to https://me:secretword@example.org/x',
  `${'x '.repeat(55)}hf_abcdefghijklmnopqrstuvwx`,
])('a line that holds a credential is not told: %s', (text) => {
  expect(progressIn(`progress: step 1\nprogress: ${text}\n`)).toBe('step 1');
});
