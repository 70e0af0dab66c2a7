/** What pods reach on a local cluster: an S3-compatible store and a registry, where it has them. Pure. */
import type { PlatformSpec } from '../../api/platform';
import { toHost, toRanges } from '../network';
import type { CloudNetwork } from '../network';

export function localNetwork({ artifacts: { endpoint, cidrs = [] }, registry }: PlatformSpec): CloudNetwork {
  const store = endpoint === undefined ? [] : [toHost(endpoint)];
  return {
    dnsCaches: ['169.254.20.10/32'],
    identity: [],
    store: [...store, ...(cidrs.length > 0 ? [toRanges(cidrs, 443)] : [])],
    registry: registry ? [toHost(`${registry.insecure ? 'http' : 'https'}://${registry.url}`)] : [],
    mountsFromPod: false,
  };
}
