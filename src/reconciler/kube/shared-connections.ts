/** HTTP/2 connections that many watches share: each is a stream of one, and not a socket of its own. */
import { once } from 'node:events';
import * as http2 from 'node:http2';
import { isIP } from 'node:net';
import * as tls from 'node:tls';
import { abortReason } from './abort';
import { TransportError } from './api-error';

/** How often a connection is asked whether the other side is there, and how long the answer may take. */
const PING_EVERY_MS = 30_000;
const PING_LIMIT_MS = 15_000;
/** How long a connection may take to come up. */
const CONNECT_LIMIT_MS = 15_000;
/** Bytes that may be under way on a connection, and for one stream of it. */
const WINDOW_BYTES = 2 ** 20;

const HTTPS_PORT = 443;

export interface SharedConnectionsOptions {
  /** Of the server. */
  readonly url: URL;
  readonly tls: tls.ConnectionOptions;
  readonly pingEveryMs?: number;
  readonly pingLimitMs?: number;
}

interface Connection {
  readonly session: http2.ClientHttp2Session;
  /** Streams that are open. */
  streams: number;
}

/**
 * Opens streams on as few connections as the server allows. An API server takes 100 streams or more on a connection
 * (`--http2-max-streams-per-connection`); a server or proxy that does not speak HTTP/2 is found out by ALPN.
 */
export class SharedConnections {
  private readonly connections = new Set<Connection>();
  private opening?: Promise<void>;
  private isUnsupported: boolean;
  private isClosed = false;

  constructor(private readonly options: SharedConnectionsOptions) {
    this.isUnsupported = options.url.protocol === 'http:';
  }

  /** A stream for a request without a body; `undefined` if the server does not speak HTTP/2. */
  public async request(headers: http2.OutgoingHttpHeaders, signal: AbortSignal): Promise<http2.ClientHttp2Stream | undefined> {
    while (!this.isUnsupported) {
      if (this.isClosed || signal.aborted) throw abortReason(signal);
      const connection = [...this.connections].find(hasRoom);
      if (connection) return open(connection, headers, signal);
      this.opening ??= this.connect().finally(() => {
        this.opening = undefined;
      });
      await this.opening;
    }
    return undefined;
  }

  public close(): void {
    this.isClosed = true;
    for (const { session } of this.connections) session.destroy();
  }

  private async connect(): Promise<void> {
    const { url, tls: options } = this.options;
    const limit = AbortSignal.timeout(CONNECT_LIMIT_MS);
    const host = url.hostname.replace(/^\[|\]$/g, ''); // an IPv6 address has brackets in a URL
    /* Unlike the agent of https, tls.connect does not send the name of the host by itself. */
    const servername = options.servername ?? (isIP(host) ? undefined : host);
    const socket = tls.connect({ ...options, servername, host, port: Number(url.port || HTTPS_PORT), ALPNProtocols: ['h2', 'http/1.1'] });
    try {
      await once(socket, 'secureConnect', { signal: limit });
      this.isUnsupported = socket.alpnProtocol !== 'h2';
      if (this.isUnsupported || this.isClosed) return void socket.destroy();
      const settings = { enablePush: false, initialWindowSize: WINDOW_BYTES };
      const session = http2.connect(url, { createConnection: () => socket, settings });
      session.on('error', () => undefined); // its streams are told
      await once(session, 'remoteSettings', { signal: limit });
      this.add(session);
    } catch (error) {
      socket.destroy();
      throw new TransportError(`no connection: ${error instanceof Error ? error.message : String(error)}`, error);
    }
  }

  private add(session: http2.ClientHttp2Session): void {
    const connection = { session, streams: 0 };
    session.setLocalWindowSize(WINDOW_BYTES);
    const stopPings = this.keepAsking(session);
    this.connections.add(connection);
    session.on('close', () => {
      stopPings();
      this.connections.delete(connection);
    });
  }

  /**
   * One that does not answer is gone, though TCP may take a quarter of an hour to say so. One that the server wants to end (GOAWAY) is
   * not asked, for Node sends no ping on it; it goes on for as long as its streams do, and each watch notices its own silence.
   */
  private keepAsking(session: http2.ClientHttp2Session): () => void {
    const { pingEveryMs = PING_EVERY_MS, pingLimitMs = PING_LIMIT_MS } = this.options;
    let limit: NodeJS.Timeout | undefined;
    const every = setInterval(() => {
      if (session.closed || session.destroyed) return;
      limit ??= setTimeout(() => session.destroy(new TransportError('silence')), pingLimitMs).unref();
      session.ping(() => {
        clearTimeout(limit);
        limit = undefined;
      });
    }, pingEveryMs).unref();
    return () => {
      clearInterval(every);
      clearTimeout(limit);
    };
  }
}

/** One that the server wants to end (GOAWAY) goes on with the streams that it has. */
function hasRoom({ session, streams }: Connection): boolean {
  const { maxConcurrentStreams = Infinity } = session.remoteSettings;
  return !session.closed && !session.destroyed && streams < maxConcurrentStreams;
}

function open(connection: Connection, headers: http2.OutgoingHttpHeaders, signal: AbortSignal): http2.ClientHttp2Stream {
  const stream = connection.session.request(headers, { endStream: true, signal });
  connection.streams += 1;
  stream.once('close', () => {
    connection.streams -= 1;
  });
  return stream;
}
