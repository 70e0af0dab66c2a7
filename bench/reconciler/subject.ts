/** The reconciler as it runs in a cluster: the bundle, in a process of its own, with the options that the construct gives it. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { nodeOptions } from '../../src/constructs/reconciler/reconciler-program';
import type { Cluster } from '../../test/cluster/cluster';
import type { Component } from '../../test/cluster/component';
import { freePort } from '../../test/cluster/port';
import { until } from '../../test/cluster/until';
import { parseMetrics } from './metrics';
import type { Labels, Metrics } from './metrics';

const ROOT = path.resolve(__dirname, '../..');
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
const POLL_MS = 100;
/** For how long nothing may happen to be called quiet. */
const QUIET_MS = 2000;

export interface SubjectOptions {
  readonly platform: object;
  /** More options of Node, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
}

/** What the program has done up to a moment. */
export interface Reading {
  readonly reconciles: number;
  readonly cpuSeconds: number;
  /** That the API server has carried out. Events apart. */
  readonly writes: number;
  /** The 99th percentile of stalls of the event loop, since the last reading of the longest. */
  readonly lagP99Ms: number;
}

export class Subject {
  public static async of(cluster: Cluster, options: SubjectOptions): Promise<Subject> {
    return new Subject(cluster, options, await freePort());
  }

  private readonly file: string;
  private readonly env: NodeJS.ProcessEnv;
  private component?: Component;
  private starts = 0;
  private peakKibibytes = 0;

  private constructor(private readonly cluster: Cluster, private readonly options: SubjectOptions, port: number) {
    this.file = cluster.write('reconciler.js', bundle());
    this.env = {
      NODE_OPTIONS: nodeOptions(),
      PLATFORM_FILE: cluster.write('platform.json', JSON.stringify(options.platform)),
      POD_NAME: 'reconciler-0', POD_NAMESPACE: 'default', LEADER_ELECT: 'false', HEALTH_PORT: String(port), METRICS_PORT: String(port),
    };
  }

  /** Starts it. Resolves at once: what it does from then on is measured. */
  public start(kubeconfig = this.cluster.kubeconfig): void {
    this.starts += 1;
    const command = [process.execPath, ...this.options.nodeOptions ?? [], this.file];
    this.component = this.cluster.startProgram(`reconciler-${this.starts}`, { command, kubeconfig, env: this.env });
  }

  public async stop(): Promise<void> {
    this.notePeak();
    await this.component?.kill('SIGTERM');
  }

  /** The most memory that any of its processes had in RAM. */
  public get peakMebibytes(): number {
    this.notePeak();
    return this.peakKibibytes / 1024;
  }

  public async reading(): Promise<Reading> {
    const metrics = await this.metrics();
    return {
      reconciles: reconciles(metrics),
      cpuSeconds: metrics.sum('process_cpu_seconds_total'),
      writes: metrics.sum('rest_client_requests_total', isWrite) - metrics.sum('substratus_events_total', ({ result }) => result === 'written'),
      lagP99Ms: metrics.sum('nodejs_eventloop_lag_p99_seconds') * 1000,
    };
  }

  /** Waits until its caches are complete, at least so many reconciles are done, and no key waits. Says when, by `performance.now()`. */
  public async untilQuiet({ reconciles: least = 0, seconds = 600 } = {}): Promise<number> {
    let since: number | undefined;
    let last = -1;
    await until('the reconciler is quiet', async () => {
      this.assertRuns();
      const metrics = await this.metrics().catch(() => undefined); // it does not listen yet
      const now = performance.now();
      const done = metrics ? reconciles(metrics) : -1;
      const isBusy = !metrics || done < least || metrics.sum('workqueue_depth') + metrics.sum('controller_runtime_active_workers') > 0;
      if (isBusy || done !== last) since = undefined;
      if (!isBusy) since ??= now;
      last = done;
      return since !== undefined && now - since >= QUIET_MS;
    }, { seconds, everyMs: POLL_MS });
    return since ?? Number.NaN;
  }

  /** Waits until its caches are complete. Says when, by `performance.now()`. */
  public async untilSynced(): Promise<number> {
    await until('the reconciler is synced', async () => {
      this.assertRuns();
      return (await this.ask('/readyz').catch(() => undefined))?.ok; // it does not listen yet
    }, { seconds: 600, everyMs: 20 });
    return performance.now();
  }

  public assertRuns(): void {
    if (!this.component?.isRunning) throw new Error(`the reconciler has ended (${this.component?.ending}):\n${this.component?.lastWords()}`);
  }

  private async metrics(): Promise<Metrics> {
    const response = await this.ask('/metrics');
    return parseMetrics(await response.text());
  }

  private ask(what: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.env.METRICS_PORT}${what}`);
  }

  private notePeak(): void {
    const pid = this.component?.pid;
    if (pid === undefined) return;
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    this.peakKibibytes = Math.max(this.peakKibibytes, Number(kibibytes));
  }
}

function bundle(): string {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT, entryPoints: ['src/reconciler/main.ts'], bundle: true, platform: 'node', target: 'node20.9', write: false, logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}

function reconciles(metrics: Metrics): number {
  return metrics.sum('controller_runtime_reconcile_total');
}

function isWrite({ method = '', code = '' }: Labels): boolean {
  return WRITES.includes(method) && code.startsWith('2');
}
