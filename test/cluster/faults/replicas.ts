/** Two reconcilers of which one leads, whatever becomes of it and of its clock. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import type { Lease } from 'kubernetes-types/coordination/v1';
import type { ReconcilerProgram } from '../program';
import type { Scene } from './scene';
import type { Stage } from './stage';
import type { Group } from './together';

const ELECTED = { LEADER_ELECT: 'true' };
const HOUR_MS = 3_600_000;
/** Lease and retry period; and one more second for a machine that has much to do. */
const TAKEOVER_SECONDS = 17 + 1;
const HANDOVER_SECONDS = 3 + 1;
const FROZEN_MS = 20_000;
const WORK = 30;

export const REPLICAS: Group = {
  title: 'of two reconcilers',
  scenarios: [
    ['the other leads within 17 s when the leader is killed', async (on) => {
      const { scene, leader, other } = await twoOf(on, 'killed');
      await works(scene, 'first');
      expect(await other.metric('workqueue_depth')).toBe(0);
      await leader.kill();
      await untilLeads(scene, 'killed-2', TAKEOVER_SECONDS);
      await works(scene);
    }],

    ['the other leads within 3 s when the leader is asked to end', async (on) => {
      const { scene, leader } = await twoOf(on, 'asked');
      const stopped = leader.stop();
      await untilLeads(scene, 'asked-2', HANDOVER_SECONDS);
      await stopped;
      expect(leader.process.ending).toBe(0);
      await works(scene);
    }],

    ['the leader that was frozen for 20 s writes nothing any more', async (on) => {
      const { scene, leader } = await twoOf(on, 'frozen');
      const models = await Promise.all(Array.from({ length: WORK }, (_, index) => scene.create('Model', `opt-${index}`, suspended)));
      await scene.until('the leader is at work', () => scene.proxy.writes.filter(({ path: url }) => url.includes('/models/')).length > WORK / 3);
      leader.process.freeze();
      scene.proxy.exchanges.length = 0;
      await Promise.all([untilLeads(scene, 'frozen-2', TAKEOVER_SECONDS), new Promise((resolve) => setTimeout(resolve, FROZEN_MS))]);
      await Promise.all(models.map(({ metadata: { name } }) => scene.untilReason('Model', name, 'Suspended')));
      const before = scene.proxy.writes.length;
      leader.process.thaw();
      await scene.until('the former leader has ended', () => !leader.process.isRunning);
      expect(leader.process.ending).toBe(1);
      expect(scene.proxy.writes.slice(before).filter(({ path: url }) => !url.includes('/leases/'))).toEqual([]);
      await works(scene);
    }],

    ['the leader stays it, though their clocks are two hours apart, and a notebook sleeps by the time of its server', async (on) => {
      const jupyter = await Jupyter.start();
      const { scene } = await twoOf(on, 'skewed', (index) => ({
        CLOCK_SKEW_MS: String(index === 0 ? HOUR_MS : -HOUR_MS),
        NODE_OPTIONS: `--require ${path.join(__dirname, 'skewed-clock.js')}`,
        NOTEBOOK_URL: jupyter.url,
        TOKEN_KEY_FILE: on.cluster.write('token-key', 'k'.repeat(32)),
      }));
      const { spec: before } = await leaseOf(scene);
      expect(Math.abs(Date.parse(String(before?.renewTime)) - Date.now())).toBeGreaterThan(HOUR_MS / 2);
      await scene.create('Notebook', 'lab', { image: 'example.com/main:1', idleTimeout: '20s' });
      await scene.untilReady('Notebook', 'lab');
      await scene.until('the notebook is asked twice', () => jupyter.asked > 1, 90);
      expect((await scene.condition('Notebook', 'lab'))?.reason).toBe('Open');
      jupyter.idleSeconds = 3600;
      await scene.untilReason('Notebook', 'lab', 'Culled');
      const { spec: after } = await leaseOf(scene);
      expect([after?.holderIdentity, after?.leaseTransitions]).toEqual([before?.holderIdentity, before?.leaseTransitions]);
      await jupyter.close();
    }],
  ],
};

const suspended = { image: 'example.com/main:1', suspend: true };

interface Two {
  readonly scene: Scene;
  readonly leader: ReconcilerProgram;
  readonly other: ReconcilerProgram;
}

/** The first to start leads. */
async function twoOf(on: Stage, namespace: string, env: (index: number) => NodeJS.ProcessEnv = () => ({})): Promise<Two> {
  const scene = await on.scene(namespace);
  const leader = await scene.start({ ...ELECTED, ...env(0) });
  await untilLeads(scene, `${namespace}-1`, TAKEOVER_SECONDS);
  const proxy = await scene.anotherProxy();
  const other = await scene.start({ ...ELECTED, ...env(1) }, proxy);
  await scene.until('the other knows the lease', () => proxy.exchanges.filter(({ path: url, status }) => url.includes('/leases/') && status === 200).length > 1);
  return { scene, leader, other };
}

function leaseOf({ cluster: { client }, namespace }: Scene): Promise<Lease> {
  return client.get({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: 'reconciler' });
}

async function untilLeads(scene: Scene, name: string, seconds: number): Promise<void> {
  await scene.until(`${name} leads`, async () => (await leaseOf(scene).catch(() => undefined))?.spec?.holderIdentity === name, seconds);
}

/** What is asked for comes about, and nothing is amiss. */
async function works(scene: Scene, name = 'last'): Promise<void> {
  await scene.create('Model', name);
  await scene.untilReady('Model', name);
  await scene.assertSound();
}

/** Answers as a notebook does. */
class Jupyter {
  public static async start(): Promise<Jupyter> {
    const jupyter = new Jupyter();
    await new Promise<void>((resolve) => jupyter.server.listen(0, '127.0.0.1', resolve));
    return jupyter;
  }

  public asked = 0;
  public idleSeconds = 0;
  private readonly server = createServer((request, response) => {
    if (request.url !== '/api/status') return void response.end('[]');
    this.asked += 1;
    const lastActivity = new Date(Date.now() - this.idleSeconds * 1000).toISOString();
    return void response.end(JSON.stringify({ last_activity: lastActivity, connections: 0, kernels: 0 }));
  });

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
