import { ObjectIndex } from './object-index';
import { isNewer } from './resource-version';
import { keyOf } from './types';

/** How many uids of removed objects are remembered, so that a late answer does not bring one back. */
const MAX_REMOVED = 1024;
/** How many objects of a list are taken in at a time. */
const STEP_SIZE = 500;

/** What a cache must know of an object. */
export interface Cached {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string; readonly resourceVersion: string };
}

/** An object that came, went, or was replaced by a newer version of itself. */
export interface Change<T> {
  readonly old?: T;
  readonly new?: T;
  /** Whether it is the answer to an own write: who has made it knows already. */
  readonly isOwn?: boolean;
}

/** Where a version of an object comes from. */
interface Putting {
  /** Whether it counts though a newer one is here. */
  readonly isCertain?: boolean;
  readonly isOwn?: boolean;
}

export type Listener<T> = (change: Change<T>) => void;

/** By name: which values of an object it can be found by. */
export type Indexes<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** The objects of a type, as the cluster has them or had them a moment ago. */
export class Cache<T extends Cached> {
  private readonly objects = new Map<string, T>();
  private readonly indexes: ReadonlyMap<string, ObjectIndex<T>>;
  private readonly listeners: Listener<T>[] = [];
  private readonly removed = new Set<string>();
  /** The newest resource version that the API server has told, other than in answers to writes. */
  private newest = '';

  /**
   * @param onError takes what a listener throws; the cache goes on.
   */
  constructor(indexes: Indexes<T> = {}, private readonly onError: (error: unknown) => void = () => undefined) {
    this.indexes = new Map(Object.entries(indexes).map(([name, valuesOf]) => [name, new ObjectIndex(valuesOf)]));
  }

  public get size(): number {
    return this.objects.size;
  }

  /** The object with a key: `namespace/name`, or `name`. */
  public get(key: string): T | undefined {
    return this.objects.get(key);
  }

  public list(): Iterable<T> {
    return this.objects.values();
  }

  /** The objects that have `value` in an index. */
  public by(index: string, value: string): T[] {
    const keys = this.indexes.get(index);
    if (!keys) throw new Error(`no index ${index}; there is ${[...this.indexes.keys()].join(', ') || 'none'}`);
    return [...keys.get(value)].flatMap((key) => this.objects.get(key) ?? []);
  }

  /** Calls `listener` after each change. It should do no more than note what to look at. */
  public onChange(listener: Listener<T>): void {
    this.listeners.push(listener);
  }

  /** Takes what a watch says in, unless a newer version is here already. */
  public set(object: T): void {
    this.removed.delete(object.metadata.uid);
    this.saw(object.metadata.resourceVersion);
    this.put(object);
  }

  /** Takes the answer to an own write in, unless a newer version is here already, or the object was removed since. */
  public observe(object: T): void {
    if (!this.removed.has(object.metadata.uid)) this.put(object, { isOwn: true });
  }

  /** Removes the object with a key; with a uid only if it is that one. */
  public delete(key: string, uid?: string): void {
    if (uid !== undefined) this.remember(uid);
    const old = this.objects.get(key);
    if (!old || (uid !== undefined && old.metadata.uid !== uid)) return;
    this.remember(old.metadata.uid);
    this.take(key, old);
    this.emit({ old });
  }

  /**
   * Takes a whole list in: what is not in it is gone, unless it is newer than the list.
   *
   * A list that is older than what was told before is of a cluster that was restored from a backup: all of it counts.
   *
   * @param resourceVersion that of the list.
   * @param namespace what the list is of; all namespaces if absent.
   */
  public replace(objects: Iterable<T>, resourceVersion = '', namespace?: string): void {
    const steps = this.replaceInSteps(objects, resourceVersion, namespace);
    while (!steps.next().done);
  }

  /** The same, step by step, so that other work has its turn in between. */
  public* replaceInSteps(objects: Iterable<T>, resourceVersion: string, namespace?: string): Generator<void, void> {
    const isRestored = namespace === undefined && isNewer(this.newest, resourceVersion);
    const seen = new Set<string>();
    let count = 0;
    for (const object of objects) {
      if (++count % STEP_SIZE === 0) yield;
      seen.add(keyOf(object.metadata));
      this.removed.delete(object.metadata.uid);
      this.put(object, { isCertain: isRestored });
    }
    for (const [key, { metadata }] of this.objects) {
      if (++count % STEP_SIZE === 0) yield;
      if (namespace !== undefined && metadata.namespace !== namespace) continue;
      if (!seen.has(key) && (isRestored || !isNewer(metadata.resourceVersion, resourceVersion))) this.delete(key, metadata.uid);
    }
    this.newest = resourceVersion;
  }

  private saw(resourceVersion: string): void {
    if (this.newest === '' || isNewer(resourceVersion, this.newest)) this.newest = resourceVersion;
  }

  private put(object: T, { isCertain = false, isOwn }: Putting = {}): void {
    const { metadata } = object;
    const key = keyOf(metadata);
    const old = this.objects.get(key);
    if (old && (isSame(metadata, old.metadata) || (!isCertain && isNewer(old.metadata.resourceVersion, metadata.resourceVersion)))) return;
    if (old && old.metadata.uid !== metadata.uid) {
      this.delete(key, old.metadata.uid);
      this.store(key, object);
      return this.emit({ new: object, isOwn });
    }
    if (old) this.take(key, old);
    this.store(key, object);
    this.emit({ old, new: object, isOwn });
  }

  private store(key: string, object: T): void {
    this.objects.set(key, object);
    for (const index of this.indexes.values()) index.add(key, object);
  }

  private take(key: string, object: T): void {
    this.objects.delete(key);
    for (const index of this.indexes.values()) index.delete(key, object);
  }

  private remember(uid: string): void {
    this.removed.add(uid);
    const [oldest] = this.removed;
    if (this.removed.size > MAX_REMOVED && oldest !== undefined) this.removed.delete(oldest);
  }

  private emit(change: Change<T>): void {
    for (const listener of this.listeners) {
      try {
        listener(change);
      } catch (error) {
        this.onError(error);
      }
    }
  }
}

function isSame(a: Cached['metadata'], b: Cached['metadata']): boolean {
  return a.uid === b.uid && a.resourceVersion === b.resourceVersion;
}
