/** What is known of a resource on both sides when its effects are told. */
import type { Resource, ServerSpec } from '../../api/resource';
import { gatesOf, gpuRequestOf, namespaceOf } from '../../expand';
import { recipeFor, resourceFor } from '../../state/cluster';
import type { ClusterState } from '../../state/state';
import { subjectKey } from '../effect';
import type { Subject } from '../effect';
import { resourcePairs } from '../pairs';
import type { Pair } from '../pairs';

/** A cluster on both sides. */
export interface ClusterPair extends Pair<ClusterState> {
  /** Its name, for people and for subjects. */
  readonly scope: string;
  readonly resources: readonly Pair<Resource>[];
}

/** One resource. */
export interface ResourceContext extends Pair<Resource> {
  readonly clusters: ClusterPair;
  readonly subject: Subject;
  /** Keys of the inputs that are other artifacts now. */
  readonly causes: readonly string[];
}

export function clusterPairOf(pair: Pair<ClusterState>): ClusterPair {
  return { ...pair, scope: (pair.to ?? pair.from)?.name ?? '', resources: resourcePairs(pair) };
}

/** The resources of a cluster, each with what it may be caused by. */
export function contextsOf(clusters: ClusterPair): ResourceContext[] {
  const pairs = new Map(clusters.resources.flatMap((pair) => (pair.to ? [[pair.to, pair]] : [])));
  const { scope } = clusters;
  return clusters.resources
    .map((pair) => ({ ...pair, clusters, subject: subjectOf(pair, scope), causes: causesOf(pair, clusters, pairs) }));
}

function subjectOf({ from, to }: Pair<Resource>, scope: string): Subject {
  const { kind, metadata: { name } } = (to ?? from) as Resource;
  const former = from && to && from.metadata.name !== name ? { formerName: from.metadata.name } : {};
  return { scope, side: 'kubernetes', kind, namespace: namespaceOf((to ?? from) as Resource), name, ...former };
}

function causesOf({ to }: Pair<Resource>, { scope, to: cluster }: ClusterPair, pairs: ReadonlyMap<Resource, Pair<Resource>>): string[] {
  if (!to || !cluster) return [];
  return gatesOf(to).flatMap((gate) => {
    const target = resourceFor(cluster, gate);
    const pair = target && pairs.get(target);
    if (!pair || pair.from?.metadata.name === gate.name) return [];
    return [subjectKey({ scope, side: 'kubernetes', kind: gate.kind, namespace: gate.namespace, name: gate.name })];
  });
}

/** The recipe digest of a Model or Dataset, as far as it is known on its side. */
export function recipeOf(resource: Resource, cluster: ClusterState): string | undefined {
  const { kind, metadata: { name } } = resource;
  return kind === 'Model' || kind === 'Dataset' ? recipeFor(cluster, { kind, namespace: namespaceOf(resource), name }) : undefined;
}

/** The GPUs that a pod of a resource asks for, such as `2 nvidia-l4`; `undefined` if none. */
export function gpusOf({ spec }: Resource, cluster?: ClusterState): string | undefined {
  const { resources, nodes = 1 } = spec as ServerSpec;
  const platform = cluster?.platform;
  const request = platform ? gpuRequestOf(resources, platform) : undefined;
  const count = request?.count ?? resources?.gpu?.count ?? (resources?.gpu ? 1 : 0);
  if (count === 0) return undefined;
  const name = request?.gpu?.name ?? resources?.gpu?.type ?? (count === 1 ? 'GPU' : 'GPUs');
  return `${nodes > 1 ? `${nodes} × ` : ''}${count} ${name}${request?.sharing === undefined ? '' : ` (${request.sharing})`}`;
}
