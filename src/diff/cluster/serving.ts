/** Servers and Notebooks: what their children on both sides say, and whether their author or the platform has changed it. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { GpuPoolSpec } from '../../api/platform';
import { RECONCILER } from '../../api/reconciler';
import type { Resource } from '../../api/resource';
import { capacitiesOf, gpuRequestOf, isWorkload, placedPools } from '../../expand';
import type { Child, LeaderWorkerSet } from '../../expand';
import { childrenFor, inputsFor } from '../../state/cluster';
import type { Expansion } from '../../state/cluster';
import type { ClusterState } from '../../state/state';
import { changesBetween, isSame } from '../changes';
import type { Change } from '../effect';
import { metadataChanges } from './artifacts';
import type { ResourceContext } from './context';

/** Fields that do not decide what runs in the pod. */
const OUTSIDE_THE_POD = ['suspend', 'replicas', 'scaling', 'autoscaling', 'routing', 'surge', 'idleTimeout', 'restartOnChange', 'storage'];

/** A Server or Notebook that is there on both sides. */
export interface Serving extends ResourceContext {
  readonly from: Resource;
  readonly to: Resource;
  readonly before: Expansion;
  readonly after: Expansion;
  /** What its author has changed. */
  readonly changes: readonly Change[];
  /** Whether its pods are others. */
  readonly hasOtherPods: boolean;
  /** Whether its author has asked for other pods, or an input is another artifact; otherwise only the platform is another. */
  readonly isAsked: boolean;
}

export function servingOf(context: ResourceContext, from: Resource, to: Resource): Serving {
  const { clusters } = context;
  const [before, after] = [expansionOf(from, clusters.from), expansionOf(to, clusters.to)];
  const changes = [...changesBetween(from.spec, to.spec), ...metadataChanges(from, to)];
  const isAsked = !isSame(podSpec(from), podSpec(to)) || !isSame(recipesOf(from, clusters.from), recipesOf(to, clusters.to));
  const [one, other] = [podsOf(before), podsOf(after)];
  /* Without a platform nothing is expanded, and what is asked for decides. */
  const hasOtherPods = one && other ? !isSame(one, other) : isAsked;
  return { ...context, from, to, before, after, changes, hasOtherPods, isAsked };
}

function expansionOf(resource: Resource, cluster?: ClusterState): Expansion {
  return cluster ? childrenFor(cluster, resource) : { children: [] };
}

function podSpec({ spec }: Resource): object {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !OUTSIDE_THE_POD.includes(field)));
}

function recipesOf(resource: Resource, cluster?: ClusterState): object {
  const inputs = cluster ? inputsFor(cluster, resource) : {};
  return Object.fromEntries(Object.entries(inputs).map(([field, artifact]) => [field, artifact?.recipeDigest]));
}

function deploymentOf({ children }: Expansion): Deployment | undefined {
  return children.map(({ object }) => object).find((object) => object.kind === 'Deployment' && isWorkload(object)) as Deployment | undefined;
}

function groupsOf({ children }: Expansion): LeaderWorkerSet['spec']['leaderWorkerTemplate'] | undefined {
  const groups = children.map(({ object }) => object).find(({ kind }) => kind === 'LeaderWorkerSet') as LeaderWorkerSet | undefined;
  return groups?.spec.leaderWorkerTemplate;
}

/** Of the pods that answer. */
function templateOf(expansion: Expansion): PodTemplateSpec | undefined {
  return groupsOf(expansion)?.leaderTemplate ?? deploymentOf(expansion)?.spec?.template;
}

/** All that decides its pods. */
function podsOf(expansion: Expansion): object | undefined {
  return groupsOf(expansion) ?? templateOf(expansion);
}

/** Why it cannot come about; what is not known of the platform does not count. */
export function problemOf({ after, clusters }: Serving): string | undefined {
  return clusters.to?.platform && after.problem;
}

/** Whether pods are replaced though only the platform has changed. */
export function rollsOnUpgrade({ clusters: { to } }: ResourceContext): boolean {
  const reconciler = to?.objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata?.name === RECONCILER) as Deployment | undefined;
  const env = reconciler?.spec?.template.spec?.containers.flatMap((container) => container.env ?? []) ?? [];
  return env.some(({ name, value }) => name === 'ROLL_ON_UPGRADE' && value === 'true');
}

/** The nodes that its pods were and will be on, in words, where they are others; `undefined` where they are the same. */
export function moveOf(serving: Serving): { readonly from: string; readonly to: string } | undefined {
  const { before, after, from, to, clusters } = serving;
  const [one, other] = [templateOf(before), templateOf(after)];
  if (!one || !other || isSame(placementOf(one), placementOf(other))) return undefined;
  return { from: nodesOf(from, one, clusters.from), to: nodesOf(to, other, clusters.to) };
}

/**
 * Why what runs cannot go on where only the platform has changed; `undefined` where it can. Its pods ask for nodes of pools none of which
 * is there any more as it was.
 */
export function lostNodes(serving: Serving): string | undefined {
  const { from, clusters } = serving;
  const [before, after] = [clusters.from?.platform, clusters.to?.platform];
  const pools = before && after ? placedPools(from.spec.resources, before) : [];
  if (pools.length === 0 || !moveOf(serving)) return undefined;
  const left = (after?.gpuPools ?? []).map(nodesIn);
  if (pools.some((pool) => left.some((each) => isSame(each, nodesIn(pool))))) return undefined;
  return `its pods fit none of the nodes that there are then, for ${pools.map(poolWords).join(' and ')} ${pools.length > 1 ? 'are others' : 'is another one'}`;
}

/** What pods ask for of the nodes of a pool. */
function nodesIn(pool: GpuPoolSpec): object {
  const { name, gpu, sharing, nodeLabels } = pool;
  return { name, gpu, capacities: capacitiesOf(pool), sharing, nodeLabels };
}

function placementOf({ spec }: PodTemplateSpec): object {
  return { nodeSelector: spec?.nodeSelector, affinity: spec?.affinity, tolerations: spec?.tolerations };
}

function nodesOf({ spec: { resources } }: Resource, template: PodTemplateSpec, cluster?: ClusterState): string {
  const platform = cluster?.platform;
  const request = platform && gpuRequestOf(resources, platform);
  const pools = platform ? placedPools(resources, platform) : [];
  if (request?.gpu) return `${request.gpu.name}${pools.length > 0 ? ` (${pools.map(poolWords).join(' or ')})` : ''}`;
  const labels = Object.entries(template.spec?.nodeSelector ?? {}).map(([name, value]) => `${name}=${value}`);
  return labels.length > 0 ? labels.join(', ') : 'any node';
}

function poolWords(pool: GpuPoolSpec): string {
  const words = capacitiesOf(pool).join(' or ');
  return `${words === 'on-demand' ? '' : `${words} `}pool ${pool.name}`;
}

/** Other children that are there on both sides and differ, in words: a Service with another port, a disk of another size. */
export function otherChildren({ before, after }: Serving): string[] {
  const kinds = ['Service', 'PersistentVolumeClaim'];
  const find = ({ children }: Expansion, kind: string): Child['object'] | undefined => children.find(({ object }) => object.kind === kind)?.object;
  return kinds.flatMap((kind) => {
    const [one, other] = [find(before, kind), find(after, kind)];
    if (!one || !other || isSame(one, other)) return [];
    const fields = changesBetween(one, other).map(({ field, from, to }) => `${field} ${JSON.stringify(from)} → ${JSON.stringify(to)}`);
    return [`its ${kind} ${other.metadata?.name} changes: ${fields.join(', ')}`];
  });
}
