/** What pods reach on AKS. Pure. */
import type { PlatformSpec } from '../../api/platform';
import { toAnywhere, toInternet, toStore } from '../network';
import type { CloudNetwork } from '../network';

/** A token that the pod holds is changed at login.microsoftonline.com for one of its identity. */
const IDENTITY = [toInternet(443)];
/** LocalDNS. https://learn.microsoft.com/azure/aks/localdns-custom */
const DNS_CACHES = ['169.254.10.10/32', '169.254.10.11/32', '169.254.20.10/32'];

/** Storage account and registry are reached at private endpoints. The driver mounts on the node. */
export function azureNetwork(platform: PlatformSpec): CloudNetwork {
  return {
    dnsCaches: DNS_CACHES,
    identity: IDENTITY,
    store: [toStore(platform, toAnywhere(443))],
    registry: [toAnywhere(443)],
    mountsFromPod: false,
  };
}
