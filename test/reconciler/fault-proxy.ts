/**
 * Stands in front of a real API server, and makes of it one that is slow, cut off, stuck or out of sorts.
 *
 * To who is tested it speaks plain HTTP, or with a certificate HTTP/2 and HTTP/1.1 over TLS, as API servers do; and to the server
 * whatever a kubeconfig says, with its certificates and token.
 */
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { ClientConfig } from '../../src/reconciler/kube/client-config';
import type { KeyPair } from './kube/certificate';

/** What goes wrong, and with which requests. The first fault that fits counts. */
export interface ProxyFault {
  readonly method?: string;
  /** Fits path and query, as in `/models/`. */
  readonly path?: RegExp;
  /** Watches only, or none of them. */
  readonly watch?: boolean;
  /** Chance that it goes wrong, from 0 to 1; always if absent. */
  readonly chance?: number;
  /** How often it goes wrong; always if absent. */
  times?: number;
  /** Answers so, and the server never learns of it. */
  readonly status?: number;
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
  /** Passes the request on later. */
  readonly delayMs?: number;
  /** Never answers, and the server never learns of it. */
  readonly blackHole?: boolean;
  /** Cuts the connection: before the server learns of the request, or once it has answered, and nobody hears. */
  readonly cut?: 'before' | 'after';
  /** Passes so many bytes of the answer on, and then cuts the connection: amid a line, if need be. */
  readonly truncateAfter?: number;
  /** Passes each part of the answer on so much later: news is old. */
  readonly lagMs?: number;
}

/** A request, and what the server made of it. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly isWatch: boolean;
  /** When it came, in milliseconds of `performance.now()`. */
  readonly at: number;
  /** Absent as long as there is no answer. */
  status?: number;
}

interface Watch {
  readonly path: string;
  readonly response: http.ServerResponse;
  readonly upstream: http.IncomingMessage;
}

const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

