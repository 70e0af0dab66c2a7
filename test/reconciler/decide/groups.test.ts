/** Servers whose replicas span many nodes. */
import type { ServerResource, ServerSpec } from '../../../src/api/resource';
import type { LiveObject } from '../../../src/reconciler/kube/types';
import { fingerprintOf } from '../../../src/reconciler/observe/fingerprint';
import type { DeploymentState } from '../../../src/reconciler/observe/observed';
import { observeChild } from '../../../src/reconciler/observe/observed';
import { model, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

const PLATFORM = platformOf('gcp', { leaderWorkerSet: {}, gpuPools: [{ name: 'h100', gpu: 'nvidia-h100', gpusPerNode: 8 }] });
const LARGE: ServerSpec = { image: undefined, runtime: { name: 'vllm' }, nodes: 2, resources: { gpu: { type: 'nvidia-h100', count: 8 } } };

interface Scene {
  readonly cluster: World;
  readonly chat: ServerResource;
}

function serving(spec: ServerSpec = LARGE): Scene {
  const cluster = new World(PLATFORM);
  const opt = cluster.add(model());
  const chat = cluster.add(server(spec));
  cluster.publish(opt);
  return { cluster, chat };
}

/** As LeaderWorkerSet, or the controller of Deployments, says. */
function say({ cluster, chat }: Scene, state: Partial<DeploymentState>, kind = 'LeaderWorkerSet'): void {
  const child = cluster.child(chat, kind);
  cluster.update(child, { deployment: { ...child.deployment, isObserved: true, ...state } as DeploymentState });
  cluster.settle();
}

const UP = { current: 1, updated: 1, available: 1 };
const workloads = (cluster: World, chat: ServerResource) => cluster.roles(chat).filter((role) => /Deployment|LeaderWorkerSet/.test(role));

test('before its model is Ready it has its Service and its policy, and nothing that costs', () => {
  const cluster = new World(PLATFORM);
  cluster.add(model());
  const chat = cluster.add(server(LARGE));
  cluster.settle();
  expect(cluster.roles(chat)).toEqual(['ConfigMap params', 'NetworkPolicy run', 'PodDisruptionBudget run', 'Service run']);
});

test('is Ready when a group answers, and says how many do', () => {
  const { cluster, chat } = serving({ ...LARGE, replicas: 2 });
  expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'Starting' });
  say({ cluster, chat }, { current: 2, updated: 2, available: 1 });
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'RollingOut', message: 'rolling out, while 1 of 2 replicas answer' });
  say({ cluster, chat }, { current: 2, updated: 2, available: 2 });
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Serving', message: '2 replicas answer at http://chat-server.team-a:8080' });
  expect(cluster.get(chat).status).toMatchObject({ replicas: 2, selector: 'role=run,server=chat' });
});

test('a worker that finds no node is told, as its leader would be', () => {
  const { cluster, chat } = serving();
  cluster.pod(chat, cluster.child(chat, 'LeaderWorkerSet'), {
    role: 'worker', isScheduled: false, phase: 'Pending', trouble: { reason: 'Unschedulable', message: 'no node for the pod yet: 0/3', isStuck: false },
  });
  cluster.settle();
  expect(cluster.ready(chat)).toMatchObject({ reason: 'Unschedulable', message: 'starting, 0 of 1 replicas answers: no node for the pod yet: 0/3' });
});

test('what the controller says is read as that of a Deployment is', () => {
  const status = { observedGeneration: 3, replicas: 2, readyReplicas: 1, updatedReplicas: 2, conditions: [{ type: 'Progressing', status: 'False' }] };
  const live = { metadata: { name: 'chat-group', uid: '1', resourceVersion: '1', generation: 3 }, spec: { replicas: 2 }, status } as unknown as LiveObject;
  expect(observeChild(live, 'LeaderWorkerSet').deployment)
    .toEqual({ replicas: 2, ownsReplicas: false, current: 2, updated: 2, available: 1, isObserved: true });
});

test('its templates are told apart from the rest, so that another number of groups restarts nothing', () => {
  const of = (spec: object) => fingerprintOf({ apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet', metadata: { name: 'a' }, spec });
  const leaderWorkerTemplate = { size: 2, workerTemplate: { spec: { containers: [{ name: 'serve', image: 'a' }] } } };
  const [one, two] = [1, 2].map((replicas) => of({ replicas, leaderWorkerTemplate }));
  const other = of({ replicas: 1, leaderWorkerTemplate: { ...leaderWorkerTemplate, size: 3 } });
  expect(one?.template).toBe(two?.template);
  expect(one?.rest).not.toBe(two?.rest);
  expect(one?.template).not.toBe(other.template);
});

test('suspended it runs no group, and its pods stay as they were declared', () => {
  const { cluster, chat } = serving();
  say({ cluster, chat }, UP);
  cluster.change(chat, { spec: { suspend: true } });
  cluster.settle();
  expect(cluster.child(chat, 'LeaderWorkerSet').deployment).toMatchObject({ replicas: 0 });
  expect(cluster.ready(chat).reason).toBe('Suspended');
});

describe('from one node to many', () => {
  const one: ServerSpec = { ...LARGE, nodes: 1 };

  test('the Deployment serves until the groups are there, and makes way then, for its GPUs are needed', () => {
    const { cluster, chat } = serving(one);
    say({ cluster, chat }, UP, 'Deployment');
    cluster.change(chat, { spec: { nodes: 2 } });
    cluster.look(chat);
    expect(workloads(cluster, chat)).toEqual(['Deployment run', 'LeaderWorkerSet run']);
    cluster.settle();
    expect(workloads(cluster, chat)).toEqual(['LeaderWorkerSet run']);
    expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'Starting' });
  });

  test('with surge it serves until a group answers', () => {
    const { cluster, chat } = serving(one);
    say({ cluster, chat }, UP, 'Deployment');
    cluster.change(chat, { spec: { nodes: 2, surge: true } });
    cluster.settle();
    expect(workloads(cluster, chat)).toEqual(['Deployment run', 'LeaderWorkerSet run']);
    expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'RollingOut' });
    say({ cluster, chat }, UP);
    expect(workloads(cluster, chat)).toEqual(['LeaderWorkerSet run']);
    expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Serving' });
  });

  test('and back, where the group goes when the Deployment answers, and with it the policy among its pods', () => {
    const { cluster, chat } = serving();
    say({ cluster, chat }, UP);
    cluster.change(chat, { spec: { nodes: 1 } });
    cluster.settle();
    expect(workloads(cluster, chat)).toEqual(['Deployment run', 'LeaderWorkerSet run']);
    say({ cluster, chat }, UP, 'Deployment');
    expect(cluster.roles(chat)).toEqual(['ConfigMap params', 'Deployment run', 'PodDisruptionBudget run', 'Service run']);
  });

  test('it goes on while the model of the next revision is made, and stops at once when it is suspended', () => {
    const { cluster, chat } = serving(one);
    say({ cluster, chat }, UP, 'Deployment');
    cluster.add(model({ params: { size: 2 } }, 'next'));
    cluster.change(chat, { spec: { nodes: 2, model: { name: 'next' } } });
    cluster.settle();
    expect(workloads(cluster, chat)).toEqual(['Deployment run']);
    expect(cluster.ready(chat).status).toBe('True');
    cluster.change(chat, { spec: { suspend: true } });
    cluster.settle();
    expect(workloads(cluster, chat)).toEqual([]);
  });
});
