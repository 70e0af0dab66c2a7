import { HttpClient } from '../../../src/reconciler/kube/http-client';
import { Elector, LEASE_CLIENT_OPTIONS, RENEW_DEADLINE_MS } from '../../../src/reconciler/runtime/elector';
import { Registry } from '../../../src/reconciler/runtime/metrics';
import { FakeApi, place } from '../fake-api';
import { FakeClock, pause, until } from '../fake-clock';
import { Cleanup, recordedLog } from '../fixtures';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const LEASES = place('coordination.k8s.io', 'leases', 'system');

interface Replica {
  readonly elector: Elector;
  readonly clock: FakeClock;
  readonly metrics: Registry;
  readonly events: string[];
  /** A process that is gone: its time stands still, and it is told nothing. */
  readonly kill: () => void;
}

async function server(): Promise<FakeApi> {
  return cleanup.add(await FakeApi.start(), (api) => api.close());
}

/** A process with a clock of its own, or of another that runs beside it. */
function replica(api: FakeApi, identity: string, clock = new FakeClock()): Replica {
  const client = cleanup.add(new HttpClient({ server: api.url }, { ...LEASE_CLIENT_OPTIONS, clock }), (each) => each.close());
  const events: string[] = [];
  const metrics = new Registry();
  const elector = new Elector({
    client, namespace: 'system', name: 'substratus', identity, log: recordedLog().log, metrics, clock, random: () => 0,
    onStarted: () => events.push('started'),
    onStopped: (reason) => events.push(reason),
  });
  elector.start();
  return { elector: cleanup.add(elector, (each) => each.stop()), clock, metrics, events, kill: () => client.close() };
}

function spec(api: FakeApi): Record<string, unknown> {
  return (api.store.get(LEASES, 'substratus')?.spec ?? {}) as Record<string, unknown>;
}

/** Lets time pass for processes, all of them alike, and requests have their answers. */
async function pass(ms: number, clocks: readonly FakeClock[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    for (const clock of clocks) await clock.advance(500);
    await pause(12); // requests take real time, more of it on a busy machine
  }
}

async function leading(one: Replica): Promise<void> {
  await until(() => one.elector.isLeader, 'leadership');
}

test('the first process leads, and says so in the lease', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  expect(one.events).toEqual(['started']);
  expect(spec(api)).toMatchObject({ holderIdentity: 'one', leaseDurationSeconds: 15, leaseTransitions: 0 });
  expect(spec(api).renewTime).toMatch(/^2026-01-01T00:16:40\.\d{6}Z$/);
  expect(one.metrics.text()).toContain('leader_election_master_status{name="substratus"} 1\n');
});

test('it renews every 2 s, with one request each, and the second process waits', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  const requests = api.requests.length;
  await pass(20_000, [one.clock]);
  expect(api.requests.slice(requests).map(({ method }) => method)).toEqual(Array.from({ length: 10 }, () => 'PATCH'));
  const two = replica(api, 'two', one.clock);
  await pass(40_000, [one.clock]);
  expect([one.elector.isLeader, two.elector.isLeader, two.events]).toEqual([true, false, []]);
  expect(two.metrics.text()).toContain('leader_election_master_status{name="substratus"} 0\n');
});

test('a process that is killed is replaced within 17 s, and no sooner than 15', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  const two = replica(api, 'two');
  await pass(3000, [one.clock, two.clock]);
  const killed = two.clock.now();
  while (!two.elector.isLeader) await pass(500, [two.clock]);
  expect(two.clock.now() - killed).toBeLessThanOrEqual(17_000);
  expect(two.clock.now() - killed).toBeGreaterThan(12_500);
  expect(spec(api)).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
});

test('a process that stops lets go, and is replaced within 3 s', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  const two = replica(api, 'two');
  await pass(3000, [one.clock, two.clock]);
  await one.elector.stop();
  expect(one.events).toEqual(['started', 'released']);
  expect([one.elector.isLeader, spec(api).holderIdentity]).toEqual([false, '']);
  await pass(3000, [two.clock]);
  expect(two.elector.isLeader).toBe(true);
});

test('letting go does not wait for a server that does not answer', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  api.fault({ blackHole: true });
  const stopped = one.elector.stop();
  await pass(2000, [one.clock]);
  await stopped;
  expect(one.events).toEqual(['started', 'released']);
});

