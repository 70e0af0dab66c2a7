/** Pods of a Server of llama.cpp whose program runs: a process of this machine, with the command, arguments and environment of the pod. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Container, Pod } from 'kubernetes-types/core/v1';
import { freePort } from '../cluster/port';
import { writeTinyModel } from './gguf';
import type { ElasticName, EngineStage } from './stage';

const PROGRAM = path.join(__dirname, '..', '..', 'src', 'runtimes', 'programs', 'llama-cpp');
const EVERY_MS = 50;

/** llama-server, as `npm run test:runtimes` builds it, or undefined. */
export function findLlama(): string | undefined {
  const file = path.join(process.env.LLAMA_CPP ?? path.join(__dirname, '..', '..', '.cache', 'llama'), 'llama-server');
  return fs.existsSync(file) ? file : undefined;
}

export class LlamaPods {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'llama-pods-'));
  private readonly processes = new Map<string, ChildProcess>();
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();

  constructor(private readonly stage: EngineStage, private readonly llama: string, private readonly chat: ElasticName) {
    fs.mkdirSync(path.join(this.folder, 'model'));
    writeTinyModel(path.join(this.folder, 'model', 'tiny.gguf'));
  }

  /** From now on, pods of the Server run. */
  public start(): void {
    const { namespace, name } = this.chat;
    this.stage.cluster.kubelet.cue({ namespace, labels: { server: name } }, { outcome: 'unready' });
    this.following = this.follow();
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
    for (const process of this.processes.values()) await ended(process);
    fs.rmSync(this.folder, { recursive: true });
  }

  private async follow(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const { namespace, name } = this.chat;
      const pods = await this.stage.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace, labels: { server: name } });
      for (const pod of pods) if (pod.status?.startTime && !this.processes.has(uidOf(pod))) await this.run(pod);
      const there = new Set(pods.filter(({ metadata }) => !metadata?.deletionTimestamp).map(uidOf));
      for (const [uid, process] of this.processes) if (!there.has(uid)) await ended(process);
      await pause(EVERY_MS);
    }
  }

  private async run(pod: Pod): Promise<void> {
    const [container] = pod.spec?.containers ?? [];
    if (!container) throw new Error('the pod has no container');
    const port = await freePort();
    const log = fs.openSync(path.join(this.folder, 'log'), 'a');
    const [shell = '', script = '', ...command] = container.command ?? [];
    const args = [...command, ...container.args ?? []].map((arg, index, all) => (all[index - 1] === '--port' ? String(port) : arg));
    const process = spawn(shell, [path.join(PROGRAM, path.basename(script)), ...args], { env: this.environment(container), stdio: ['ignore', log, log] });
    fs.closeSync(log);
    this.processes.set(uidOf(pod), process);
    this.stage.lead(this.chat, port);
    this.probe(pod, container, port).catch(() => undefined); // the pod is gone
  }

  /** As a kubelet asks: until the path of the startup probe answers, the pod is not ready. */
  private async probe({ metadata: { name, namespace } = {} }: Pod, container: Container, port: number): Promise<void> {
    const route = container.startupProbe?.httpGet?.path ?? '';
    while (!await isOk(`http://127.0.0.1:${port}${route}`)) await pause(EVERY_MS, undefined, { signal: this.stopping.signal });
    const now = new Date().toISOString();
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True', lastTransitionTime: now }));
    const status = { conditions, containerStatuses: [{ name: container.name, ready: true, started: true }] };
    await this.stage.client.patch({ apiVersion: 'v1', kind: 'Pod', namespace, name: name ?? '' }, { status }, { type: 'strategic-merge', subresource: 'status' });
  }

  private environment({ env = [] }: Container): NodeJS.ProcessEnv {
    const own = env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])) as [string, string][];
    return {
      PATH: process.env.PATH, ...Object.fromEntries(own),
      SUBSTRATUS_CONTENT: this.folder, LLAMA_SERVER: this.llama, TERMINATION_LOG: path.join(this.folder, 'termination'),
    };
  }
}

function uidOf({ metadata }: Pod): string {
  return metadata?.uid ?? '';
}

async function isOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const end = new Promise((resolve) => process.on('exit', resolve));
  process.kill('SIGKILL');
  await end;
}
