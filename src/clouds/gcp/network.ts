/** What pods reach on GKE, with Dataplane V2 or with Calico. Pure. */
import type { PlatformSpec } from '../../api/platform';
import { toInternet, toRanges, toStore } from '../network';
import type { CloudNetwork } from '../network';

/**
 * The metadata server of GKE, which gives a pod the identity of its ServiceAccount and never that of its node. With Dataplane V2 a pod
 * reaches it at 169.254.169.254, with Calico at 169.254.169.252: the policy sees the one or the other.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy
 *
 * Dataplane V2 may also have turned the address into that of the pod's node, port 988, before the policy is looked at.
 * https://github.com/gke-labs/kube-agents/pull/676
 */
const IDENTITY = [
  toRanges(['169.254.169.254/32'], 80, 8080),
  toRanges(['169.254.169.252/32'], 987, 988),
  toRanges(['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'], 988),
];

/** NodeLocal DNSCache; and the metadata server again, where Cloud DNS is the cluster's DNS: its port 53 answers names alone. */
const DNS_CACHES = ['169.254.20.10/32', '169.254.169.254/32'];

/** GCS FUSE runs beside the container, so mounted artifacts are read from the pod. */
export function gcpNetwork(platform: PlatformSpec): CloudNetwork {
  const google = toStore(platform, toInternet(443));
  return { dnsCaches: DNS_CACHES, identity: IDENTITY, store: [google], registry: [google], mountsFromPod: true };
}
