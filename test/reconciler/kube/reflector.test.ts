import { Cache } from '../../../src/reconciler/kube/cache';
import { HttpClient } from '../../../src/reconciler/kube/http-client';
import { HEALTHY_WATCH_MS, IDLE_LIMIT_MS, Reflector } from '../../../src/reconciler/kube/reflector';
import type { ReflectorOptions } from '../../../src/reconciler/kube/reflector';
import type { LiveMetadata, LiveObject } from '../../../src/reconciler/kube/types';
import { FakeApi } from '../fake-api';
import { FakeClock, pause, until } from '../fake-clock';
import { Cleanup, THING, THINGS, recordedLog, thing } from '../fixtures';
import type { LogLine } from '../fixtures';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Slim {
  readonly metadata: Pick<LiveMetadata, 'name' | 'namespace' | 'uid' | 'resourceVersion'>;
}

interface Setup {
  readonly api: FakeApi;
  readonly clock: FakeClock;
  readonly cache: Cache<Slim>;
  readonly reflector: Reflector<Slim>;
  readonly lines: LogLine[];
  readonly changes: string[];
}

function slim({ metadata: { name, namespace, uid, resourceVersion } }: LiveObject): Slim {
  return { metadata: { name, namespace, uid, resourceVersion } };
}

/** A reflector of things, in a time that stands still. */
async function reflecting(options: Partial<ReflectorOptions<Slim>> = {}): Promise<Setup> {
  const api = cleanup.add(await FakeApi.start(), (server) => server.close());
  const clock = new FakeClock();
  const client = cleanup.add(new HttpClient({ server: api.url }), (each) => each.close());
  const { log, lines } = recordedLog();
  const cache = new Cache<Slim>();
  const changes: string[] = [];
  cache.onChange((change) => changes.push(`${change.new ? '+' : '-'}${(change.new ?? change.old)?.metadata.name}`));
  const reflector = new Reflector<Slim>({ client, type: THING, cache, transform: slim, log, clock, random: () => 0.5, ...options });
  return { api, clock, cache, reflector: cleanup.add(reflector, (each) => each.stop()), lines, changes };
}

async function synced(setup: Setup): Promise<void> {
  setup.reflector.start();
  await setup.reflector.whenSynced();
  await until(() => setup.api.openWatches === 1, 'a watch');
}

function names({ cache }: Setup): string[] {
  return [...cache.list()].map(({ metadata }) => metadata.name).sort();
}

/** The longest wait after a failure; what is due later is not a wait after a failure. */
const LONGEST_WAIT_MS = 30_000;

/** Lets the waits after failures pass until `condition` holds, and says how long they were. */
async function waits({ api, clock }: Setup, condition: () => boolean): Promise<number[]> {
  const passed: number[] = [];
  for (let round = 0; !condition(); round++) {
    if (round > 300) throw new Error(`it did not come about after waits of ${passed.join()} ms`);
    await pause();
    const wait = clock.nextIn ?? Infinity;
    if (condition() || api.openRequests > 0 || wait > LONGEST_WAIT_MS) continue;
    passed.push(wait);
    await clock.advance(wait);
  }
  return passed;
}

/** Lets waits pass until there is a watch again, and says how long they were together. */
async function reconnected(setup: Setup): Promise<number> {
  const passed = await waits(setup, () => setup.api.openWatches === 1);
  return passed.reduce((sum, wait) => sum + wait, 0);
}

/** Cuts the watch. */
async function cut(setup: Setup, lastBytes = ''): Promise<void> {
  setup.api.cutWatches(lastBytes);
  await until(() => setup.api.openWatches === 0);
}

