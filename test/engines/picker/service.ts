/** The Service of the pickers, as `sessionAffinity: ClientIP` makes it: a client stays at one of them as long as that is there. */
import * as net from 'node:net';

export class AffineService {
  private current?: number;
  private readonly sockets = new Set<net.Socket>();
  private readonly server = net.createServer((client) => this.pass(client));

  constructor(private readonly ports: readonly number[]) {}

  public get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** The port of the picker that is asked. */
  public get chosen(): number | undefined {
    return this.current;
  }

  public async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private pass(client: net.Socket): void {
    this.keep(client);
    const candidates = [...(this.current === undefined ? [] : [this.current]), ...this.ports.filter((port) => port !== this.current)];
    this.connect(client, candidates);
  }

  private connect(client: net.Socket, [port, ...others]: readonly number[]): void {
    if (port === undefined) {
      client.destroy();
      return;
    }
    const picker = this.keep(net.connect(port, '127.0.0.1'));
    picker.once('error', () => this.connect(client, others));
    picker.once('connect', () => {
      this.current = port;
      picker.removeAllListeners('error').on('error', () => client.destroy());
      picker.on('close', () => client.destroy());
      client.on('close', () => picker.destroy());
      client.pipe(picker).pipe(client);
    });
  }

  private keep(socket: net.Socket): net.Socket {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
    return socket;
  }
}
