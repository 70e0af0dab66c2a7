import { upgradeProblem } from '../../src/api/kubernetes-upgrade';

test.each([
  ['1.33', '1.33', undefined],
  ['1.33', '1.34', undefined],
  ['1.33.5-gke.1080000', '1.34', undefined],
  ['1.33', '1.33.5', undefined],
  ['1.33', 'latest', undefined],
  ['1.33', '1.35', 'skips 1.34 on the way from 1.33: go to 1.34 first'],
  ['1.33.2', '1.36', 'skips 1.34 and 1.35 on the way from 1.33.2: go to 1.34 first'],
  ['1.9', '1.13', 'skips 1.10, 1.11 and 1.12 on the way from 1.9: go to 1.10 first'],
  ['1.34', '1.33', 'is older than 1.34, and the cloud does not go back: give 1.34 or newer'],
])('from %s to %s', (from, to, problem) => {
  expect(upgradeProblem(from, to)).toBe(problem);
});

test('a cluster that its cloud upgrades may be ahead of what is asked for, and is not taken over a version', () => {
  expect(upgradeProblem('1.34.1', '1.33', true)).toBeUndefined();
  expect(upgradeProblem('1.33.1', '1.35', true)).toBe('skips 1.34 on the way from 1.33.1: go to 1.34 first');
});
