import { amountOf, cores, gibibytes, isQuantity } from '../../src/api/quantity';
import { seeded } from '../expand/fixtures';

test.each([0, 4, '4', '500m', '1.5', '.5', '5.', '64Gi', '2e3', '1E6', '1E', '+1k', '100n'])('%p is a quantity', (value) => {
  expect(isQuantity(value)).toBe(true);
});

test.each([-1, 1.5, Number.NaN, 2 ** 60, '', '-1', '1 Gi', '1gi', '1Gib', 'Gi', '1e', '.', 'one', '1\n', null, undefined, {}])('%p is no quantity', (value) => {
  expect(isQuantity(value)).toBe(false);
});

test('an integer is a number of cores or of GiB, also as a text, as the original Substratus has it', () => {
  expect([cores(4), cores('4'), cores('500m')]).toEqual(['4', '4', '500m']);
  expect([gibibytes(64), gibibytes('64'), gibibytes('512Mi')]).toEqual(['64Gi', '64Gi', '512Mi']);
});

test.each([['500m', 0.5], ['1.5', 1.5], ['1k', 1000], ['1Ki', 1024], ['2e3', 2000], ['1E6', 1e6], ['1E', 1e18], ['+3', 3], ['2Gi', 2 ** 31]])('%s is %d', (text, amount) => {
  expect(amountOf(text)).toBeCloseTo(amount, 9);
});

test('any number with any suffix is a quantity of an amount', () => {
  const random = seeded(3);
  const suffixes = ['', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi', 'Ti', 'e2', 'E-1'];
  for (const suffix of suffixes) {
    const text = `${Math.floor(random() * 1000)}.${Math.floor(random() * 1000)}${suffix}`;
    expect([text, isQuantity(text), Number.isFinite(amountOf(text))]).toEqual([text, true, true]);
  }
});
