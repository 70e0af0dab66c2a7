/** Address ranges. */
import type { ClusterSpec } from '../../infrastructure';
import { formatAddress, formatRange, overlap, parseExactRange, parseRange, partOfRange } from '../../ip-range';
import type { IpRange } from '../../ip-range';

/** Of pods: an overlay, whose addresses are not the network's. */
const PODS_RANGE = '10.64.0.0/14';
const SERVICES_RANGE = '10.68.0.0/20';
/** The address of DNS in the range of services. */
const DNS = 10;

/** Each node takes a /24 of pods, and the system pool has two nodes and in an upgrade three. That of services is AKS's own rule. */
const SIZES = { podCidr: { largest: 8, smallest: 22 }, serviceCidr: { largest: 12, smallest: 28 } };
/** https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning (2026-11). */
const RESERVED = ['169.254.0.0/16', '172.30.0.0/16', '172.31.0.0/16', '192.0.2.0/24'];

type Ground = Pick<ClusterSpec, 'cidr' | 'network' | 'podCidr' | 'serviceCidr'>;

/** As the profile of the cluster's network says it. */
export interface Overlay {
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly dnsServiceIp: string;
}

/** @throws if AKS does not take one, or they overlap each other, or the network where that is the cluster's own. */
export function overlayOf({ cidr, network, podCidr, serviceCidr }: Ground): Overlay {
  const pods = checkedRange('podCidr', podCidr ?? PODS_RANGE);
  const services = checkedRange('serviceCidr', serviceCidr ?? SERVICES_RANGE);
  if (overlap(pods, services)) {
    const [one, other] = podCidr === undefined ? ['serviceCidr', 'podCidr'] : ['podCidr', 'serviceCidr'];
    const [ours, theirs] = podCidr === undefined ? [services, pods] : [pods, services];
    throw new Error(`${one} is ${formatRange(ours)}, which overlaps ${formatRange(theirs)}, the ${other}; give another, or another ${other} too`);
  }
  const own = network ? undefined : parseExactRange(cidr);
  for (const [name, text] of Object.entries({ podCidr, serviceCidr })) {
    const range = text === undefined ? undefined : parseExactRange(text);
    if (own && range && overlap(own, range)) throw new Error(`${name} is ${text}, which overlaps ${cidr}, the range of the network; give another, or another cidr`);
  }
  return { podCidr: formatRange(pods), serviceCidr: formatRange(services), dnsServiceIp: formatAddress(services.first + DNS) };
}

function checkedRange(name: keyof typeof SIZES, text: string): IpRange {
  const { largest, smallest } = SIZES[name];
  const range = parseExactRange(text);
  if (!range || range.prefix < largest || range.prefix > smallest) {
    throw new Error(`${name} is ${text}; on azure it is a range of /${largest} to /${smallest}, such as ${name === 'podCidr' ? PODS_RANGE : SERVICES_RANGE}`);
  }
  const reserved = RESERVED.find((each) => overlap(range, parseRange(each) ?? range));
  if (reserved !== undefined) throw new Error(`${name} is ${text}, which overlaps ${reserved}, a range of AKS's own; give another`);
  return range;
}

/** The parts of a cluster's range. */
export interface Subnets {
  readonly nodes: string;
  readonly privateEndpoints: string;
}

/** The lower half for nodes, the beginning of the upper one for private endpoints. */
export function subnetsOf(cidr: string, { podCidr, serviceCidr }: Overlay): Subnets {
  const range = parseExactRange(cidr);
  if (!range || range.prefix < 8 || range.prefix > 24) throw new Error(`cidr is ${cidr}; give a range of IPv4 from /8 to /24, such as 10.0.0.0/16`);
  for (const taken of [podCidr, serviceCidr]) {
    const other = parseRange(taken);
    if (other && overlap(range, other)) throw new Error(`cidr is ${cidr}, which overlaps ${taken}, where pods and services are; use another one, such as 10.0.0.0/16`);
  }
  const [lower, upper] = [partOfRange(range, 1, 0), partOfRange(range, 1, 1)];
  return { nodes: formatRange(lower), privateEndpoints: formatRange({ ...upper, prefix: Math.max(upper.prefix, 24) }) };
}
