/** The programs of a cluster, started in their order and ended together, however we end. */
import * as fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assets, Program } from './assets';
import { Client } from './client';
import { Component } from './component';
import { ClusterFiles } from './files';
import { Guard } from './guard';
import { apiServerFlags, controllerManagerFlags, etcdFlags, kwokFlags, schedulerFlags } from './programs';
import type { PodNetwork } from './programs';
import { until } from './until';

export interface ControlPlaneOptions {
  readonly assets: Assets;
  readonly port: number;
  readonly minRequestTimeout: number;
  /** Whether there is only the API server. */
  readonly isBare: boolean;

  /**
   * The network of pods that run, in which the API server is too; it must be there when this starts (test/node).
   *
   * @default - no pod runs: nodes are kept alive by kwok, and a Job's next attempt starts at once
   */
  readonly network?: PodNetwork;

  /**
   * Whether Services have endpoints though no pod runs.
   *
   * @default false
   */
  readonly hasEndpoints?: boolean;
}

export interface ProgramOptions {
  /** The file and its arguments: `[process.execPath, 'assets/reconciler.js']`. */
  readonly command: readonly string[];
  /** Its kubeconfig; it is passed on as KUBECONFIG. */
  readonly kubeconfig: string;
  readonly env?: NodeJS.ProcessEnv;
}

const START_SECONDS = 60;
const CONTROLLERS = ['kube-controller-manager', 'kube-scheduler'] as const;
/** Before a Job's next attempt, where nothing runs. */
const JOB_BACK_OFF = '100ms';

export class ControlPlane {
  public readonly url: string;
  /** Of the administrator; a path. */
  public readonly kubeconfig: string;
  public readonly files = new ClusterFiles();
  private readonly guard = new Guard(this.files.directory);
  private readonly components = new Map<string, Component>();

  constructor(private readonly options: ControlPlaneOptions) {
    this.url = `https://${options.network?.server ?? '127.0.0.1'}:${options.port}`;
    const { files } = this;
    const hasEndpoints = options.network !== undefined || options.hasEndpoints === true;
    this.kubeconfig = files.writeKubeconfig('kubeconfig', { url: this.url, token: files.adminToken });
    this.add('etcd', etcdFlags(files));
    this.add('kube-apiserver', apiServerFlags(files, options));
    this.add('kube-controller-manager', controllerManagerFlags(files, this.kubeconfig, hasEndpoints));
    this.add('kube-scheduler', schedulerFlags(files, this.kubeconfig));
    this.add('kwok', kwokFlags(this.kubeconfig));
  }

  public async start(): Promise<void> {
    this.component('etcd').start();
    this.component('kube-apiserver').start();
    await this.untilReady();
    if (this.options.isBare) return;
    for (const name of CONTROLLERS) this.component(name).start();
    if (!this.options.network) this.component('kwok').start();
  }

  public async stop(): Promise<void> {
    await Promise.all([...this.components.values()].map((component) => component.kill()));
    await this.guard.release();
  }

  public component(name: string): Component {
    const component = this.components.get(name);
    if (!component) throw new Error(`there is no ${name}; there are ${[...this.components.keys()].join(', ')}`);
    return component;
  }

  public async restartApiServer({ signal, downMs }: { readonly signal: NodeJS.Signals; readonly downMs: number }): Promise<void> {
    const server = this.component('kube-apiserver');
    await server.kill(signal);
    await sleep(downMs);
    server.start();
    await this.untilReady();
  }

  public startProgram(name: string, { command, kubeconfig, env }: ProgramOptions): Component {
    const program = this.newComponent(name, command, { ...process.env, KUBECONFIG: kubeconfig, ...env });
    program.start();
    return program;
  }

  private async untilReady(): Promise<void> {
    const server = this.component('kube-apiserver');
    await until('the API server is ready', async () => {
      if (!server.isRunning) throw new Error(`the API server has ended (${server.ending}):\n${server.lastWords()}`);
      return fs.existsSync(this.files.certificates) && this.answers();
    }, { seconds: START_SECONDS });
  }

  private async answers(): Promise<boolean> {
    const client = new Client({ url: this.url, ca: this.files.readCa(), token: this.files.adminToken });
    try {
      return await client.request<string>('GET', '/readyz') === 'ok';
    } catch {
      return false;
    } finally {
      client.close();
    }
  }

  private add(name: Exclude<Program, 'kubectl'>, flags: readonly string[]): void {
    /* No settings of whoever runs the tests; memory for time. */
    const env = {
      PATH: process.env.PATH, HOME: this.files.directory, GOGC: '400', ...(!this.options.network && { JOB_BACK_OFF }),
    };
    this.newComponent(name, [...this.options.assets[name], ...flags], env);
  }

  private newComponent(name: string, command: readonly string[], env: NodeJS.ProcessEnv): Component {
    const { directory } = this.files;
    const log = this.files.path('logs', `${name}.log`);
    const onChange = () => this.guard.watch([...this.components.values()].flatMap(({ pid }) => pid ?? []));
    const component = new Component({ name, command, env, directory, log, onChange });
    this.components.set(name, component);
    return component;
  }
}
