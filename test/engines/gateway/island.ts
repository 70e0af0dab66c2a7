/**
 * A program with a root and perhaps a network of its own, as in a container but without one, and without the rights of root: the programs
 * of the gateway look for files under fixed paths, and two of them listen at the same ports.
 */
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import type { Cluster } from '../../cluster/cluster';
import type { Component } from '../../cluster/component';
import { Forward } from './forward';
import type { Address } from './forward';

export interface IslandOptions {
  readonly name: string;

  /**
   * Files under its root, by path.
   *
   * @default - none
   */
  readonly files?: Readonly<Record<string, string | Buffer>>;

  /**
   * Addresses in it that lead to addresses of this machine; with these or `ingress` it has a network of its own.
   *
   * @default - none
   */
  readonly egress?: readonly { readonly at: Address; readonly to: Address }[];

  /**
   * Addresses of this machine that lead to ports in it.
   *
   * @default - none
   */
  readonly ingress?: readonly { readonly at: Address; readonly port: number }[];
}

const HERE = __dirname;
const NAMESPACES = ['--map-root-user', '--mount', '--pid', '--fork', '--kill-child'];

export class Island {
  private readonly root: string;
  private readonly forwards: Forward[] = [];

  /** @param hosts a file like /etc/hosts */
  constructor(private readonly cluster: Cluster, private readonly options: IslandOptions, hosts: string) {
    this.root = path.join(path.dirname(cluster.kubeconfig), 'islands', options.name);
    fs.mkdirSync(path.join(this.root, 'etc'), { recursive: true });
    fs.symlinkSync(hosts, path.join(this.root, 'etc/hosts'));
    this.write('etc/nsswitch.conf', 'hosts: files\n');
    for (const [file, content] of Object.entries(options.files ?? {})) this.write(file, content);
  }

  /** A file of it, as the program finds it. */
  public write(file: string, content: string | Buffer): void {
    const target = path.join(this.root, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.writeFileSync(`${target}.new`, content);
    fs.renameSync(`${target}.new`, target);
  }

  public async start(name: string, [program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Component> {
    const doors = await this.openDoors();
    return this.cluster.startProgram(name, {
      command: ['unshare', ...NAMESPACES, ...(doors ? ['--net'] : []), 'sh', path.join(HERE, 'island.sh'), program, ...args],
      kubeconfig: this.cluster.kubeconfig,
      env: {
        ISLAND_ROOT: this.root, ISLAND_BINDS: path.dirname(program), ISLAND_NODE: process.execPath,
        ISLAND_DOORS_PROGRAM: path.join(HERE, 'doors.js'), ...(doors && { ISLAND_DOORS: JSON.stringify(doors) }), ...env,
      },
    });
  }

  public async stop(): Promise<void> {
    await Promise.all(this.forwards.map((forward) => forward.close()));
  }

  private async openDoors(): Promise<object | undefined> {
    const { egress = [], ingress = [] } = this.options;
    if (egress.length + ingress.length === 0) return undefined;
    const socketOf = (index: number, way: string) => path.join(this.root, `${way}-${index}.sock`);
    await Promise.all(egress.map(({ to }, index) => this.join(() => net.connect(to), { path: socketOf(index, 'out') })));
    await Promise.all(ingress.map(({ at }, index) => this.join(() => net.connect(socketOf(index, 'in')), at)));
    return {
      out: egress.map(({ at }, index) => ({ ...at, socket: socketOf(index, 'out') })),
      in: ingress.map(({ port }, index) => ({ port, socket: socketOf(index, 'in') })),
    };
  }

  private async join(connect: () => net.Socket, at: net.ListenOptions): Promise<void> {
    this.forwards.push(await Forward.open(connect, at));
  }
}
