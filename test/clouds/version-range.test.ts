import { majorsOf } from '../../src/clouds/version-range';

const NO_BOUND = Number.POSITIVE_INFINITY;

test.each([
  ['>= 4.81.0, < 5.0.0', 4, 4],
  ['>= 4.81.0, < 6.0.0', 4, 5],
  ['>= 4.81.0, < 5.2.0', 4, 5],
  ['>= 5.0, <= 5.9', 5, 5],
  ['~> 5.1', 5, 5],
  ['~> 5.1.0', 5, 5],
  ['5.9.0', 5, 5],
  ['= 4.81.0', 4, 4],
  ['>5.0.0,!=5.2.0', 5, NO_BOUND],
  ['~> 5', 5, NO_BOUND],
  ['>= 5.0.0-beta1, < 6.0.0', 5, 5],
  ['', 0, NO_BOUND],
])('%s takes major versions from %d to %d', (range, lowest, highest) => {
  expect(majorsOf(range)).toEqual({ lowest, highest });
});
