/** What pods reach in a machine room: the store and its token service, and the registry. Pure. */
import type { NetworkPolicyEgressRule } from 'kubernetes-types/networking/v1';
import type { PlatformSpec } from '../../api/platform';
import { portOf, toHost, toRanges } from '../network';
import type { CloudNetwork } from '../network';

/** A file system is mounted by the nodes, which no policy holds back. */
export function onPremisesNetwork({ artifacts: { endpoint, tokens, cidrs }, registry }: PlatformSpec): CloudNetwork {
  return {
    /* Of NodeLocal DNSCache: https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/ */
    dnsCaches: ['169.254.20.10/32'],
    identity: tokens?.endpoint === undefined ? [] : [at(tokens.endpoint, cidrs)],
    store: endpoint === undefined ? [] : [at(endpoint, cidrs)],
    registry: registry ? [at(`${registry.insecure ? 'http' : 'https'}://${registry.url}`, registry.cidrs)] : [],
    mountsFromPod: false,
  };
}

/** At the ranges that are told, or where the host says it is. */
function at(url: string, cidrs: readonly string[] = []): NetworkPolicyEgressRule {
  return cidrs.length > 0 ? toRanges(cidrs, portOf(url)) : toHost(url);
}
