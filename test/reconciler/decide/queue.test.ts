import type { PlatformSpec } from '../../../src/api/platform';
import type { ModelResource } from '../../../src/api/resource';
import type { RequestState } from '../../../src/reconciler/observe/request';
import { model, platformOf } from '../../expand/fixtures';
import { World } from '../world';

const PLATFORM = platformOf('gcp', { gpuPools: [{ name: 'h100', gpu: 'nvidia-h100', gpusPerNode: 8, capacity: 'queued' }] });
const H100 = { resources: { gpu: { type: 'nvidia-h100', count: 8 } } };
const NO_NODE = {
  phase: 'Pending', isScheduled: false, trouble: { reason: 'Unschedulable', message: 'no node for the pod yet: 0/3 nodes', isStuck: false },
} as const;
const REQUEST = 'ProvisioningRequest request';

interface Scene {
  readonly cluster: World;
  readonly opt: ModelResource;
  /** What the autoscaler says of the request. */
  readonly says: (state: RequestState['state'], message?: string) => void;
  readonly name: () => string;
}

/** A run whose pod waits for its node. */
function waiting(platform: PlatformSpec = PLATFORM): Scene {
  const cluster = new World(platform);
  const opt = cluster.add(model(H100));
  cluster.settle();
  cluster.end(opt, 'check', { message: '{"published":false}' });
  cluster.settle();
  cluster.pod(opt, cluster.child(opt, 'Job', 'run'), NO_NODE);
  cluster.settle();
  const request = () => cluster.child(opt, 'ProvisioningRequest');
  return {
    cluster, opt,
    says: (state, message = '') => {
      cluster.update(request(), { request: { state, message } });
      cluster.settle();
    },
    name: () => request().metadata.name,
  };
}

/** The pod gets a node. */
function start({ cluster, opt }: Scene): void {
  cluster.forgetPods(opt, 'run');
  cluster.pod(opt, cluster.child(opt, 'Job', 'run'));
  cluster.settle();
}

test('it waits in the queue, and the status has the words of the autoscaler', () => {
  const scene = waiting();
  expect(scene.cluster.roles(scene.opt)).toEqual([
    'ConfigMap params', 'Job check', 'Job run', 'PersistentVolumeClaim staging', 'PodTemplate request', REQUEST,
  ]);
  scene.says('waiting', 'Waiting for resources. Currently there are not enough resources available to fulfill the request.');
  expect(scene.cluster.ready(scene.opt)).toMatchObject({
    status: 'False', reason: 'Queued',
    message: 'running: waiting in the queue for its nodes: Waiting for resources. Currently there are not enough resources available to fulfill the request.',
  });
  expect(scene.cluster.condition(scene.opt, 'Stalled')).toBeUndefined();
});

test('with its nodes it runs, and the request stays as it is until the run is over', () => {
  const scene = waiting();
  scene.says('provisioned');
  start(scene);
  scene.says('expired', 'the nodes are candidates for scale down');
  const { cluster, opt } = scene;
  expect([cluster.ready(opt).reason, cluster.roles(opt).includes(REQUEST)]).toEqual(['Running', true]);
  cluster.end(opt, 'run', { imageDigest: `sha256:${'a'.repeat(64)}` });
  cluster.settle();
  expect(cluster.roles(opt).filter((role) => role.endsWith('request'))).toEqual([]);
});

test('a request that is gone is made again for a run that waits, and not for one that has its nodes', () => {
  const waits = waiting();
  const name = waits.name();
  waits.cluster.remove(waits.cluster.child(waits.opt, 'ProvisioningRequest'));
  waits.cluster.settle();
  expect(waits.name()).toBe(name);
  const runs = waiting();
  runs.says('provisioned');
  start(runs);
  runs.cluster.remove(runs.cluster.child(runs.opt, 'ProvisioningRequest'));
  runs.cluster.settle();
  expect(runs.cluster.roles(runs.opt)).not.toContain(REQUEST);
});

test('a pod that has found a node elsewhere leaves no request that would bring another', () => {
  const scene = waiting();
  start(scene);
  expect(scene.cluster.roles(scene.opt)).not.toContain(REQUEST);
});

test('a request that is refused takes a person, and is made again after ten minutes', () => {
  const scene = waiting();
  const { cluster, opt } = scene;
  const { uid, name } = cluster.child(opt, 'ProvisioningRequest').metadata;
  cluster.waitedMs = 0;
  scene.says('failed', 'quota exceeded');
  expect(cluster.condition(opt, 'Stalled')).toMatchObject({ status: 'True', reason: 'CapacityRefused' });
  expect(cluster.ready(opt).message).toBe(
    `running: ProvisioningRequest ${name} was refused: quota exceeded; look at the quota of the GPU, and at maxNodes and zones of the pool. It is `
    + 'made again every 10 minutes, and at once if you delete it');
  expect(cluster.decide(opt).lookAgainMs).toBe(600_000);
  cluster.waitedMs = 600_000;
  cluster.settle();
  const again = cluster.child(opt, 'ProvisioningRequest').metadata;
  expect([again.name, again.uid === uid, cluster.ready(opt).reason]).toEqual([name, false, 'Queued']);
});

