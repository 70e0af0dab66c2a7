/** What can be said of a resource among all that its cluster is given. */
import { recipeDigest } from '../api/digest';
import { isArtifactResource, sourceOf } from '../api/resource';
import type { Resource } from '../api/resource';
import { expand, ExpandError, gatesOf, keyOf, keyOfResource, located, UNRESOLVED } from '../expand';
import type { Child, Gate, Inputs } from '../expand';
import type { ClusterState } from './state';

/** The children of a resource, or why it has none. */
export interface Expansion {
  readonly children: readonly Child[];
  /** Why it cannot be expanded, in words that its author can act on. */
  readonly problem?: string;
}

/** The resources by their keys, and what was computed of them. */
interface Index {
  readonly byKey: ReadonlyMap<string, Resource>;
  readonly recipes: Map<string, string>;
}

/** A cluster never changes, and is asked of each of its resources. */
const INDEXES = new WeakMap<ClusterState, Index>();

function indexOf(cluster: ClusterState): Index {
  const known = INDEXES.get(cluster);
  if (known) return known;
  const index = { byKey: new Map(cluster.resources.map((resource) => [keyOfResource(resource), resource])), recipes: new Map() };
  INDEXES.set(cluster, index);
  return index;
}

/** The resource that a reference means; `undefined` where it is not among those of the cluster. */
export function resourceFor(cluster: ClusterState, gate: Gate): Resource | undefined {
  return indexOf(cluster).byKey.get(keyOf(gate));
}

/** The recipe digest of what a reference means; `undefined` where that is not known here, or where it is part of a cycle. */
export function recipeFor(cluster: ClusterState, gate: Gate): string | undefined {
  const { recipes, byKey } = indexOf(cluster);
  const key = keyOf(gate);
  const known = recipes.get(key);
  if (known !== undefined) return known;
  const resource = byKey.get(key);
  if (!resource || !isArtifactResource(resource)) return undefined;
  recipes.set(key, UNRESOLVED); // of one that is made of itself
  const inputs = Object.fromEntries(gatesOf(resource).map(({ field, ...input }) => [field, recipeFor(cluster, input) ?? UNRESOLVED]));
  const digest = recipeDigest(resource, inputs);
  recipes.set(key, digest);
  return digest;
}

/** What the references of a resource mean, as far as that is known here; nothing without a platform, which says where artifacts are. */
export function inputsFor(cluster: ClusterState, resource: Resource): Inputs {
  const { platform } = cluster;
  if (!platform) return {};
  return Object.fromEntries(gatesOf(resource).map(({ field, ...gate }) => {
    const target = resourceFor(cluster, gate);
    const source = target && sourceOf(target);
    return [field, located(platform, { ...gate, recipeDigest: recipeFor(cluster, gate) ?? UNRESOLVED, ...(source && { source }) })];
  }));
}

/** What runs for a resource. */
export function childrenFor(cluster: ClusterState, resource: Resource): Expansion {
  const { platform } = cluster;
  if (!platform) return { children: [], problem: noPlatform(cluster) };
  try {
    return { children: expand(resource, { platform, inputs: inputsFor(cluster, resource) }) };
  } catch (error) {
    if (error instanceof ExpandError) return { children: [], problem: error.message };
    throw error;
  }
}

/** What to say where a platform is needed. */
export function noPlatform({ name }: Pick<ClusterState, 'name'>): string {
  return `no platform is known for what is in ${name}, because no Reconciler is among it; add the folder that the Reconciler is synthesized to`;
}
