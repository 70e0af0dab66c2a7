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

export interface NodeStageOptions {
  /**
   * Images that are there beside those of PROGRAMS.
   *
   * @default - none
   */
  readonly images?: readonly Image[];

  /**
   * The platform that the reconciler is told of.
   *
   * @default - a laptop
   */
  readonly platform?: Platform;

  /**
   * What has to be there before the scenes begin.
   *
   * @default - nothing
   */
  readonly before?: (cluster: NodeCluster) => Promise<void>;
}

export class NodeStage extends Stage {
  constructor(private readonly nodeCluster: () => NodeCluster, private readonly nodeOptions: NodeStageOptions) {
    super(nodeCluster);
  }

  public get cluster(): NodeCluster {
    return this.nodeCluster();
  }

  protected async prepare(): Promise<void> {
    const { platform = Platform.local({ clusterName: 'laptop' }), before } = this.nodeOptions;
    await Promise.all([installReconciler(this.cluster, platform), before?.(this.cluster)]);
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

/** Tests on a stage of their own. */
export function describeOnNodeStage(name: string, tests: (stage: NodeStage) => void, options: NodeStageOptions = {}): void {
  describeOnNode(name, [PROGRAMS, ...options.images ?? []], (cluster) => {
    const stage = new NodeStage(cluster, options);
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
