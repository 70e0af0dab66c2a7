/** Watches that break, go silent or lag behind. */
import type { Service } from 'kubernetes-types/core/v1';
import { follow } from '../follow';
import type { Followed } from '../follow';
import type { Scene, Stored } from './scene';
import type { Stage } from './stage';
import type { Group } from './together';
import { WATCHES } from './watches';

const SERVICE = { apiVersion: 'v1', kind: 'Service', name: 'chat-server' };
const SERVER = { image: 'example.com/main:1', model: { name: 'opt' } };
const IDLE_LIMIT_SECONDS = 90;
const LAG_MS = 5000;
/** More than a page of a list. */
const MANY = 501;

export const WATCH: Group = {
  title: 'a reconciler whose watch',
  scenarios: [
    ['says nothing any more opens it again within 90 s', async (on) => {
      const scene = await on.scene('silent');
      const program = await scene.start();
      scene.proxy.stallWatches();
      await scene.create('Model', 'opt');
      await scene.until('the Model is noticed', async () => (await scene.condition('Model', 'opt')) !== undefined, IDLE_LIMIT_SECONDS + 5);
      await scene.untilReady('Model', 'opt');
      expect(await program.metric('rest_client_requests_total', { method: 'GET' })).toBeLessThan(60);
      await scene.assertSound();
    }],

    ['lags 5 s behind makes nothing twice, and its statuses neither flap nor go back in time', async (on) => {
      const scene = await on.scene('stale');
      scene.proxy.fault({ watch: true, lagMs: LAG_MS });
      await scene.start();
      const history = statusesOf(scene);
      await scene.create('Model', 'opt');
      await scene.create('Server', 'chat', SERVER);
      await scene.untilReady('Server', 'chat', 120);
      history.stop();
      expect(history.reasons('Model')).toEqual(inOrder(history.reasons('Model'), ['Checking', 'Running', 'Publishing', 'Published']));
      expect(history.reasons('Server')).toEqual(inOrder(history.reasons('Server'), ['ModelNotFound', 'ModelNotReady', 'Starting', 'Serving']));
      expect(history.goesBack()).toEqual([]);
      expect(createdJobs(scene)).toHaveLength(3);
      await scene.assertSound();
    }],

    ['is told 410 by HTTP lists again and notices what was deleted', async (on) => {
      await losesService(on, 'gone-http', (proxy) => {
        proxy.fault({ watch: true, path: /\/services/, status: 410, reason: 'Expired', times: 1 });
        proxy.cutWatches({ path: /\/services/ });
      });
    }],

    ['is told 410 in its stream lists again and notices what was deleted', async (on) => {
      await losesService(on, 'gone-in-stream', (proxy) => proxy.failWatches(410, /\/services/));
    }],

    ['is told 410 amid the pages of a list begins the list again', async (on) => {
      const scene = await published(on, 'gone-on-continue');
      await Promise.all(Array.from({ length: MANY }, (_, index) => on.cluster.client.create(foreignService(scene, index))));
      scene.proxy.fault({ path: /\/services\?.*continue=/, status: 410, reason: 'Expired', times: 1 });
      await withoutService(scene, (proxy) => proxy.failWatches(410, /\/services/));
      expect(scene.proxy.exchanges.filter(({ path }) => /\/services\?.*continue=/.test(path))).toHaveLength(2);
    }],

    ['is cut amid a line goes on where it was', async (on) => {
      const scene = await on.scene('cut');
      await scene.start();
      scene.proxy.fault({ watch: true, path: /\/models/, truncateAfter: 100, times: 1 });
      scene.proxy.cutWatches({ path: /\/models/, lastBytes: '{"type":"ADDED","obj' });
      await scene.until('the watch is open again', () => scene.proxy.openWatches === WATCHES);
      scene.proxy.exchanges.length = 0;
      await scene.create('Model', 'opt');
      await scene.untilReady('Model', 'opt');
      expect(scene.proxy.exchanges.filter(({ path, isWatch }) => /\/models\?/.test(path) && !isWatch)).toEqual([]);
      await scene.assertSound();
    }],
  ],
};

/** Of nobody, but listed with ours. */
function foreignService({ namespace }: Scene, index: number): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `foreign-${index}`, namespace, labels: { 'app.kubernetes.io/managed-by': 'substratus' } },
    spec: { clusterIP: 'None', ports: [{ port: 80 }] },
  };
}

/** A scene with a Server that is Ready. */
async function published(on: Stage, namespace: string): Promise<Scene> {
  const scene = await on.scene(namespace);
  await scene.create('Model', 'opt');
  await scene.create('Server', 'chat', SERVER);
  await scene.start();
  await scene.untilReady('Server', 'chat');
  await scene.assertSound();
  return scene;
}

async function losesService(on: Stage, namespace: string, fail: (proxy: Scene['proxy']) => void): Promise<void> {
  const scene = await published(on, namespace);
  await withoutService(scene, fail);
}

/** Deletes a Service that nobody hears of; what then fails must not hide it for good, and no other write may follow. */
async function withoutService(scene: Scene, fail: (proxy: Scene['proxy']) => void): Promise<void> {
  const { proxy, namespace, cluster: { client } } = scene;
  proxy.stallWatches(/\/services/);
  await client.delete({ ...SERVICE, namespace });
  proxy.exchanges.length = 0;
  fail(proxy);
  await scene.until('the Service is back', () => client.find({ ...SERVICE, namespace }));
  await scene.assertSound();
  expect(proxy.writes.filter(({ path }) => !path.includes('/events'))).toEqual([expect.objectContaining({ method: 'PATCH', status: 201 })]);
}

function createdJobs({ proxy }: Scene): string[] {
  return proxy.writes.filter(({ path, status }) => path.includes('/jobs/') && status === 201).map(({ path }) => path);
}

/** What is expected of reasons in their order: each once, none after a later one. */
function inOrder(found: readonly string[], reasons: readonly string[]): string[] {
  return reasons.filter((reason) => found.includes(reason));
}

interface Seen {
  readonly kind: string;
  readonly reason: string;
  readonly times: Readonly<Record<string, string>>;
}

/** Every status that was stored, as a watch that does not lag has seen it. */
function statusesOf({ cluster: { client }, namespace }: Scene) {
  const seen: Seen[] = [];
  const stopping = new AbortController();
  for (const kind of ['Model', 'Server']) {
    void follow<Stored & Followed>(client, { collection: { apiVersion: 'substratus.ai/v1', kind, namespace }, signal: stopping.signal }, ({ object }) => {
      const { conditions = [] } = object.status ?? {};
      const ready = conditions.find(({ type }) => type === 'Ready');
      const times = Object.fromEntries(conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]));
      if (ready) seen.push({ kind, reason: ready.reason, times });
    });
  }
  const of = (kind: string) => seen.filter((each) => each.kind === kind);
  return {
    stop: () => stopping.abort(),
    reasons: (kind: string) => of(kind).map(({ reason }) => reason).filter((reason, index, all) => reason !== all[index - 1]),
    goesBack: () => ['Model', 'Server'].flatMap((kind) => of(kind).filter(({ times }, index, all) => Object.entries(times)
      .some(([type, time]) => time < (all[index - 1]?.times[type] ?? '')))),
  };
}