describe('list', () => {
  test('it comes in pages of 500, from the newest version, and then a watch from there', async () => {
    const setup = await reflecting();
    for (let index = 0; index < 1001; index++) setup.api.store.put(THINGS, thing(`t-${index}`));
    await synced(setup);
    expect(setup.cache.size).toBe(1001);
    const [first, , , watch] = setup.api.requests;
    expect(first?.query).toEqual({ limit: '500' });
    expect(setup.api.count('GET')).toBe(3);
    expect(watch?.query).toMatchObject({ watch: 'true', resourceVersion: '1101', allowWatchBookmarks: 'true' });
  });

  test('it is synced only once all pages are here', async () => {
    const setup = await reflecting();
    for (let index = 0; index < 501; index++) setup.api.store.put(THINGS, thing(`t-${index}`));
    setup.api.fault({ method: 'GET', delayMs: 20 });
    setup.reflector.start();
    await until(() => setup.api.requests.length === 2);
    expect([setup.reflector.hasSynced, setup.cache.size]).toEqual([false, 0]);
    await setup.reflector.whenSynced();
    expect([setup.reflector.hasSynced, setup.cache.size]).toEqual([true, 501]);
  });

  test('it begins again at once when the next page is of a version that is too old', async () => {
    const setup = await reflecting();
    for (let index = 0; index < 501; index++) setup.api.store.put(THINGS, thing(`t-${index}`));
    setup.api.fault({ method: 'GET', times: 1, delayMs: 1 });
    setup.api.fault({ method: 'GET', times: 1, status: 410, reason: 'Expired' });
    setup.reflector.start();
    expect(await reconnected(setup)).toBe(0);
    expect(setup.cache.size).toBe(501);
    expect(setup.api.count('GET')).toBe(4);
  });

  test('label selector, namespace and metadata alone are asked for', async () => {
    const setup = await reflecting({ labelSelector: 'size=2', namespace: 'team-a', metadataOnly: true });
    setup.api.store.put(THINGS, thing('one', 1));
    setup.api.store.put(THINGS, thing('two', 2));
    await synced(setup);
    expect(names(setup)).toEqual(['two']);
    for (const { path, query, headers } of setup.api.requests) {
      expect(path).toBe('/apis/example.org/v1/namespaces/team-a/things');
      expect(query.labelSelector).toBe('size=2');
      expect(headers.accept).toContain('as=PartialObjectMetadata');
    }
  });

  test('objects that the transform has no use for are not kept, nor when they become such', async () => {
    const setup = await reflecting({ transform: (live) => live.metadata.labels?.size === '1' ? slim(live) : undefined });
    setup.api.store.put(THINGS, thing('kept', 1));
    setup.api.store.put(THINGS, thing('useless', 2));
    await synced(setup);
    expect(names(setup)).toEqual(['kept']);
    setup.api.store.put(THINGS, thing('kept', 2));
    await until(() => setup.cache.size === 0);
  });

  test.each([
    ['429', { status: 429, headers: { 'retry-after': '7' } }, 7000],
    ['503', { status: 503, headers: { 'retry-after': '9' } }, 9000],
    ['429 that asks for too much', { status: 429, headers: { 'retry-after': '3600' } }, 30_000],
  ])('%s: the server\'s word on when to come again is heeded', async (_, fault, expected) => {
    const setup = await reflecting();
    setup.api.fault({ ...fault, times: 1 });
    setup.reflector.start();
    expect(await reconnected(setup)).toBe(expected);
  });

  test('failures are further and further apart, up to half a minute, with jitter', async () => {
    for (const random of [1, 0.5]) {
      const setup = await reflecting({ random: () => random });
      setup.api.fault({ status: 500, watch: false });
      setup.reflector.start();
      const passed = await waits(setup, () => setup.api.requests.length === 9);
      expect(passed).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000].map((wait) => wait * random));
    }
  });
});