test.each(['expired', 'revoked'] as const)('a request that has %s is made again once its pod has looked for a node for a minute', (state) => {
  const scene = waiting();
  const { cluster, opt } = scene;
  const { uid, name } = cluster.child(opt, 'ProvisioningRequest').metadata;
  cluster.waitedMs = 0;
  scene.says(state);
  expect([cluster.child(opt, 'ProvisioningRequest').metadata.uid, cluster.decide(opt).lookAgainMs]).toEqual([uid, 60_000]);
  expect(cluster.ready(opt)).toMatchObject({ reason: 'Queued', message: expect.stringContaining('it asks for others') as string });
  cluster.waitedMs = 60_000;
  cluster.settle();
  const again = cluster.child(opt, 'ProvisioningRequest').metadata;
  expect([again.name, again.uid === uid]).toEqual([name, false]);
});

test('between two attempts nothing is asked for: the nodes of the first are there for the second', () => {
  const scene = waiting();
  scene.says('provisioned');
  const { cluster, opt } = scene;
  cluster.forgetPods(opt, 'run');
  cluster.pod(opt, cluster.child(opt, 'Job', 'run'), { phase: 'Failed', ending: { container: 'model', exitCode: 1 } });
  const { uid } = cluster.child(opt, 'ProvisioningRequest').metadata;
  scene.says('expired');
  expect(cluster.child(opt, 'ProvisioningRequest').metadata.uid).toBe(uid);
});

test('suspended it asks for nothing, and resumed for the same again', () => {
  const scene = waiting();
  const { cluster, opt } = scene;
  const name = scene.name();
  cluster.change(opt, { spec: { suspend: true } });
  cluster.settle();
  expect(cluster.roles(opt).filter((role) => role.endsWith('request'))).toEqual([]);
  cluster.forgetPods(opt, 'run');
  cluster.change(opt, { spec: { suspend: false } });
  cluster.settle();
  expect(scene.name()).toBe(name);
});

test('a run that has failed leaves no request, and its retry makes another', () => {
  const scene = waiting();
  const { cluster, opt } = scene;
  const name = scene.name();
  scene.says('provisioned');
  cluster.end(opt, 'run', { exitCode: 3 });
  cluster.settle();
  expect([cluster.ready(opt).reason, cluster.roles(opt).includes(REQUEST)]).toEqual(['RunFailed', false]);
  cluster.change(opt, { annotations: { 'substratus.ai/retry': 'now' } });
  cluster.settle();
  const run = cluster.child(opt, 'Job', 'run');
  expect([run.job?.request, scene.name()]).toEqual([scene.name(), expect.not.stringMatching(name)]);
});

test('an edit while it waits replaces the run and its request, and nothing is left of the former', () => {
  const scene = waiting();
  const { cluster, opt } = scene;
  const name = scene.name();
  cluster.change(opt, { spec: { resources: { ...H100.resources, memory: '300Gi' } } });
  cluster.settle();
  expect(cluster.roles(opt).filter((role) => role.endsWith('request') || role === 'Job run')).toEqual(['Job run', 'PodTemplate request', REQUEST]);
  expect([scene.name() === name, cluster.child(opt, 'Job', 'run').job?.request]).toEqual([false, scene.name()]);
});

test('another version of the library changes nothing of a run that waits: its pods know the request by its name', () => {
  const scene = waiting();
  const { cluster, opt } = scene;
  const name = scene.name();
  cluster.platform = { ...PLATFORM, podDefaults: { labels: { team: 'ml' } } };
  cluster.remove(cluster.child(opt, 'ProvisioningRequest'));
  cluster.remove(cluster.child(opt, 'PodTemplate'));
  cluster.settle();
  expect([scene.name(), cluster.child(opt, 'Job', 'run').job?.request]).toEqual([name, name]);
  const written = cluster.objects.get(`ProvisioningRequest/${name}`) as { spec?: { podSets: { podTemplateRef: { name: string } }[] } };
  expect(written.spec?.podSets[0]?.podTemplateRef.name).toBe(name);
});

test('on nodes that come for a pod nothing is asked for any more', () => {
  const scene = waiting();
  const { cluster, opt } = scene;
  cluster.change(opt, { spec: { resources: { ...H100.resources, capacity: 'spot' } } });
  cluster.platform = { ...PLATFORM, gpuPools: [...PLATFORM.gpuPools ?? [], { name: 'spot', gpu: 'nvidia-h100', gpusPerNode: 8, capacity: 'spot' }] };
  cluster.settle();
  expect(cluster.roles(opt).filter((role) => role.endsWith('request'))).toEqual([]);
  expect(cluster.child(opt, 'Job', 'run').job?.request).toBeUndefined();
});
