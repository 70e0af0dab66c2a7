/**
 * `npm run cluster`: a Kubernetes cluster on this machine, without containers (test/cluster): the definitions of the kinds, nodes with
 * and without GPUs, and the reconciler. It lasts until Ctrl-C.
 *
 *   npm run cluster -- path/to/program.js    another program in place of assets/reconciler.js
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { platformOn } from '../examples/platforms';
import { customResourceDefinitions } from '../src/api/crds';
import { canonicalJson } from '../src/api/digest';
import { findAssets } from '../test/cluster/assets';
import type { Assets } from '../test/cluster/assets';
import { startCluster } from '../test/cluster/cluster';
import type { Cluster } from '../test/cluster/cluster';
import type { Component } from '../test/cluster/component';
import type { NodeOptions } from '../test/cluster/nodes';

const RECONCILER = path.join(__dirname, '../assets/reconciler.js');
const GPU = 'nvidia.com/gpu';

const NODES: readonly NodeOptions[] = [
  { name: 'cpu-1' },
  { name: 'gpu-1', extended: { [GPU]: '8' }, labels: { 'substratus.ai/gpu': 'nvidia-l4' }, taints: [{ key: GPU, value: 'present', effect: 'NoSchedule' }] },
];

async function main(): Promise<void> {
  const assets = findAssets();
  if (!assets) throw new Error('the programs of a cluster are not there; see above');
  const asked = process.argv[2];
  if (asked !== undefined && !fs.existsSync(asked)) throw new Error(`${asked} is not there; name a JavaScript file, or none`);
  const cluster = await startCluster({ assets, nodes: NODES });
  const interrupted = new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  try {
    await Promise.all(customResourceDefinitions().map((definition) => cluster.client.apply(definition)));
    const reconciler = startReconciler(cluster, asked ?? RECONCILER);
    console.log(usage(cluster, { assets, reconciler }));
    await interrupted;
    console.log('\nstopping');
    await reconciler?.kill('SIGTERM');
  } finally {
    await cluster.stop();
  }
}

function startReconciler(cluster: Cluster, file: string): Component | undefined {
  if (!fs.existsSync(file)) return undefined;
  const platform = cluster.write('platform.json', canonicalJson(platformOn('local').toJson()));
  const env = { PLATFORM_FILE: platform, POD_NAME: 'reconciler-0', POD_NAMESPACE: 'default', LEADER_ELECT: 'false' };
  return cluster.startProgram('reconciler', { command: [process.execPath, path.resolve(file)], kubeconfig: cluster.kubeconfig, env });
}

interface Started {
  readonly assets: Assets;
  readonly reconciler: Component | undefined;
}

function usage({ kubeconfig, logs }: Cluster, { assets, reconciler }: Started): string {
  return [
    reconciler ? `reconciler: its log is ${reconciler.log}` : 'no reconciler: assets/reconciler.js is not there; `npm run build` makes it',
    `logs: ${logs}`,
    '',
    'In another terminal:',
    `  export KUBECONFIG=${kubeconfig}`,
    `  alias kubectl='${assets.kubectl.join(' ')}'`,
    '  kubectl get nodes',
    '',
    'Nothing runs in a pod: Jobs succeed and servers are ready by themselves (test/cluster/README.md). Ctrl-C stops it.',
  ].join('\n');
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
