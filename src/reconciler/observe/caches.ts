/** What is known of the cluster, and how it is looked up. */
import type { EnginesSpec } from '../../api/engines';
import { buildHomes } from '../../api/platform';
import type { PlatformSpec } from '../../api/platform';
import { KINDS } from '../../api/resource';
import type { Kind } from '../../api/resource';
import { archivesOf, childTypes, gatesOf, keyOf, keyOfResource, WORKLOAD_KINDS } from '../../expand';
import type { Gate } from '../../expand';
import { Cache } from '../kube/cache';
import type { LiveMetadata } from '../kube/types';
import { workspaceParts as partTypes } from '../types';
import { artifactsOf } from './applied';
import type { Observed, ObservedChild } from './observed';
import type { ObservedPod } from './pods';

/** What a workspace is made of and needs no look inside: ServiceAccounts, NetworkPolicies, and what its endpoint pickers may read. */
export interface WorkspacePart {
  readonly metadata: Pick<LiveMetadata, 'name' | 'namespace' | 'uid' | 'resourceVersion'>;
  /** Digest of what we have made it from, empty if that is not known; absent where someone else has made or changed it. */
  readonly made?: string;
}

export interface Caches {
  readonly resources: Readonly<Record<Kind, Cache<Observed>>>;
  /** By their kind. */
  readonly children: ReadonlyMap<string, Cache<ObservedChild>>;
  readonly pods: Cache<ObservedPod>;
  /** By their kind. */
  readonly workspaceParts: ReadonlyMap<string, Cache<WorkspacePart>>;
  /** The namespace of the resources that have children in this one: itself, or the workspace that builds here. */
  readonly homeOf: (namespace: string) => string;
}

const LEAVING = 'leaving';
/** Kinds that say which artifacts are served. */
export const SERVING = [...WORKLOAD_KINDS, 'Service'];

export function newCaches(platform: Pick<PlatformSpec, 'workspaces' | 'gpuPools'> & EnginesSpec = {}): Caches {
  const homes = buildHomes(platform);
  const homeOf = (namespace = '') => homes.get(namespace) ?? namespace;
  const resources = Object.fromEntries(KINDS.map((kind) => [kind, new Cache<Observed>({
    archive: (resource) => archivesOf(resource, {}).map(({ namespace: home, configMapName }) => `${home}/${configMapName}`),
    gate: (resource) => gatesOf(resource).map(keyOf),
    artifact: ({ status }) => [...new Set([status?.artifact?.url, status?.artifacts?.url])].filter((url) => url !== undefined),
    leaving: ({ metadata }) => (metadata.deletionTimestamp === undefined ? [] : [LEAVING]),
  })])) as Record<Kind, Cache<Observed>>;
  const children = new Map(childTypes(platform).map(({ kind }) => [kind, new Cache<ObservedChild>({
    owner: ({ owner, metadata }) => (owner ? [ownedBy(homeOf(metadata.namespace), owner.uid)] : []),
    build: (child) => (homes.has(child.metadata.namespace ?? '') ? keyOfOwner(child, homeOf) : []),
    input: ({ applied, kind: childKind }) => (SERVING.includes(childKind) && applied ? artifactsOf(applied) : []),
    deletes: (child) => (isDeletion(child) ? [deletedBy(child.metadata.namespace, child.recipe)] : []),
  })]));
  const pods = new Cache<ObservedPod>({ resource: (pod) => [keyOfPod(pod, homeOf)].filter((key) => key !== undefined) });
  const workspaceParts = new Map(partTypes(platform).map(({ kind }) => [kind, new Cache<WorkspacePart>()]));
  return { resources, children, pods, workspaceParts, homeOf };
}

/** Whether it is a Job that deletes an artifact. */
export function isDeletion({ role, job }: ObservedChild): boolean {
  return job !== undefined && role === 'delete';
}

/** The key of the Jobs that delete an artifact: its namespace and recipe. */
export function deletedBy(namespace = '', recipe = ''): string {
  return `${namespace}/${recipe}`;
}

/** The key of the resource that a pod is for. */
export function keyOfPod({ resource, metadata: { namespace = '' } }: ObservedPod, homeOf: Caches['homeOf']): string | undefined {
  return resource && keyOf({ kind: resource.kind, namespace: homeOf(namespace), name: resource.name });
}

/** The key of the resource that a child is of. */
export function keyOfOwner({ owner, metadata: { namespace = '' } }: ObservedChild, homeOf: Caches['homeOf']): string[] {
  return owner ? [keyOf({ kind: owner.kind, namespace: homeOf(namespace), name: owner.name })] : [];
}

/** By the namespace too: who may write in another could name any uid. */
function ownedBy(namespace: string, uid: string): string {
  return `${namespace}/${uid}`;
}

export function findByGate({ resources }: Caches, { kind, namespace, name }: Gate): Observed | undefined {
  return resources[kind].get(`${namespace}/${name}`);
}

export function childrenOf({ children }: Caches, { metadata: { namespace = '', uid } }: Owning): ObservedChild[] {
  return [...children.values()].flatMap((cache) => cache.by('owner', ownedBy(namespace, uid)));
}

interface Owning {
  readonly metadata: Pick<LiveMetadata, 'namespace' | 'uid'>;
}

/** What was made for a resource of a key in the namespace that its workspace builds in, which Kubernetes does not collect. */
export function buildsFor({ children }: Caches, key: string): ObservedChild[] {
  return [...children.values()].flatMap((cache) => cache.by('build', key));
}

/** The keys of all resources that something was built for in such a namespace, whether they are there or not. */
export function keysOfBuilds({ children, homeOf }: Caches): string[] {
  const away = [...children.get('Job')?.list() ?? []].filter(({ metadata: { namespace = '' } }) => homeOf(namespace) !== namespace);
  return [...new Set(away.flatMap((child) => keyOfOwner(child, homeOf)))];
}

/** Resources whose references lead to a key. */
export function dependentsOf({ resources }: Caches, key: string): Observed[] {
  return KINDS.flatMap((kind) => resources[kind].by('gate', key));
}

/** Resources that use the archive of a ConfigMap. */
export function usersOfArchive({ resources }: Caches, { metadata: { namespace, name } }: ObservedChild): Observed[] {
  return KINDS.flatMap((kind) => resources[kind].by('archive', `${namespace}/${name}`));
}

/** Those whose references lead to a key, and those whose references lead to these, and so on. */
export function allDependentsOf(caches: Caches, key: string): Iterable<Observed> {
  const found = new Map<string, Observed>();
  const keys = [key];
  for (const next of keys) {
    for (const dependent of dependentsOf(caches, next)) {
      const itsKey = keyOfResource(dependent);
      if (found.has(itsKey)) continue;
      found.set(itsKey, dependent);
      keys.push(itsKey);
    }
  }
  return found.values();
}

export function resourcesIn({ resources }: Caches, namespace: string | undefined): Observed[] {
  return KINDS.flatMap((kind) => [...resources[kind].list()]).filter(({ metadata }) => metadata.namespace === namespace);
}

/** Resources that are being deleted, and are held back. */
export function leavingOf({ resources }: Caches): Observed[] {
  return KINDS.flatMap((kind) => resources[kind].by('leaving', LEAVING));
}
