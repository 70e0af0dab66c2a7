/** Resources that are deleted, and made again, while they are being worked on. */
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { Kind } from '../../../src/api/resource';
import type { Scene } from './scene';
import type { Group, Scenario } from './together';

const HELD_MS = 2000;
/** The garbage collector learns of new kinds only so often. */
const COLLECTED_SECONDS = 90;
const CHILD_KINDS = [
  ['batch/v1', 'Job'], ['apps/v1', 'Deployment'], ['v1', 'ConfigMap'], ['v1', 'PersistentVolumeClaim'], ['v1', 'Secret'], ['v1', 'Service'],
] as const;

interface Child {
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

const MODEL_CHILDREN = ['ConfigMap', 'ConfigMap', 'Job', 'Job', 'Job'];
const NOTEBOOK_CHILDREN = ['ConfigMap', 'Deployment', 'PersistentVolumeClaim', 'Secret', 'Service'];

const CASES = [
  { kind: 'Model', what: 'job', path: /\/jobs\//, children: MODEL_CHILDREN },
  { kind: 'Model', what: 'status', path: /\/models\/it\/status/, children: MODEL_CHILDREN },
  { kind: 'Notebook', what: 'deployment', path: /\/deployments\//, children: NOTEBOOK_CHILDREN },
  { kind: 'Notebook', what: 'status', path: /\/notebooks\/it\/status/, children: NOTEBOOK_CHILDREN },
] as const;

export const AGAIN: Group = {
  title: 'a resource',
  scenarios: [
    ['that is deleted while its Job is being made stays deleted, and the Job goes', async (on) => {
      const scene = await holding(await on.scene('job'), { kind: 'Model', path: /\/jobs\// });
      await scene.delete('Model', 'it');
      await untilNothingIsLeft(scene);
    }],

    ['that is deleted while its status is being written stays deleted', async (on) => {
      const scene = await holding(await on.scene('status'), { kind: 'Model', path: /\/models\/it\/status/ });
      await scene.delete('Model', 'it');
      await untilNothingIsLeft(scene);
    }],

    ['that is deleted while its Deployment is being made stays deleted, and the Deployment goes', async (on) => {
      const scene = await holding(await on.scene('deployment'), { kind: 'Notebook', path: /\/deployments\// });
      await scene.delete('Notebook', 'it');
      await untilNothingIsLeft(scene);
    }],

    ...CASES.map(({ kind, what, path, children }): Scenario => [
      `of kind ${kind} that is made again while its ${what} is being written is a new one, and nothing is left of the old`,
      async (on) => {
        const scene = await holding(await on.scene(`again-${kind.toLowerCase()}-${what}`), { kind, path });
        await scene.delete(kind, 'it');
        const { metadata: { uid } } = await scene.create(kind, 'it', { image: 'example.com/other:2' });
        await scene.untilReady(kind, 'it', COLLECTED_SECONDS);
        await scene.until('all is of the new one', async () => (await childrenOf(scene)).every((child) => ownerOf(child) === uid), COLLECTED_SECONDS);
        await scene.assertSound();
        await scene.until(`there is ${children.join(', ')}`, async () => (await childrenOf(scene)).map((child) => child.kind).sort().join() === children.join());
      },
    ]),
  ],
};

interface Held {
  readonly kind: Kind;
  /** The write that is under way when the test goes on. */
  readonly path: RegExp;
}

/** A scene whose reconciler is amid a write. */
async function holding(scene: Scene, { kind, path }: Held): Promise<Scene> {
  await scene.start();
  const isHeld = ({ method, path: url }: { readonly method: string; readonly path: string }) => method === 'PATCH' && path.test(url);
  scene.proxy.fault({ method: 'PATCH', path, delayMs: HELD_MS, times: 1 });
  await scene.create(kind, 'it');
  await scene.until('the write is under way', () => scene.proxy.exchanges.some(isHeld));
  return scene;
}

async function untilNothingIsLeft(scene: Scene): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2 * HELD_MS));
  await scene.until('nothing is left', async () => (await childrenOf(scene)).length === 0, COLLECTED_SECONDS);
  expect(await scene.list('substratus.ai/v1', 'Model')).toEqual([]);
  expect(await scene.list('substratus.ai/v1', 'Notebook')).toEqual([]);
}

/** What a resource owns. */
async function childrenOf(scene: Scene): Promise<Child[]> {
  const lists = await Promise.all(CHILD_KINDS.map(async ([apiVersion, kind]) => {
    const objects = await scene.list<Pick<Child, 'metadata'>>(apiVersion, kind);
    return objects.map(({ metadata }) => ({ kind, metadata }));
  }));
  return lists.flat().filter((child) => ownerOf(child) !== undefined);
}

function ownerOf({ metadata: { ownerReferences: [owner] = [] } }: Child): string | undefined {
  return owner?.uid;
}
