import { formatRange, overlap, parseExactRange, parseRange, partOfRange, sizeOfRange } from '../../src/clouds/ip-range';
import type { IpRange } from '../../src/clouds/ip-range';

const range = (cidr: string) => parseRange(cidr) as IpRange;

test('a range is read, and written as it was', () => {
  for (const cidr of ['10.0.0.0/16', '192.168.128.0/17', '0.0.0.0/0', '255.255.255.255/32']) expect(formatRange(range(cidr))).toBe(cidr);
  expect([sizeOfRange({ prefix: 16 }), sizeOfRange({ prefix: 32 })]).toEqual([65536, 1]);
});

test.each(['10.0.0.0', '10.0.0.256/16', '10.0.0.0/33', '10.0.0/16', 'fd00::/8', ''])('%s is none', (cidr) => {
  expect(parseRange(cidr)).toBeUndefined();
});

test('a range that begins elsewhere is the one that it lies in, or none where it must be exact', () => {
  expect(formatRange(range('10.1.2.3/16'))).toBe('10.1.0.0/16');
  expect([parseExactRange('10.1.2.3/16'), parseExactRange('10.1.0.0/16')]).toEqual([undefined, range('10.1.0.0/16')]);
});

test('parts follow each other, and overlap with the whole alone', () => {
  const whole = range('10.0.0.0/16');
  const parts = [0, 1, 2, 3].map((index) => partOfRange(whole, 2, index));
  expect(parts.map(formatRange)).toEqual(['10.0.0.0/18', '10.0.64.0/18', '10.0.128.0/18', '10.0.192.0/18']);
  expect(parts.map((part) => [overlap(part, whole), overlap(part, range('10.0.65.0/24'))])).toEqual([[true, false], [true, true], [true, false], [true, false]]);
});
