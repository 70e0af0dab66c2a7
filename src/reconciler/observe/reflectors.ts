/** Watches all that a decision may need to know. */
import { MANAGED_BY_LABEL, MANAGER_NAME } from '../../api/labels';
import { KINDS } from '../../api/resource';
import type { Client } from '../kube/client';
import { Reflector } from '../kube/reflector';
import type { ReflectorOptions } from '../kube/reflector';
import type { LiveObject } from '../kube/types';
import type { Log } from '../runtime/log';
import type { Registry } from '../runtime/metrics';
import { PODS, RESOURCE_TYPES, typeOf } from '../types';
import type { Caches } from './caches';
import { observeChild, observeResource } from './observed';
import { observePod } from './pods';

export interface Watching {
  readonly client: Client;
  readonly caches: Caches;
  readonly log: Log;
  readonly metrics: Registry;
  /** None: all. */
  readonly namespaces: readonly string[];
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
export function reflectorsFor({ namespaces, ...watching }: Watching): Scope[] {
  const scopes = namespaces.length > 0 ? namespaces : [undefined];
  return scopes.map((namespace) => ({ namespace, reflectors: reflectorsIn(namespace, watching) }));
}

function reflectorsIn(namespace: string | undefined, { client, caches, log, metrics }: Omit<Watching, 'namespaces'>): Started[] {
  const all = { client, log, metrics, namespace };
  const ours = { ...all, labelSelector: `${MANAGED_BY_LABEL}=${MANAGER_NAME}` };
  return [
    ...KINDS.map((kind) => new Reflector({
      ...all, type: RESOURCE_TYPES[kind], cache: caches.resources[kind], transform: (live) => observeResource(live, kind), optional: true,
    })),
    ...[...caches.children].map(([kind, cache]) => new Reflector({
      ...ours, type: typeOf({ kind }), cache, transform: (live) => observeChild(live, kind),
    })),
    new Reflector({ ...ours, type: PODS, cache: caches.pods, transform: observePod }),
    ...[...caches.workspaceParts].map(([kind, cache]) => new Reflector({
      ...ours, type: typeOf({ kind }), cache, metadataOnly: true, transform: nameOnly,
    })),
  ];
}

function nameOnly({ metadata: { name, namespace, uid, resourceVersion } }: LiveObject) {
  return { metadata: { name, namespace, uid, resourceVersion } };
}
