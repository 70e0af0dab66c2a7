import * as http from 'node:http';
import * as net from 'node:net';
import type { AddressInfo } from 'node:net';
import { Egress } from './egress';

const LOOPBACK = '127.0.0.1';

/** What a client reads that asks a proxy for a connection to `authority`, and says hello through it. */
async function through(proxy: string, authority: string): Promise<string> {
  const { hostname, port } = new URL(proxy);
  const request = http.request({ hostname, port, method: 'CONNECT', path: authority });
  request.end();
  const socket = await new Promise<net.Socket>((resolve, reject) => {
    request.on('error', reject);
    request.on('connect', (_, connection: net.Socket) => resolve(connection));
  });
  socket.end('hello');
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('the proxy of a node', () => {
  const echo = net.createServer((socket) => socket.pipe(socket));
  beforeAll(() => new Promise<void>((resolve) => echo.listen(0, LOOPBACK, resolve)));
  afterAll(() => echo.close());
  const authority = () => `${LOOPBACK}:${(echo.address() as AddressInfo).port}`;

  test('connects to what it is asked for', async () => {
    const egress = await Egress.listen(LOOPBACK);
    expect(await through(egress.url, authority())).toBe('hello');
    egress.close();
  });

  test('connects through the proxy of the machine where it has one', async () => {
    const upstream = await Egress.listen(LOOPBACK);
    const egress = await Egress.listen(LOOPBACK, upstream.url);
    expect(await through(egress.url, authority())).toBe('hello');
    egress.close();
    upstream.close();
  });
});
