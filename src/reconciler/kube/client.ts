import type { LiveObject, ObjectRef, ObjectToWrite, ResourceType } from './types';

/** The name under which this program owns fields of objects. */
export const FIELD_MANAGER = 'substratus';

export interface ListOptions {
  /** All namespaces if absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects at most. */
  readonly limit?: number;
}

export interface PageOptions extends ListOptions {
  /** Which page, from the answer before; the first if absent. */
  readonly continue?: string;
  /** Only metadata is asked for: the rest of each object is never sent. */
  readonly metadataOnly?: boolean;
  readonly signal?: AbortSignal;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** From where on: that of the last event, or of a list. */
  readonly resourceVersion: string;
  /** After which time the server ends the watch. */
  readonly timeoutSeconds: number;
  readonly metadataOnly?: boolean;
  readonly signal: AbortSignal;
}

export type WatchEvent<T extends LiveObject = LiveObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  /** Nothing changed up to this resource version. */
  | { readonly type: 'BOOKMARK'; readonly object: { readonly metadata: { readonly resourceVersion: string } } };

/** What a page says besides its objects. */
export interface Page {
  readonly resourceVersion: string;
  /** Where the next page begins, if there is one. */
  readonly continue?: string;
}

export interface ApplyOptions {
  /** Takes fields that someone else owns. */
  readonly force: boolean;
  readonly subresource?: 'status';
  /** `FIELD_MANAGER` if absent. */
  readonly fieldManager?: string;
}

export interface Patch {
  readonly type: 'merge' | 'json';
  readonly body: unknown;
  readonly subresource?: 'status';
}

export interface OutputOptions {
  readonly container: string;
  /** The last lines, so many at most. */
  readonly lines: number;
}

export interface RemoveOptions {
  /** Only the object with this uid is removed. */
  readonly uid: string;
  readonly resourceVersion?: string;
  readonly propagationPolicy: 'Background' | 'Foreground';
}

/** What this program asks of an API server. Rejects with `ApiError`, `TransportError` or `WritesStoppedError`. */
export interface Client {
  get<T extends LiveObject>(type: ResourceType, ref: ObjectRef): Promise<T>;

  /** The end of what a container of a pod has written. Is not tried again. */
  output(type: ResourceType, pod: ObjectRef, options: OutputOptions): Promise<string>;

  /** The first objects of a collection. */
  list<T extends LiveObject>(type: ResourceType, options?: ListOptions): Promise<T[]>;

  /** One page of a collection, object by object as they arrive: of the answer never more is held than one. Is not tried again. */
  page<T extends LiveObject>(type: ResourceType, options: PageOptions, onItem: (item: T) => void): Promise<Page>;

  create<T extends LiveObject>(type: ResourceType, object: ObjectToWrite): Promise<T>;

  /** Server-side apply: makes the object have the fields of `object`, and no longer those that we applied before and are not in it. */
  apply<T extends LiveObject>(type: ResourceType, object: ObjectToWrite, options: ApplyOptions): Promise<T>;

  patch<T extends LiveObject>(type: ResourceType, ref: ObjectRef, patch: Patch): Promise<T>;

  /** Removes the object with that uid. A missing one is not an error. */
  remove(type: ResourceType, ref: ObjectRef, options: RemoveOptions): Promise<void>;

  /**
   * Tells what happens from a resource version on, in order.
   *
   * Resolves when the server ends the watch; rejects with an `ApiError`, also for an error within the stream, or with a
   * `TransportError` if the connection broke or `signal` aborted.
   */
  watch<T extends LiveObject>(type: ResourceType, options: WatchOptions, onEvent: (event: WatchEvent<T>) => void): Promise<void>;
}
