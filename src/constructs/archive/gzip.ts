/**
 * Gzip that makes the same bytes on every machine, for ever: they are named by their hash, and part of recipes. That of Node does not:
 * its zlib has other matches with other instructions of the processor, and with other versions
 * (https://chromium.googlesource.com/chromium/src/+/main/third_party/zlib/README.chromium).
 *
 * Do not change what it writes: every archive would be another.
 */
import { codeLengths, codesOf } from './huffman';

/** RFC 1951, 3.2.5: the smallest length or distance of each symbol, and how many more bits tell which of those up to the next it is. */
const LENGTHS = baseTable(28, 4, 3).concat([{ base: 258, bits: 0 }]);
const DISTANCES = baseTable(30, 2, 1);
/** In which order the lengths of the code for lengths are written. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const END = 256;
const WINDOW = 32_768;
const SHORTEST_MATCH = 3;
const LONGEST_MATCH = 258;
/** How many earlier places are compared. */
const ATTEMPTS = 128;

/** A byte, or what is repeated: `distance` 0 is a byte. */
interface Token {
  readonly value: number;
  readonly distance: number;
}

interface Base {
  readonly base: number;
  readonly bits: number;
}

function baseTable(size: number, perBit: number, first: number): Base[] {
  let base = first;
  return Array.from({ length: size }, (_, index) => {
    const bits = Math.max(0, Math.floor(index / perBit) - 1);
    const here = { base, bits };
    base += 2 ** bits;
    return here;
  });
}

export function gzip(bytes: Buffer): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length % 2 ** 32, 4);
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]), deflate(bytes), trailer]);
}

/** One block with codes of its own. */
function deflate(bytes: Buffer): Buffer {
  const tokens = tokensOf(bytes);
  const [literalCounts, distanceCounts] = [new Array<number>(286).fill(0), new Array<number>(30).fill(0)];
  const count = (counts: number[], symbol: number): void => { counts[symbol] = (counts[symbol] ?? 0) + 1; };
  count(literalCounts, END);
  for (const { value, distance } of tokens) {
    count(literalCounts, distance === 0 ? value : 257 + symbolOf(LENGTHS, value));
    if (distance > 0) count(distanceCounts, symbolOf(DISTANCES, distance));
  }
  const [literals, distances] = [codeLengths(literalCounts, 15), codeLengths(distanceCounts, 15)];
  const writer = new BitWriter();
  writer.write(0b101, 3); // last block, dynamic codes
  writeCodes(writer, literals, distances);
  writeTokens(writer, tokens, { literals, distances });
  return writer.end();
}

function writeCodes(writer: BitWriter, literals: readonly number[], distances: readonly number[]): void {
  const lengths = [...literals, ...distances];
  const counts = new Array<number>(19).fill(0);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const codeLength = codeLengths(counts, 7);
  const codes = codesOf(codeLength);
  writer.write(literals.length - 257, 5);
  writer.write(distances.length - 1, 5);
  writer.write(ORDER.length - 4, 4);
  for (const symbol of ORDER) writer.write(codeLength[symbol] ?? 0, 3);
  for (const length of lengths) writer.write(codes[length] ?? 0, codeLength[length] ?? 0);
}

interface Codes {
  readonly literals: readonly number[];
  readonly distances: readonly number[];
}

function writeTokens(writer: BitWriter, tokens: readonly Token[], { literals, distances }: Codes): void {
  const [literalCodes, distanceCodes] = [codesOf(literals), codesOf(distances)];
  const literal = (symbol: number): void => writer.write(literalCodes[symbol] ?? 0, literals[symbol] ?? 0);
  for (const { value, distance } of tokens) {
    if (distance === 0) {
      literal(value);
      continue;
    }
    const [length, away] = [symbolOf(LENGTHS, value), symbolOf(DISTANCES, distance)];
    literal(257 + length);
    writeRest(writer, LENGTHS[length], value);
    writer.write(distanceCodes[away] ?? 0, distances[away] ?? 0);
    writeRest(writer, DISTANCES[away], distance);
  }
  literal(END);
}

function writeRest(writer: BitWriter, symbol: Base | undefined, value: number): void {
  if (symbol) writer.write(value - symbol.base, symbol.bits);
}

function symbolOf(table: readonly Base[], value: number): number {
  let [low, high] = [0, table.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((table[middle]?.base ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Bytes and repetitions: the longest of the last places that begin with the same three bytes. */
function tokensOf(bytes: Buffer): Token[] {
  const tokens: Token[] = [];
  const places = new Places(bytes);
  for (let at = 0; at < bytes.length;) {
    const { length, distance } = places.longestBefore(at);
    const isMatch = length >= SHORTEST_MATCH;
    tokens.push(isMatch ? { value: length, distance } : { value: bytes[at] ?? 0, distance: 0 });
    for (const end = at + (isMatch ? length : 1); at < end; at += 1) places.add(at);
  }
  return tokens;
}

class Places {
  private readonly last = new Map<number, number>();
  private readonly previous: Int32Array;

  constructor(private readonly bytes: Buffer) {
    this.previous = new Int32Array(bytes.length);
  }

  public add(at: number): void {
    const key = this.keyAt(at);
    this.previous[at] = this.last.get(key) ?? -1;
    this.last.set(key, at);
  }

  public longestBefore(at: number): { readonly length: number; readonly distance: number } {
    let best = { length: 0, distance: 0 };
    if (at + SHORTEST_MATCH > this.bytes.length) return best;
    let place = this.last.get(this.keyAt(at)) ?? -1;
    for (let attempt = 0; attempt < ATTEMPTS && place >= 0 && at - place <= WINDOW; attempt += 1) {
      const length = this.commonLength(place, at);
      if (length > best.length) best = { length, distance: at - place };
      place = this.previous[place] ?? -1;
    }
    return best;
  }

  private commonLength(a: number, b: number): number {
    const most = Math.min(LONGEST_MATCH, this.bytes.length - b);
    let length = 0;
    while (length < most && this.bytes[a + length] === this.bytes[b + length]) length += 1;
    return length;
  }

  private keyAt(at: number): number {
    return ((this.bytes[at] ?? 0) << 16) | ((this.bytes[at + 1] ?? 0) << 8) | (this.bytes[at + 2] ?? 0);
  }
}

/** Bits from the lowest of a byte up. */
class BitWriter {
  private readonly bytes: number[] = [];
  private buffer = 0;
  private filled = 0;

  public write(value: number, bits: number): void {
    this.buffer |= value << this.filled;
    for (this.filled += bits; this.filled >= 8; this.filled -= 8) {
      this.bytes.push(this.buffer & 0xff);
      this.buffer >>>= 8;
    }
  }

  public end(): Buffer {
    return Buffer.from(this.filled > 0 ? [...this.bytes, this.buffer & 0xff] : this.bytes);
  }
}

/** Node has one from 20.15 on. */
export function crc32(bytes: Buffer): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
