/** Every change of the objects of one kind, whatever becomes of the connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, KubeObject } from './client';
import { collectionPath } from './paths';
import type { Collection } from './paths';

export interface Followed extends KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
}

export interface Change<T> {
  readonly object: T;
  readonly isGone: boolean;
}

interface List<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: T[];
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

const PAUSE_MS = 200;

/** Calls `onChange` with every object that there is, then with each change, until `signal` ends it. */
export async function follow<T extends Followed>(
  client: Client,
  { collection, signal }: { readonly collection: Collection; readonly signal: AbortSignal },
  onChange: (change: Change<T>) => void,
): Promise<void> {
  const known = new Map<string, T>();
  while (!signal.aborted) {
    try {
      const version = await relist(client, { collection, known }, onChange);
      await watch(client, { collection, known, signal, version }, onChange);
    } catch {
      /* The server is down, or has forgotten the version: list again. */
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function relist<T extends Followed>(
  client: Client,
  { collection, known }: { readonly collection: Collection; readonly known: Map<string, T> },
  onChange: (change: Change<T>) => void,
): Promise<string> {
  const { metadata, items } = await client.request<List<T>>('GET', collectionPath(collection));
  const gone = new Map(known);
  known.clear();
  for (const item of items) {
    const object = { apiVersion: collection.apiVersion, kind: collection.kind, ...item };
    gone.delete(item.metadata.uid);
    known.set(item.metadata.uid, object);
    onChange({ object, isGone: false });
  }
  for (const object of gone.values()) onChange({ object, isGone: true });
  return metadata.resourceVersion;
}

interface WatchOptions<T> {
  readonly collection: Collection;
  readonly known: Map<string, T>;
  readonly signal: AbortSignal;
  readonly version: string;
}

async function watch<T extends Followed>(
  client: Client,
  { collection, known, signal, version }: WatchOptions<T>,
  onChange: (change: Change<T>) => void,
): Promise<void> {
  for await (const line of client.watch(`${collectionPath(collection)}?watch=true&resourceVersion=${version}`, signal)) {
    const { type, object } = JSON.parse(line) as WatchEvent<T>;
    if (type === 'ERROR') return;
    if (type === 'BOOKMARK') continue;
    const isGone = type === 'DELETED';
    if (isGone) known.delete(object.metadata.uid);
    else known.set(object.metadata.uid, object);
    onChange({ object, isGone });
  }
}
