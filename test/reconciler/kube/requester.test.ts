import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, TransportError, WritesStoppedError } from '../../../src/reconciler/kube/api-error';
import { HttpClient } from '../../../src/reconciler/kube/http-client';
import { FileToken, TOKEN_LIFETIME_MS } from '../../../src/reconciler/kube/token';
import { Registry } from '../../../src/reconciler/runtime/metrics';
import { FakeClock, pause, until } from '../fake-clock';
import { Cleanup, THING, THINGS, connected, failureOf, thing } from '../fixtures';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const REF = { namespace: 'team-a', name: 'one' };
const FORCE = { force: true };

describe('trying again', () => {
  test.each([
    ['is told to wait', { status: 429 }],
    ['meets a failing server', { status: 500 }],
    ['meets a server that is not ready', { status: 503 }],
    ['is cut off', { cut: 'before' as const }],
    ['is cut off amid the answer', { cut: 'after' as const }],
  ])('a read that %s is tried again', async (_, fault) => {
    const { api, client } = await connected(cleanup);
    api.store.put(THINGS, thing('one'));
    api.fault({ ...fault, times: 2 });
    expect(await client.get(THING, REF)).toMatchObject({ spec: { size: 1 } });
    expect(api.requests).toHaveLength(3);
  });

  test.each([
    ['meets a failing server', { status: 500 }],
    ['meets a server that is not ready', { status: 503 }],
    ['is cut off', { cut: 'before' as const }],
  ])('a write that %s is not: it may have been carried out', async (_, fault) => {
    const { api, client } = await connected(cleanup);
    api.fault({ ...fault, times: 1 });
    await failureOf(client.apply(THING, thing('one'), FORCE));
    expect(api.requests).toHaveLength(1);
  });

  test('a write that is told to wait is tried again: it was not looked at', async () => {
    const { api, client } = await connected(cleanup);
    api.fault({ status: 429, times: 2 });
    await client.apply(THING, thing('one'), FORCE);
    expect(api.requests).toHaveLength(3);
  });

  test('a refusal is final', async () => {
    const { api, client } = await connected(cleanup);
    expect(ApiError.isNotFound(await failureOf(client.get(THING, REF)))).toBe(true);
    expect(api.requests).toHaveLength(1);
  });

  test('it ends after four attempts', async () => {
    const { api, client } = await connected(cleanup);
    api.fault({ status: 503, headers: { 'retry-after': '0' } });
    expect(await failureOf(client.get(THING, REF))).toMatchObject({ status: 503, retryAfterSeconds: 0 });
    expect(api.requests).toHaveLength(4);
  });

  test('the server\'s own word on when is heeded, up to half a minute', async () => {
    const clock = new FakeClock();
    const { api, client } = await connected(cleanup, { clock });
    api.store.put(THINGS, thing('one'));
    api.fault({ status: 429, headers: { 'retry-after': '7' }, times: 1 });
    api.fault({ status: 429, headers: { 'retry-after': '3600' }, times: 1 });
    const answer = client.get(THING, REF);
    for (const [count, wait] of [[1, 7000], [2, 30_000]] as const) {
      await until(() => api.requests.length === count && clock.pending === 1 && api.openRequests === 0);
      await clock.advance(wait - 1);
      expect(api.requests).toHaveLength(count);
      await clock.advance(1);
    }
    expect(await answer).toMatchObject({ spec: { size: 1 } });
  });
});

