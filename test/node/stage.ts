/** A node with the reconciler in it, installed as a user installs it, and scenes that play there at the same time. */
import { Platform, Reconciler } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import type { Kind, Metadata, Resource } from '../../src/api/resource';
import { resourceOf, Stage } from '../cluster/reconciler/stage';
import { describeOnNode } from './describe';
import type { Image } from './images/image';
import { PROGRAMS } from './images/programs';
import type { NodeCluster } from './node-cluster';

const RECONCILER_NAMESPACE = 'substratus';

/** On the node: where a local platform has its artifacts. */
export const ARTIFACTS = '/var/lib/substratus/artifacts';

export class NodeStage extends Stage {
  constructor(private readonly nodeCluster: () => NodeCluster) {
    super(nodeCluster);
  }

  public get cluster(): NodeCluster {
    return this.nodeCluster();
  }

  protected async prepare(): Promise<void> {
    await installReconciler(this.cluster, Platform.local({ clusterName: 'laptop' }));
  }
}

/** Applies the definitions and the reconciler, for all namespaces, and waits until it leads. */
export async function installReconciler(cluster: NodeCluster, platform: Platform): Promise<void> {
  const app = new App();
  const system = new Chart(app, 'system');
  new Reconciler(system, 'substratus', { platform, clusterWide: true });
  const manifest = cluster.write('system.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: system.toJson() }));
  await cluster.kubectl('apply', '--server-side', '-f', manifest);
  await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s');
  await cluster.kubectl('rollout', 'status', 'deployment', '--namespace', RECONCILER_NAMESPACE, '--timeout=120s');
}

/** Tests on a stage of their own, where `images` are there beside those of PROGRAMS. */
export function describeOnNodeStage(name: string, tests: (stage: NodeStage) => void, images: readonly Image[] = []): void {
  describeOnNode(name, [PROGRAMS, ...images], (cluster) => {
    const stage = new NodeStage(cluster);
    tests(stage);
    beforeAll(() => stage.open());
    afterAll(() => stage.close());
  });
}

/** A resource whose program is a line for the shell, and asks for little: many run at once. */
export function scripted(kind: Kind, metadata: Metadata, { script, ...spec }: ScriptedSpec): Resource {
  const resources = { cpu: '20m', memory: '64Mi', disk: '100Mi' };
  return resourceOf(kind, metadata, { image: PROGRAMS.name, command: ['sh', '-c', script], resources, ...spec });
}

interface ScriptedSpec {
  readonly script: string;
  readonly [field: string]: unknown;
}
