/** The time of a bare writer, on an API server of its own: what the API server and the simulated controllers take is in it too. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { buildSync } from 'esbuild';
import { expandWorkspace } from '../../src/expand';
import { until } from '../../test/cluster/until';
import type { Task } from './bare-writer';
import { modelOf, serverOf } from './load';
import type { Load } from './load';
import { MOST_SERVERS, NAMESPACE } from './phases';
import type { Figures } from './phases';
import { Stage } from './stage';
import { atDeployment, PLATFORM, taskOf } from './tasks';

const ROOT = path.resolve(__dirname, '../..');

/** The same load as the reconciler's, and the Servers of one Model. */
export async function bare(load: Load): Promise<Figures> {
  const stage = await Stage.start();
  try {
    const namespaces = [...load.namespaces, NAMESPACE];
    await stage.createNamespaces(namespaces);
    for (const object of namespaces.flatMap((namespace) => expandWorkspace(PLATFORM, namespace))) await stage.client.apply(object);
    return { bareSeconds: await converge(stage, load), bareFanOutSeconds: await fanOut(stage, load) };
  } finally {
    await stage.stop();
  }
}

/** Until all that was written is there, and the simulated controllers have done their part. */
async function converge(stage: Stage, { resources }: Load): Promise<number> {
  const writer = startWriter(stage, 'bare', resources.map(taskOf));
  const start = performance.now();
  begin(writer);
  await stage.create(resources);
  await stage.untilSeen('resources are Ready', resources.length, 'Model', 'Dataset', 'Server');
  await until('the simulated controllers are done', () => stage.actor.isIdle, { seconds: 600, everyMs: 5 });
  const seconds = (performance.now() - start) / 1000;
  await ended(writer);
  return seconds;
}

async function fanOut(stage: Stage, { resources }: Load): Promise<number> {
  const names = Array.from({ length: Math.min(MOST_SERVERS, resources.length) }, (_, index) => `fan-${index}`);
  const servers = names.map((name) => serverOf({ namespace: NAMESPACE, name }, 'held-model'));
  await stage.create([modelOf({ namespace: NAMESPACE, name: 'held-model' }), ...servers]);
  const tasks = servers.map((server) => atDeployment(taskOf(server)));
  await stage.create(tasks.flatMap(({ before }) => before));
  const count = stage.count('Deployment');
  stage.actor.holdPods();
  const writer = startWriter(stage, 'bare-fan-out', tasks.map(({ then }) => then));
  const start = performance.now();
  begin(writer);
  await stage.untilSeen('Deployments are there', count + servers.length, 'Deployment');
  const seconds = (performance.now() - start) / 1000;
  await ended(writer);
  return seconds;
}

/** A process of its own, as the reconciler is; it waits for a line of input. */
function startWriter({ cluster }: Stage, name: string, tasks: readonly Task[]): ChildProcess {
  const program = cluster.write(`${name}.js`, bundle());
  const file = cluster.write(`${name}.json`, JSON.stringify(tasks));
  return spawn(process.execPath, [program, file], { env: { ...process.env, KUBECONFIG: cluster.kubeconfig }, stdio: ['pipe', 'ignore', 'inherit'] });
}

function begin({ stdin }: ChildProcess): void {
  stdin?.write('\n');
}

async function ended(writer: ChildProcess): Promise<void> {
  if (writer.exitCode === null) await once(writer, 'exit');
  if (writer.exitCode !== 0) throw new Error(`the bare writer ended with ${writer.exitCode ?? 'a signal'}`);
}

function bundle(): string {
  const { outputFiles } = buildSync({
    absWorkingDir: ROOT, entryPoints: ['bench/reconciler/bare-writer.ts'], bundle: true, platform: 'node', target: 'node20.9', write: false, logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}
