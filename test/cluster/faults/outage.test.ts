/** What befalls a whole cluster: its API server is away for a while, or a kind is. */
import { describeOnCluster } from '../describe';
import type { ReconcilerProgram } from '../program';
import { installKinds, ROOMY } from './scene';
import type { Scene, Stored } from './scene';
import { playOn } from './stage';
import { WATCHES } from './watches';

const MODELS = 1000;
/** So many of them run; the others are suspended, which is a ConfigMap and a status. */
const RUNNING = 20;
const DOWN_MS = 30_000;
const AT_A_TIME = 16;
/** Caches are complete again in 5 s; twice that on a machine that has much to do. */
/** Measured: a few seconds. Much more on a machine that is busy. */
const BACK_SECONDS = 45;
const SETTLED_SECONDS = 180;
const RETRY_MS = 500;
const LIMIT_MS = 300_000;
/** The garbage collector learns of new kinds only so often. */
const COLLECTED_SECONDS = 90;
/** The longest pause between two attempts, and some more. */
const FOUND_AGAIN_SECONDS = 45;

describeOnCluster('a reconciler', ROOMY, (cluster) => {
  beforeAll(() => installKinds(cluster()));

  test('whose API server is down for 30 s amid 1,000 creates stays alive, loses none, and is back at work in seconds', () => playOn(cluster(), async (on) => {
    const scene = await on.scene('outage');
    const program = await scene.start();
    const { pid } = program.process;
    let created = 0;
    const creating = createAll(scene, () => { created += 1; });
    await scene.until('half of them are there', () => created >= MODELS / 2, SETTLED_SECONDS);
    const health = watchHealth(program);
    await cluster().restartApiServer({ downMs: DOWN_MS });
    expect(health.end()).toBe(true);
    expect(program.process.pid).toBe(pid);
    await scene.until('it watches everything again', () => scene.proxy.openWatches === WATCHES, BACK_SECONDS);
    await creating;
    await scene.assertSound(SETTLED_SECONDS);
    await scene.until('all of them are done', async () => (await allModels(scene)).every(isDone), SETTLED_SECONDS);
    expect(await allModels(scene)).toHaveLength(MODELS);
  }), LIMIT_MS);

  test('whose kind is taken away goes on with the others, and with it once it is back', () => playOn(cluster(), async (on) => {
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'notebooks.substratus.ai' };
    const scene = await on.scene('kind');
    const program = await scene.start();
    await scene.create('Notebook', 'lab');
    await scene.untilReady('Notebook', 'lab');
    await untilCollected(scene, () => scene.delete('Notebook', 'lab')); // so that the garbage collector knows the kind
    await scene.create('Notebook', 'lab');
    await scene.untilReady('Notebook', 'lab');
    await untilCollected(scene, () => on.cluster.client.delete(definition));
    await scene.create('Model', 'opt');
    await scene.untilReady('Model', 'opt');
    expect(await program.isHealthy()).toBe(true);
    await installKinds(on.cluster);
    await scene.until('it can be made again', () => scene.create('Notebook', 'lab').then(() => true, () => false));
    await scene.untilReady('Notebook', 'lab', FOUND_AGAIN_SECONDS);
    await scene.assertSound();
  }), LIMIT_MS);
});

async function untilCollected(scene: Scene, remove: () => Promise<void>): Promise<void> {
  await remove();
  await scene.until('its children are gone', async () => (await scene.list('apps/v1', 'Deployment')).length === 0, COLLECTED_SECONDS);
}

function allModels(scene: Scene): Promise<Stored[]> {
  return scene.list<Stored>('substratus.ai/v1', 'Model');
}

function isDone({ status }: Stored): boolean {
  const { reason = '' } = status?.conditions?.find(({ type }) => type === 'Ready') ?? {};
  return reason === 'Suspended' || reason === 'Published';
}

/** Creates them, each until it is there. */
async function createAll(scene: Scene, onCreated: () => void): Promise<void> {
  const rest = Array.from({ length: MODELS }, (_, index) => index);
  await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
    for (let index = rest.shift(); index !== undefined; index = rest.shift()) {
      await createSurely(scene, { name: `opt-${index}`, suspend: index % (MODELS / RUNNING) !== 0 });
      onCreated();
    }
  }));
}

async function createSurely(scene: Scene, { name, suspend }: { readonly name: string; readonly suspend: boolean }): Promise<void> {
  for (let isThere = false; !isThere;) {
    isThere = await scene.create('Model', name, { image: 'example.com/main:1', suspend }).then(() => true, () => isStored(scene, name));
    if (!isThere) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function isStored(scene: Scene, name: string): Promise<boolean> {
  return scene.get('Model', name).then(() => true, () => false);
}

function watchHealth(program: ReconcilerProgram): { readonly end: () => boolean } {
  let isAlive = true;
  const timer = setInterval(() => {
    void program.isHealthy().then((healthy) => { isAlive &&= healthy; });
  }, 1000);
  return {
    end: () => {
      clearInterval(timer);
      return isAlive;
    },
  };
}
