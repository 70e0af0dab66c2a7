/** A cluster on this machine whose pods run (test/node), and in it the reconciler as its construct declares it. */
import { RECONCILER } from '../src/api/reconciler';
import type { Assets } from '../test/cluster/assets';
import type { Image } from '../test/node/images/image';
import { LIGHT_IMAGES, PAUSE } from '../test/node/images/light';
import { startNodeCluster } from '../test/node/node-cluster';
import type { NodeCluster } from '../test/node/node-cluster';
import { findNodePrograms } from '../test/node/programs';
import { ensureNode } from './ensure-node';
import type { LocalClusterOptions } from './local-cluster';

const NAMESPACE = 'substratus';

export interface RealNodeOptions extends LocalClusterOptions {
  /**
   * The images that can be pulled: assembled here, and offered in place of all registries.
   *
   * @default - those of their registries, as this machine reaches them
   */
  readonly offers?: readonly Image[];
}

/** Starts it, lets `use` have it, and stops it. */
export async function withRealNode(options: RealNodeOptions, use: (cluster: NodeCluster) => Promise<void>): Promise<void> {
  const { assets, system, say, offers } = options;
  const reason = await ensureNode();
  const programs = findNodePrograms();
  if (reason ?? typeof programs === 'string') throw new Error(`${reason ?? String(programs)}; leave out --node real for nodes that run nothing`);
  if (typeof programs === 'string') return;
  say('starting the control plane, and a node: containerd, kubelet, kube-proxy, CoreDNS');
  const cluster = await startNodeCluster({ assets, programs, images: LIGHT_IMAGES, pulls: !offers });
  try {
    for (const image of offers ?? []) await cluster.registry.offer(image);
    say('applying the definitions of the kinds, and the reconciler');
    await cluster.kubectl('apply', '-f', system);
    await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
    say(`waiting for its Deployment, ${NAMESPACE}/${RECONCILER}`);
    await cluster.kubectl('rollout', 'status', `deployment/${RECONCILER}`, '--namespace', NAMESPACE, '--timeout=120s');
    await use(cluster);
  } finally {
    await cluster.stop();
  }
}

export function usageOfRealNode({ kubeconfig, logs, network }: NodeCluster, assets: Assets): string {
  const standIns = LIGHT_IMAGES.map(({ name }) => name).filter((name) => name !== PAUSE);
  return [
    'In another terminal:',
    `  export KUBECONFIG=${kubeconfig}`,
    `  alias kubectl='${assets.kubectl.join(' ')}'`,
    '',
    `Pods run. Pods and Services (${network.all}) are reached from this machine by their addresses; pods reach nothing outside the cluster.`,
    'These images are stand-ins, assembled here of what npm, PyPI and this machine have; all others are pulled from their registries:',
    ...standIns.map((name) => `  ${name}`),
    '',
    `Logs of the programs of the cluster: ${logs}`,
    'Ctrl-C stops it.',
  ].join('\n');
}
