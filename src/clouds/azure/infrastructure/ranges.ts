/** Address ranges. */
import { formatRange, overlap, parseExactRange, parseRange, partOfRange } from '../../ip-range';

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

/** The lower half for nodes, the beginning of the upper one for private endpoints. */
export function subnetsOf(cidr: string): Subnets {
  const range = parseExactRange(cidr);
  if (!range || range.prefix < 8 || range.prefix > 24) throw new Error(`cidr is ${cidr}; give a range of IPv4 from /8 to /24, such as 10.0.0.0/16`);
  for (const taken of [PODS_RANGE, SERVICES_RANGE]) {
    const other = parseRange(taken);
    if (other && overlap(range, other)) throw new Error(`cidr is ${cidr}, which overlaps ${taken}, where pods and services are; use another one, such as 10.0.0.0/16`);
  }
  const [lower, upper] = [partOfRange(range, 1, 0), partOfRange(range, 1, 1)];
  return { nodes: formatRange(lower), privateEndpoints: formatRange({ ...upper, prefix: Math.max(upper.prefix, 24) }) };
}