describe('watch', () => {
  test('additions, changes and removals arrive', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.store.put(THINGS, thing('one'));
    setup.api.store.put(THINGS, thing('one', 2));
    setup.api.store.remove(THINGS, 'one');
    await until(() => setup.changes.length === 3);
    expect(setup.changes).toEqual(['+one', '+one', '-one']);
  });

  test('the echo of an own write is not worked out again', async () => {
    const worked: string[] = [];
    const setup = await reflecting({
      transform: (live) => {
        worked.push(`${live.metadata.name} ${live.metadata.resourceVersion}`);
        return slim(live);
      },
    });
    await synced(setup);
    const { metadata: { uid, resourceVersion } } = setup.api.store.put(THINGS, thing('one'));
    setup.cache.observe({ metadata: { namespace: 'team-a', name: 'one', uid, resourceVersion } });
    setup.api.store.put(THINGS, thing('two'));
    await until(() => setup.changes.length === 2);
    expect(worked).toEqual([`two ${setup.api.store.resourceVersion}`]);
  });

  test('it asks for an end between 5 and 10 minutes from now', async () => {
    for (const [random, seconds] of [[0, '300'], [0.999999, '600']] as const) {
      const setup = await reflecting({ random: () => random });
      await synced(setup);
      expect(setup.api.requests.at(-1)?.query.timeoutSeconds).toBe(seconds);
    }
  });

  test('one that the server ends is opened again where it was, without a list', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.store.put(THINGS, thing('one'));
    await until(() => setup.cache.size === 1);
    setup.api.endWatches();
    await until(() => setup.api.count('WATCH') === 2 && setup.api.openWatches === 1);
    expect(setup.api.requests.at(-1)?.query.resourceVersion).toBe('101');
    expect(setup.api.count('GET')).toBe(1);
  });

  test('it goes on from the last bookmark', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.store.put({ collection: 'example.org/others' }, thing('other'));
    setup.api.bookmark();
    setup.api.endWatches();
    await until(() => setup.api.count('WATCH') === 2);
    expect(setup.api.requests.at(-1)?.query.resourceVersion).toBe('101');
  });

  test('one that ends as soon as it begins is not opened again and again', async () => {
    const setup = await reflecting();
    await synced(setup);
    for (const wait of [400, 800, 1600]) {
      setup.api.endWatches();
      await until(() => setup.api.openWatches === 0);
      expect(await reconnected(setup)).toBe(wait);
    }
  });

  test('one that is cut amid a line goes on where it was: nothing lost, nothing broken', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.store.put(THINGS, thing('one'));
    await until(() => setup.cache.size === 1);
    await cut(setup, '{"type":"ADDED","object":{"metadata":{"name":"ha');
    setup.api.store.put(THINGS, thing('missed'));
    await reconnected(setup);
    await until(() => setup.cache.size === 2);
    expect(names(setup)).toEqual(['missed', 'one']);
    expect(setup.api.count('GET')).toBe(1);
  });

  test('one in a black hole is noticed after 90 s, and opened again at once where it was', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.store.put(THINGS, thing('one'));
    await until(() => setup.cache.size === 1);
    await setup.clock.advance(IDLE_LIMIT_MS - 1);
    expect(setup.api.count('WATCH')).toBe(1);
    await setup.clock.advance(1);
    await until(() => setup.api.count('WATCH') === 2 && setup.api.openWatches === 1);
    expect(setup.api.requests.at(-1)?.query.resourceVersion).toBe('101');
    expect(setup.api.count('GET')).toBe(1);
  });

  test('a bookmark every minute keeps a quiet watch open', async () => {
    const setup = await reflecting();
    await synced(setup);
    for (let minute = 0; minute < 5; minute++) {
      await setup.clock.advance(60_000);
      const before = setup.reflector.lastActivity;
      setup.api.bookmark();
      await until(() => setup.reflector.lastActivity > before);
    }
    expect(setup.api.count('WATCH')).toBe(1);
  });

  test.each([
    ['as a status', false],
    ['within the stream', true],
  ])('a version that is too old, told %s, makes it list again at once, and what went meanwhile is noticed', async (_, inStream) => {
    const setup = await reflecting();
    for (const name of ['stays', 'goes']) setup.api.store.put(THINGS, thing(name));
    await synced(setup);
    setup.api.goneInStream = inStream;
    setup.api.store.onEvent(() => setup.api.store.compact());
    await cut(setup);
    setup.api.store.remove(THINGS, 'goes');
    expect(await waits(setup, () => setup.api.openWatches === 1)).toEqual([400]); // for the cut
    expect(names(setup)).toEqual(['stays']);
    expect(setup.changes).toEqual(['+stays', '+goes', '-goes']);
    expect(setup.api.count('GET')).toBe(2);
  });

  test('what a list again tells of once more, unchanged, is not worked out again', async () => {
    const worked: string[] = [];
    const transform = (live: LiveObject): Slim => {
      worked.push(live.metadata.name);
      return slim(live);
    };
    const setup = await reflecting({ transform });
    for (const name of ['stays', 'changes']) setup.api.store.put(THINGS, thing(name));
    await synced(setup);
    setup.api.goneInStream = true;
    setup.api.store.onEvent(() => setup.api.store.compact());
    await cut(setup);
    setup.api.store.put(THINGS, thing('changes', 2));
    await waits(setup, () => setup.api.openWatches === 1);
    expect(worked.sort()).toEqual(['changes', 'changes', 'stays']);
    expect(setup.changes).toEqual(['+stays', '+changes', '+changes']);
  });

  test('a server that says "too old" to everything is not asked without pause', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.fault({ watch: true, status: 410, reason: 'Expired' });
    await cut(setup);
    const passed = await waits(setup, () => setup.api.count('GET') === 5);
    expect(passed).toEqual([400, 800, 1600, 3200]); // after the cut, and after all but the first "too old"
    setup.api.heal();
    await reconnected(setup);
  });

  test('another error within the stream is followed by a pause, and no list', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.writeToWatches('{"type":"ERROR","object":{"code":500,"message":"etcd is away"}}\n');
    await until(() => setup.api.openWatches === 0);
    expect(await reconnected(setup)).toBe(400);
    expect(setup.api.count('GET')).toBe(1);
    expect(setup.lines).toContainEqual(expect.objectContaining({ level: 'warn', msg: 'cannot list or watch', error: 'etcd is away', type: 'things' }));
  });

  test('an event makes the next failure the first again', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.fault({ watch: true, status: 500, times: 5 });
    await cut(setup);
    expect(await reconnected(setup)).toBeGreaterThan(10_000);
    setup.api.store.put(THINGS, thing('one'));
    await until(() => setup.cache.size === 1);
    await cut(setup);
    expect(await reconnected(setup)).toBe(400);
    expect(setup.lines).toContainEqual(expect.objectContaining({ level: 'info', msg: 'listing and watching again' }));
  });

  test('so do two healthy minutes without any', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.fault({ watch: true, status: 500, times: 5 });
    await cut(setup);
    await reconnected(setup);
    await setup.clock.freeze(HEALTHY_WATCH_MS);
    await reconnected(setup);
    await cut(setup);
    expect(await reconnected(setup)).toBe(400);
  });

  test('a cluster that was restored from a backup is listed again, and as it is now', async () => {
    const setup = await reflecting();
    setup.api.store.put(THINGS, thing('old'));
    await synced(setup);
    for (let index = 0; index < 5; index++) setup.api.store.put(THINGS, thing('lost', index));
    await until(() => setup.changes.length === 6);
    setup.api.store.rewind(101);
    await cut(setup);
    await reconnected(setup);
    expect(names(setup)).toEqual(['old']);
  });

  test('an object that came again under the same name while nobody watched is another one', async () => {
    const setup = await reflecting();
    setup.api.store.put(THINGS, thing('one'));
    await synced(setup);
    setup.api.store.onEvent(() => setup.api.store.compact());
    await cut(setup);
    setup.api.store.remove(THINGS, 'one');
    setup.api.store.put(THINGS, thing('one'));
    await reconnected(setup);
    expect(setup.changes).toEqual(['+one', '-one', '+one']);
    expect(setup.cache.get('team-a/one')?.metadata.uid).toBe('uid-2');
  });
});

