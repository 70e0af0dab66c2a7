/** Makes keys. */
import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_BYTES = 32;
/** Of as many random bytes in this alphabet. */
const RANDOM_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
/** Of a key that was made elsewhere: as much as 128 bits take in hexadecimal. */
const SHORTEST = 32;
const HEADER_TEXT = /^[\x21-\x7e]+$/;

/**
 * `sk-<team>-`, by which scanners of Secrets and people know it, 256 random bits, and a checksum, by which a scanner can tell a key from
 * what looks like one.
 */
export function newKey(team: string): string {
  const head = `sk-${team}-${inBase62(randomBytes(RANDOM_BYTES), RANDOM_LENGTH)}`;
  return head + checksum(head);
}

/** Whether a text is a key of `newKey`, and whole. */
export function isWholeKey(text: string): boolean {
  const [head, sum] = [text.slice(0, -CHECKSUM_LENGTH), text.slice(-CHECKSUM_LENGTH)];
  return /^sk-[a-z0-9-]+-[0-9A-Za-z]{43}$/.test(head) && checksum(head) === sum;
}

/** What is wrong with a key that was made elsewhere; `undefined` if nothing is. It is not repeated. */
export function givenKeyProblem(text: string): string | undefined {
  if (text === '') return 'no key came on stdin';
  if (!HEADER_TEXT.test(text)) return 'the key on stdin has blanks, line breaks or other characters that no header takes';
  if (text.length < SHORTEST) return `the key on stdin has ${text.length} characters, which can be guessed; take ${SHORTEST} or more that are random`;
  return undefined;
}

function checksum(head: string): string {
  return inBase62(createHash('sha256').update(head).digest().subarray(0, CHECKSUM_LENGTH), CHECKSUM_LENGTH);
}

/** The last `length` digits. */
function inBase62(bytes: Uint8Array, length: number): string {
  const base = BigInt(ALPHABET.length);
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const digits = Array.from({ length }, () => {
    const digit = ALPHABET[Number(rest % base)] ?? '';
    rest /= base;
    return digit;
  });
  return digits.reverse().join('');
}
