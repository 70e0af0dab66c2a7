/** An API server that is slow, busy or broken, and someone who writes over what is ours. */
import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Service } from 'kubernetes-types/core/v1';
import { MAX_IN_FLIGHT } from '../../../src/reconciler/kube/requester';
import type { Exchange } from '../../reconciler/fault-proxy';
import type { KubeObject } from '../client';
import type { Scene } from './scene';
import type { Group } from './together';

const SUSPENDED = { image: 'example.com/main:1', suspend: true };
const WORKERS = 8;
const RETRY_AFTER_SECONDS = 2;
const BUSY_MS = 10_000;
const FIGHT_MS = 12_000;
const FLIP_EVERY_MS = 100;

export const LOAD: Group = {
  title: 'a reconciler',
  scenarios: [
    ['on an API server that takes 2 s for each request goes on leading, with few requests at a time', async (on) => {
      const scene = await on.scene('slow');
      scene.proxy.fault({ watch: false, delayMs: 2000 });
      const program = await scene.start({ LEADER_ELECT: 'true' });
      const names = await createMany(scene, 2 * WORKERS);
      await scene.until('all are suspended', async () => {
        if (!program.process.isRunning) throw new Error(`the program has ended:\n${program.process.lastWords()}`);
        const reasons = await Promise.all(names.map((name) => scene.condition('Model', name)));
        return reasons.every((condition) => condition?.reason === 'Suspended');
      });
      /* Those of the lease are apart. */
      expect(scene.proxy.mostInFlight).toBeLessThanOrEqual(MAX_IN_FLIGHT + 2);
      const { spec } = await on.cluster.client.get<Lease>({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'slow', name: 'reconciler' });
      expect(spec).toMatchObject({ holderIdentity: 'slow-1', leaseTransitions: 0 });
      await scene.assertSound();
    }],

    ['on an API server that answers 429 waits as long as it is asked to', async (on) => {
      const scene = await on.scene('busy');
      await scene.start();
      scene.proxy.fault({ method: 'PATCH', status: 429, reason: 'TooManyRequests', retryAfterSeconds: RETRY_AFTER_SECONDS });
      const names = await createMany(scene, 2 * WORKERS);
      await sleep(BUSY_MS);
      expect(patchesOf(scene).length).toBeGreaterThan(WORKERS);
      expect(patchesOf(scene).length).toBeLessThanOrEqual(WORKERS * (BUSY_MS / 1000 / RETRY_AFTER_SECONDS + 1));
      scene.proxy.heal();
      for (const name of names) await scene.untilReason('Model', name, 'Suspended');
      await scene.assertSound();
    }],

    ['on an API server that answers 500 to each fifth request gets everything done, and nothing twice', async (on) => {
      const scene = await on.scene('flaky');
      scene.proxy.fault({ chance: 0.2, status: 500, reason: 'InternalError' });
      await scene.start();
      await scene.create('Server', 'chat', { image: 'example.com/main:1', model: { name: 'opt' } });
      await scene.create('Model', 'opt');
      await scene.create('Notebook', 'lab');
      await scene.untilReady('Server', 'chat', 120);
      await scene.untilReady('Notebook', 'lab', 120);
      expect(scene.proxy.writes.filter(({ path, status }) => path.includes('/jobs/') && status === 201)).toHaveLength(3);
      await scene.assertSound();
    }],

    ['whose writes all fail tries ever more seldom', async (on) => {
      const scene = await on.scene('broken');
      await scene.start();
      const names = await createMany(scene, WORKERS, { method: 'PATCH', status: 500, reason: 'InternalError' });
      await scene.until('all have failed', () => patchesOf(scene).length >= WORKERS);
      const [{ at: start = 0 } = {}] = patchesOf(scene);
      await sleep(BUSY_MS);
      /* From 5 ms on twice as long each time, so that 10 attempts are over in 5 s. */
      const late = patchesOf(scene).filter(({ at }) => at > start + BUSY_MS / 2);
      expect(patchesOf(scene).length).toBeGreaterThan(4 * WORKERS);
      expect(late.length).toBeLessThanOrEqual(2 * WORKERS);
      scene.proxy.heal();
      for (const name of names) await scene.untilReason('Model', name, 'Suspended');
      await scene.assertSound();
    }],

    ['whose Service someone flips every 100 ms puts it right, but not as often, and leaves the fields of others', async (on) => {
      const scene = await on.scene('fought-over');
      await scene.start();
      await scene.create('Notebook', 'lab');
      await scene.untilReady('Notebook', 'lab');
      const service = { apiVersion: 'v1', kind: 'Service', namespace: scene.namespace, name: 'lab-notebook' };
      const { spec: before } = await on.cluster.client.get<Service>(service);
      scene.proxy.exchanges.length = 0;
      const end = Date.now() + FIGHT_MS;
      for (let port = 1; Date.now() < end; port = 3 - port) {
        await on.cluster.client.patch<KubeObject>(service, { metadata: { annotations: { theirs: 'kept' } }, spec: { selector: { role: `theirs-${port}` } } });
        await sleep(FLIP_EVERY_MS);
      }
      const repairs = scene.proxy.writes.filter(({ path }) => path.includes('/services/'));
      expect(repairs.length).toBeGreaterThan(1);
      expect(repairs.length).toBeLessThanOrEqual(1 + Math.log2(FIGHT_MS / 1000) + 1);
      expect(scene.proxy.exchanges.length).toBeLessThan(FIGHT_MS / FLIP_EVERY_MS / 2);
      await scene.until('the Service is as it was', async () => JSON.stringify((await on.cluster.client.get<Service>(service)).spec) === JSON.stringify(before), 30);
      expect((await on.cluster.client.get<Service>(service)).metadata?.annotations).toMatchObject({ theirs: 'kept' });
      await scene.assertSound();
    }],
  ],
};

/** Models that cost nothing; from the first on the proxy has a fault. */
async function createMany(scene: Scene, count: number, fault?: Parameters<Scene['proxy']['fault']>[0]): Promise<string[]> {
  if (fault) scene.proxy.fault(fault);
  const names = Array.from({ length: count }, (_, index) => `opt-${index}`);
  await Promise.all(names.map((name) => scene.create('Model', name, SUSPENDED)));
  return names;
}

function patchesOf({ proxy }: Scene): readonly Exchange[] {
  return proxy.exchanges.filter(({ method }) => method === 'PATCH');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