describe('limits', () => {
  test('so many requests are under way, however many are asked for, and the others go in order', async () => {
    const { api, client } = await connected(cleanup);
    let answer = (): void => undefined;
    api.fault({
      wait: new Promise((resolve) => {
        answer = resolve;
      }),
    });
    const names = Array.from({ length: 60 }, (_, index) => `t-${index}`);
    const all = Promise.all(names.map((name) => client.create(THING, thing(name))));
    await until(() => api.requests.length === 16);
    await pause(20);
    expect(api.requests.map(({ body }) => (body?.metadata as { name: string }).name).sort()).toEqual(names.slice(0, 16).sort());
    answer();
    await all;
    expect([api.maxOpenRequests, api.connections, api.requests.length]).toEqual([16, 16, 60]);
  });

  test('connections are kept for the next requests', async () => {
    const { api, client } = await connected(cleanup);
    for (let index = 0; index < 10; index++) await client.list(THING);
    expect(api.connections).toBe(1);
  });

  test('a request without an answer ends after 30 s, and its place is free again', async () => {
    const clock = new FakeClock();
    const { api, client } = await connected(cleanup, { clock, maxInFlight: 1, maxAttempts: 1 });
    api.fault({ blackHole: true, times: 1 });
    const failure = failureOf(client.get(THING, REF));
    await until(() => api.requests.length === 1);
    await clock.advance(30_000);
    const error = await failure;
    expect(error).toBeInstanceOf(TransportError);
    expect((error as Error).message).toBe('no answer to GET /apis/example.org/v1/namespaces/team-a/things/one within 30 s');
    expect(await client.list(THING)).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('a request that was given up by its caller is not sent', async () => {
    const { api, client } = await connected(cleanup, { maxInFlight: 1 });
    api.fault({ delayMs: 20 });
    const caller = new AbortController();
    const first = client.list(THING);
    const second = failureOf(client.page(THING, { signal: caller.signal }, () => undefined));
    caller.abort();
    expect(await second).toMatchObject({ message: 'the request was aborted' });
    await first;
    expect(api.requests).toHaveLength(1);
  });
});

describe('who asks', () => {
  test('a token is read again from its file after a minute, and when it is refused', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'token-')), 'token');
    const clock = new FakeClock();
    const token = new FileToken(file, clock);
    const { api } = await connected(cleanup);
    const client = cleanup.add(new HttpClient({ server: api.url, token }), (each) => each.close());
    const sent = (): unknown => api.requests.at(-1)?.headers.authorization;
    const rotate = (value: string): void => writeFileSync(file, `${value}\n`);

    rotate('first');
    await client.list(THING);
    rotate('second');
    await client.list(THING);
    expect(sent()).toBe('Bearer first');
    await clock.advance(TOKEN_LIFETIME_MS);
    await client.list(THING);
    expect(sent()).toBe('Bearer second');

    rotate('third');
    api.token = 'third';
    await client.create(THING, thing('one'));
    expect(sent()).toBe('Bearer third');

    api.token = 'another';
    expect(await failureOf(client.list(THING))).toMatchObject({ status: 401 });
  });
});

describe('leadership', () => {
  test('stopping the writes aborts the one that is under way and refuses later ones, and reads go on', async () => {
    const { api, client } = await connected(cleanup);
    api.fault({ method: 'PATCH', blackHole: true });
    const underWay = failureOf(client.apply(THING, thing('one'), FORCE));
    await until(() => api.requests.length === 1);
    client.stopWrites();
    expect(await underWay).toBeInstanceOf(WritesStoppedError);
    for (const write of [
      client.apply(THING, thing('one'), FORCE),
      client.create(THING, thing('one')),
      client.patch(THING, REF, { type: 'merge', body: {} }),
      client.remove(THING, REF, { uid: 'u', propagationPolicy: 'Background' }),
    ]) expect(await failureOf(write)).toBeInstanceOf(WritesStoppedError);
    expect(await client.list(THING)).toEqual([]);
    expect(api.requests.map(({ method }) => method)).toEqual(['PATCH', 'GET']);
  });

  test('a write that waits to be tried again is stopped, too', async () => {
    const { api, client } = await connected(cleanup, { clock: new FakeClock() });
    api.fault({ status: 429 });
    const failure = failureOf(client.create(THING, thing('one')));
    await until(() => api.requests.length === 1);
    client.stopWrites();
    expect(await failure).toBeInstanceOf(WritesStoppedError);
  });

  test('each write asks whether it may be', async () => {
    const { api, client } = await connected(cleanup);
    let isLeader = true;
    client.gateWrites(() => isLeader);
    await client.create(THING, thing('one'));
    isLeader = false;
    expect(await failureOf(client.create(THING, thing('two')))).toBeInstanceOf(WritesStoppedError);
    expect(api.count('POST')).toBe(1);
  });
});

describe('metrics', () => {
  test('requests are counted by code, method and host, those without an answer too, and timed', async () => {
    const metrics = new Registry();
    const { api, client } = await connected(cleanup, { metrics, maxAttempts: 1 });
    const host = new URL(api.url).host;
    await client.create(THING, thing('one'));
    api.fault({ status: 500, times: 1 });
    await failureOf(client.get(THING, REF));
    api.fault({ cut: 'before', times: 1 });
    await failureOf(client.get(THING, REF));
    const text = metrics.text();
    expect(text).toContain(`rest_client_requests_total{code="200",method="POST",host="${host}"} 1`);
    expect(text).toContain(`rest_client_requests_total{code="500",method="GET",host="${host}"} 1`);
    expect(text).toContain(`rest_client_requests_total{code="<error>",method="GET",host="${host}"} 1`);
    expect(text).toContain(`rest_client_request_duration_seconds_count{verb="GET",host="${host}"} 2`);
  });
});
