/** A33: watches share connections. */
import * as http2 from 'node:http2';
import * as https from 'node:https';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { ApiError, TransportError } from '../../../src/reconciler/kube/api-error';
import type { WatchEvent } from '../../../src/reconciler/kube/client';
import { HttpClient } from '../../../src/reconciler/kube/http-client';
import { SharedConnections } from '../../../src/reconciler/kube/shared-connections';
import { Cleanup, failureOf, THING } from '../fixtures';
import { HAS_OPENSSL, selfSigned } from './certificate';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const STREAMS = 100;
const EVENT = { type: 'ADDED', object: { metadata: { name: 'one', uid: '1', resourceVersion: '2' } } };

type Response = http2.Http2ServerResponse;

class Server {
  public readonly sockets = new Set<Socket>();
  public readonly sessions = new Set<http2.ServerHttp2Session>();
  public readonly responses = new Set<Response>();
  public versions: string[] = [];
  private readonly server: http2.Http2SecureServer | https.Server;

  constructor(private readonly answer: (response: Response) => void, isOld = false) {
    const handle = (request: http2.Http2ServerRequest, response: Response) => {
      this.versions.push(request.httpVersion);
      this.responses.add(response);
      this.answer(response);
    };
    const pair = selfSigned();
    this.server = isOld
      ? https.createServer(pair, handle as never)
      : http2.createSecureServer({ ...pair, allowHTTP1: true, settings: { maxConcurrentStreams: STREAMS } }, handle);
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.server.on('session', (session: http2.ServerHttp2Session) => {
      this.sessions.add(session);
      session.on('error', () => undefined);
      session.on('close', () => this.sessions.delete(session));
    });
  }

  public async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  public close(): void {
    this.server.close();
    this.cut();
  }
}

/** Passes bytes on between a client and a server, for as long as it likes. */
class Between {
  public static async open(server: string): Promise<Between> {
    const between = new Between(Number(new URL(server).port));
    await new Promise<void>((resolve) => between.listener.listen(0, '127.0.0.1', resolve));
    return between;
  }

  private readonly sockets: Socket[] = [];
  private readonly listener = createServer((client) => {
    const server = connect({ host: '127.0.0.1', port: this.port });
    this.sockets.push(client, server);
    for (const socket of [client, server]) socket.on('error', () => undefined);
    client.pipe(server).pipe(client);
  });

  private constructor(private readonly port: number) {}

  public get url(): string {
    return `https://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  public fallSilent(): void {
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  public close(): void {
    this.listener.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

function opened(response: Response): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write(`${JSON.stringify(EVENT)}\n`);
}

async function connected(answer: (response: Response) => void = opened, isOld = false) {
  const server = cleanup.add(new Server(answer, isOld), (each) => each.close());
  const url = await server.listen();
  const client = cleanup.add(new HttpClient({ server: url, isInsecure: true }), (each) => each.close());
  return { server, client, url };
}

interface Watch {
  readonly events: WatchEvent[];
  readonly stop: () => void;
  readonly end: Promise<unknown>;
}

function watching(client: HttpClient, count = 1): Watch[] {
  return Array.from({ length: count }, () => {
    const stopping = new AbortController();
    const events: WatchEvent[] = [];
    const options = { namespace: 'team-a', resourceVersion: '1', timeoutSeconds: 300, signal: stopping.signal };
    const end = client.watch(THING, options, (event) => events.push(event)).then(() => 'ended', (error: unknown) => error);
    return { events, end, stop: () => stopping.abort() };
  });
}

async function heard(watches: readonly Watch[]): Promise<void> {
  while (!watches.every(({ events }) => events.length > 0)) await new Promise((resolve) => setTimeout(resolve, 5));
}

(HAS_OPENSSL ? describe : describe.skip)('A33: watches', () => {
  test('share as few connections as the server allows', async () => {
    const { server, client } = await connected();
    await heard(watching(client, 2.5 * STREAMS));
    expect(server.sockets.size).toBe(3);
    expect(new Set(server.versions)).toEqual(new Set(['2.0']));
  });

  test('have one each where the server does not speak HTTP/2', async () => {
    const { server, client } = await connected(opened, true);
    await heard(watching(client, 5));
    expect(server.sockets.size).toBe(5);
    expect(new Set(server.versions)).toEqual(new Set(['1.1']));
  });

  test('end one by one: a stream that is stopped leaves the others, and its place is used again', async () => {
    const { server, client } = await connected();
    const [first, ...others] = watching(client, STREAMS);
    await heard([first as Watch, ...others]);
    first?.stop();
    expect(await first?.end).toBeInstanceOf(TransportError);
    await heard(watching(client));
    expect(server.sockets.size).toBe(1);
  });

  test('that are cut off fail, and the next has another connection', async () => {
    const { server, client } = await connected();
    const watches = watching(client, 3);
    await heard(watches);
    server.cut();
    for (const { end } of watches) expect(await end).toBeInstanceOf(TransportError);
    await heard(watching(client));
  });

  test('that the server ends have ended', async () => {
    const { server, client } = await connected();
    const watches = watching(client, 2);
    await heard(watches);
    for (const response of server.responses) response.end();
    for (const { end } of watches) expect(await end).toBe('ended');
  });

  test('go on when the server lets its connection run out (GOAWAY), and later ones have another', async () => {
    const { server, client } = await connected();
    const [watch] = watching(client);
    await heard([watch as Watch]);
    const [session] = server.sessions;
    session?.goaway();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await heard(watching(client));
    expect(server.sockets.size).toBe(2);
    const [response] = server.responses;
    response?.write(`${JSON.stringify(EVENT)}\n`);
    while (watch?.events.length === 1) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test('on a connection that runs out (GOAWAY) are not cut for its silence', async () => {
    const { url, server } = await connected();
    const shared = cleanup.add(new SharedConnections({
      url: new URL(url), tls: { rejectUnauthorized: false }, pingEveryMs: 50, pingLimitMs: 50,
    }), (each) => each.close());
    const stream = await shared.request({ ':path': '/' }, new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 20));
    server.sessions.forEach((session) => session.goaway());
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([stream?.session?.closed, stream?.destroyed]).toEqual([true, false]);
  });

  test('are refused with the status of the server', async () => {
    const { client } = await connected((response) => {
      response.writeHead(410, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }));
    });
    const [watch] = watching(client);
    expect(ApiError.isGone(await watch?.end)).toBe(true);
  });

  test('on a connection that says nothing any more fail, sooner than TCP would tell', async () => {
    const { url: server } = await connected();
    const between = cleanup.add(await Between.open(server), (each) => each.close());
    const shared = cleanup.add(new SharedConnections({
      url: new URL(between.url), tls: { rejectUnauthorized: false }, pingEveryMs: 50, pingLimitMs: 50,
    }), (each) => each.close());
    const stream = await shared.request({ ':path': '/' }, new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(stream?.destroyed).toBe(false); // answered all along
    const ended = new Promise<Error>((resolve) => stream?.on('error', resolve));
    between.fallSilent();
    expect((await ended).message).toBe('silence');
  });

  test('of a server that is not there fail', async () => {
    const client = cleanup.add(new HttpClient({ server: 'https://127.0.0.1:1', isInsecure: true }), (each) => each.close());
    const [watch] = watching(client);
    expect(await watch?.end).toBeInstanceOf(TransportError);
    expect(await failureOf(client.list(THING))).toBeInstanceOf(TransportError);
  });
});
