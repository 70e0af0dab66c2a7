/** Ranges of IPv4 addresses. In plain numbers, so that a plan can be read. */

export interface IpRange {
  /** Its first address, as a number. */
  readonly first: number;
  /** How many bits of an address are the same in all of the range. */
  readonly prefix: number;
}

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** The range that a CIDR such as `10.0.0.0/16` says, or the one that it lies in; `undefined` if it is not one. */
export function parseRange(cidr: string): IpRange | undefined {
  const match = CIDR.exec(cidr);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: address - (address % sizeOfRange({ prefix })), prefix };
}

/** The same, but `undefined` where the range does not begin at the address that is written. */
export function parseExactRange(cidr: string): IpRange | undefined {
  const range = parseRange(cidr);
  return range && formatAddress(range.first) === cidr.replace(/\/.*$/, '') ? range : undefined;
}

/** How many addresses it has. */
export function sizeOfRange({ prefix }: Pick<IpRange, 'prefix'>): number {
  return 2 ** (32 - prefix);
}

export function formatRange({ first, prefix }: IpRange): string {
  return `${formatAddress(first)}/${prefix}`;
}

export function overlap(one: IpRange, other: IpRange): boolean {
  return one.first < other.first + sizeOfRange(other) && other.first < one.first + sizeOfRange(one);
}

/** One of the parts of a range that is cut into as many as so many bits count. */
export function partOfRange({ first, prefix }: IpRange, bits: number, index: number): IpRange {
  return { first: first + index * sizeOfRange({ prefix: prefix + bits }), prefix: prefix + bits };
}

export function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
