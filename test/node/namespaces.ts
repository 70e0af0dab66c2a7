/**
 * The namespaces of a node: network, mounts and processes of its own. Their first process is a child of ours; when it ends, however it
 * does, the kernel ends everything in them, and mounts, bridges and rules of the firewall go too.
 */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { Component } from '../cluster/component';
import type { ControlPlane } from '../cluster/control-plane';
import { until } from '../cluster/until';
import type { NodeNetwork } from './network';

const run = promisify(execFile);

/** Whoever loses its parent in there is a child of this one, which lets the kernel bury it. */
const FIRST_PROCESS = 'trap "" CHLD; exec sleep infinity';
const SET_UP = path.join(__dirname, 'set-up.sh');

export class Namespaces {
  /** Makes them, and the cable to them. */
  public static async create(plane: ControlPlane, network: NodeNetwork): Promise<Namespaces> {
    const unshare = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
    const outer = plane.startProgram('namespaces', { command: [...unshare, 'sh', '-c', FIRST_PROCESS], kubeconfig: '' });
    const pid = await until('the namespaces are there', () => firstProcess(outer), { seconds: 10 });
    const namespaces = new Namespaces(plane, pid);
    await connect(pid, network);
    await namespaces.run('sh', SET_UP, plane.files.directory, network.node, network.server);
    return namespaces;
  }

  private constructor(private readonly plane: ControlPlane, private readonly pid: number) {}

  /** How a program is called that runs inside, and ends when the process that we know ends. */
  public inside(command: readonly string[]): string[] {
    return ['nsenter', `--target=${this.pid}`, '--mount', '--net', '--pid', 'setpriv', '--pdeathsig', 'KILL', ...command];
  }

  /** What a program prints that runs inside. */
  public async run(...command: string[]): Promise<string> {
    const [file = '', ...args] = this.inside(command);
    const { stdout } = await run(file, args, { cwd: this.plane.files.directory, maxBuffer: 64 * 1024 ** 2 });
    return stdout;
  }
}

/** It has other namespaces than ours as soon as it is `sleep`. */
function firstProcess({ pid, isRunning, lastWords }: Component): number | undefined {
  if (!isRunning) throw new Error(`no namespaces can be made here: ${lastWords()}`);
  const child = Number(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  return child && fs.readFileSync(`/proc/${child}/comm`, 'utf8').trim() === 'sleep' ? child : undefined;
}

async function connect(pid: number, { all, cable: [ours, theirs], node, server }: NodeNetwork): Promise<void> {
  await run('ip', ['link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs, 'netns', String(pid)]);
  await run('ip', ['address', 'add', `${server}/30`, 'dev', ours]);
  await run('ip', ['link', 'set', ours, 'up']);
  await run('ip', ['route', 'add', all, 'via', node, 'dev', ours]);
}
