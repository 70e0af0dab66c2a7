/** Servers on many nodes, whose groups the real controller of LeaderWorkerSet makes and rolls. */
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { PlatformSpec } from '../../src/api/platform';
import type { Resource } from '../../src/api/resource';
import { expand } from '../../src/expand';
import type { Inputs } from '../../src/expand';
import type { LiveObject } from '../../src/reconciler/kube/types';
import { findAssets } from '../cluster/assets';
import { startCluster } from '../cluster/cluster';
import type { Cluster } from '../cluster/cluster';
import { ReconcilerProgram } from '../cluster/program';
import { applyDefinitions } from '../cluster/reconciler/definitions';
import { gpuNodes } from '../cluster/reconciler/gpu-nodes';
import { model, PLATFORM, server, Stage } from '../cluster/reconciler/stage';
import { startLws } from './lws/controller';
import { findLws } from './lws/programs';
import type { LwsPrograms } from './lws/programs';

const LWS: PlatformSpec = { ...PLATFORM, leaderWorkerSet: {} };
const INDEX = 'leaderworkerset.sigs.k8s.io/worker-index';
/** As many as two groups take, and no more: a third would have no place. */
const NODES = 4;

type Group = LiveObject & {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number; readonly hpaPodSelector?: string };
};

class GroupStage extends Stage {
  private controller?: Promise<unknown>;
  public readonly servers: Resource[] = [];

  constructor(clusterOf: () => Cluster, private readonly programs: LwsPrograms) {
    super(clusterOf);
  }

  protected override async prepare(): Promise<void> {
    await applyDefinitions(this.cluster);
    const [node] = gpuNodes(PLATFORM);
    const extended = { 'nvidia.com/gpu': '8' };
    await Promise.all(Array.from({ length: NODES }, (_, index) => this.cluster.createNode({ ...node, extended, name: `gpu-${index}` })));
    this.program = await ReconcilerProgram.start(this.cluster, { platform: LWS });
  }

  public async startController(): Promise<void> {
    this.controller ??= startLws(this.cluster, this.programs);
    await this.controller;
  }

  public async large(spec: object = {}): Promise<Resource> {
    await this.startController();
    return this.declared(spec);
  }

  /** A Server of a published model, each replica of which takes all GPUs of two nodes. */
  public async declared(spec: object = {}): Promise<Resource> {
    const namespace = await this.namespace();
    const resource = large(namespace, spec);
    await this.published(model(namespace, 'opt'));
    await this.apply(resource);
    this.servers.push(resource);
    return resource;
  }

