/** Leads whatever comes at one address to another. */
import * as net from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export class Forward {
  public static async open(connect: () => net.Socket, at: net.ListenOptions): Promise<Forward> {
    const forward = new Forward(connect);
    await new Promise<void>((resolve, reject) => forward.server.on('error', reject).listen(at, resolve));
    return forward;
  }

  private readonly sockets = new Set<net.Socket>();
  private readonly server = net.createServer((one) => this.join(one, this.connect()));

  private constructor(private readonly connect: () => net.Socket) {}

  public async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(one: net.Socket, other: net.Socket): void {
    one.pipe(other).pipe(one);
    for (const [from, to] of [[one, other], [other, one]] as const) {
      this.sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
