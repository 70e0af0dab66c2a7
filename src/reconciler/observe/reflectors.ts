/** Watches all that a decision may need to know. */
import { MANAGED_BY_LABEL, MANAGER_NAME } from '../../api/labels';
import { KINDS, MADE_FROM_ANNOTATION } from '../../api/resource';
import { BUILD_PARTS, engineOf } from '../../expand';
import type { Client } from '../kube/client';
import { FIELD_MANAGER } from '../kube/client';
import { Reflector } from '../kube/reflector';
import type { ReflectorOptions } from '../kube/reflector';
import type { LiveObject } from '../kube/types';
import type { Log } from '../runtime/log';
import type { Registry } from '../runtime/metrics';
import { PODS, RESOURCE_TYPES, typeOf } from '../types';
import type { Caches, WorkspacePart } from './caches';
import { observeChild, observeResource } from './observed';
import { observePod } from './pods';

export interface Watching {
  readonly client: Client;
  readonly caches: Caches;
  readonly log: Log;
  readonly metrics: Registry;
  /** None: all. */
  readonly namespaces: readonly string[];
  /** Those that are for the builds of these. */
  readonly buildNamespaces: readonly string[];
}

export interface Started {
  readonly hasSynced: boolean;
  /** Whether the API server said last that this may not be read. */
  readonly isForbidden: boolean;
  readonly lastActivity: number;
  readonly type: ReflectorOptions<never>['type'];
  start(): void;
  stop(): Promise<void>;
  whenSynced(): Promise<void>;
}

/** The watches of a namespace. */
export interface Scope {
  /** All namespaces if absent. */
  readonly namespace?: string;
  readonly reflectors: readonly Started[];
}

/** One for each type, in each namespace; not started yet. */
export function reflectorsFor({ namespaces, buildNamespaces, ...watching }: Watching): Scope[] {
  if (namespaces.length === 0) return [{ reflectors: workspaceReflectors(undefined, watching) }];
  return [
    ...namespaces.map((namespace) => ({ namespace, reflectors: workspaceReflectors(namespace, watching) })),
    ...buildNamespaces.map((namespace) => ({ namespace, reflectors: childReflectors(namespace, watching, { children: ['Job'], parts: BUILD_PARTS }) })),
  ];
}

type Common = Omit<Watching, 'namespaces' | 'buildNamespaces'>;

function workspaceReflectors(namespace: string | undefined, watching: Common): Started[] {
  const { caches, ...common } = watching;
  return [
    ...KINDS.map((kind) => new Reflector({
      ...common, namespace, type: RESOURCE_TYPES[kind], cache: caches.resources[kind], optional: true,
      transform: (live) => observeResource(live, kind),
    })),
    ...childReflectors(namespace, watching, { children: [...caches.children.keys()], parts: [...caches.workspaceParts.keys()] }),
  ];
}

/** Kinds of what there can be in a namespace. */
interface Watched {
  readonly children: readonly string[];
  readonly parts: readonly string[];
}

function childReflectors(namespace: string | undefined, { client, caches, log, metrics }: Common, { children, parts }: Watched): Started[] {
  const all = { client, log, metrics, namespace };
  const ours = { ...all, labelSelector: `${MANAGED_BY_LABEL}=${MANAGER_NAME}` };
  return [
    ...[...caches.children].filter(([kind]) => children.includes(kind)).map(([kind, cache]) => new Reflector({
      ...ours, type: typeOf({ kind }), cache, optional: isOptional(kind), transform: (live) => observeChild(live, kind),
    })),
    new Reflector({ ...ours, type: PODS, cache: caches.pods, transform: observePod }),
    ...[...caches.workspaceParts].filter(([kind]) => parts.includes(kind)).map(([kind, cache]) => new Reflector({
      ...ours, type: typeOf({ kind }), cache, metadataOnly: true, transform: observePart,
    })),
  ];
}

/** Of what the platform says the cluster has, which may be installed later. */
function isOptional(kind: string): boolean {
  return engineOf(kind) !== undefined;
}

/** Its name, and from what we have made it if nobody else has written to it. */
export function observePart({ metadata }: LiveObject): WorkspacePart {
  const { name, namespace, uid, resourceVersion, managedFields = [], annotations } = metadata;
  const isOurs = managedFields.length > 0 && managedFields.every(({ manager }) => manager === FIELD_MANAGER);
  return { metadata: { name, namespace, uid, resourceVersion }, ...(isOurs && { made: annotations?.[MADE_FROM_ANNOTATION] ?? '' }) };
}
