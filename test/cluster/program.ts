/** The reconciler as a program: its sources bundled as they are shipped, started against a cluster. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import type { PlatformSpec } from '../../src/api/platform';
import { nodeOptions } from '../../src/constructs/reconciler/reconciler-program';
import type { Cluster } from './cluster';
import type { Component } from './component';
import { freePort } from './port';
import { until } from './until';

export interface ReconcilerOptions {
  readonly platform: PlatformSpec;

  /**
   * Its name among the programs of the cluster, where more than one is started.
   *
   * @default 'reconciler'
   */
  readonly name?: string;

  /**
   * With whose rights.
   *
   * @default - the administrator's
   */
  readonly kubeconfig?: string;

  /**
   * More of its environment (src/reconciler/settings.ts). Without LEADER_ELECT it leads at once, and has no Lease.
   *
   * @default - none
   */
  readonly env?: NodeJS.ProcessEnv;
}

/** Requests that change something. */
const WRITES = ['POST', 'PATCH', 'PUT', 'DELETE'] as const;

/** How many requests there were of each method that changes something. */
export type WriteCounts = Readonly<Record<typeof WRITES[number], number>>;

const MAIN = path.join(__dirname, '..', '..', 'src', 'reconciler', 'main.ts');
const START_SECONDS = 60;

export class ReconcilerProgram {
  /** Starts it. Resolves once it knows the cluster. */
  public static async start(cluster: Cluster, { platform, name = 'reconciler', kubeconfig = cluster.kubeconfig, env }: ReconcilerOptions): Promise<ReconcilerProgram> {
    const port = await freePort();
    const component = cluster.startProgram(name, {
      command: [process.execPath, bundle(cluster)],
      kubeconfig,
      env: {
        NODE_OPTIONS: nodeOptions(),
        PLATFORM_FILE: cluster.write(`${name}-platform.json`, JSON.stringify(platform)),
        HEALTH_PORT: String(port),
        METRICS_PORT: String(port),
        POD_NAME: name,
        LEADER_ELECT: 'false',
        TOKEN_KEY_FILE: cluster.write('token-key', 'k'.repeat(32)), // as it is mounted
        ...env,
      },
    });
    const program = new ReconcilerProgram(component, port);
    await program.untilSynced();
    return program;
  }

  private constructor(private readonly component: Component, private readonly port: number) {}

  /** Its process: to kill, freeze and thaw. */
  public get process(): Component {
    return this.component;
  }

  /** Resolves once it knows the cluster. */
  public async untilSynced(): Promise<void> {
    await until(`${this.component.name} is synced`, () => {
      if (!this.component.isRunning) throw new Error(`${this.component.name} has ended (${this.component.ending}):\n${this.component.lastWords()}`);
      return this.answers('/readyz');
    }, { seconds: START_SECONDS });
  }

  /** What its liveness probe would learn. */
  public isHealthy(): Promise<boolean> {
    return this.answers('/healthz');
  }

  /** Lets it finish, as Kubernetes does. */
  public stop(): Promise<void> {
    return this.component.kill('SIGTERM');
  }

  public kill(): Promise<void> {
    return this.component.kill('SIGKILL');
  }

  /** Starts it again, with what it had before. Resolves once it knows the cluster. */
  public async start(): Promise<void> {
    this.component.start();
    await this.untilSynced();
  }

  /** The value of a metric, summed over all its series whose labels are among these; 0 where there is none. */
  public async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text();
    return text.split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** How often it has asked for a change, since it started. */
  public async writes(): Promise<WriteCounts> {
    const counts = await Promise.all(WRITES.map((method) => this.metric('rest_client_requests_total', { method })));
    return Object.fromEntries(WRITES.map((method, index) => [method, counts[index] ?? 0])) as WriteCounts;
  }

  /** Its log, line by line, from its first start on. */
  public logs(): Record<string, unknown>[] {
    const lines = fs.readFileSync(this.component.log, 'utf8').split('\n');
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  private async answers(route: string): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.port}${route}`)).ok;
    } catch {
      return false;
    }
  }
}

/** The path of the bundle, which goes with the cluster. Made once: another program may be reading it. */
function bundle(cluster: Cluster): string {
  const outfile = path.join(path.dirname(cluster.kubeconfig), 'reconciler.js');
  if (!fs.existsSync(outfile)) {
    buildSync({ entryPoints: [MAIN], outfile, bundle: true, platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error' });
  }
  return outfile;
}
