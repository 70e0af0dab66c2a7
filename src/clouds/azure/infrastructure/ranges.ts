/** Address ranges. */

/** Of pods: an overlay, whose addresses are not the network's. */
export const PODS_RANGE = '10.64.0.0/14';
export const SERVICES_RANGE = '10.68.0.0/20';
/** In the range of services. */
export const DNS_ADDRESS = '10.68.0.10';

/** The parts of a cluster's range. */
export interface Subnets {
  readonly nodes: string;
  readonly privateEndpoints: string;
}

interface Range {
  readonly first: number;
  readonly prefix: number;
}

/** The lower half for nodes, the beginning of the upper one for private endpoints. */
export function subnetsOf(cidr: string): Subnets {
  const range = parse(cidr);
  if (!range || range.prefix < 8 || range.prefix > 24) throw new Error(`cidr is ${cidr}; give a range of IPv4 from /8 to /24, such as 10.0.0.0/16`);
  for (const taken of [PODS_RANGE, SERVICES_RANGE]) {
    if (overlap(range, parse(taken))) throw new Error(`cidr is ${cidr}, which overlaps ${taken}, where pods and services are; use another one, such as 10.0.0.0/16`);
  }
  const middle = range.first + size(range) / 2;
  return {
    nodes: `${address(range.first)}/${range.prefix + 1}`,
    privateEndpoints: `${address(middle)}/${Math.max(range.prefix + 1, 24)}`,
  };
}

/** A range that begins where it says, or none. */
function parse(cidr: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return [a, b, c, d].every((byte) => byte < 256) && prefix <= 32 && first % size({ first, prefix }) === 0 ? { first, prefix } : undefined;
}

function size({ prefix }: Range): number {
  return 2 ** (32 - prefix);
}

function overlap(one: Range, other: Range | undefined): boolean {
  return other !== undefined && one.first < other.first + size(other) && other.first < one.first + size(one);
}

function address(value: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(value / unit) % 256).join('.');
}