  /** Its LeaderWorkerSet, once it is there. */
  public group({ metadata: { namespace } }: Resource): Promise<Group> {
    const reference = { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet', namespace, name: 'chat-group' };
    return this.until('there is a LeaderWorkerSet', () => this.client.find<Group>(reference));
  }

  public async podsOf(resource: Resource): Promise<Pod[]> {
    return (await this.pods(resource) as unknown as Pod[]).sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  }

  /** Frees the nodes for the next test. */
  public async tidyUp(): Promise<void> {
    for (const resource of this.servers.splice(0)) {
      const { apiVersion, kind, metadata: { name, namespace } } = resource;
      await this.client.delete({ apiVersion, kind, name, namespace });
      await this.until('its pods are gone', async () => (await this.podsOf(resource)).length === 0);
    }
  }
}

function large(namespace: string, spec: object = {}): Resource {
  const own = { image: undefined, runtime: { name: 'vllm' }, nodes: 2, resources: { gpu: { type: 'nvidia-l4', count: 8 } }, access: 'download' };
  return server(namespace, 'chat', { ...own, terminationGracePeriod: '2s', ...spec });
}

function nameOf({ metadata }: Pod): string {
  return metadata?.name ?? '';
}

function isReady({ metadata, status }: Pod): boolean {
  return metadata?.deletionTimestamp === undefined && (status?.conditions ?? []).some(({ type, status: holds }) => type === 'Ready' && holds === 'True');
}

const [ASSETS, PROGRAMS] = [findAssets(), findLws()];
(ASSETS && PROGRAMS ? describe : describe.skip)('a Server on many nodes', () => {
  let cluster: Cluster | undefined;
  let stage: GroupStage;

  beforeAll(async () => {
    if (!ASSETS || !PROGRAMS) return;
    cluster = await startCluster({ assets: ASSETS, hasEndpoints: true });
    stage = new GroupStage(() => cluster as Cluster, PROGRAMS);
    await stage.open();
  });

  afterEach(() => stage?.tidyUp());

  afterAll(async () => {
    await stage?.close();
    await cluster?.stop();
  });

  test('without the definition of LeaderWorkerSet is Stalled, with the line that installs it, and goes on when it is there', async () => {
    const chat = await stage.declared();
    expect(await stage.reason(chat, 'LwsMissing')).toMatchObject({
      status: 'False',
      message: expect.stringMatching(/^the cluster has no LeaderWorkerSet, which a Server on many nodes needs; install LeaderWorkerSet: helm upgrade --install lws oci:\/\/registry/) as string,
    });
    await stage.startController();
    await stage.ready(chat);
  });

  test('is a leader and a worker on two nodes, who know of each other, and the leader alone answers', async () => {
    const chat = await stage.large();
    await stage.ready(chat);
    const [leader, worker, ...others] = await stage.podsOf(chat);
    expect([leader, worker].map((pod) => pod && nameOf(pod))).toEqual(['chat-group-0', 'chat-group-0-1']);
    expect(others).toEqual([]);
    expect(leader?.spec?.nodeName).not.toBe(worker?.spec?.nodeName);
    const { namespace } = chat.metadata;
    for (const [index, pod] of [leader, worker].entries()) {
      const [container] = pod?.spec?.containers ?? [];
      expect(container?.env).toEqual(expect.arrayContaining([
        { name: 'LWS_LEADER_ADDRESS', value: `chat-group-0.chat-group.${namespace}` }, { name: 'LWS_GROUP_SIZE', value: '2' }, { name: 'LWS_WORKER_INDEX', value: String(index) },
      ]));
      expect(container?.args?.includes('--headless')).toBe(index === 1);
      expect(pod?.metadata?.labels?.[INDEX]).toBe(String(index));
    }
    const slices = await stage.until('the Service has endpoints', async () => {
      const found = await stage.client.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace, labels: { 'kubernetes.io/service-name': 'chat-server' } }) as unknown as EndpointSlice[];
      return found.some(({ endpoints }) => (endpoints ?? []).length > 0) && found;
    });
    expect(slices.flatMap(({ endpoints }) => endpoints ?? []).map(({ targetRef }) => targetRef?.name)).toEqual(['chat-group-0']);
    expect((await stage.get(chat)).status).toMatchObject({ replicas: 1, selector: 'role=run,server=chat' });
  });

  test('is as it was written once the webhooks have seen it: nothing is written again', async () => {
    const chat = await stage.large();
    await stage.ready(chat);
    const before = await stage.group(chat);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const after = await stage.group(chat);
    expect([after.metadata.generation, after.metadata.uid]).toEqual([1, before.metadata.uid]);
    expect(Object.keys(await stage.events(chat))).not.toContain('Repaired');
  });

