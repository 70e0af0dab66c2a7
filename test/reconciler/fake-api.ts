/** An API server in this process, over plain HTTP: small, and as disobliging as a test asks for. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeStore, merged } from './fake-store';
import type { Place, StoredEvent, StoredObject } from './fake-store';

type Json = Record<string, unknown>;

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: http.IncomingHttpHeaders;
  readonly body?: Json;
}

/** What goes wrong with requests. */
export interface Fault {
  readonly method?: string;
  readonly path?: RegExp;
  /** Watches only, or none of them. */
  readonly watch?: boolean;
  /** How often; always if absent. */
  times?: number;
  /** Answers so. */
  readonly status?: number;
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers later. */
  readonly delayMs?: number;
  /** Answers when this is over. */
  readonly wait?: Promise<void>;
  /** Closes the connection: before the request is carried out, or after it and amid the answer. */
  readonly cut?: 'before' | 'after';
  /** Never answers. */
  readonly blackHole?: boolean;
  /** As it is, after the request was carried out. */
  readonly body?: string;
}

interface Target extends Place {
  readonly path: string;
  readonly name?: string;
  readonly subresource?: string;
}

interface Exchange {
  readonly request: SeenRequest;
  readonly target: Target;
  readonly response: http.ServerResponse;
}

/** The answer to a refused request. */
class Refusal extends Error {
  constructor(public readonly code: number, public readonly reason: string, message = reason) {
    super(message);
  }
}

