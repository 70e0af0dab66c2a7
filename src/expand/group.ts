/** A replica of a Server that spans many nodes: a group of a leader, which answers, and of workers, which compute parts of the model. */
import type { Container, EnvVar, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { canonicalJson, digest, shortDigest, shortenedName } from '../api/digest';
import { isDns1035Label } from '../api/names';
import { spansNodes } from '../api/nodes';
import { workspaceOf } from '../api/platform';
import type { GpuPoolSpec, PlatformSpec } from '../api/platform';
import type { ServerResource, ServerSpec } from '../api/resource';
import { childMetadata, namespaceOf } from './child';
import type { KubeObject } from './child';
import { ExpandError } from './error';
import { EXCLUSIVE_ANNOTATION, GROUP_LABEL } from './lws';
import { placedPools } from './placement';
import { SERVER_PORT_NAMES } from './ports';

/**
 * Of the 63 characters of a label, the StatefulSet of the workers takes `-<group>` and the hash of its revision.
 * https://github.com/kubernetes/kubernetes/issues/64023
 */
const LONGEST_NAME = 47;

const TYPE = { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet' } as const;

/** What an autoscaler aims at. */
export interface ScaleTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** What runs the replicas of a Server, whose Deployment would have this name. */
export function scaleTarget(server: ServerResource, name: string): ScaleTarget {
  return spansNodes(server.spec) ? { ...TYPE, name: groupName(server) } : { apiVersion: 'apps/v1', kind: 'Deployment', name };
}

/** What we write of a LeaderWorkerSet. */
export interface LeaderWorkerSet extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly startupPolicy: 'LeaderCreated';
    readonly networkConfig: { readonly subdomainPolicy: 'Shared' };
    readonly rolloutStrategy: {
      readonly type: 'RollingUpdate';
      readonly rollingUpdateConfiguration: { readonly maxSurge: number; readonly maxUnavailable: number };
    };
    readonly leaderWorkerTemplate: {
      readonly size: number;
      readonly restartPolicy: 'RecreateGroupOnPodRestart';
      readonly leaderTemplate: PodTemplateSpec;
      readonly workerTemplate: PodTemplateSpec;
    };
  };
}

/** What a LeaderWorkerSet is made of that a Deployment has too. */
export interface Rollout {
  /** Absent: an autoscaler has the number. */
  readonly replicas?: number;
  readonly leader: PodTemplateSpec;
  readonly worker: PodTemplateSpec;
}

/**
 * Name of the LeaderWorkerSet. Not that of the Server's Service: it makes a headless Service of its own name, by which its pods find each
 * other, and takes one that is there already for it.
 */
export function groupName({ metadata: { name } }: ServerResource): string {
  const short = shortenedName(name, { limit: LONGEST_NAME, hash: () => shortDigest(digest(name)), suffix: '-group' });
  if (isDns1035Label(short)) return short;
  throw new ExpandError(`name ${name} cannot be that of a Service; start with a letter, and use lower-case letters, digits and -`);
}

/**
 * Where one pod of a group restarts, all do: they hold parts of one model. A roll takes no spare group unless `surge`, and there is none
 * that waits for others: each group is up or down on its own.
 */
export function leaderWorkerSet(server: ServerResource, rollout: Rollout, { leaderWorkerSet: lws }: PlatformSpec): LeaderWorkerSet {
  const { replicas, leader, worker } = rollout;
  const { nodes = 1, surge = false } = server.spec;
  const annotations = lws?.exclusiveTopology === undefined ? undefined : { [EXCLUSIVE_ANNOTATION]: lws.exclusiveTopology };
  return {
    ...TYPE,
    metadata: childMetadata(server, { name: groupName(server), role: 'run', annotations }),
    spec: {
      ...(replicas !== undefined && { replicas }),
      startupPolicy: 'LeaderCreated',
      networkConfig: { subdomainPolicy: 'Shared' },
      rolloutStrategy: {
        type: 'RollingUpdate',
        rollingUpdateConfiguration: surge ? { maxSurge: 1, maxUnavailable: 0 } : { maxSurge: 0, maxUnavailable: 1 },
      },
      leaderWorkerTemplate: { size: nodes, restartPolicy: 'RecreateGroupOnPodRestart', leaderTemplate: leader, workerTemplate: worker },
    },
  };
}

/** The variable in which a program looks for the address at which the other pods reach it. */
export function addressVariable(name: string | undefined): EnvVar[] {
  return name === undefined ? [] : [{ name, valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }];
}

/**
 * The pod with what the pools of its GPUs say of the network between nodes. Nothing where they say nothing, or where some of them have
 * another: the programs go over TCP then.
 */
export function withFabric(template: PodTemplateSpec, { resources, podSecurity }: ServerSpec, platform: PlatformSpec): PodTemplateSpec {
  const [first, ...others] = placedPools(resources, platform);
  if (!first?.fabricResources || others.some((other) => !hasFabricOf(first, other)) || !template.spec) return template;
  if (first.fabricLocksMemory && podSecurity === 'restricted') {
    throw new ExpandError(`the fabric of pool ${first.name} takes IPC_LOCK, which podSecurity restricted forbids; leave podSecurity out`);
  }
  const [program, ...beside] = template.spec.containers;
  const containers = program ? [withFabricOf(first, program), ...beside] : [];
  return { ...template, spec: { ...template.spec, containers } };
}

function hasFabricOf(pool: GpuPoolSpec, other: GpuPoolSpec): boolean {
  const textOf = ({ fabricResources, fabricLocksMemory }: GpuPoolSpec) => canonicalJson({ fabricResources, fabricLocksMemory });
  return textOf(pool) === textOf(other);
}

function withFabricOf({ fabricResources, fabricLocksMemory }: GpuPoolSpec, container: Container): Container {
  const { resources: { requests, limits } = {}, securityContext } = container;
  const { capabilities } = securityContext ?? {};
  return {
    ...container,
    resources: { requests: { ...requests, ...fabricResources }, limits: { ...limits, ...fabricResources } },
    ...(fabricLocksMemory && {
      securityContext: { ...securityContext, capabilities: { ...capabilities, add: [...capabilities?.add ?? [], 'IPC_LOCK'] } },
    }),
  };
}

/**
 * What the pods of a group say to each other runs code: among themselves they may say all, and nobody else reaches more of them than what
 * serves. None where the workspace has turned NetworkPolicies off.
 */
export function groupPolicies(server: ServerResource, platform: PlatformSpec): NetworkPolicy[] {
  const namespace = namespaceOf(server);
  if (workspaceOf(platform, namespace)?.networkPolicies === false) return [];
  const pods = { matchLabels: { server: server.metadata.name }, matchExpressions: [{ key: GROUP_LABEL, operator: 'Exists' }] };
  const among = [{ podSelector: pods }];
  const own = (server.spec.pod?.ports ?? []).filter(({ name = '' }) => !SERVER_PORT_NAMES.some((known) => known === name))
    .map(({ containerPort, protocol = 'TCP' }) => ({ port: containerPort, protocol }));
  return [{
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: childMetadata(server, { name: groupName(server), role: 'run' }),
    spec: {
      podSelector: pods,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: among }, ...(own.length > 0 ? [{ from: [{ podSelector: {} }], ports: own }] : [])],
      egress: [{ to: among }],
    },
  }];
}
