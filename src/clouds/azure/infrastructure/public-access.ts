/** Networks from which a bucket or a registry can be reached beside the cluster's own. */
import { formatRange, overlap, parseExactRange, parseRange } from '../../ip-range';
import type { IpRange } from '../../ip-range';

/** Of RFC 1918: Azure refuses them in rules of its firewalls. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** The ranges, or an error if Azure would refuse one. */
export function publicRanges(what: string, cidrs: readonly string[]): IpRange[] {
  return cidrs.map((cidr) => {
    const range = parseExactRange(cidr);
    if (!range) throw new Error(`allowedCidrs of ${what} has ${cidr}; give a range of IPv4 addresses, such as 203.0.113.0/24`);
    const inside = PRIVATE.find((other) => overlap(range, parseRange(other) ?? range));
    if (inside === undefined) return range;
    throw new Error(`allowedCidrs of ${what} has ${cidr}, which is private; give public addresses: private networks reach it through an endpoint of their own`);
  });
}

/** As the firewall of a storage account wants them: single addresses without a length. */
export function storageRules(ranges: readonly IpRange[]): string[] {
  return ranges.flatMap(({ first, prefix }) => {
    if (prefix < 31) return [formatRange({ first, prefix })];
    const addresses = prefix === 31 ? [first, first + 1] : [first];
    return addresses.map((address) => formatRange({ first: address, prefix: 32 }).replace('/32', ''));
  });
}
