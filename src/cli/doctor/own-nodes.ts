/** Whether the user's own nodes are what a pool says: they are all there, so that what is not offered now never is. Pure. */
import type { GpuPoolSpec, PlatformSpec } from '../../api/platform';
import { sharingOf } from '../../clouds/labels';
import { cloudNamed } from '../../clouds/pods';
import { gpuOf, gpuRequestOf, unitsOf } from '../../expand';
import type { Check } from './check';
import type { LiveNode } from './facts';

interface OwnNodes {
  readonly nodes: readonly LiveNode[];
  readonly platform: PlatformSpec;
  /** What brings GPUs to nodes that offer none. */
  readonly remedy: string;
}

export function checkOwnNodes(pool: GpuPoolSpec, { nodes, platform, remedy }: OwnNodes): Check {
  const name = `pool ${pool.name}`;
  const resource = pool.resource ?? gpuOf(pool.gpu, platform)?.resource ?? '';
  const offering = nodes.filter((node) => offeredBy(node, resource) > 0);
  if (offering.length === 0) return { name, state: 'missing', message: `no node offers ${resource} (${pool.gpu})`, remedy };
  const labels = labelsOf(pool, platform);
  const placed = offering.filter((node) => labels.length === 0 || labels.some((term) => hasLabels(node, term)));
  if (placed.length === 0) {
    const message = `${nodesOffer(offering.length)} ${resource}, but none has ${labels.map(shownTerm).join(', or ')}`;
    return { name, state: 'missing', message, remedy: 'see kubectl get nodes --show-labels; run GPU feature discovery, or give nodeLabels to the pool' };
  }
  const units = unitsOf(pool, platform);
  const small = placed.find((node) => offeredBy(node, resource) < units);
  if (small) return { name, state: 'warning', message: `node ${small.metadata.name} offers ${offeredBy(small, resource)} ${resource} where the pool says ${units}` };
  return { name, state: 'ok', message: `${nodesOffer(placed.length)} ${resource} (${pool.gpu})` };
}

type Term = readonly { readonly key: string; readonly values: readonly string[] }[];

/** What nodes of the pool must have, as alternatives; empty where any node will do. */
function labelsOf(pool: GpuPoolSpec, platform: PlatformSpec): Term[] {
  const request = gpuRequestOf({ gpu: { type: pool.gpu, count: 1, sharing: sharingOf(pool) } }, { ...platform, gpuPools: [pool] });
  const placement = request && cloudNamed(platform.cloud).placePools?.(request, [pool], platform);
  const { nodeSelector, affinity } = placement ?? {};
  if (nodeSelector) return [Object.entries(nodeSelector).map(([key, value]) => ({ key, values: [value] }))];
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.map(({ matchExpressions = [] }) => matchExpressions.map(({ key, values = [] }) => ({ key, values })));
}

function hasLabels({ metadata: { labels = {} } }: LiveNode, term: Term): boolean {
  return term.every(({ key, values }) => values.includes(labels[key] ?? ''));
}

function shownTerm(term: Term): string {
  return term.map(({ key, values }) => `${key} ${values.join(' or ')}`).join(' and ');
}

function nodesOffer(count: number): string {
  return `${count} ${count === 1 ? 'node offers' : 'nodes offer'}`;
}

function offeredBy({ status }: LiveNode, resource: string): number {
  return Number(status?.allocatable?.[resource] ?? 0);
}