export class FakeApi {
  public static async start(): Promise<FakeApi> {
    const api = new FakeApi();
    await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  public readonly store = new FakeStore();
  public readonly requests: SeenRequest[] = [];
  /** Collections (`group/plural`) that are not served. */
  public readonly absent = new Set<string>();
  /** The only token that is taken, if any. */
  public token?: string;
  /** How a watch from before the floor is answered. */
  public goneInStream = false;
  public openRequests = 0;
  public maxOpenRequests = 0;
  public connections = 0;
  private readonly server: http.Server;
  private readonly faults: Fault[] = [];
  private readonly pages = new Map<string, StoredObject[]>();
  private readonly watches = new Set<Exchange>();

  private constructor() {
    this.server = http.createServer((request, response) => void this.serve(request, response));
    this.server.on('connection', () => this.connections++);
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public get openWatches(): number {
    return this.watches.size;
  }

  public async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  public fault(fault: Fault): void {
    this.faults.push(fault);
  }

  public heal(): void {
    this.faults.length = 0;
  }

  /** How many requests there were of a method, or `WATCH`. */
  public count(method: string): number {
    return this.requests.filter((request) => (request.query.watch ? 'WATCH' : request.method) === method).length;
  }

  /** Ends all watches as the server does when their time is over. */
  public endWatches(): void {
    for (const { response } of this.watches) response.end();
  }

  /** Cuts the connections of all watches, after these bytes. */
  public cutWatches(lastBytes = ''): void {
    for (const { response } of this.watches) {
      if (lastBytes) response.write(lastBytes, () => response.socket?.destroy());
      else response.socket?.destroy();
    }
  }

  /** Writes bytes into all watches. */
  public writeToWatches(bytes: string | Buffer): void {
    for (const { response } of this.watches) response.write(bytes);
  }

  /** Tells all watches up to where they are. */
  public bookmark(): void {
    const object = { metadata: { resourceVersion: this.store.resourceVersion } };
    this.writeToWatches(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  private async serve(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    this.openRequests++;
    this.maxOpenRequests = Math.max(this.maxOpenRequests, this.openRequests);
    response.on('close', () => this.openRequests--);
    const request = await seen(incoming);
    this.requests.push(request);
    const exchange = { request, target: targetOf(request.path), response };
    const fault = this.faultFor(request);
    if (fault?.blackHole) return;
    if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    await fault?.wait;
    if (fault?.cut === 'before') return void response.socket?.destroy();
    if (fault?.status) return refuse(response, new Refusal(fault.status, fault.reason ?? '', 'scripted'), fault.headers);
    this.answer(exchange, fault);
  }

  private faultFor(request: SeenRequest): Fault | undefined {
    const fault = this.faults.find(({ method, path, watch, times = 1 }) => times > 0
      && (method === undefined || method === request.method)
      && (path === undefined || path.test(request.path))
      && (watch === undefined || watch === (request.query.watch === 'true')));
    if (fault?.times !== undefined) fault.times--;
    return fault;
  }

  private answer(exchange: Exchange, fault: Fault | undefined): void {
    const { request, target, response } = exchange;
    try {
      if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) throw new Refusal(401, 'Unauthorized');
      if (this.absent.has(target.collection)) return void response.writeHead(404).end('404 page not found\n');
      if (request.query.watch === 'true') return this.watch(exchange);
      const body = JSON.stringify(this.handle(request, target));
      if (fault?.cut === 'after') return cutAmid(response, body);
      response.writeHead(200, { 'content-type': 'application/json' }).end(fault?.body ?? body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(response, error);
    }
  }

  private handle(request: SeenRequest, target: Target): unknown {
    switch (request.method) {
      case 'GET': return target.name === undefined ? this.list(request, target) : this.existing(target);
      case 'POST': return this.create(request, target);
      case 'PATCH': return this.patch(request, target);
      case 'DELETE': return this.remove(request, target);
      default: throw new Refusal(405, 'MethodNotAllowed');
    }
  }

  private list({ query }: SeenRequest, target: Target): Json {
    const [version = this.store.resourceVersion, from = '0'] = query.continue?.split(':') ?? [];
    if (Number(version) < this.store.floor) throw new Refusal(410, 'Expired', 'the continue token is too old');
    const page = `${target.path}:${version}`;
    const all = this.pages.get(page) ?? this.store.list(target).filter((object) => isSelected(object, query.labelSelector));
    this.pages.set(page, all);
    const end = Number(from) + Number(query.limit ?? all.length);
    return {
      metadata: { resourceVersion: version, ...end < all.length && { continue: `${version}:${end}` } },
      items: all.slice(Number(from), end),
    };
  }

  private existing(target: Target): StoredObject {
    const object = this.store.get(target, target.name ?? '');
    if (!object) throw new Refusal(404, 'NotFound', `${target.collection} "${target.name}" not found`);
    return object;
  }

  private create({ body = {} }: SeenRequest, target: Target): StoredObject {
    const { name } = body.metadata as { name: string };
    if (this.store.get(target, name)) throw new Refusal(409, 'AlreadyExists');
    return this.store.put(target, body);
  }

  private patch({ headers, body = {} }: SeenRequest, target: Target): StoredObject {
    const isApply = headers['content-type'] === 'application/apply-patch+yaml';
    const old = this.store.get(target, target.name ?? '');
    if (!old && (!isApply || target.subresource)) this.existing(target);
    checkPreconditions(old, body.metadata as Json | undefined);
    const { metadata, status, ...rest } = body;
    if (target.subresource === 'status') return this.store.put(target, { ...old, status: merged(old?.status, status) });
    const { uid, resourceVersion, ...author } = metadata as Json ?? {};
    const base = old ?? { metadata: { name: target.name } };
    const kept = old?.status === undefined ? {} : { status: old.status };
    return this.store.put(target, merged(base, { ...rest, metadata: author, ...kept }) as Json);
  }

  private remove({ body = {} }: SeenRequest, target: Target): Json {
    checkPreconditions(this.existing(target), body.preconditions as Json | undefined);
    this.store.remove(target, target.name ?? '');
    return { kind: 'Status', status: 'Success' };
  }

  private watch(exchange: Exchange): void {
    const { request: { query }, target, response } = exchange;
    const from = Number(query.resourceVersion);
    if (from > Number(this.store.resourceVersion)) {
      const details = { causes: [{ reason: 'ResourceVersionTooLarge' }] };
      return void response.writeHead(504).end(JSON.stringify({ code: 504, reason: 'Timeout', details }));
    }
    const gone = new Refusal(410, 'Expired', 'too old resource version');
    if (from < this.store.floor && !this.goneInStream) throw gone;
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    if (from < this.store.floor) return void response.end(`${JSON.stringify({ type: 'ERROR', object: statusOf(gone) })}\n`);
    const send = ({ collection, version, type, object }: StoredEvent): void => {
      const isInScope = target.namespace === undefined || target.namespace === object.metadata.namespace;
      if (collection !== target.collection || version <= from || !isInScope || !isSelected(object, query.labelSelector)) return;
      response.write(`${JSON.stringify({ type, object })}\n`);
    };
    this.store.events.forEach(send);
    const stop = this.store.onEvent(send);
    this.watches.add(exchange);
    response.on('close', () => {
      stop();
      this.watches.delete(exchange);
    });
  }
}

/** Where an object of a type is. */
export function place(group: string, plural: string, namespace?: string): Place {
  return { collection: `${group}/${plural}`, namespace };
}

async function seen(incoming: http.IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
  const text = Buffer.concat(chunks).toString();
  return {
    method: incoming.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: incoming.headers,
    body: text === '' ? undefined : JSON.parse(text) as Json,
  };
}

function targetOf(path: string): Target {
  const [, api, ...segments] = path.split('/').map(decodeURIComponent);
  const group = api === 'apis' ? segments.shift() ?? '' : '';
  segments.shift();
  const namespace = segments[0] === 'namespaces' && segments.length > 2 ? segments.splice(0, 2)[1] : undefined;
  const [plural = '', name, subresource] = segments;
  return { path, collection: `${group}/${plural}`, namespace, name, subresource };
}

function isSelected({ metadata }: StoredObject, selector: string | undefined): boolean {
  return (selector?.split(',') ?? []).every((term) => {
    const [name = '', value] = term.split('=');
    return metadata.labels?.[name] === value;
  });
}

/** Where there is no object, there is no version to differ from. */
function checkPreconditions(old: StoredObject | undefined, wanted: Json = {}): void {
  const { uid, resourceVersion } = wanted;
  const uidDiffers = uid !== undefined && uid !== old?.metadata.uid;
  const versionDiffers = old !== undefined && resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion;
  if (uidDiffers || versionDiffers) throw new Refusal(409, 'Conflict', 'the object has been modified');
}

function statusOf({ code, reason, message }: Refusal): Json {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}

function refuse(response: http.ServerResponse, refusal: Refusal, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(refusal.code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(statusOf(refusal)));
}

function cutAmid(response: http.ServerResponse, body: string): void {
  response.writeHead(200, { 'content-length': body.length }).write(body.slice(0, 5), () => response.socket?.destroy());
}
