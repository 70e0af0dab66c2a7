/** A network that enforces NetworkPolicies as Kubernetes documents them, small enough to be read. */
import { BlockList, isIPv6 } from 'node:net';
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from 'kubernetes-types/networking/v1';
import type { PlatformSpec } from '../../src/api/platform';
import { expandWorkspace } from '../../src/expand';
import { NAMESPACE } from './fixtures';

export interface Peer {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** By their names. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** A pod, and one of its ports by its name. */
export interface Port {
  readonly of: Peer;
  readonly name: string;
}

export interface Host {
  readonly address: string;
  readonly port: number;
}

type Direction = 'ingress' | 'egress';
const TYPES = { ingress: 'Ingress', egress: 'Egress' } as const;

export function policiesOf(platform: PlatformSpec, namespace = NAMESPACE): NetworkPolicy[] {
  return expandWorkspace(platform, namespace).filter(({ kind }) => kind === 'NetworkPolicy') as NetworkPolicy[];
}

/** Whether a pod reaches an address that is not a pod's. */
export function canReach(policies: readonly NetworkPolicy[], from: Peer, { address, port }: Host): boolean {
  return allows(policies, { direction: 'egress', pod: from }, (rule) => isAny(rule.peers, ({ ipBlock }) => ipBlock !== undefined
    && isIn(address, ipBlock.cidr) && !(ipBlock.except ?? []).some((cidr) => isIn(address, cidr))) && hasPort(rule.ports, port));
}

/** Whether a pod reaches a port of another. */
export function canConnect(policies: readonly NetworkPolicy[], from: Peer, { of: to, name }: Port): boolean {
  const port = to.ports?.[name] ?? 0;
  const meets = (peer: Peer, policyNamespace: string) => (selector: NetworkPolicyPeer) => selects(selector, peer, policyNamespace);
  const leaves = allows(policies, { direction: 'egress', pod: from }, (rule) => isAny(rule.peers, meets(to, rule.namespace)) && hasPort(rule.ports, port, name));
  return leaves && allows(policies, { direction: 'ingress', pod: to }, (rule) => isAny(rule.peers, meets(from, rule.namespace)) && hasPort(rule.ports, port, name));
}

interface Side {
  readonly direction: Direction;
  readonly pod: Peer;
}

interface Rule {
  readonly namespace: string;
  readonly peers?: NetworkPolicyPeer[];
  readonly ports?: NetworkPolicyPort[];
}

/** A pod that no policy selects is free; one that some select may do what any of them allows. */
function allows(policies: readonly NetworkPolicy[], { direction, pod }: Side, isAllowed: (rule: Rule) => boolean): boolean {
  const selecting = policies.filter(({ metadata, spec }) => metadata?.namespace === pod.namespace
    && spec?.policyTypes?.includes(TYPES[direction]) && matches(spec.podSelector, pod.labels));
  if (selecting.length === 0) return true;
  return selecting.some(({ metadata, spec }) => {
    const rules: Omit<Rule, 'namespace'>[] = direction === 'ingress'
      ? (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
      : (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
    return rules.some((rule) => isAllowed({ ...rule, namespace: metadata?.namespace ?? '' }));
  });
}

function isAny<T>(list: T[] | undefined, test: (item: T) => boolean): boolean {
  return list === undefined || list.some(test);
}

function hasPort(ports: NetworkPolicyPort[] | undefined, port: number, name?: string): boolean {
  return isAny(ports, (allowed) => allowed.port === port || (name !== undefined && allowed.port === name));
}

function selects(peer: NetworkPolicyPeer, { namespace, labels }: Peer, policyNamespace: string): boolean {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  if (ipBlock) return false; // as with Cilium: addresses are those outside the cluster
  const isThere = namespaceSelector ? matches(namespaceSelector, { 'kubernetes.io/metadata.name': namespace }) : namespace === policyNamespace;
  return isThere && (!podSelector || matches(podSelector, labels));
}

function matches({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const hasLabels = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return hasLabels && matchExpressions.every(({ key, operator, values = [] }) => {
    const value = labels[key];
    switch (operator) {
      case 'Exists': return value !== undefined;
      case 'DoesNotExist': return value === undefined;
      case 'NotIn': return value === undefined || !values.includes(value);
      case 'In': return value !== undefined && values.includes(value);
      default: throw new Error(`operator ${operator} is not used here`);
    }
  });
}

function isIn(address: string, cidr: string): boolean {
  const [network = '', prefix] = cidr.split('/');
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  if (isIPv6(address) !== (family === 'ipv6')) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(address, family);
}
