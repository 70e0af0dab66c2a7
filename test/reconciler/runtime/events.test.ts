import { EVENT_BURST, EVENT_REFILL_MS } from '../../../src/reconciler/runtime/event-filter';
import { EventRecorder, MAX_PENDING_EVENTS } from '../../../src/reconciler/runtime/events';
import type { EventObject, EventText } from '../../../src/reconciler/runtime/events';
import { Lru } from '../../../src/reconciler/runtime/lru';
import { Registry } from '../../../src/reconciler/runtime/metrics';
import { place } from '../fake-api';
import type { FakeApi } from '../fake-api';
import { FakeClock } from '../fake-clock';
import { Cleanup, connected, recordedLog } from '../fixtures';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const READY: EventText = { type: 'Normal', reason: 'Ready', message: 'the server answers' };

function object(name: string): EventObject {
  return { apiVersion: 'substratus.ai/v1', kind: 'Server', metadata: { namespace: 'team-a', name, uid: `uid-${name}` } };
}

async function recording() {
  const { api, client } = await connected(cleanup, { maxAttempts: 1 });
  const clock = new FakeClock();
  const metrics = new Registry();
  const recorder = new EventRecorder({ client, component: 'substratus', instance: 'pod-1', log: recordedLog().log, clock, metrics });
  return { api, client, clock, metrics, recorder };
}

function written(api: FakeApi): Record<string, unknown>[] {
  return api.store.list(place('', 'events', 'team-a'));
}

test('an event says what happened to which object, who says so and when', async () => {
  const { api, recorder } = await recording();
  recorder.record(object('chat'), READY);
  await recorder.flush();
  expect(written(api)).toEqual([expect.objectContaining({
    apiVersion: 'v1', kind: 'Event', ...READY, count: 1,
    involvedObject: { apiVersion: 'substratus.ai/v1', kind: 'Server', namespace: 'team-a', name: 'chat', uid: 'uid-chat' },
    source: { component: 'substratus', host: 'pod-1' }, reportingComponent: 'substratus', reportingInstance: 'pod-1',
    firstTimestamp: '2026-01-01T00:16:40Z', lastTimestamp: '2026-01-01T00:16:40Z',
  })]);
});

test('the same again is counted, in the same event', async () => {
  const { api, clock, recorder } = await recording();
  for (let round = 0; round < 3; round++) {
    recorder.record(object('chat'), READY);
    await clock.advance(60_000);
  }
  recorder.record(object('chat'), { ...READY, message: 'another' });
  recorder.record(object('lab'), READY);
  await recorder.flush();
  expect(written(api).map(({ count, message }) => `${String(count)} ${String(message)}`)).toEqual(['3 the server answers', '1 another', '1 the server answers']);
  expect(written(api)[0]).toMatchObject({ firstTimestamp: '2026-01-01T00:16:40Z', lastTimestamp: '2026-01-01T00:18:40Z' });
});

test('an event that was cleaned up meanwhile is written again', async () => {
  const { api, recorder } = await recording();
  recorder.record(object('chat'), READY);
  await recorder.flush();
  const [{ metadata: { name } } = { metadata: { name: '' } }] = api.store.list(place('', 'events', 'team-a'));
  api.store.remove(place('', 'events', 'team-a'), name);
  recorder.record(object('chat'), READY);
  await recorder.flush();
  expect(written(api)).toEqual([expect.objectContaining({ count: 1 })]);
});

test('an object has 25 events at once, then one every 5 minutes, and does not take those of others', async () => {
  const { api, clock, metrics, recorder } = await recording();
  for (let index = 0; index < EVENT_BURST + 10; index++) recorder.record(object('noisy'), { ...READY, message: String(index) });
  recorder.record(object('quiet'), READY);
  await recorder.flush();
  expect(written(api)).toHaveLength(EVENT_BURST + 1);
  expect(metrics.text()).toContain('substratus_events_total{result="dropped"} 10\n');
  await clock.advance(EVENT_REFILL_MS - 1);
  recorder.record(object('noisy'), { ...READY, message: 'too early' });
  await clock.advance(1);
  recorder.record(object('noisy'), { ...READY, message: 'again' });
  await recorder.flush();
  expect(written(api).map(({ message }) => message)).toEqual(expect.arrayContaining(['again']));
  expect(written(api)).toHaveLength(EVENT_BURST + 2);
});

test('failures are nobody\'s problem, and later events are written', async () => {
  const { api, metrics, recorder } = await recording();
  api.fault({ status: 403, reason: 'Forbidden', times: 1 });
  api.fault({ cut: 'before', times: 1 });
  for (const name of ['a', 'b', 'c']) recorder.record(object(name), READY);
  await recorder.flush();
  expect(written(api)).toHaveLength(1);
  expect(metrics.text()).toContain('substratus_events_total{result="failed"} 2\n');
});

test('who may not write drops its events', async () => {
  const { api, client, recorder } = await recording();
  client.stopWrites();
  recorder.record(object('chat'), READY);
  await recorder.flush();
  expect(api.requests).toEqual([]);
});

test('a server that does not answer holds nobody up, and what waits is bounded', async () => {
  const { api, metrics, recorder } = await recording();
  api.fault({ blackHole: true });
  for (let index = 0; index < MAX_PENDING_EVENTS + 11; index++) recorder.record(object(`o-${index}`), READY);
  expect(metrics.text()).toContain('substratus_events_total{result="dropped"} 10\n');
});

test('a message ends somewhere', async () => {
  const { api, recorder } = await recording();
  recorder.record(object('chat'), { ...READY, message: 'x'.repeat(5000) });
  await recorder.flush();
  expect(written(api)[0]?.message).toBe(`${'x'.repeat(1023)}…`);
});

test('an event about an object without a namespace goes to the default one', async () => {
  const { api, recorder } = await recording();
  recorder.record({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'u' } }, READY);
  await recorder.flush();
  expect(api.requests[0]?.path).toBe('/api/v1/namespaces/default/events');
});

test('what is remembered is what was used last', () => {
  const lru = new Lru<number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  lru.get('a');
  lru.set('c', 3);
  expect([lru.get('a'), lru.get('b'), lru.get('c'), lru.size]).toEqual([1, undefined, 3, 2]);
});
