/** Servers whose number of replicas follows the demand. */
import type { ServerResource, ServerSpec } from '../../../src/api/resource';
import type { DeploymentState } from '../../../src/reconciler/observe/observed';
import { model, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

const ELASTIC: ServerSpec = { startupTimeout: '10m', autoscaling: { min: 0, max: 4 } };

function serving(spec: ServerSpec = ELASTIC, platform = platformOf('gcp', { keda: {} })) {
  const cluster = new World(platform);
  const opt = cluster.add(model());
  const chat = cluster.add(server(spec));
  cluster.publish(opt);
  return { cluster, opt, chat };
}

/** As KEDA sets it, and the Deployment answers. */
function scale(cluster: World, chat: ServerResource, state: Partial<DeploymentState> & { readonly replicas: number }): void {
  const { replicas } = state;
  const all = { current: replicas, updated: replicas, available: replicas, isObserved: true, ownsReplicas: false };
  cluster.update(cluster.child(chat, 'Deployment'), { deployment: { ...all, ...state } });
  cluster.settle();
}

test('before its model is Ready it has its route, which shows whether the cluster can scale it, and nothing that costs', () => {
  const cluster = new World(platformOf('gcp', { keda: {} }));
  cluster.add(model());
  const chat = cluster.add(server(ELASTIC));
  cluster.settle();
  expect(cluster.roles(chat)).toEqual(['ConfigMap params', 'InterceptorRoute run', 'PodDisruptionBudget run', 'Service run', 'Service run']);
});

test('its route is there before its Deployment, which is there before what scales it', () => {
  const { cluster } = serving();
  const order = ['InterceptorRoute', 'Deployment', 'ScaledObject'].map((kind) => cluster.written.findIndex((name) => name.startsWith(`${kind}/`)));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(Math.min(...order)).toBeGreaterThanOrEqual(0);
});

test('with no replicas it is Ready, for nobody asks; then it wakes, and is there for its clients', () => {
  const { cluster, chat } = serving();
  scale(cluster, chat, { replicas: 1 });
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Serving' });
  scale(cluster, chat, { replicas: 0 });
  expect(cluster.ready(chat)).toMatchObject({
    status: 'True', reason: 'ScaledToZero', message: 'scaled to 0 replicas, as there are no requests; the next one starts a replica',
  });
  scale(cluster, chat, { replicas: 1, available: 0 });
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Waking', message: 'waking for a request, 0 of 1 replicas answers' });
  scale(cluster, chat, { replicas: 1 });
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Serving' });
});

test('that wakes and never comes up is not Ready', () => {
  const { cluster, chat } = serving();
  scale(cluster, chat, { replicas: 1 });
  scale(cluster, chat, { replicas: 0 });
  cluster.pod(chat, cluster.child(chat, 'Deployment'), { trouble: { reason: 'CrashLooping', message: 'out of memory', isStuck: true } });
  scale(cluster, chat, { replicas: 1, available: 0 });
  expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'CrashLooping' });
});

test('that starts for the first time is not Ready', () => {
  const { cluster, chat } = serving();
  scale(cluster, chat, { replicas: 1, available: 0 });
  expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'Starting' });
});

test('a new revision while it sleeps restarts nothing, and is Ready', () => {
  const { cluster, chat } = serving();
  scale(cluster, chat, { replicas: 0 });
  cluster.change(chat, { spec: { args: ['--new'] } });
  cluster.settle();
  const { replicas } = cluster.child(chat, 'Deployment').deployment ?? {};
  scale(cluster, chat, { replicas: 0 });
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'ScaledToZero' });
  expect(replicas).toBeDefined();
});

test('says what the autoscaler says of itself, and waits for none of it', () => {
  const { cluster, chat } = serving();
  scale(cluster, chat, { replicas: 1 });
  cluster.update(cluster.child(chat, 'ScaledObject'), {
    scaler: [
      { type: 'Autoscaling', status: 'False', reason: 'TriggerError', message: 'the scaler is away' },
      { type: 'Active', status: 'Unknown', reason: 'Unknown', message: '' },
    ],
  });
  cluster.settle();
  expect(cluster.condition(chat, 'Autoscaling')).toMatchObject({ status: 'False', reason: 'TriggerError', message: 'the scaler is away' });
  expect(cluster.condition(chat, 'Active')).toMatchObject({ status: 'Unknown' });
  expect(cluster.ready(chat).status).toBe('True');
});

test('one that gets a fixed number of replicas loses its autoscaler first, or the two would fight', () => {
  const { cluster, chat } = serving();
  scale(cluster, chat, { replicas: 0 });
  cluster.change(chat, { spec: { autoscaling: undefined, replicas: 2 } });
  const { inTheWay = [], desired } = cluster.decide(chat);
  expect(inTheWay.map(({ kind }) => kind)).toEqual(['ScaledObject']);
  expect(desired.find(({ object }) => object.kind === 'Deployment')?.object).toMatchObject({ spec: { replicas: 2 } });
  cluster.settle();
  scale(cluster, chat, { replicas: 2, ownsReplicas: true });
  expect(cluster.roles(chat)).toEqual(['ConfigMap params', 'Deployment run', 'PodDisruptionBudget run', 'Service run']);
});

test('one that got a fixed number before keeps it until the autoscaler sets another', () => {
  const { cluster, chat } = serving({ replicas: 3 });
  scale(cluster, chat, { replicas: 3, ownsReplicas: true });
  cluster.change(chat, { spec: { ...ELASTIC, replicas: undefined } });
  const replicas = () => (cluster.decide(chat).desired.find(({ object }) => object.kind === 'Deployment')?.object as { spec: { replicas?: number } }).spec.replicas;
  expect(replicas()).toBe(3);
  scale(cluster, chat, { replicas: 4 });
  expect(replicas()).toBeUndefined();
});

test('one that is suspended is paused, and goes on from zero by a request', () => {
  const { cluster, chat } = serving();
  scale(cluster, chat, { replicas: 1 });
  cluster.change(chat, { spec: { suspend: true } });
  cluster.settle();
  expect(cluster.objects.get('ScaledObject/chat-server')?.metadata?.annotations).toMatchObject({ 'autoscaling.keda.sh/paused-replicas': '0' });
  expect(cluster.child(chat, 'Deployment').deployment?.replicas).toBe(0);
  expect(cluster.ready(chat).reason).toBe('Suspended');
  cluster.change(chat, { spec: { suspend: undefined } });
  cluster.settle();
  expect(cluster.objects.get('ScaledObject/chat-server')?.metadata?.annotations).toBeUndefined();
  expect(cluster.child(chat, 'Deployment').deployment?.replicas).toBe(0);
});

test('one that a HorizontalPodAutoscaler scales starts again with a replica, for that does nothing at zero', () => {
  const { cluster, chat } = serving({ autoscaling: { max: 4, cpu: 70 } }, platformOf('gcp'));
  cluster.change(chat, { spec: { suspend: true } });
  cluster.settle();
  cluster.change(chat, { spec: { suspend: undefined } });
  cluster.settle();
  expect(cluster.child(chat, 'Deployment').deployment?.replicas).toBe(1);
});

test('on a platform without KEDA it says so, with the line that installs it', () => {
  const { cluster, chat } = serving(ELASTIC, platformOf('gcp'));
  expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'InvalidSpec', message: expect.stringContaining('helm upgrade --install') as string });
  expect(cluster.roles(chat)).toEqual([]);
});
