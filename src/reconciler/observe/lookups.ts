/** What a decision about one resource may look up of others. */
import { isOpenTo, keyOf, namespaceOf } from '../../expand';
import type { Gate, UsedArchive } from '../../expand';
import { deletedBy, dependentsOf, findByGate, SERVING } from './caches';
import type { Caches } from './caches';
import type { Observed, ObservedChild } from './observed';

export interface Lookups {
  /** A Model or Dataset, by what refers to it. */
  readonly find: (gate: Gate) => Observed | undefined;
  /** The ConfigMap of an archive, by what refers to it. */
  readonly archive: (used: Pick<UsedArchive, 'namespace' | 'configMapName'>) => ObservedChild | undefined;
  /** Who uses the artifact of the resource: asked for only where it is to be deleted. */
  readonly users: () => readonly string[];
  /** The others of its kind in its namespace. */
  readonly peers: () => readonly Observed[];
  /** The Jobs of others that delete the artifact of a recipe. */
  readonly deletions: (recipe: string) => readonly ObservedChild[];
}

export function lookupsOf(caches: Caches, resource: Observed): Lookups {
  const { kind, metadata: { namespace, uid } } = resource;
  return {
    find: (gate) => findByGate(caches, gate),
    archive: ({ namespace: home, configMapName }) => caches.children.get('ConfigMap')?.get(`${home}/${configMapName}`),
    users: () => usersOf(caches, resource),
    peers: () => [...caches.resources[kind].list()].filter(({ metadata }) => metadata.namespace === namespace && metadata.uid !== uid),
    deletions: (recipe) => (caches.children.get('Job')?.by('deletes', deletedBy(namespace, recipe)) ?? []).filter(({ owner }) => owner?.uid !== uid),
  };
}

/** Who uses the artifact of a resource, in words. Who may not refer to it does not. Of another namespace no names are told. */
function usersOf(caches: Caches, resource: Observed): string[] {
  const own = namespaceOf(resource);
  const key = keyOf({ kind: resource.kind, namespace: own, name: resource.metadata.name });
  const { artifact, artifacts } = resource.status ?? {};
  const url = artifact?.url ?? artifacts?.url;
  const referring = dependentsOf(caches, key)
    .filter((user) => !user.metadata.deletionTimestamp && isOpenTo(resource, namespaceOf(user)))
    .map(({ kind, metadata }) => nameOf({ kind, ...metadata }, own));
  const children = url === undefined ? [] : SERVING.flatMap((kind) => caches.children.get(kind)?.by('input', url) ?? []);
  const serving = children.flatMap(({ owner, metadata: { namespace, deletionTimestamp } }) => (
    owner && !deletionTimestamp ? [nameOf({ kind: owner.kind, name: owner.name, namespace }, own)] : []
  ));
  return [...new Set([...referring, ...serving])].sort();
}

interface Named {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

function nameOf({ kind, namespace, name }: Named, own: string): string {
  return namespace === own ? `${kind} ${namespace}/${name}` : `a ${kind} in namespace ${namespace}`;
}
