/** How the address range of a network is cut. In plain numbers, so that a plan can be read. */

/** The ranges of one zone. */
export interface ZoneRanges {
  /** For nodes and pods: each pod has an address of the network. */
  readonly private: string;
  /** For NAT and load balancers. */
  readonly public: string;
}

/** Zones that can be added later without moving a range. */
const ZONES_OF_A_SMALL_NETWORK = 3;
const MOST_ZONES = 7;

/**
 * The ranges of each zone, by its place in the list. A `/16` gives up to three zones a `/18` each, and cuts the fourth `/18` into
 * public ranges of `/20`; with more zones all are half as large. A zone that is appended moves no other, up to three.
 */
export function zoneRanges(cidr: string, zones: readonly string[]): ReadonlyMap<string, ZoneRanges> {
  const { address, length } = parseCidr(cidr);
  if (zones.length > MOST_ZONES) throw new Error(`${zones.length} zones are more than a network is cut for; name at most ${MOST_ZONES}`);
  const bits = zones.length > ZONES_OF_A_SMALL_NETWORK ? 3 : 2;
  const last = block({ address, length }, bits, 2 ** bits - 1);
  return new Map(zones.map((zone, index) => [zone, {
    private: format(block({ address, length }, bits, index)),
    public: format(block(last, bits, index)),
  }]));
}

interface Range {
  readonly address: number;
  readonly length: number;
}

function parseCidr(cidr: string): Range {
  const [, a = '', b = '', c = '', d = '', bits = ''] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr) ?? [];
  const parts = [a, b, c, d].map(Number);
  const length = Number(bits);
  const address = parts.reduce((sum, part) => sum * 256 + part, 0);
  if (bits === '' || parts.some((part) => part > 255) || length < 16 || length > 20 || address % 2 ** (32 - length) !== 0) {
    throw new Error(`cidr is ${cidr}; a network on AWS takes a range of /16 to /20 that starts where it says, such as 10.0.0.0/16`);
  }
  return { address, length };
}

function block({ address, length }: Range, bits: number, index: number): Range {
  return { address: address + index * 2 ** (32 - length - bits), length: length + bits };
}

function format({ address, length }: Range): string {
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return `${parts.join('.')}/${length}`;
}
