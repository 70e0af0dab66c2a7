/** The effects of a change: what two synthesized states differ in, told by what it does. */
import { isArtifactResource } from '../api/resource';
import type { State } from '../state/state';
import { artifactEffects } from './cluster/artifacts';
import { clusterPairOf, contextsOf } from './cluster/context';
import type { ResourceContext } from './cluster/context';
import { gatewayEffects } from './cluster/gateways';
import { notebookEffects } from './cluster/notebooks';
import { objectEffects } from './cluster/objects';
import { serverEffects } from './cluster/servers';
import type { CostChange } from './cost';
import type { Effect } from './effect';
import { clusterPairs } from './pairs';
import { stackEffects } from './terraform/stacks';

export interface Diff {
  /** By cluster and stack, in the order of the manifests: what is deleted comes last. */
  readonly effects: readonly Effect[];
  /** Where it was asked for, and differs. */
  readonly cost?: CostChange;
}

export function diffOf(from: State, to: State): Diff {
  const clusters = clusterPairs(from.clusters, to.clusters).map(clusterPairOf);
  const kubernetes = clusters.flatMap((cluster) => [
    ...contextsOf(cluster).flatMap(resourceEffects), ...gatewayEffects(cluster), ...objectEffects(cluster),
  ]);
  return { effects: [...kubernetes, ...stackEffects(from.stacks, to.stacks)] };
}

/** Whether what is compared is, at least in part, for the same cluster. A side without clusters is for any. */
export function clustersInCommon(from: State, to: State): boolean {
  if (from.clusters.length === 0 || to.clusters.length === 0) return true;
  return clusterPairs(from.clusters, to.clusters).some((pair) => pair.from && pair.to);
}

/** Whether a stack of the same name is on both sides, whose cluster may have another name. */
export function stacksInCommon(from: State, to: State): boolean {
  return from.stacks.some(({ name }) => to.stacks.some((other) => other.name === name));
}

function resourceEffects(context: ResourceContext): Effect[] {
  const resource = context.to ?? context.from;
  if (!resource) return [];
  if (isArtifactResource(resource)) return artifactEffects(context);
  return resource.kind === 'Server' ? serverEffects(context) : notebookEffects(context);
}
