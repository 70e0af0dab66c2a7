/** What is measured, one after the other, on the same cluster. */
import { loadConfig } from '../../src/reconciler/kube/config';
import { until } from '../../test/cluster/until';
import { FaultProxy } from '../../test/reconciler/fault-proxy';
import { modelOf, serverOf } from './load';
import type { Load } from './load';
import type { Stage } from './stage';
import type { Subject } from './subject';

/** Figures by the names that `budgets.json` has for them. */
export type Figures = Readonly<Record<string, number>>;

/** At the full size; less at a smaller one. */
export const MOST_SERVERS = 1000;
const MOST_PAIRS = 200;
export const NAMESPACE = 'held';

export async function converge(stage: Stage, subject: Subject, { namespaces, resources, children }: Load): Promise<Figures> {
  await stage.createNamespaces([...namespaces, NAMESPACE]);
  subject.start();
  await subject.untilQuiet();
  const before = await subject.reading();
  const start = performance.now();
  await stage.create(resources);
  await stage.untilSeen('resources are Ready', resources.length, 'Model', 'Dataset', 'Server');
  const seconds = (performance.now() - start) / 1000;
  const { lagP99Ms } = await subject.reading();
  await subject.untilQuiet();
  const { reconciles, cpuSeconds, writes } = await subject.reading();
  return {
    secondsToReady: seconds,
    writesBeyondChildren: (writes - before.writes - children) / resources.length,
    cpuMsPerReconcile: (cpuSeconds - before.cpuSeconds) * 1000 / (reconciles - before.reconciles),
    reconcilesPerResource: (reconciles - before.reconciles) / resources.length,
    cpuMsPerResource: (cpuSeconds - before.cpuSeconds) * 1000 / resources.length,
    lagP99Ms,
  };
}

export async function restart(subject: Subject, { resources }: Load): Promise<Figures> {
  await subject.stop();
  const start = performance.now();
  subject.start();
  const synced = await subject.untilSynced();
  const quiet = await subject.untilQuiet({ reconciles: resources.length });
  const { writes, cpuSeconds } = await subject.reading();
  return {
    restartSyncedSeconds: (synced - start) / 1000, restartQuietSeconds: (quiet - start) / 1000,
    restartWrites: writes, restartCpuSeconds: cpuSeconds,
  };
}

/** Model by Model becomes Ready, while nothing else happens. */
export async function follow(stage: Stage, subject: Subject, { resources }: Load): Promise<Figures> {
  const names = Array.from({ length: Math.min(MOST_PAIRS, resources.length / 10) }, (_, index) => `held-pair-${index}`);
  await stage.create(names.map((name) => modelOf({ namespace: NAMESPACE, name })));
  await stage.create(names.map((name) => serverOf({ namespace: NAMESPACE, name }, name)));
  await until('all Models wait', () => stage.actor.waiting === names.length, { seconds: 300 });
  await subject.untilQuiet();
  for (const name of names) {
    await stage.actor.release(name);
    await until(`Server ${name} is Ready`, () => stage.seenAt.has(`Server ${name}`), { everyMs: 5 });
  }
  return { readyToAppliedP99Ms: percentile(names.map((name) => after(stage, `Model ${name}`, `Deployment ${name}-server`)), 0.99) };
}

/** One Model becomes Ready, for which many Servers wait. */
export async function fanOut(stage: Stage, subject: Subject, { resources }: Load): Promise<Figures> {
  const model = 'held-model';
  const servers = Array.from({ length: Math.min(MOST_SERVERS, resources.length) }, (_, index) => `fan-${index}`);
  await stage.create([modelOf({ namespace: NAMESPACE, name: model })]);
  await stage.create(servers.map((name) => serverOf({ namespace: NAMESPACE, name }, model)));
  await until('the Model waits', () => stage.actor.waiting === 1, { seconds: 300 });
  await subject.untilQuiet();
  const before = stage.count('Deployment');
  stage.actor.holdPods(); // what comes of the Deployments is not measured
  await stage.actor.release(model);
  await stage.untilSeen('Deployments are there', before + servers.length, 'Deployment');
  const times = servers.map((name) => after(stage, `Model ${model}`, `Deployment ${name}-server`));
  stage.actor.startPods();
  await subject.untilQuiet();
  return { fanOutSeconds: Math.max(...times) / 1000 };
}

/** All watches are told that their version is too old; until all watch again. */
export async function relist(stage: Stage, subject: Subject): Promise<Figures> {
  const proxy = await FaultProxy.start(loadConfig({ KUBECONFIG: stage.cluster.kubeconfig }));
  try {
    await subject.stop();
    subject.start(stage.cluster.write('kubeconfig-proxy', proxy.kubeconfig));
    await subject.untilQuiet({ reconciles: stage.count('Model', 'Dataset', 'Server') });
    const watches = proxy.openWatches;
    const before = await subject.reading();
    const start = performance.now();
    proxy.failWatches(410);
    await until('the watches have ended', () => proxy.openWatches < watches, { everyMs: 1 });
    await until('all watch again', () => {
      subject.assertRuns();
      return proxy.openWatches === watches;
    }, { seconds: 120, everyMs: 5 });
    const seconds = (performance.now() - start) / 1000;
    await subject.untilQuiet();
    const { writes, cpuSeconds } = await subject.reading();
    await subject.stop();
    return { relistSeconds: seconds, relistWrites: writes - before.writes, relistCpuSeconds: cpuSeconds - before.cpuSeconds };
  } finally {
    await proxy.close();
  }
}

function after(stage: Stage, first: string, then: string): number {
  return (stage.seenAt.get(then) ?? Infinity) - (stage.seenAt.get(first) ?? 0);
}

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}
