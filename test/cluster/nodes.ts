/** Nodes, and what becomes of them. Their heartbeats are kwok's. */
import type { Node, NodeSpec, Pod } from 'kubernetes-types/core/v1';
import type { Client } from './client';
import { disruption } from './pod-status';

export interface NodeOptions {
  readonly name: string;
  /** @default '16' */
  readonly cpu?: string;
  /** @default '64Gi' */
  readonly memory?: string;
  /** @default '500Gi' */
  readonly ephemeralStorage?: string;
  /** @default '250' */
  readonly pods?: string;
  /** Such as `{ 'nvidia.com/gpu': '8' }`. */
  readonly extended?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: NodeSpec['taints'];
}

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

export function nodeOf({ name, cpu = '16', memory = '64Gi', ephemeralStorage = '500Gi', pods = '250', extended, labels, taints }: NodeOptions): Node {
  const resources = { cpu, memory, 'ephemeral-storage': ephemeralStorage, pods, ...extended };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', ...labels } },
    spec: { taints },
    status: { allocatable: resources, capacity: resources },
  };
}

/** Evicts a pod as `kubectl drain` does; a PodDisruptionBudget may refuse. */
export async function evict(client: Client, { namespace, name }: PodName): Promise<void> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
  await client.request('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, { body });
}

/** Lets nothing more onto the node, and evicts what is there. */
export async function drain(client: Client, name: string): Promise<void> {
  await client.patch({ apiVersion: 'v1', kind: 'Node', name }, { spec: { unschedulable: true } });
  await Promise.all((await runningOn(client, name)).map((pod) => evict(client, pod)));
}

/** Takes a node away, and at once its pods, as the garbage collector of pods does a minute later: disrupted, then gone. */
export async function remove(client: Client, node: string): Promise<void> {
  await client.delete({ apiVersion: 'v1', kind: 'Node', name: node });
  const status = { phase: 'Failed', conditions: [disruption('DeletionByPodGC', `PodGC: node ${node} no longer exists`)] };
  await Promise.all((await runningOn(client, node)).map(async (pod) => {
    const reference = { apiVersion: 'v1', kind: 'Pod', ...pod };
    await client.patch(reference, { status }, { type: 'strategic-merge', subresource: 'status' });
    await client.delete(reference, { gracePeriodSeconds: 0 });
  }));
}

async function runningOn(client: Client, node: string): Promise<PodName[]> {
  const pods = await client.list<Pod>({ apiVersion: 'v1', kind: 'Pod' });
  return pods
    .filter(({ spec, status }) => spec?.nodeName === node && status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .map(({ metadata }) => ({ namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' }));
}
