/** Servers with endpoint pickers beside their replicas. */
import type { ServerSpec } from '../../../src/api/resource';
import type { DeploymentState } from '../../../src/reconciler/observe/observed';
import { model, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

const ROUTED: ServerSpec = { image: undefined, runtime: { name: 'vllm', version: 1 }, replicas: 2, routing: 'prefixAware' };
const EXTENDED = platformOf('local', { inferenceExtension: {} });

function serving(spec: ServerSpec = ROUTED) {
  const cluster = new World(EXTENDED);
  const opt = cluster.add(model());
  const chat = cluster.add(server(spec));
  cluster.publish(opt);
  const state = (role: string, available: number): void => {
    const all: DeploymentState = { replicas: 2, current: 2, updated: 2, available, isObserved: true, ownsReplicas: true };
    cluster.update(cluster.child(chat, 'Deployment', role), { deployment: all });
    cluster.settle();
  };
  return { cluster, chat, state };
}

test('before its model is Ready it has its pool, which shows whether the cluster has the type, and nothing that costs', () => {
  const cluster = new World(EXTENDED);
  cluster.add(model());
  const chat = cluster.add(server(ROUTED));
  cluster.settle();
  expect(cluster.roles(chat)).toEqual([
    'ConfigMap params', 'ConfigMap picker', 'InferencePool picker', 'PodDisruptionBudget picker', 'PodDisruptionBudget run', 'Service picker', 'Service run',
  ]);
});

test('its pool is there before a GPU is taken, and its pickers after', () => {
  const { cluster } = serving();
  const order = ['InferencePool/chat-server', 'Deployment/chat-server', 'Deployment/chat-picker'].map((name) => cluster.written.indexOf(name));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(Math.min(...order)).toBeGreaterThanOrEqual(0);
});

test('its status is that of its replicas; of its pickers it says whether they answer, and waits for none of it', () => {
  const { cluster, chat, state } = serving();
  state('picker', 2);
  expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'Starting' });
  state('run', 2);
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Serving' });
  expect(cluster.condition(chat, 'Routing')).toMatchObject({
    status: 'True', reason: 'PickerReady', message: '2 of 2 endpoint pickers answer, for requests that come through a gateway',
  });
  state('picker', 0);
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Serving' });
  expect(cluster.condition(chat, 'Routing')).toMatchObject({
    status: 'False', reason: 'PickerNotReady',
    message: 'no endpoint picker answers: a gateway that fails open sends requests to any replica, Envoy AI Gateway answers with an error; '
      + 'the Service reaches the replicas all the same; see kubectl describe -n team-a deployment/chat-picker',
  });
});

test('a picker that cannot start is not taken for a replica that cannot', () => {
  const { cluster, chat, state } = serving();
  state('run', 1);
  cluster.pod(chat, cluster.child(chat, 'Deployment', 'picker'), { trouble: { reason: 'ImagePullFailed', message: 'no such image', isStuck: true } });
  cluster.settle();
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'RollingOut' });
});

test('pool and pickers go when they are not wanted any more, and the replicas stay as they are', () => {
  const { cluster, chat, state } = serving();
  state('run', 2);
  state('picker', 2);
  const template = cluster.child(chat, 'Deployment', 'run').applied?.template;
  cluster.change(chat, { spec: { routing: undefined } });
  cluster.settle();
  state('run', 2);
  expect(cluster.roles(chat)).toEqual(['ConfigMap params', 'Deployment run', 'PodDisruptionBudget run', 'Service run']);
  expect(cluster.child(chat, 'Deployment', 'run').applied?.template).toBe(template);
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Serving' });
});

test('suspended, it runs no picker', () => {
  const { cluster, chat } = serving();
  cluster.change(chat, { spec: { suspend: true } });
  cluster.settle();
  expect(cluster.objects.get('Deployment/chat-picker')).toMatchObject({ spec: { replicas: 0 } });
  expect(cluster.ready(chat).reason).toBe('Suspended');
});
