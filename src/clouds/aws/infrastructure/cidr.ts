/** How the address range of a network is cut. */
import { formatRange, parseExactRange, partOfRange } from '../../ip-range';
import type { IpRange } from '../../ip-range';

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
  const range = rangeOf(cidr);
  if (zones.length > MOST_ZONES) throw new Error(`${zones.length} zones are more than a network is cut for; name at most ${MOST_ZONES}`);
  const bits = zones.length > ZONES_OF_A_SMALL_NETWORK ? 3 : 2;
  const last = partOfRange(range, bits, 2 ** bits - 1);
  return new Map(zones.map((zone, index) => [zone, {
    private: formatRange(partOfRange(range, bits, index)),
    public: formatRange(partOfRange(last, bits, index)),
  }]));
}

function rangeOf(cidr: string): IpRange {
  const range = parseExactRange(cidr);
  if (range && range.prefix >= 16 && range.prefix <= 20) return range;
  throw new Error(`cidr is ${cidr}; a network on AWS takes a range of /16 to /20 that starts where it says, such as 10.0.0.0/16`);
}