describe('trouble', () => {
  test('an API server that was away is found again, and nothing is lost', async () => {
    const setup = await reflecting();
    await synced(setup);
    setup.api.fault({ cut: 'before' });
    await cut(setup);
    await waits(setup, () => setup.api.requests.length > 8);
    setup.api.heal();
    setup.api.store.put(THINGS, thing('one'));
    await reconnected(setup);
    await until(() => setup.cache.size === 1);
    expect(setup.reflector.hasSynced).toBe(true);
    expect(setup.lines.filter(({ level }) => level === 'warn').length).toBeLessThanOrEqual(2);
  });

  test('while nobody answers at all the server is looked for every few seconds', async () => {
    const setup = await reflecting({ random: () => 1 });
    setup.api.fault({ cut: 'before' });
    setup.reflector.start();
    expect(await waits(setup, () => setup.api.requests.length === 7)).toEqual([800, 1600, 3200, 4000, 4000, 4000]);
  });

  test('how long nobody answered does not count once the server asks for patience', async () => {
    const setup = await reflecting({ random: () => 1 });
    setup.api.fault({ cut: 'before', times: 6 });
    setup.api.fault({ status: 429, reason: 'TooManyRequests', headers: { 'retry-after': '1' }, times: 1 });
    setup.reflector.start();
    expect(await waits(setup, () => setup.api.openWatches === 1)).toEqual([800, 1600, 3200, 4000, 4000, 4000, 1000]);
  });

  test('while the server is away the reflector is not silent', async () => {
    const setup = await reflecting();
    await synced(setup);
    await setup.api.close();
    let longest = 0;
    for (let attempt = 0; attempt < 40; attempt++) {
      await pause();
      await setup.clock.advance(setup.clock.nextIn ?? 0);
      longest = Math.max(longest, setup.clock.now() - setup.reflector.lastActivity);
    }
    expect(setup.clock.now() - 1_000_000).toBeGreaterThan(60_000);
    expect(longest).toBeLessThanOrEqual(IDLE_LIMIT_MS);
  });

  test('a type that is not served is waited for, said once, and not ready', async () => {
    const setup = await reflecting();
    setup.api.absent.add('example.org/things');
    setup.reflector.start();
    await waits(setup, () => setup.api.requests.length === 4);
    expect(setup.reflector.hasSynced).toBe(false);
    expect(setup.lines.filter(({ level }) => level === 'warn')).toEqual([
      expect.objectContaining({ msg: 'the type is not served; trying again until it is', type: 'things' }),
    ]);
    setup.api.absent.clear();
    setup.api.store.put(THINGS, thing('one'));
    await reconnected(setup);
    expect([setup.reflector.hasSynced, setup.cache.size]).toEqual([true, 1]);
    expect(setup.lines).toContainEqual(expect.objectContaining({ msg: 'the type is served now' }));
  });

  test('a type that a cluster may do without is complete while it is absent', async () => {
    const setup = await reflecting({ optional: true });
    setup.api.absent.add('example.org/things');
    setup.reflector.start();
    await setup.reflector.whenSynced();
    expect([setup.reflector.hasSynced, setup.cache.size]).toEqual([true, 0]);
  });

  test('a type that is taken away leaves no objects behind, and stays synced', async () => {
    const setup = await reflecting();
    setup.api.store.put(THINGS, thing('one'));
    await synced(setup);
    setup.api.absent.add('example.org/things');
    await cut(setup);
    await waits(setup, () => setup.cache.size === 0);
    expect([setup.reflector.hasSynced, setup.changes]).toEqual([true, ['+one', '-one']]);
  });

  test('rights that are taken away are said, and found again once they are back', async () => {
    const setup = await reflecting();
    setup.api.store.put(THINGS, thing('one'));
    await synced(setup);
    setup.api.fault({ status: 403, reason: 'Forbidden' });
    await cut(setup);
    await waits(setup, () => setup.api.requests.length === 5);
    expect(names(setup)).toEqual(['one']);
    expect(setup.lines).toContainEqual(expect.objectContaining({ level: 'warn', error: 'scripted', failures: 2 }));
    setup.api.heal();
    await reconnected(setup);
  });

  test('stopping ends the watch and every timer', async () => {
    const setup = await reflecting();
    await synced(setup);
    await setup.reflector.stop();
    await until(() => setup.api.openWatches === 0);
    expect(setup.clock.pending).toBe(0);
  });

  test('stopping does not wait for a pause to be over', async () => {
    const setup = await reflecting();
    setup.api.fault({ status: 500 });
    setup.reflector.start();
    await until(() => setup.api.requests.length === 1 && setup.clock.pending === 1);
    await setup.reflector.stop();
    expect(setup.clock.pending).toBe(0);
  });
});
