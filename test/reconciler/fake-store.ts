/** What a fake API server has stored: objects, and what happened to them. */

export interface StoredObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string; namespace?: string; uid: string; resourceVersion: string; generation: number; creationTimestamp: string;
    labels?: Record<string, string>; [field: string]: unknown;
  };
  spec?: unknown;
  status?: unknown;
  [field: string]: unknown;
}

export interface StoredEvent {
  readonly collection: string;
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
}

type Json = Record<string, unknown>;

/** `group/plural`, and in a namespace or not. */
export interface Place {
  readonly collection: string;
  readonly namespace?: string;
}

export class FakeStore {
  /** Watches and pages from before this version are told that it is too old. */
  public floor = 0;
  public readonly events: StoredEvent[] = [];
  private readonly objects = new Map<string, Map<string, StoredObject>>();
  private readonly listeners = new Set<(event: StoredEvent) => void>();
  private version = 100;
  private uids = 0;

  public get resourceVersion(): string {
    return String(this.version);
  }

  public get({ collection, namespace }: Place, name: string): StoredObject | undefined {
    return this.objects.get(collection)?.get(key(namespace, name));
  }

  public list({ collection, namespace }: Place): StoredObject[] {
    const all = [...this.objects.get(collection)?.values() ?? []];
    return all.filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  }

  /** Writes an object as its author has it; one that does not differ from what is there is not written. */
  public put(place: Place, given: Json): StoredObject {
    const metadata = given.metadata as Json & { name: string };
    const old = this.get(place, metadata.name);
    const object = {
      ...given,
      metadata: {
        ...metadata,
        ...place.namespace !== undefined && { namespace: place.namespace },
        uid: old?.metadata.uid ?? `uid-${++this.uids}`,
        resourceVersion: old?.metadata.resourceVersion ?? '',
        generation: generationOf(old, given),
        creationTimestamp: old?.metadata.creationTimestamp ?? '2026-01-01T00:00:00Z',
      },
    } as StoredObject;
    if (old && JSON.stringify(object) === JSON.stringify(old)) return old;
    object.metadata.resourceVersion = String(++this.version);
    const collection = this.objects.get(place.collection) ?? new Map<string, StoredObject>();
    this.objects.set(place.collection, collection.set(key(place.namespace, metadata.name), object));
    this.emit({ collection: place.collection, version: this.version, type: old ? 'MODIFIED' : 'ADDED', object });
    return object;
  }

  public remove(place: Place, name: string): void {
    const old = this.get(place, name);
    if (!old) return;
    this.objects.get(place.collection)?.delete(key(place.namespace, name));
    const object = { ...old, metadata: { ...old.metadata, resourceVersion: String(++this.version) } };
    this.emit({ collection: place.collection, version: this.version, type: 'DELETED', object });
  }

  /** Forgets what happened up to now, as etcd does every few minutes. */
  public compact(): void {
    this.version++;
    this.floor = this.version;
  }

  /** Everything as it was at a moment before: a restored backup. */
  public rewind(version: number): void {
    this.version = version;
    for (const collection of this.objects.values()) {
      for (const [name, { metadata }] of collection) if (Number(metadata.resourceVersion) > version) collection.delete(name);
    }
  }

  public onEvent(listener: (event: StoredEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private emit(event: StoredEvent): void {
    this.events.push(event);
    for (const listener of [...this.listeners]) listener(event);
  }
}

/** A JSON merge patch; near enough to a server-side apply, too. */
export function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Json = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function generationOf(old: StoredObject | undefined, given: Json): number {
  if (!old) return 1;
  return old.metadata.generation + (JSON.stringify(old.spec) === JSON.stringify(given.spec) ? 0 : 1);
}

function key(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
