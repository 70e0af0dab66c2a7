/** Which cluster and which resource of the one state is which of the other. */
import { shortDigest } from '../api/digest';
import { isArtifactResource } from '../api/resource';
import type { Resource } from '../api/resource';
import { gatesOf, keyOfResource, namespaceOf } from '../expand';
import { recipeFor } from '../state/cluster';
import type { ClusterState } from '../state/state';

/** Two sides of one thing; one of them may be absent. */
export interface Pair<T> {
  readonly from?: T;
  readonly to?: T;
}

/**
 * Clusters are the same by cloud and name, or by name where no platform is known. Where each side has one alone and one of them has no
 * platform, that is the same too.
 */
export function clusterPairs(from: readonly ClusterState[], to: readonly ClusterState[]): Pair<ClusterState>[] {
  const [[first], [second]] = [from, to];
  const areAlone = from.length === 1 && to.length === 1 && !(first?.platform && second?.platform);
  if (areAlone) return [{ from: first, to: second }];
  return paired(from, to, identityOf);
}

function identityOf({ name, platform }: ClusterState): string {
  return platform ? `${platform.cloud}/${platform.clusterName}` : name;
}

/** Pairs of those with the same key, in the order of `to`; then what only `from` has. */
export function paired<T>(from: readonly T[], to: readonly T[], key: (each: T) => string): Pair<T>[] {
  const rest = new Map<string, T[]>();
  for (const each of from) rest.set(key(each), [...rest.get(key(each)) ?? [], each]);
  const pairs: Pair<T>[] = to.map((each) => {
    const former = rest.get(key(each))?.shift();
    return former === undefined ? { to: each } : { from: former, to: each };
  });
  const gone = new Set([...rest.values()].flat());
  return [...pairs, ...from.filter((each) => gone.has(each)).map((each) => ({ from: each }))];
}

const DIGEST_SUFFIX = /-[0-9a-hjkmnp-tv-z]{8}$/;

/**
 * The resources of two sides of a cluster, by their names; a Model or Dataset whose name ends with its recipe digest without it, for the
 * digest is what changes when it is made again. One that is left has the same recipe as another one that is left, under another name.
 */
export function resourcePairs({ from, to }: Pair<ClusterState>): Pair<Resource>[] {
  const [before, after] = [from?.resources ?? [], to?.resources ?? []];
  const byName = paired(before, after, keyOfResource);
  const [same, open] = split(byName);
  const byId = paired(open.from, open.to, (resource) => idOf(resource, sideOf(resource, from, to)));
  const [again, left] = split(byId);
  const byRecipe = paired(left.from, left.to, (resource) => recipeKey(resource, sideOf(resource, from, to)));
  const order = new Map([...after, ...before].map((resource, index) => [resource, index]));
  const place = (pair: Pair<Resource>): number => order.get((pair.to ?? pair.from) as Resource) ?? 0;
  return [...same, ...again, ...byRecipe].sort((a, b) => place(a) - place(b));
}

/** Those with two sides, and the rest by side. */
function split(pairs: readonly Pair<Resource>[]): [Pair<Resource>[], { from: Resource[]; to: Resource[] }] {
  const [whole, open] = [pairs.filter(({ from, to }) => from && to), pairs.filter(({ from, to }) => !from || !to)];
  return [whole, { from: open.flatMap(({ from = [] }) => from), to: open.flatMap(({ to = [] }) => to) }];
}

function sideOf(resource: Resource, from?: ClusterState, to?: ClusterState): ClusterState | undefined {
  return to?.resources.includes(resource) ? to : from;
}

/** What of a name stays when a recipe changes. With an input that is declared elsewhere, the digest of the name is not known here. */
function idOf(resource: Resource, cluster?: ClusterState): string {
  const key = keyOfResource(resource);
  if (!isArtifactResource(resource) || !cluster) return key;
  const digest = recipeOf(resource, cluster);
  const isOwn = digest !== undefined && key.endsWith(`-${shortDigest(digest)}`);
  const mayBe = gatesOf(resource).some((gate) => recipeFor(cluster, gate) === undefined) && DIGEST_SUFFIX.test(key);
  return isOwn || mayBe ? key.replace(DIGEST_SUFFIX, '') : key;
}

function recipeKey(resource: Resource, cluster?: ClusterState): string {
  const digest = cluster && isArtifactResource(resource) ? recipeOf(resource, cluster) : undefined;
  return digest === undefined ? keyOfResource(resource) : `${resource.kind}/${namespaceOf(resource)}#${digest}`;
}

function recipeOf(resource: Resource, cluster: ClusterState): string | undefined {
  const { kind, metadata: { name } } = resource;
  return kind === 'Model' || kind === 'Dataset' ? recipeFor(cluster, { kind, namespace: namespaceOf(resource), name }) : undefined;
}
