import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, TransportError } from '../../src/reconciler/kube/api-error';
import { loadConfig } from '../../src/reconciler/kube/config';
import { HttpClient } from '../../src/reconciler/kube/http-client';
import { staticToken } from '../../src/reconciler/kube/token';
import { FakeApi } from './fake-api';
import { until } from './fake-clock';
import { FaultProxy } from './fault-proxy';
import { Cleanup, THING, THINGS, failureOf, thing } from './fixtures';
import type { Thing } from './fixtures';
import { HAS_OPENSSL, selfSigned } from './kube/certificate';
import type { KeyPair } from './kube/certificate';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const CERTIFICATE = HAS_OPENSSL ? selfSigned() : undefined;
const PROTOCOLS: readonly (readonly [string, KeyPair | undefined])[] = [['HTTP/1.1', undefined], ...CERTIFICATE ? [['HTTP/2', CERTIFICATE] as const] : []];

describe.each(PROTOCOLS)('by %s', (_, certificate) => {
  async function proxied() {
    const api = cleanup.add(await FakeApi.start(), (each) => each.close());
    api.token = 'of the proxy';
    const proxy = cleanup.add(await FaultProxy.start({ server: api.url, token: staticToken(api.token), namespace: 'team-a' }, certificate), (each) => each.close());
    const client = cleanup.add(new HttpClient(proxy.config, { maxAttempts: 1 }), (each) => each.close());
    return { api, proxy, client };
  }

  function watch(client: HttpClient): { readonly names: string[]; readonly ended: Promise<void> } {
    const names: string[] = [];
    const stop = cleanup.add(new AbortController(), (each) => each.abort());
    const ended = client.watch<Thing>(THING, { resourceVersion: '100', timeoutSeconds: 300, signal: stop.signal }, (event) => {
      if (event.type !== 'BOOKMARK') names.push(event.object.metadata.name);
    });
    ended.catch(() => undefined);
    return { names, ended };
  }

  test('without a fault it is not noticed, and brings its own token', async () => {
    const { api, proxy, client } = await proxied();
    const { names } = watch(client);
    await client.apply(THING, thing('one'), { force: true });
    await until(() => names.length === 1);
    expect(api.requests.find(({ method }) => method === 'PATCH')?.query).toMatchObject({ fieldManager: 'substratus' });
    expect(proxy.writes).toEqual([expect.objectContaining({ method: 'PATCH', status: 200, isWatch: false })]);
  });

  test('a program of its own finds it by a kubeconfig file', async () => {
    const { proxy } = await proxied();
    const file = join(mkdtempSync(join(tmpdir(), 'proxy-')), 'config');
    writeFileSync(file, proxy.kubeconfig);
    expect(loadConfig({ KUBECONFIG: file })).toMatchObject({ server: proxy.url, namespace: 'team-a' });
  });

  test('a request can be refused, with a word on when to come again, so many times, by path', async () => {
    const { api, proxy, client } = await proxied();
    proxy.fault({ status: 429, retryAfterSeconds: 3, times: 1, path: /\/things/, method: 'POST' });
    expect(await failureOf(client.create(THING, thing('one')))).toMatchObject({ status: 429, retryAfterSeconds: 3 });
    expect(api.requests).toEqual([]);
    await client.create(THING, thing('one'));
  });

  test('a write can be carried out and its answer be lost', async () => {
    const { api, proxy, client } = await proxied();
    proxy.fault({ cut: 'after', times: 1 });
    expect(await failureOf(client.create(THING, thing('one')))).toBeInstanceOf(TransportError);
    expect(api.store.list(THINGS)).toHaveLength(1);
    expect(proxy.writes).toHaveLength(1);
  });

  test('a write can be lost', async () => {
    const { api, proxy, client } = await proxied();
    proxy.fault({ cut: 'before', times: 1 });
    await failureOf(client.create(THING, thing('one')));
    expect([api.requests.length, proxy.writes.length]).toEqual([0, 0]);
  });

  test('who asked can be ended once the server has answered', async () => {
    const { api, proxy, client } = await proxied();
    proxy.onAnswer = ({ method }) => method === 'POST' && client.stopWrites();
    await failureOf(client.create(THING, thing('one')));
    expect(api.store.list(THINGS)).toHaveLength(1);
  });

  test('requests can be slow, or never answered', async () => {
    const { proxy, client } = await proxied();
    proxy.fault({ delayMs: 60, times: 1 });
    const started = performance.now();
    await client.list(THING);
    expect(performance.now() - started).toBeGreaterThan(50);
    proxy.fault({ blackHole: true });
    const limited = cleanup.add(new HttpClient(proxy.config, { maxAttempts: 1, requestTimeoutMs: 50 }), (each) => each.close());
    expect(await failureOf(limited.list(THING))).toMatchObject({ message: expect.stringContaining('within 0.05 s') as unknown });
  });

  test('a watch can end amid a line', async () => {
    const { api, proxy, client } = await proxied();
    proxy.fault({ watch: true, truncateAfter: 50 });
    const { names, ended } = watch(client);
    await until(() => proxy.openWatches === 1);
    api.store.put(THINGS, thing('one'));
    expect(await failureOf(ended)).toBeInstanceOf(TransportError);
    expect(names).toEqual([]);
  });

  test('watches can be cut, by path', async () => {
    const { proxy, client } = await proxied();
    const { ended } = watch(client);
    await until(() => proxy.openWatches === 1);
    proxy.cutWatches({ path: /\/others/ });
    expect(proxy.openWatches).toBe(1);
    proxy.cutWatches({ lastBytes: '{"type":' });
    expect(await failureOf(ended)).toBeInstanceOf(TransportError);
  });

  test('watches can be stalled, and go on', async () => {
    const { api, proxy, client } = await proxied();
    const { names } = watch(client);
    await until(() => proxy.openWatches === 1);
    proxy.stallWatches();
    api.store.put(THINGS, thing('one'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(names).toEqual([]);
    proxy.heal();
    await until(() => names.length === 1);
  });

  test.each([410, 500])('watches can be told of error %i', async (code) => {
    const { proxy, client } = await proxied();
    const { ended } = watch(client);
    await until(() => proxy.openWatches === 1);
    proxy.failWatches(code);
    const error = await failureOf(ended);
    expect(error).toMatchObject({ name: 'ApiError', status: code });
    expect(ApiError.isGone(error)).toBe(code === 410);
  });

  test('the server can be down, and up again where it was', async () => {
    const { proxy, client } = await proxied();
    const { ended } = watch(client);
    await until(() => proxy.openWatches === 1);
    await proxy.down();
    expect(await failureOf(ended)).toBeInstanceOf(TransportError);
    expect(await failureOf(client.list(THING))).toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.up();
    expect(await client.list(THING)).toEqual([]);
  });
});
