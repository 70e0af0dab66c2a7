/** A cluster on this machine without containers (test/cluster), and in it the reconciler as its construct declares it. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Secret } from 'kubernetes-types/core/v1';
import { PLATFORM_CONFIG_MAP, RECONCILER, TOKEN_KEY_SECRET } from '../src/api/reconciler';
import { findAssets } from '../test/cluster/assets';
import type { Assets } from '../test/cluster/assets';
import { startCluster } from '../test/cluster/cluster';
import type { Cluster } from '../test/cluster/cluster';
import type { Component } from '../test/cluster/component';
import type { NodeOptions } from '../test/cluster/nodes';
import type { Reference } from '../test/cluster/paths';
import { freePort } from '../test/cluster/port';
import { until } from '../test/cluster/until';

const PROGRAM = path.join(__dirname, '../assets/reconciler.js');
const NAMESPACE = 'substratus';
const GPU = 'nvidia.com/gpu';

const NODES: readonly NodeOptions[] = [{ name: 'cpu-1' }, { name: 'cpu-2' }, gpuNode('gpu-1'), gpuNode('gpu-2')];

/** The least that a program has to lead in, on a machine that has other things to do. */
const LEAD_SECONDS = 60;

/** tsx passes on the Ctrl-C that we have had already. */
const ONE_SIGNAL_MS = 1000;
const POLL_MS = 500;

/** As a shell has it for SIGINT. */
export const INTERRUPTED_EXIT_CODE = 130;

export interface LocalCluster {
  readonly cluster: Cluster;
  readonly reconciler: Component;
}

export interface LocalClusterOptions {
  readonly assets: Assets;
  /** The manifests of the reconciler. */
  readonly system: string;
  /** Tells what is being done. */
  readonly say: (line: string) => void;
}

/** The programs of a cluster. scripts/ensure-cluster.ts, which runs before, has said why they are not there. */
export function assetsOrThrow(): Assets {
  const assets = findAssets();
  if (!assets) throw new Error('the programs of a cluster are not there; the lines above say why, and what to set');
  return assets;
}

/**
 * Starts both, lets `use` have them, and stops them. What went wrong is thrown with the place where the logs are kept; a signal before
 * `use` ends everything too (test/cluster/guard.ts).
 */
export async function withLocalCluster(options: LocalClusterOptions, use: (local: LocalCluster) => Promise<void>): Promise<void> {
  const { assets, system, say } = options;
  say(`starting etcd, API server, controllers, scheduler and the nodes ${NODES.map(({ name }) => name).join(', ')}`);
  const cluster = await startCluster({ assets, nodes: NODES });
  try {
    say('applying the definitions of the kinds, and the reconciler: namespace, rights, platform, program');
    await cluster.kubectl('apply', '-f', system);
    await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
    say(`starting the reconciler with the rights of its ServiceAccount, ${NAMESPACE}/${RECONCILER}`);
    const reconciler = await startReconciler(cluster);
    await use({ cluster, reconciler });
    await reconciler.kill('SIGTERM');
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nlogs: ${keepLogs(cluster)}`);
  } finally {
    await cluster.stop();
  }
}

/** Resolves when someone wants us to end. If that takes too long for them, the second time ends us at once. */
export function interruption(): Promise<'interrupted'> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (): void => {
      first ??= Date.now();
      if (Date.now() - first > ONE_SIGNAL_MS) process.exit(INTERRUPTED_EXIT_CODE);
      resolve('interrupted');
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  });
}

/** Rejects when the program has ended by itself. */
export async function endOf(reconciler: Component): Promise<never> {
  while (reconciler.isRunning) await setTimeout(POLL_MS);
  throw ended(reconciler);
}

function ended(reconciler: Component): Error {
  return new Error(`the reconciler has ended (${reconciler.ending}):\n${reconciler.lastWords()}`);
}

/** The files of a cluster go with it. */
function keepLogs({ logs }: Cluster): string {
  const kept = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk-substratus-logs-'));
  fs.cpSync(logs, kept, { recursive: true });
  return kept;
}

/** Runs the program as its Deployment says, but as a process here: pods of this cluster run nothing. */
async function startReconciler(cluster: Cluster): Promise<Component> {
  const port = String(await freePort());
  const tokenKey = path.join(path.dirname(cluster.kubeconfig), 'token-key');
  const reconciler = cluster.startProgram('reconciler', {
    command: [process.execPath, PROGRAM],
    kubeconfig: await cluster.kubeconfigOf({ namespace: NAMESPACE, name: RECONCILER }),
    env: {
      ...environmentOf(await ofReconciler<Deployment>(cluster, { apiVersion: 'apps/v1', kind: 'Deployment', name: RECONCILER })),
      POD_NAME: `${RECONCILER}-0`,
      POD_NAMESPACE: NAMESPACE,
      PLATFORM_FILE: await platformFile(cluster),
      TOKEN_KEY_FILE: tokenKey,
      HEALTH_PORT: port,
      METRICS_PORT: port,
    },
  });
  await mountTokenKey({ cluster, reconciler }, path.basename(tokenKey));
  return reconciler;
}

/** As a kubelet does, for the program may not read Secrets. It makes this one as soon as it leads. */
async function mountTokenKey({ cluster, reconciler }: LocalCluster, file: string): Promise<void> {
  const { data } = await until('the reconciler leads', () => {
    if (!reconciler.isRunning) throw ended(reconciler);
    return cluster.client.find<Secret>({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: TOKEN_KEY_SECRET });
  }, { seconds: LEAD_SECONDS });
  cluster.write(file, Buffer.from(data?.key ?? '', 'base64'));
}

async function platformFile(cluster: Cluster): Promise<string> {
  const { data } = await ofReconciler<ConfigMap>(cluster, { apiVersion: 'v1', kind: 'ConfigMap', name: PLATFORM_CONFIG_MAP });
  return cluster.write('platform.json', data?.['platform.json'] ?? '');
}

function ofReconciler<T extends object>(cluster: Cluster, reference: Omit<Reference, 'namespace'>): Promise<T> {
  return cluster.client.get<T>({ ...reference, namespace: NAMESPACE });
}

/** What the Deployment sets to a value of its own. */
export function environmentOf({ spec }: Deployment): Record<string, string> {
  const { env = [] } = spec?.template.spec?.containers[0] ?? {};
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}

function gpuNode(name: string): NodeOptions {
  return {
    name,
    extended: { [GPU]: '4' },
    labels: { 'substratus.ai/gpu': 'nvidia-l4' },
    taints: [{ key: GPU, value: 'present', effect: 'NoSchedule' }],
  };
}
