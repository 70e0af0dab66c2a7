import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { gzip } from '../../../src/constructs/archive/gzip';

/** Bytes that no compressor knows beforehand, and that are the same at each run. */
function noise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) => createHash('sha256').update(String(index)).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['one byte', Buffer.from('a')],
  ['two different bytes', Buffer.from('ab')],
  ['the same byte 100,000 times', Buffer.alloc(100_000, 7)],
  ['noise', noise(70_000)],
  ['noise twice, farther apart than a match may be', Buffer.concat([noise(40_000), noise(40_000)])],
  ['a repetition at the longest distance', Buffer.concat([noise(32_768), noise(300)])],
  ['counts that grow like Fibonacci numbers, for which a code would be too long', fibonacci()],
])('%s is unpacked again', (_, bytes) => {
  expect(gunzipSync(gzip(bytes)).equals(bytes)).toBe(true);
});

/** 24 symbols, of which each occurs as often as the two before it together: the deepest tree. In an order that repeats nothing. */
function fibonacci(): Buffer {
  const counts = [1, 1];
  while (counts.length < 24) counts.push((counts.at(-1) ?? 0) + (counts.at(-2) ?? 0));
  const bytes = Buffer.concat(counts.map((count, symbol) => Buffer.alloc(count, symbol)));
  const keys = noise(bytes.length * 4);
  return Buffer.from([...bytes.entries()].sort(([a], [b]) => keys.readUInt32LE(a * 4) - keys.readUInt32LE(b * 4)).map(([, byte]) => byte));
}

test('sources take about as much as with zlib', () => {
  const sources = fs.readFileSync(path.join(__dirname, '../../../src/constructs/archive/gzip.ts'));
  expect(gzip(sources).length).toBeLessThan(gzipSync(sources, { level: 9 }).length * 1.05);
});

test('the bytes are the same for ever, for they are part of recipes', () => {
  const text = Array.from({ length: 500 }, (_, index) => `line ${index * index} of ${index % 7}\n`).join('');
  expect(createHash('sha256').update(gzip(Buffer.from(text))).digest('hex')).toBe('30b9e889776d2e1805918e8e5b12f2c0462306abd6ebeabcf576f4dcdd5fdc8b');
});
