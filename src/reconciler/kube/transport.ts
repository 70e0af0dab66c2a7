import * as http from 'node:http';
import * as https from 'node:https';
import { finished } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { abortReason } from './abort';
import { TransportError } from './api-error';
import type { ClientConfig } from './client-config';

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
  /** Has a connection of its own. */
  readonly isWatch?: boolean;
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
  private readonly watches: http.Agent;

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
  }

  /** Sends a request. Resolves with the answer once its headers are here; its body is to be read, or destroyed. */
  public send({ method, path, headers, body, signal, isWatch = false }: TransportRequest): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = this.request({
        ...this.base,
        path: this.prefix + path,
        method,
        headers: { ...headers, ...body !== undefined && { 'content-length': String(Buffer.byteLength(body)) } },
        agent: isWatch ? this.watches : this.requests,
        signal,
      });
      outgoing.on('response', resolve);
      outgoing.on('error', (error) => reject(broken(error, signal)));
      outgoing.end(body);
    });
  }

  /** Closes all connections. */
  public close(): void {
    this.requests.destroy();
    this.watches.destroy();
  }
}

/** The agent of one server. Node's own make a name of all options, certificates included, several times a request. */
function named(agent: http.Agent, name: string): http.Agent {
  return Object.assign(agent, { getName: () => name });
}

/** All of an answer's body. */
export async function readWhole(response: http.IncomingMessage, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await readChunks(response, (chunk) => chunks.push(chunk), signal);
  return Buffer.concat(chunks);
}

/**
 * Hands an answer's body on as it arrives. Resolves when it is whole; rejects if its connection breaks before, and with what `onChunk`
 * throws.
 */
export function readChunks(response: http.IncomingMessage, onChunk: (chunk: Buffer) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      try {
        onChunk(chunk);
      } catch (error) {
        reject(error instanceof Error ? error : new TransportError(String(error))); // first, or the end of the stream is the reason
        response.destroy();
      }
    });
    finished(response, (error) => error ? reject(broken(error, signal)) : resolve());
  });
}

/** Why a connection broke: our own reason for ending it, if we did. */
function broken(error: Error, signal: AbortSignal): Error {
  return signal.aborted ? abortReason(signal) : new TransportError(`no answer: ${error.message}`, error);
}