  test('rolls one group after the other where there is no room for a third, and one answers at all times', async () => {
    const chat = await stage.large({ replicas: 2 });
    await stage.until('both groups answer', async () => (await stage.group(chat)).status?.readyReplicas === 2);
    const before = (await stage.podsOf(chat)).map(({ metadata }) => metadata?.uid);
    await stage.apply(large(chat.metadata.namespace ?? '', { replicas: 2, env: { REVISION: '2' } }));
    const answering: number[] = [];
    const groups: number[] = [];
    await stage.until('all pods are of the new revision', async () => {
      const pods = await stage.podsOf(chat);
      const leaders = pods.filter(({ metadata }) => metadata?.labels?.role === 'run');
      answering.push(leaders.filter(isReady).length);
      groups.push(leaders.length);
      return pods.length === 4 && pods.every((pod) => isReady(pod) && !before.includes(pod.metadata?.uid)
        && pod.spec?.containers[0]?.env?.some(({ name, value }) => name === 'REVISION' && value === '2'));
    });
    expect(Math.min(...answering)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...groups)).toBe(2);
    await stage.reason(chat, 'Serving');
  });

  test('with surge has the new group beside the old one, and is never without', async () => {
    const chat = await stage.large({ surge: true });
    await stage.ready(chat);
    const answering: number[] = [];
    await stage.apply(large(chat.metadata.namespace ?? '', { surge: true, env: { REVISION: '2' } }));
    await stage.until('the group is of the new revision, and alone', async () => {
      const pods = await stage.podsOf(chat);
      answering.push(pods.filter((pod) => pod.metadata?.labels?.role === 'run' && isReady(pod)).length);
      return pods.length === 2 && pods.every((pod) => isReady(pod) && pod.spec?.containers[0]?.env?.some(({ value }) => value === '2'));
    });
    expect(Math.min(...answering)).toBeGreaterThanOrEqual(1);
  });

  test('a worker that ends takes its group with it, which starts again as a whole', async () => {
    const chat = await stage.large();
    await stage.ready(chat);
    const before = await stage.podsOf(chat);
    await stage.cluster.kubelet.end({ namespace: chat.metadata.namespace ?? '', name: 'chat-group-0-1' }, { outcome: 'fail' });
    await stage.until('leader and worker are others', async () => {
      const pods = await stage.podsOf(chat);
      return pods.length === 2 && pods.every((pod) => isReady(pod) && !before.some(({ metadata }) => metadata?.uid === pod.metadata?.uid));
    });
    await stage.reason(chat, 'Serving');
  });

  test('suspended it has no pod; it goes on as it was', async () => {
    const chat = await stage.large();
    await stage.ready(chat);
    await stage.apply(large(chat.metadata.namespace ?? '', { suspend: true }));
    await stage.reason(chat, 'Suspended');
    await stage.until('its pods are gone', async () => (await stage.podsOf(chat)).length === 0);
    await stage.apply(large(chat.metadata.namespace ?? '', { suspend: false }));
    await stage.reason(chat, 'Serving');
    expect(await stage.podsOf(chat)).toHaveLength(2);
  });

  test('is scaled in groups by the real HorizontalPodAutoscaler, whose number stays', async () => {
    const chat = await stage.large({ autoscaling: { min: 2, max: 2, cpu: 70 } });
    await stage.until('both groups answer', async () => (await stage.group(chat)).status?.readyReplicas === 2);
    const { namespace } = chat.metadata;
    const { status } = await stage.client.get<HorizontalPodAutoscaler>({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', namespace, name: 'chat-server' });
    expect(status?.conditions?.find(({ type }) => type === 'AbleToScale')).toMatchObject({ status: 'True' });
    await stage.apply(large(namespace ?? '', { autoscaling: { min: 1, max: 1, cpu: 70 } }));
    await stage.until('one group is left', async () => (await stage.group(chat)).spec.replicas === 1 && (await stage.podsOf(chat)).length === 2);
    await stage.reason(chat, 'Serving');
  });

  test('from one node to many and back: the Service keeps its name and its selector, and what ran before goes', async () => {
    const chat = await stage.large({ nodes: 1 });
    await stage.ready(chat);
    const { namespace = '' } = chat.metadata;
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace, name: 'chat-group' } };
    const selectorOf = async () => (await stage.client.get<Service>({ apiVersion: 'v1', kind: 'Service', namespace, name: 'chat-server' })).spec?.selector;
    const before = await selectorOf();
    await stage.apply(large(namespace));
    await stage.until('there is a group, and no Deployment', async () => (await stage.children(chat, 'Deployment')).length === 0 && (await stage.podsOf(chat)).length === 2);
    await stage.reason(chat, 'Serving');
    expect([await selectorOf(), await stage.find(policy)]).toEqual([before, expect.objectContaining({ kind: 'NetworkPolicy' })]);
    await stage.apply(large(namespace, { nodes: 1 }));
    await stage.until('there is a pod of a Deployment, and no group', async () => {
      const pods = await stage.podsOf(chat);
      return pods.length === 1 && !nameOf(pods[0] as Pod).startsWith('chat-group') && await stage.find(policy) === undefined;
    });
    await stage.reason(chat, 'Serving');
  });

  test('what runs without the reconciler is taken over as it is, and no pod restarts', async () => {
    await stage.startController();
    const namespace = await stage.namespace();
    const opt = await stage.published(model(namespace, 'opt'));
    const { url = '', recipeDigest = '' } = (opt.status?.artifact ?? {}) as { readonly url?: string; readonly recipeDigest?: string };
    const inputs: Inputs = { model: { kind: 'Model', name: 'opt', namespace, recipeDigest, url } };
    const chat = large(namespace);
    for (const { object } of expand(chat, { platform: LWS, inputs })) {
      if (object.kind !== 'Job') await stage.client.apply(object as Parameters<typeof stage.client.apply>[0]);
    }
    await stage.until('it answers', async () => (await stage.group(chat)).status?.readyReplicas === 1);
    const before = [(await stage.group(chat)).metadata.uid, ...(await stage.podsOf(chat)).map(({ metadata }) => metadata?.uid)];
    await stage.apply(chat);
    stage.servers.push(chat);
    await stage.ready(chat);
    const group = await stage.group(chat);
    expect(group.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Server chat']);
    expect([group.metadata.uid, ...(await stage.podsOf(chat)).map(({ metadata }) => metadata?.uid)]).toEqual(before);
  });
});