export class FaultProxy {
  public static async start(upstream: ClientConfig, certificate?: KeyPair): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstream, certificate);
    await proxy.up();
    return proxy;
  }

  /** All requests since the start, or since it was emptied. */
  public readonly exchanges: Exchange[] = [];
  /** Called when the server has answered, before anybody else learns of it: the moment to kill who asked. */
  public onAnswer?: (exchange: Exchange) => void;
  /** The most requests that were under way at the same time, watches apart. */
  public mostInFlight = 0;
  private inFlight = 0;
  private readonly faults: ProxyFault[] = [];
  private readonly watches = new Set<Watch>();
  private readonly agent: http.Agent;
  private readonly base: URL;
  private readonly sockets = new Set<Socket>();
  private server?: http.Server | http2.Http2SecureServer;
  private port = 0;

  private constructor(private readonly upstream: ClientConfig, private readonly certificate?: KeyPair) {
    const { server, ca, cert, key, serverName, isInsecure } = upstream;
    this.base = new URL(server);
    const options = { keepAlive: true, ca, cert, key, servername: serverName, rejectUnauthorized: !isInsecure };
    this.agent = this.base.protocol === 'http:' ? new http.Agent(options) : new https.Agent(options);
  }

  public get url(): string {
    return `${this.certificate ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  /** What a client needs to come this way. */
  public get config(): ClientConfig {
    return { server: this.url, isInsecure: this.certificate !== undefined, namespace: this.upstream.namespace };
  }

  /** The same as a kubeconfig file, for a program of its own. */
  public get kubeconfig(): string {
    const config = {
      'apiVersion': 'v1',
      'kind': 'Config',
      'current-context': 'proxy',
      'contexts': [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy', namespace: this.upstream.namespace } }],
      'clusters': [{ name: 'proxy', cluster: { 'server': this.url, 'insecure-skip-tls-verify': this.certificate !== undefined } }],
      'users': [{ name: 'proxy', user: {} }],
    };
    return JSON.stringify(config);
  }

  /** Requests that could change something, and reached the server. */
  public get writes(): readonly Exchange[] {
    return this.exchanges.filter(({ method, status }) => WRITES.includes(method) && status !== undefined);
  }

  public get openWatches(): number {
    return this.watches.size;
  }

  public fault(fault: ProxyFault): void {
    this.faults.push(fault);
  }

  /** Ends all faults, and lets stalled watches go on. */
  public heal(): void {
    this.faults.length = 0;
    for (const { upstream } of this.watches) upstream.resume();
  }

  /** Nobody is reached any more, and nobody who is connected stays so: the API server is down. */
  public async down(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** The API server is back, where it was. */
  public async up(): Promise<void> {
    if (this.server) return;
    const handle: http.RequestListener = (request, response) => void this.serve(request, response);
    const { certificate } = this;
    /* Node has the requests and answers of HTTP/2 look like those of HTTP/1.1. */
    const server = certificate
      ? http2.createSecureServer({ ...certificate, allowHTTP1: true }, handle as never)
      : http.createServer(handle);
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  public async close(): Promise<void> {
    await this.down();
    this.agent.destroy();
  }

  /** Cuts watches, after these bytes. */
  public cutWatches({ path, lastBytes = '' }: { readonly path?: RegExp; readonly lastBytes?: string } = {}): void {
    for (const { response } of this.matching(path)) response.write(lastBytes, () => cut(response));
  }

  /** Watches stay open and say nothing any more, until `heal`. */
  public stallWatches(path?: RegExp): void {
    for (const { upstream } of this.matching(path)) upstream.pause();
  }

  /** Watches are told of an error: 410 is a version that is too old. */
  public failWatches(code: number, path?: RegExp): void {
    const object = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason: code === 410 ? 'Expired' : 'InternalError', message: 'by the proxy' };
    for (const { response, upstream } of this.matching(path)) {
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      upstream.destroy();
    }
  }

  private matching(path?: RegExp): Watch[] {
    return [...this.watches].filter((watch) => path === undefined || path.test(watch.path));
  }

  private async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    const exchange: Exchange = { method, path, isWatch: /[?&]watch=(true|1)/.test(path), at: performance.now() };
    this.exchanges.push(exchange);
    if (!exchange.isWatch) this.count(response);
    const body = await bodyOf(request);
    const fault = this.faultFor(exchange);
    if (fault?.blackHole) return;
    if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault?.cut === 'before') return cut(response);
    if (fault?.status) return refuse(response, fault);
    await this.forward({ exchange, headers: request.headers, body }, { response, fault });
  }

  private count(response: http.ServerResponse): void {
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    response.on('close', () => { this.inFlight -= 1; });
  }

  private faultFor({ method, path, isWatch }: Exchange): ProxyFault | undefined {
    const fault = this.faults.find((each) => (each.times ?? 1) > 0
      && (each.method === undefined || each.method === method)
      && (each.path === undefined || each.path.test(path))
      && (each.watch === undefined || each.watch === isWatch)
      && (each.chance === undefined || Math.random() < each.chance));
    if (fault?.times !== undefined) fault.times--;
    return fault;
  }

  private async forward(
    { exchange, headers, body }: { exchange: Exchange; headers: http.IncomingHttpHeaders; body: Buffer },
    { response, fault }: { response: http.ServerResponse; fault?: ProxyFault },
  ): Promise<void> {
    const token = await this.upstream.token?.token();
    const { request } = this.base.protocol === 'http:' ? http : https;
    const outgoing = request(new URL(exchange.path, this.base), {
      method: exchange.method,
      headers: { ...plain(headers), host: this.base.host, ...token !== undefined && { authorization: `Bearer ${token}` } },
      agent: this.agent,
    });
    outgoing.on('error', () => cut(response));
    outgoing.on('response', (upstream) => {
      exchange.status = upstream.statusCode;
      this.onAnswer?.(exchange);
      if (fault?.cut === 'after') return cut(response);
      response.writeHead(upstream.statusCode ?? 502, plain(upstream.headers)).flushHeaders();
      this.pass({ path: exchange.path, response, upstream }, exchange.isWatch, fault);
    });
    if (exchange.isWatch) response.on('close', () => outgoing.destroy()); // what else has begun is carried out, and noted
    outgoing.end(body);
  }

  private pass(watch: Watch, isWatch: boolean, { truncateAfter = Infinity, lagMs }: ProxyFault = {}): void {
    const { response, upstream } = watch;
    const later = (act: () => void): void => {
      if (lagMs === undefined) act();
      else setTimeout(act, lagMs).unref();
    };
    let left = truncateAfter;
    if (isWatch) this.watches.add(watch);
    upstream.on('data', (chunk: Buffer) => {
      const isLast = chunk.length >= left;
      const part = chunk.subarray(0, left);
      later(() => response.write(part, isLast ? () => cut(response) : undefined));
      left -= chunk.length;
    });
    upstream.on('end', () => later(() => response.end()));
    upstream.on('error', () => cut(response));
    response.on('close', () => this.watches.delete(watch));
  }
}

/** Breaks the connection of an answer: of HTTP/2 all that is on it. */
function cut(response: http.ServerResponse): void {
  const { stream } = response as unknown as { readonly stream?: http2.ServerHttp2Stream };
  if (stream) stream.session?.destroy();
  else response.socket?.destroy();
}

/** Of one connection, and not of the request or the answer. */
const OF_CONNECTIONS = ['connection', 'keep-alive', 'transfer-encoding', 'host'];

function plain(headers: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':') && !OF_CONNECTIONS.includes(name)));
}

async function bodyOf(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function refuse(response: http.ServerResponse, { status = 500, reason = '', retryAfterSeconds }: ProxyFault): void {
  const headers = { 'content-type': 'application/json', ...retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) } };
  response.writeHead(status, headers).end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status, reason, message: 'by the proxy' }));
}
