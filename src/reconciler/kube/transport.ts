import * as http from 'node:http';
import { constants } from 'node:http2';
import * as https from 'node:https';
import { finished } from 'node:stream';
import type { Readable } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { abortReason } from './abort';
import { TransportError } from './api-error';
import type { ClientConfig } from './client-config';
import { SharedConnections } from './shared-connections';

const { NGHTTP2_NO_ERROR } = constants;

/** A connection without a request is closed after this: sooner than a server would, so that no request meets a closed one. */
const FREE_SOCKET_TIMEOUT_MS = 30_000;
/** After how long without traffic TCP asks whether the other side is there. */
const TCP_KEEP_ALIVE_MS = 15_000;

export interface TransportRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Is answered for as long as it is open; takes a stream of a connection that watches share, where the server can do that. */
  readonly isWatch?: boolean;
}

/** What is there of an answer once its headers are: the body is to be read, or destroyed. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Readable;
}

/** The one place that knows how bytes get to an API server. */
export class Transport {
  /** Name and port of the server. */
  public readonly host: string;
  private readonly base: http.RequestOptions;
  /** Before each path. */
  private readonly prefix: string;
  private readonly request: typeof https.request;
  private readonly requests: http.Agent;
  /** Of watches, where the server does not speak HTTP/2. */
  private readonly watches: http.Agent;
  private readonly shared: SharedConnections;

  constructor({ server, ca, cert, key, serverName, isInsecure }: ClientConfig, maxSockets: number) {
    const url = new URL(server);
    const { Agent, request } = url.protocol === 'http:' ? http : https;
    this.host = url.host;
    this.base = urlToHttpOptions(url);
    this.prefix = url.pathname.replace(/\/$/, '');
    this.request = request;
    const tls = { ca, cert, key, servername: serverName, rejectUnauthorized: !isInsecure };
    const options = { ...tls, keepAlive: true, keepAliveMsecs: TCP_KEEP_ALIVE_MS, timeout: FREE_SOCKET_TIMEOUT_MS };
    this.requests = named(new Agent({ ...options, maxSockets }), this.host);
    this.watches = named(new Agent(options), this.host);
    this.shared = new SharedConnections({ url, tls });
  }

  /** Sends a request. Resolves with the answer once its headers are here. */
  public async send(request: TransportRequest): Promise<Answer> {
    return (request.isWatch ? await this.onSharedConnection(request) : undefined) ?? this.onOwnConnection(request);
  }

  /** By HTTP/2; `undefined` if the server does not speak it. */
  private async onSharedConnection({ method, path, headers, signal }: TransportRequest): Promise<Answer | undefined> {
    const stream = await this.shared.request({ ...headers, ':method': method, ':path': this.prefix + path }, signal);
    if (!stream) return undefined;
    return new Promise((resolve, reject) => {
      stream.on('response', ({ ':status': status = 0, ...answered }) => resolve({ status, headers: answered, body: stream }));
      stream.on('error', (error) => reject(broken(error, signal)));
      stream.on('close', () => reject(broken(new Error('the connection ended'), signal)));
    });
  }

  private onOwnConnection({ method, path, headers, body, signal, isWatch = false }: TransportRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = this.request({
        ...this.base,
        path: this.prefix + path,
        method,
        headers: { ...headers, ...body !== undefined && { 'content-length': String(Buffer.byteLength(body)) } },
        agent: isWatch ? this.watches : this.requests,
        signal,
      });
      outgoing.on('response', (response) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response }));
      outgoing.on('error', (error) => reject(broken(error, signal)));
      outgoing.end(body);
    });
  }

  /** Closes all connections. */
  public close(): void {
    this.requests.destroy();
    this.watches.destroy();
    this.shared.close();
  }
}

/** The agent of one server. Node's own make a name of all options, certificates included, several times a request. */
function named(agent: http.Agent, name: string): http.Agent {
  return Object.assign(agent, { getName: () => name });
}

/** All of an answer's body. */
export async function readWhole({ body }: Answer, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await readChunks({ body }, (chunk) => chunks.push(chunk), signal);
  return Buffer.concat(chunks);
}

/**
 * Hands an answer's body on as it arrives. Resolves when it is whole; rejects if its connection breaks before, and with what `onChunk`
 * throws.
 */
export function readChunks({ body }: Pick<Answer, 'body'>, onChunk: (chunk: Buffer) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      try {
        onChunk(chunk);
      } catch (error) {
        reject(error instanceof Error ? error : new TransportError(String(error))); // first, or the end of the stream is the reason
        body.destroy();
      }
    });
    finished(body, { writable: false }, (error) => {
      if (error ?? wasReset(body)) reject(broken(error ?? new Error('the connection was cut'), signal));
      else resolve();
    });
  });
}

/**
 * Whether a stream of HTTP/2 ended because its connection did. Node tells that as an end without an error
 * (https://nodejs.org/api/http2.html#http2streamrstcode), since what is sent with such a stream was complete.
 */
function wasReset(body: Readable): boolean {
  const { rstCode = NGHTTP2_NO_ERROR } = body as { readonly rstCode?: number };
  return rstCode !== NGHTTP2_NO_ERROR;
}

/** Why a connection broke: our own reason for ending it, if we did. */
function broken(error: Error, signal: AbortSignal): Error {
  return signal.aborted ? abortReason(signal) : new TransportError(`no answer: ${error.message}`, error);
}
