import { setMaxListeners } from 'node:events';
import { ApiError, WritesStoppedError } from './api-error';
import type { ApiStatus } from './api-error';
import { FIELD_MANAGER } from './client';
import type { ApplyOptions, Client, ListOptions, OutputOptions, Page, PageOptions, Patch, RemoveOptions, WatchEvent, WatchOptions } from './client';
import type { ClientConfig } from './client-config';
import { JsonLines } from './json-lines';
import { ListItems } from './list-items';
import { Requester } from './requester';
import type { ApiRequest, RequesterOptions } from './requester';
import { readChunks } from './transport';
import { apiVersionOf, pathOf } from './types';
import type { LiveObject, ObjectRef, ObjectToWrite, ResourceType } from './types';

const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_ONLY_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const APPLY = 'application/apply-patch+yaml';
const PATCHES = { merge: 'application/merge-patch+json', json: 'application/json-patch+json' };

/** What is kept of the output of a container: its end. */
const KEPT_OUTPUT_BYTES = 16 * 2 ** 10;
/**
 * A bound for the transfer: a limit cuts the end off, which is what is asked for, and a node keeps lines of 16 KiB at most.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/cri-client/pkg/logs/logs.go
 */
const LONGEST_OUTPUT_BYTES = 2 ** 20;

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A client over HTTP. */
export class HttpClient implements Client {
  private readonly requester: Requester;
  private readonly writes = new AbortController();
  private mayWrite?: () => boolean;

  constructor(config: ClientConfig, options: RequesterOptions = {}) {
    this.requester = new Requester(config, options);
    setMaxListeners(0, this.writes.signal); // one for each write that is under way
  }

  public get<T extends LiveObject>(type: ResourceType, ref: ObjectRef): Promise<T> {
    return this.requester.send<T>({ method: 'GET', path: pathOf(type, ref) });
  }

  public async output(type: ResourceType, pod: ObjectRef, { container, lines }: OutputOptions): Promise<string> {
    const path = `${pathOf(type, pod)}/log${query({ container, tailLines: lines, limitBytes: LONGEST_OUTPUT_BYTES })}`;
    let end = Buffer.alloc(0);
    await this.requester.stream({ method: 'GET', path, accept: '*/*' }, (chunk) => {
      end = Buffer.concat([end, chunk]).subarray(-KEPT_OUTPUT_BYTES);
    });
    return end.toString('utf8');
  }

  public async list<T extends LiveObject>(type: ResourceType, options: ListOptions = {}): Promise<T[]> {
    const { items } = await this.requester.send<{ items: T[] | null }>(listRequest(type, options));
    return items ?? [];
  }

  public async page<T extends LiveObject>(type: ResourceType, options: PageOptions, onItem: (item: T) => void): Promise<Page> {
    const list = new ListItems((item) => onItem(item as T));
    await this.requester.stream(listRequest(type, options), (chunk) => list.push(chunk));
    const { metadata } = list.end<{ metadata: { resourceVersion: string; continue?: string } }>();
    return { resourceVersion: metadata.resourceVersion, continue: metadata.continue === '' ? undefined : metadata.continue };
  }

  public create<T extends LiveObject>(type: ResourceType, object: ObjectToWrite): Promise<T> {
    const path = pathOf(type, { namespace: object.metadata.namespace }) + query({ fieldManager: FIELD_MANAGER });
    return this.write<T>({ method: 'POST', path, body: typed(type, object) });
  }

  public apply<T extends LiveObject>(type: ResourceType, object: ObjectToWrite, options: ApplyOptions): Promise<T> {
    const { force, subresource, fieldManager = FIELD_MANAGER } = options;
    const path = `${pathOf(type, object.metadata)}${below(subresource)}${query({ fieldManager, force })}`;
    return this.write<T>({ method: 'PATCH', path, contentType: APPLY, body: typed(type, object) });
  }

  public patch<T extends LiveObject>(type: ResourceType, ref: ObjectRef, { type: format, body, subresource }: Patch): Promise<T> {
    const path = `${pathOf(type, ref)}${below(subresource)}${query({ fieldManager: FIELD_MANAGER })}`;
    return this.write<T>({ method: 'PATCH', path, contentType: PATCHES[format], body });
  }

  public async remove(type: ResourceType, ref: ObjectRef, { uid, resourceVersion, propagationPolicy }: RemoveOptions): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion }, propagationPolicy };
    try {
      await this.write({ method: 'DELETE', path: pathOf(type, ref), body });
    } catch (error) {
      if (!ApiError.isNotFound(error)) throw error;
    }
  }

  public async watch<T extends LiveObject>(
    type: ResourceType, options: WatchOptions, onEvent: (event: WatchEvent<T>) => void,
  ): Promise<void> {
    const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds, metadataOnly, signal } = options;
    const parameters = { watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds, labelSelector, fieldSelector };
    const response = await this.requester.open({
      method: 'GET',
      path: pathOf(type, { namespace }) + query(parameters),
      accept: metadataOnly ? METADATA_ONLY : undefined,
    }, signal);
    /* A partial line at the end of the stream is not an event. */
    const lines = new JsonLines((value) => onEvent(eventIn<T>(value)));
    await readChunks(response, (chunk) => lines.push(chunk), signal);
  }

  /** Aborts writes that are under way, and refuses all later ones. */
  public stopWrites(): void {
    this.writes.abort(new WritesStoppedError());
  }

  /** Asks `mayWrite` before each write; one that may not be is refused. */
  public gateWrites(mayWrite: () => boolean): void {
    this.mayWrite = mayWrite;
  }

  /** Closes all connections. */
  public close(): void {
    this.requester.close();
  }

  private async write<T>(request: ApiRequest): Promise<T> {
    return this.requester.send<T>({ ...request, signal: this.writes.signal, isAllowed: this.mayWrite });
  }
}

function listRequest(type: ResourceType, { namespace, metadataOnly, signal, ...options }: PageOptions): ApiRequest {
  const { labelSelector, fieldSelector, limit, continue: token } = options;
  const path = pathOf(type, { namespace }) + query({ labelSelector, fieldSelector, limit, continue: token });
  return { method: 'GET', path, accept: metadataOnly ? METADATA_ONLY_LIST : undefined, signal };
}

function eventIn<T extends LiveObject>(value: unknown): WatchEvent<T> {
  const { type, object } = value as { type: string; object: ApiStatus };
  if (type === 'ERROR') throw new ApiError(object);
  return value as WatchEvent<T>;
}

function typed(type: ResourceType, object: ObjectToWrite): object {
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
}

function below(subresource: string | undefined): string {
  return subresource === undefined ? '' : `/${subresource}`;
}

function query(parameters: Query): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return given.length > 0 ? `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()}` : '';
}
