/** Killed after each of its writes, the reconciler makes the same as if nobody had killed it. */
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { Exchange } from '../../reconciler/fault-proxy';
import type { Scene } from './scene';
import type { Stage } from './stage';
import type { Group } from './together';

const HEARS_IN_MS = { unheard: 0, heard: 5 };
/** The writes of a Model, a Server and a Notebook, from their beginning until they are Ready: as many at least. */
const WRITES = 20;
const MOST_LIVES = 100;
/** So that at most one other write is under way when it dies. */
const ONE_AFTER_THE_OTHER = { CONCURRENCY: '1' };
const LIFE_SECONDS = 120;
const KINDS = [
  ['batch/v1', 'Job'], ['apps/v1', 'Deployment'], ['v1', 'ConfigMap'], ['v1', 'PersistentVolumeClaim'], ['v1', 'Secret'], ['v1', 'Service'],
  ['v1', 'ServiceAccount'],
] as const;

export const KILL: Group = {
  title: 'a reconciler that is killed by SIGKILL',
  scenarios: [
    ['after each of its writes, before it hears of it, makes the same, and nothing twice', (on) => diesAfterEachWrite(on, 'unheard')],
    ['after each of its writes, as soon as it has heard of it, makes the same, and nothing twice', (on) => diesAfterEachWrite(on, 'heard')],
  ],
};

/** One run for each write: the next one goes on from where the one before it has died. */
async function diesAfterEachWrite(on: Stage, hearing: keyof typeof HEARS_IN_MS): Promise<void> {
  const scene = await on.scene(hearing);
  const undisturbed = await on.scene(`${hearing}-undisturbed`);
  await Promise.all([fill(scene), fill(undisturbed)]);
  await undisturbed.start();
  let lives = 0;
  for (let isDone = false; !isDone && lives < MOST_LIVES; lives += 1) isDone = await liveOnce(scene, HEARS_IN_MS[hearing]);
  expect(lives).toBeGreaterThanOrEqual(WRITES);
  await Promise.all([settle(scene), settle(undisturbed)]);
  expect(await objectsOf(scene)).toEqual(await objectsOf(undisturbed));
  expect(scene.proxy.writes.filter(({ path, status }) => path.includes('/jobs/') && status === 201)).toHaveLength(3);
}

/** Starts the program and kills it after its first write. Says whether there was none, for all is done. */
async function liveOnce(scene: Scene, hearsInMs: number): Promise<boolean> {
  const life = { hasWritten: false };
  const death = new Promise<void>((resolve) => {
    scene.proxy.onAnswer = (exchange) => {
      if (life.hasWritten || !counts(exchange)) return;
      life.hasWritten = true;
      const kill = () => void scene.kill().then(resolve);
      if (hearsInMs === 0) kill();
      else setTimeout(kill, hearsInMs);
    };
  });
  const end = untilDone(scene, life).catch((error: unknown) => { if (!life.hasWritten) throw error; });
  await Promise.race([death, end]);
  if (life.hasWritten) await death;
  else await scene.kill();
  return !life.hasWritten;
}

/** Runs the program until it has written, or nothing is left to do. */
async function untilDone(scene: Scene, life: { readonly hasWritten: boolean }): Promise<void> {
  await scene.start(ONE_AFTER_THE_OTHER);
  await scene.until('it has written, or all are Ready', async () => life.hasWritten || areReady(scene), LIFE_SECONDS);
  if (!life.hasWritten) await scene.assertSound();
}

async function areReady(scene: Scene): Promise<boolean> {
  const resources = await Promise.all([scene.get('Model', 'opt'), scene.get('Server', 'chat'), scene.get('Notebook', 'lab')]);
  return resources.every(({ status }) => status?.ready);
}

/** A Model, a Server of it, and a Notebook. */
async function fill(scene: Scene): Promise<void> {
  await scene.create('Model', 'opt');
  await scene.create('Server', 'chat', { image: 'example.com/main:1', model: { name: 'opt' } });
  await scene.create('Notebook', 'lab');
}

/** Resolves when nothing is left to do. */
async function settle(scene: Scene): Promise<void> {
  await scene.untilReady('Server', 'chat');
  await scene.untilReady('Notebook', 'lab');
  await scene.assertSound();
}

/** Events are best effort: nothing hangs on them. */
function counts({ method, path, status = 500 }: Exchange): boolean {
  return method !== 'GET' && status < 300 && !path.includes('/events');
}

/** What there is, in words that are the same in every namespace: a digest at the end of a name is not. */
async function objectsOf(scene: Scene): Promise<string[]> {
  const lists = await Promise.all(KINDS.map(async ([apiVersion, kind]) => {
    const objects = await scene.list<{ readonly metadata: ObjectMeta }>(apiVersion, kind);
    return objects.map(({ metadata: { name = '', ownerReferences: [owner] = [] } }) => (
      `${kind} ${name.replace(/-[0-9a-z]{8}$/, '')} of ${owner?.kind ?? 'nobody'} ${owner?.name ?? ''}`
    ));
  }));
  return lists.flat().sort();
}
