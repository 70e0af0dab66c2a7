import { durationOf, secondsOf } from '../../src/api/duration';
import { seeded } from '../expand/fixtures';

test.each([['90s', 90], ['30m', 1800], ['12h', 43_200], ['1h30m', 5400], ['1h1m1s', 3661], ['0s', 0], ['01m', 60]])('%s is %i seconds', (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});

test.each(['', '1', '1d', '1.5h', '-1h', '30m1h', '1h 30m', ' 1h', '1H', '1h\n', '100000h'])('%j is no duration', (text) => {
  expect(secondsOf(text)).toBeUndefined();
});

test('what is written is read as the same', () => {
  const random = seeded(2);
  const all = Array.from({ length: 1000 }, () => Math.floor(random() * 1e6));
  expect(all.filter((seconds) => secondsOf(durationOf(seconds)) !== seconds)).toEqual([]);
  expect(durationOf(0)).toBe('0s');
  expect(durationOf(5400)).toBe('1h30m');
});
