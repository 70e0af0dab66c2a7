/**
 * The network of a cluster that has none: an HTTP proxy by which the engines reach addresses and names that nobody has. Each is led to a
 * port of this machine.
 */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

export class FakeNetwork {
  private readonly ports = new Map<string, number>();
  private readonly server = http.createServer((request, response) => this.pass(request, response));

  /** Where it listens, as HTTP_PROXY has it. */
  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async start(): Promise<void> {
    this.server.requestTimeout = 0;
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Leads `host:port` to a port of this machine. */
  public lead(address: string, port: number): void {
    this.ports.set(address, port);
  }

  private pass(request: http.IncomingMessage, response: http.ServerResponse): void {
    const url = new URL(request.url ?? '');
    const port = this.ports.get(url.host);
    if (port === undefined) {
      response.writeHead(502).end(`nobody is at ${url.host}`);
      return;
    }
    const options = { port, host: '127.0.0.1', path: `${url.pathname}${url.search}`, method: request.method, headers: request.headers };
    const passed = http.request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', (error) => response.writeHead(502).end(error.message));
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  }
}