test.each([
  ['fails', { status: 500 }], ['does not answer', { blackHole: true }], ['is away', { cut: 'before' as const }],
])('a leader whose server %s leads on for 10 s, and then no longer, nor again', async (_, fault) => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  api.fault(fault);
  await pass(RENEW_DEADLINE_MS - 500, [one.clock]);
  expect([one.elector.isLeader, one.events]).toEqual([true, ['started']]);
  await pass(500, [one.clock]);
  expect([one.elector.isLeader, one.events]).toEqual([false, ['started', 'lost']]);
  api.heal();
  await pass(30_000, [one.clock]);
  expect([one.elector.isLeader, one.events]).toEqual([false, ['started', 'lost']]);
});

test('a leader that was away for less goes on', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  api.fault({ status: 503 });
  await pass(7000, [one.clock]);
  api.heal();
  await pass(20_000, [one.clock]);
  expect([one.elector.isLeader, one.events]).toEqual([true, ['started']]);
});

test('a frozen process may not act from the moment it wakes, before any timer has told it', async () => {
  const api = await server();
  const [one, two] = [replica(api, 'one'), replica(api, 'two')];
  await until(() => one.elector.isLeader !== two.elector.isLeader);
  const [frozen, other] = one.elector.isLeader ? [one, two] : [two, one];
  await pass(20_000, [other.clock]);
  expect(other.elector.isLeader).toBe(true);
  const awake = frozen.clock.freeze(20_000);
  expect(frozen.elector.isLeader).toBe(false);
  await awake;
  expect(frozen.events).toEqual(['started', 'lost']);
  expect(spec(api).holderIdentity).toBe(other === one ? 'one' : 'two');
});

test('an answer that comes after a stall does not make a leader', async () => {
  const api = await server();
  api.fault({ method: 'POST', delayMs: 50 });
  const one = replica(api, 'one');
  await until(() => api.count('POST') === 1);
  await one.clock.freeze(RENEW_DEADLINE_MS).catch(() => undefined);
  await until(() => api.openRequests === 0);
  await pause(20);
  expect(one.events).toEqual([]);
});

test('a leader that finds another in its place leads no longer, at once', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  const lease = api.store.get(LEASES, 'substratus');
  api.store.put(LEASES, { ...lease, spec: { ...spec(api), holderIdentity: 'usurper' } });
  await pass(2500, [one.clock]);
  expect(one.events).toEqual(['started', 'lost']);
  expect(spec(api).holderIdentity).toBe('usurper');
});

test('someone who touches the lease without taking it changes nothing', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  for (let round = 0; round < 5; round++) {
    const lease = api.store.get(LEASES, 'substratus');
    api.store.put(LEASES, { ...lease, metadata: { ...lease?.metadata, annotations: { round: String(round) } } });
    await pass(2000, [one.clock]);
  }
  expect([one.elector.isLeader, one.events]).toEqual([true, ['started']]);
});

test('a leader whose lease is deleted writes it again', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  api.store.remove(LEASES, 'substratus');
  await pass(2500, [one.clock]);
  expect([one.elector.isLeader, spec(api).holderIdentity]).toEqual([true, 'one']);
});

test.each([-3_600_000, 3_600_000])('a date that is wrong by %i ms changes nothing', async (skewMs) => {
  const api = await server();
  const one = replica(api, 'one');
  one.clock.skewMs = skewMs;
  await leading(one);
  const two = replica(api, 'two');
  await pass(30_000, [one.clock, two.clock]);
  expect([one.elector.isLeader, two.elector.isLeader]).toEqual([true, false]);
  await one.elector.stop();
  await pass(3000, [two.clock]);
  expect(two.elector.isLeader).toBe(true);
});

test('of two processes that want the lease at the same moment one gets it', async () => {
  const api = await server();
  const replicas = Array.from({ length: 4 }, (_, index) => replica(api, String(index)));
  await until(() => replicas.some(({ elector }) => elector.isLeader));
  await pass(10_000, replicas.map(({ clock }) => clock));
  expect(replicas.filter(({ elector }) => elector.isLeader)).toHaveLength(1);
});

test('a process that stops before it leads leaves nothing behind', async () => {
  const api = await server();
  const one = replica(api, 'one');
  await leading(one);
  const two = replica(api, 'two');
  await pass(3000, [one.clock, two.clock]);
  await two.elector.stop();
  expect([two.events, two.clock.pending, spec(api).holderIdentity]).toEqual([[], 0, 'one']);
});
