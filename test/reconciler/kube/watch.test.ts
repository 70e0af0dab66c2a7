import { ApiError, TransportError } from '../../../src/reconciler/kube/api-error';
import type { WatchEvent } from '../../../src/reconciler/kube/client';
import type { HttpClient } from '../../../src/reconciler/kube/http-client';
import { JsonLines } from '../../../src/reconciler/kube/json-lines';
import { until } from '../fake-clock';
import { Cleanup, THING, THINGS, connected, failureOf, thing } from '../fixtures';
import type { Thing } from '../fixtures';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Watching {
  readonly names: string[];
  readonly ended: Promise<void>;
  readonly stop: AbortController;
}

function watch(client: HttpClient, onEvent: (event: WatchEvent<Thing>) => void = () => undefined): Watching {
  const names: string[] = [];
  const stop = new AbortController();
  const ended = client.watch<Thing>(THING, { resourceVersion: '100', timeoutSeconds: 300, signal: stop.signal }, (event) => {
    names.push(event.type === 'BOOKMARK' ? 'bookmark' : event.object.metadata.name);
    onEvent(event);
  });
  ended.catch(() => undefined);
  return { names, ended, stop };
}

test('events come in order, bookmarks among them, and a clean close resolves', async () => {
  const { api, client } = await connected(cleanup);
  api.store.put(THINGS, thing('before'));
  const { names, ended } = watch(client);
  await until(() => api.openWatches === 1);
  api.store.put(THINGS, thing('after'));
  api.bookmark();
  await until(() => names.length === 3);
  api.endWatches();
  await ended;
  expect(names).toEqual(['before', 'after', 'bookmark']);
  expect(api.requests[0]?.query).toMatchObject({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '100', timeoutSeconds: '300' });
});

test('a line that is cut is no event, and says that the connection broke', async () => {
  const { api, client } = await connected(cleanup);
  const { names, ended } = watch(client);
  await until(() => api.openWatches === 1);
  api.store.put(THINGS, thing('whole'));
  api.cutWatches('{"type":"ADDED","object":{"metadata":{"name":"half');
  expect(await failureOf(ended)).toBeInstanceOf(TransportError);
  expect(names).toEqual(['whole']);
});

test('a line that is begun when the server ends the watch is no event, and no error', async () => {
  const { api, client } = await connected(cleanup);
  const { names, ended } = watch(client);
  await until(() => api.openWatches === 1);
  api.writeToWatches('{"type":"ADDED","obj');
  api.endWatches();
  await ended;
  expect(names).toEqual([]);
});

test('a character that comes in two pieces is whole', async () => {
  const { api, client } = await connected(cleanup);
  const { names } = watch(client);
  await until(() => api.openWatches === 1);
  const line = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'ü模🙂' } } })}\n`);
  for (const byte of line) {
    api.writeToWatches(Buffer.from([byte]));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until(() => names.length === 1);
  expect(names).toEqual(['ü模🙂']);
});

test.each([
  ['before it begins', false],
  ['within the stream', true],
])('a version that is too old is an ApiError %s', async (_, inStream) => {
  const { api, client } = await connected(cleanup);
  api.goneInStream = inStream;
  api.store.compact();
  expect(ApiError.isGone(await failureOf(watch(client).ended))).toBe(true);
});

test('an error within the stream ends the watch, and events after it are not told', async () => {
  const { api, client } = await connected(cleanup);
  const { names, ended } = watch(client);
  await until(() => api.openWatches === 1);
  api.writeToWatches('{"type":"ERROR","object":{"code":500,"message":"etcd is away"}}\n{"type":"ADDED","object":{"metadata":{"name":"late"}}}\n');
  expect(await failureOf(ended)).toMatchObject({ name: 'ApiError', status: 500, message: 'etcd is away' });
  await until(() => api.openWatches === 0);
  expect(names).toEqual([]);
});

test('a line that is not JSON is an error, not an event that is left out', async () => {
  const { api, client } = await connected(cleanup);
  const { ended } = watch(client);
  await until(() => api.openWatches === 1);
  api.writeToWatches('<html>\n');
  expect(await failureOf(ended)).toMatchObject({ name: 'TransportError', message: 'the API server sent what is not JSON, of 6 bytes' });
});

test('a watch that is aborted gives its connection back', async () => {
  const { api, client } = await connected(cleanup);
  const { ended, stop } = watch(client);
  await until(() => api.openWatches === 1);
  stop.abort();
  expect(await failureOf(ended)).toBeInstanceOf(TransportError);
  await until(() => api.openWatches === 0);
});

test('watches do not take the places of requests', async () => {
  const { api, client } = await connected(cleanup, { maxInFlight: 1 });
  const watches = [watch(client), watch(client)];
  await until(() => api.openWatches === 2);
  expect(await client.list(THING)).toEqual([]);
  for (const { stop } of watches) stop.abort();
});

test('a long line in many pieces costs no more than its length', () => {
  const values: unknown[] = [];
  const lines = new JsonLines((value) => values.push(value));
  const piece = Buffer.from('x'.repeat(1000));
  const before = process.cpuUsage();
  lines.push(Buffer.from('"'));
  for (let index = 0; index < 20_000; index++) lines.push(piece);
  lines.push(Buffer.from('"\n1\n\n2\n3'));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(5); // else minutes
  expect(values).toEqual(['x'.repeat(20_000_000), 1, 2]);
});
