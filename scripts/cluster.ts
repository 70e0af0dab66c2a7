/**
 * `npm run cluster`: a Kubernetes cluster on this machine, without containers (test/cluster): the definitions of the kinds, nodes with
 * and without GPUs, and the reconciler. With `--node real` its pods run, on a node of its own (test/node). It lasts until Ctrl-C.
 */
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import type { Assets } from '../test/cluster/assets';
import { assetsOrThrow, endOf, interruption, withLocalCluster } from './local-cluster';
import type { LocalCluster } from './local-cluster';
import { NAMESPACE, synthesizeQuickstart } from './quickstart';
import { usageOfRealNode, withRealNode } from './real-node';

const ROOT = path.join(__dirname, '..');
const DIST = 'dist/quickstart/local';

async function main(): Promise<void> {
  const start = Date.now();
  const say = (line: string): void => console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const assets = assetsOrThrow();
  const isReal = asksForRealNode();
  const { system, team } = synthesizeQuickstart(path.join(ROOT, DIST));
  if (isReal) {
    await withRealNode({ assets, system, say }, async (cluster) => {
      say('ready\n');
      console.log(usageOfRealNode(cluster, assets));
      await interruption();
      console.log();
      say('stopping');
    });
    return say('stopped: no process, no mount, no network and no file of it is left');
  }
  await withLocalCluster({ assets, system, say }, async (local) => {
    say('ready\n');
    console.log(usage(local, { assets, team: path.relative(ROOT, team) }));
    await Promise.race([interruption(), endOf(local.reconciler)]);
    console.log();
    say('stopping');
  });
  say('stopped: no process and no file of it is left');
}

function asksForRealNode(): boolean {
  const { node = 'simulated' } = parseArgs({ options: { node: { type: 'string' } } }).values;
  if (!['real', 'simulated'].includes(node)) throw new Error(`--node is ${node}; use real or simulated`);
  return node === 'real';
}

interface Started {
  readonly assets: Assets;
  /** The manifest of the quickstart, from the root. */
  readonly team: string;
}

export function usage({ cluster: { kubeconfig, logs } }: LocalCluster, { assets, team }: Started): string {
  return [
    'In another terminal, here:',
    `  export KUBECONFIG=${kubeconfig}`,
    `  alias kubectl='${assets.kubectl.join(' ')}'`,
    '',
    `  kubectl apply -f ${team}    # the quickstart`,
    `  kubectl get datasets,models,servers,notebooks -n ${NAMESPACE}`,
    `  kubectl wait --for=condition=Ready server/chat -n ${NAMESPACE} --timeout=60s`,
    '',
    'Nothing runs in a pod: Jobs succeed and servers are ready by themselves, unless an annotation of the pod says otherwise',
    `(test/cluster/cue.ts). Logs, that of the reconciler among them: ${logs}`,
    'Ctrl-C stops it.',
  ].join('\n');
}

main().catch((error: Error) => {
  console.error(`cluster: ${error.message}`);
  process.exitCode = 1;
});
