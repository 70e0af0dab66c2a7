/** What pods reach on EKS. Pure. */
import type { PlatformSpec } from '../../api/platform';
import { toInternet, toRanges, toStore } from '../network';
import type { CloudNetwork } from '../network';

/** The agent of EKS Pod Identity. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
const IDENTITY = [toRanges(['169.254.170.23/32', 'fd00:ec2::23/128'], 80)];

/**
 * S3 has public addresses, also behind a gateway endpoint, and so have the layers of images; ECR itself has not behind an endpoint.
 * Mountpoint runs in pods of its driver, in a namespace of their own.
 */
export function awsNetwork(platform: PlatformSpec): CloudNetwork {
  const { registry } = platform;
  return {
    dnsCaches: ['169.254.20.10/32'],
    identity: IDENTITY,
    store: [toStore(platform, toInternet(443))],
    registry: [toInternet(443), ...(registry?.cidrs ? [toRanges(registry.cidrs, 443)] : [])],
    mountsFromPod: false,
  };
}
