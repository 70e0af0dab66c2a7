/** A small client of the Kubernetes API, for tests. It has nothing in common with the reconciler's, which it helps to test. */
import * as https from 'node:https';
import { ApiError } from './api-error';
import { collectionPath, objectPath } from './paths';
import type { Collection, Reference } from './paths';

/** Any object of the Kubernetes API. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

export interface ClientOptions {
  readonly url: string;
  /** Certificates to trust, PEM. */
  readonly ca: string;
  readonly token: string;
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface PatchOptions {
  /** @default 'merge' */
  readonly type?: 'merge' | 'strategic-merge' | 'json';
  readonly subresource?: string;
}

export interface DeleteOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string };
}

const MAX_SOCKETS = 32;
const NOT_FOUND = 404;

export class Client {
  private readonly agent: https.Agent;
  /** Watches have connections of their own, which end with them. */
  private readonly watchAgent: https.Agent;

  constructor(private readonly options: ClientOptions) {
    this.agent = new https.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS, ca: options.ca });
    this.watchAgent = new https.Agent({ ca: options.ca });
  }

  public create<T extends KubeObject>(object: T): Promise<T> {
    return this.request('POST', collectionPath(referenceTo(object)), { body: object });
  }

  /** The object, or undefined if there is none. */
  public async find<T extends KubeObject>(reference: Reference): Promise<T | undefined> {
    try {
      return await this.get<T>(reference);
    } catch (error) {
      if (error instanceof ApiError && error.status === NOT_FOUND) return undefined;
      throw error;
    }
  }

  public get<T extends KubeObject>(reference: Reference): Promise<T> {
    return this.request('GET', objectPath(reference));
  }

  public async list<T extends KubeObject>(collection: Collection): Promise<T[]> {
    const { items } = await this.request<{ items: T[] }>('GET', collectionPath(collection));
    return items;
  }

  /** Server-side apply. */
  public apply<T extends KubeObject>(object: T, fieldManager = 'test'): Promise<T> {
    const path = `${objectPath(referenceTo(object))}?fieldManager=${fieldManager}&force=true`;
    return this.request('PATCH', path, { body: object, contentType: 'application/apply-patch+yaml' });
  }

  public patch<T extends KubeObject>(reference: Reference, body: unknown, { type = 'merge', subresource }: PatchOptions = {}): Promise<T> {
    const path = objectPath(reference) + (subresource ? `/${subresource}` : '');
    return this.request('PATCH', path, { body, contentType: `application/${type}-patch+json` });
  }

  /** Does nothing if the object is not there. */
  public async delete(reference: Reference, options: DeleteOptions = {}): Promise<void> {
    try {
      await this.request('DELETE', objectPath(reference), { body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== NOT_FOUND) throw error;
    }
  }

  /** Any request; the answer is JSON, or text where the server says so. */
  public async request<T>(method: string, path: string, { body, contentType = 'application/json' }: RequestOptions = {}): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = text === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const request = this.open(method, path, { agent: this.agent, headers });
      request.on('error', reject);
      request.on('response', (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('error', reject);
        response.on('data', (chunk: string) => { answer += chunk; });
        response.on('end', () => {
          const { statusCode = 0 } = response;
          if (statusCode >= 300) return reject(new ApiError(`${method} ${path}`, statusCode, answer));
          const isJson = response.headers['content-type']?.includes('json');
          return resolve((isJson ? JSON.parse(answer) : answer) as T);
        });
      });
      request.end(text);
    });
  }

  /** The lines of a watch, one after the other, until the server ends it or `signal` does. */
  public async* watch(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const response = await new Promise<AsyncIterable<string>>((resolve, reject) => {
      const request = this.open('GET', path, { agent: this.watchAgent, signal });
      request.on('error', reject);
      request.on('response', (answer) => {
        if (answer.statusCode === 200) return resolve(answer.setEncoding('utf8'));
        answer.resume();
        return reject(new ApiError(`GET ${path}`, answer.statusCode ?? 0, ''));
      });
      request.end();
    });
    let rest = '';
    for await (const chunk of response) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  }

  /** Closes the connections that are kept. */
  public close(): void {
    this.agent.destroy();
    this.watchAgent.destroy();
  }

  private open(method: string, path: string, options: https.RequestOptions) {
    const { url, token } = this.options;
    return https.request(`${url}${path}`, { ...options, method, headers: { ...options.headers, authorization: `Bearer ${token}` } });
  }
}

/** Where an object is. */
export function referenceTo({ apiVersion = '', kind = '', metadata = {} }: KubeObject): Reference {
  const { namespace = 'default', name = '' } = metadata;
  return { apiVersion, kind, namespace, name };
}
