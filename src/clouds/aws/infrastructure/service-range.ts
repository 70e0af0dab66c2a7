/** Addresses of Services, as EKS takes them. */
import type { ClusterSpec } from '../../infrastructure';
import { overlap, parseExactRange, sizeOfRange } from '../../ip-range';

/** What it takes ranges of. https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html (2026-11) */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const LARGEST = 12;
const SMALLEST = 24;

/** @throws Error if EKS does not take it, or the network of the cluster has addresses of it. That of an existing network EKS compares. */
export function checkServiceRange({ serviceCidr, cidr, network }: Pick<ClusterSpec, 'serviceCidr' | 'cidr' | 'network'>): void {
  if (serviceCidr === undefined) return;
  const range = parseExactRange(serviceCidr);
  const whole = PRIVATE.map(parseExactRange).find((each) => range && each && overlap(range, each));
  if (!range || !whole || range.prefix < LARGEST || range.prefix > SMALLEST || sizeOfRange(range) > sizeOfRange(whole)) {
    throw new Error(`serviceCidr is ${serviceCidr}; EKS takes a range of /${LARGEST} to /${SMALLEST} of ${PRIVATE.join(', ')}, such as 172.20.0.0/16`);
  }
  const own = network ? undefined : parseExactRange(cidr);
  if (own && overlap(own, range)) {
    throw new Error(`serviceCidr ${serviceCidr} overlaps ${cidr}, the range of the network; give another, for example 172.20.0.0/16`);
  }
}
