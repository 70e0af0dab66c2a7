/**
 * How a node reaches registries: its network leads nowhere else. A proxy for CONNECT at this machine's end of the cable, so that
 * nothing has to be forwarded or masqueraded here. Through the proxy that this machine uses itself, if it has one.
 */
import * as http from 'node:http';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';

export class Egress {
  /** @param upstream the proxy of this machine, as HTTPS_PROXY has it */
  public static async listen(address: string, upstream?: string): Promise<Egress> {
    const asked: string[] = [];
    const server = http.createServer(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(405).end();
    });
    server.on('connect', ({ url = '' }: http.IncomingMessage, client: Duplex) => {
      asked.push(url);
      const target = upstream ? connectThrough(upstream, url) : connect(url);
      client.on('error', () => target.destroy());
      target.on('error', () => client.destroy());
      if (!upstream) target.once('connect', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
      client.pipe(target).pipe(client);
    });
    await new Promise<void>((resolve) => server.listen(0, address, resolve).unref());
    return new Egress(server, address, asked);
  }

  private constructor(
    private readonly server: http.Server,
    private readonly address: string,
    /** What it was asked for, each time: `pypi.org:443`, or a URL over plain HTTP, which it refuses. */
    public readonly asked: readonly string[],
  ) {}

  /** As HTTPS_PROXY has it. */
  public get url(): string {
    const bound = this.server.address();
    return `http://${this.address}:${typeof bound === 'object' ? bound?.port : ''}`;
  }

  public close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function connect(authority: string): net.Socket {
  const { hostname, port } = new URL(`tcp://${authority}`);
  return net.connect(Number(port), hostname.replace(/^\[|\]$/g, ''));
}

/** The answer of that proxy is ours. */
function connectThrough(upstream: string, authority: string): net.Socket {
  const { hostname, port, username, password } = new URL(upstream);
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const authorization = username ? `Proxy-Authorization: Basic ${credentials}\r\n` : '';
  const socket = net.connect(Number(port || 80), hostname);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`);
  return socket;
}
