/** A Model whose nodes come up for a ProvisioningRequest, with the rights that the Reconciler has on such a platform. */
import type { ClusterRole } from 'kubernetes-types/rbac/v1';
import { Gpu, Platform } from '../../../../src';
import type { Resource } from '../../../../src/api/resource';
import { find, reconcilerOn } from '../../../constructs/reconciler/reconciler-fixtures';
import { referenceTo } from '../../client';
import { provisioningRequestDefinition } from '../gke-definitions';
import { gpuNodes } from '../gpu-nodes';
import { model } from '../stage';
import type { Live, Stage } from '../stage';

const RBAC = 'rbac.authorization.k8s.io/v1';
const QUEUE_TAINT = { key: 'cloud.google.com/gke-queued', value: 'true', effect: 'NoSchedule' };
const NOT_PUBLISHED = JSON.stringify({ published: false });

function queuedPlatform(): Platform {
  const platform = Platform.gcp({ clusterName: 'stage', bucketName: 'acme' });
  platform.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, queued: true });
  return platform;
}

class Queue {
  constructor(private readonly stage: Stage, private readonly opt: Resource) {}

  /** The request of the run, another than that of this uid. */
  public request(not?: string): Promise<Live> {
    return this.stage.until('there is a request', async () => (await this.list('ProvisioningRequest')).find(({ metadata }) => metadata.uid !== not && !metadata.deletionTimestamp));
  }

  public async list(kind: 'ProvisioningRequest' | 'PodTemplate'): Promise<Live[]> {
    const apiVersion = kind === 'PodTemplate' ? 'v1' : 'autoscaling.x-k8s.io/v1';
    const items = await this.stage.client.list({ apiVersion, kind, namespace: this.opt.metadata.namespace }) as unknown as Live[];
    return items.map((item) => ({ ...item, apiVersion, kind }));
  }

  /** What the autoscaler says. */
  public async say(request: Live, type: string, { status = 'True', message }: { readonly status?: string; readonly message: string }): Promise<void> {
    const condition = { type, status, reason: 'Test', message, lastTransitionTime: '2026-01-01T00:00:00Z' };
    await this.stage.client.patch(referenceTo(request), { status: { conditions: [condition] } }, { subresource: 'status' });
  }
}

/** A reconciler with the rights that the library writes for it, and no others. */
async function reconcilerIn(stage: Stage, namespace: string) {
  const platform = queuedPlatform();
  const { rules } = find<ClusterRole>(reconcilerOn(platform, { clusterWide: true }), 'ClusterRole', 'substratus-reconciler');
  await stage.client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'reconciler' } });
  await stage.client.apply({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: namespace }, rules } as object);
  await stage.client.create({
    apiVersion: RBAC, kind: 'ClusterRoleBinding', metadata: { name: namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: namespace },
    subjects: [{ kind: 'ServiceAccount', namespace, name: 'reconciler' }],
  } as object);
  const kubeconfig = await stage.cluster.kubeconfigOf({ namespace, name: 'reconciler' });
  return stage.reconcilerFor(namespace, { platform: platform._spec, kubeconfig });
}

function nodeOf(stage: Stage) {
  const [node] = gpuNodes(queuedPlatform()._spec);
  if (!node) throw new Error('the platform has no pool');
  return stage.cluster.createNode({ ...node, taints: [...node.taints ?? [], QUEUE_TAINT] });
}

export function queue(stage: Stage): void {
  const life = stage.scene(async () => {
    const namespace = await stage.namespace();
    const program = await reconcilerIn(stage, namespace);
    const opt = model(namespace, 'opt', { resources: { gpu: { type: 'nvidia-h100', count: 8 } } });
    const queued = new Queue(stage, opt);
    stage.cluster.kubelet.cue({ namespace, container: 'check' }, { outcome: 'succeed', message: NOT_PUBLISHED });
    await stage.apply(opt);
    const missing = await stage.reason(opt, 'QueueMissing');
    await stage.client.apply(provisioningRequestDefinition());
    await stage.until('the API server serves requests', () => queued.list('ProvisioningRequest').then(() => true, () => false));
    const first = await queued.request();
    await queued.say(first, 'Provisioned', { status: 'False', message: 'not enough resources yet' });
    const waits = await stage.until('the status has its words', async () => {
      const ready = await stage.reason(opt, 'Queued');
      return ready.message.includes('not enough resources yet') && ready;
    });
    await queued.say(first, 'Failed', { message: 'quota of NVIDIA_H100_GPUS exceeded' });
    const refused = await stage.reason(opt, 'CapacityRefused');
    await stage.client.delete(referenceTo(first));
    const second = await queued.request(first.metadata.uid);
    await stage.reason(opt, 'Queued');
    await queued.say(second, 'BookingExpired', { message: 'nobody came' });
    const third = await queued.request(second.metadata.uid);
    await queued.say(third, 'Provisioned', { message: 'the nodes are there' });
    const [template] = await queued.list('PodTemplate');
    await nodeOf(stage);
    const { status } = await stage.ready(opt);
    const left = await stage.until('nothing is left of the request', async () => {
      const all = [...await queued.list('ProvisioningRequest'), ...await queued.list('PodTemplate')];
      return all.length === 0 && { none: true };
    });
    const [pod] = (await stage.children(opt, 'Job')).filter(({ metadata }) => metadata.labels?.role === 'run');
    await program.stop();
    return { missing, waits, refused, names: [first, second, third].map(({ metadata }) => metadata.name), template, status, left, pod };
  });

  test('without the definition it is Stalled and says so; with it, it waits in the queue with the words of the autoscaler', async () => {
    const { missing, waits } = await life();
    expect(missing.message).toContain('the cluster has no ProvisioningRequest, which queued capacity needs');
    expect(waits.message).toBe('running: waiting in the queue for its nodes: not enough resources yet');
  });

  test('what is refused says why and what to look at; deleted, or expired, it is made again under the name that the pods know', async () => {
    const { refused, names, pod, template } = await life();
    expect(refused.message).toContain(`ProvisioningRequest ${names[0]} was refused: quota of NVIDIA_H100_GPUS exceeded; look at the quota of the GPU`);
    expect(new Set(names).size).toBe(1);
    expect(template?.metadata.name).toBe(names[0]);
    expect(JSON.stringify(pod?.spec)).toContain(`"autoscaling.x-k8s.io/consume-provisioning-request":"${names[0]}"`);
  });

  test('with its node it runs, is published, and leaves no request behind', async () => {
    const { status, left } = await life();
    expect(status).toMatchObject({ ready: true });
    expect(left).toEqual({ none: true });
  });
}
