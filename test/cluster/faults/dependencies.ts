/** Dependencies that come late, come and go, go in circles, or are not granted any more. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import { createNamespace, PATIENCE_SECONDS } from './scene';
import type { Scene } from './scene';
import type { Group } from './together';

const IMAGE = 'example.com/main:1';
const SERVER = { image: IMAGE, model: { name: 'opt' } };
const FLAPS = 5;
const API_VERSION = 'substratus.ai/v1';

export const DEPENDENCIES: Group = {
  title: 'a dependency',
  scenarios: [
    ['that appears late is waited for, and nothing costs a GPU until then', async (on) => {
      const scene = await on.scene('late');
      await scene.start();
      await scene.create('Server', 'chat', SERVER);
      await scene.create('Model', 'tuned', { image: IMAGE, model: { name: 'opt' } });
      await scene.untilReason('Server', 'chat', 'ModelNotFound');
      await scene.untilReason('Model', 'tuned', 'ModelNotFound');
      expect([...await scene.list('apps/v1', 'Deployment'), ...await scene.list('batch/v1', 'Job')]).toEqual([]);
      await scene.create('Model', 'opt');
      await scene.untilReady('Server', 'chat');
      await scene.untilReady('Model', 'tuned');
      await scene.assertSound();
    }],

    ['that flaps touches nothing that runs', async (on) => {
      const scene = await serving(await on.scene('flaps'));
      const before = await deploymentOf(scene);
      const model = { apiVersion: API_VERSION, kind: 'Model', namespace: scene.namespace, name: 'opt' };
      for (let flap = 0; flap < FLAPS; flap += 1) {
        await on.cluster.client.patch(model, { status: { ready: false, conditions: [] } }, { subresource: 'status' });
        await scene.untilReady('Model', 'opt');
      }
      await scene.assertSound();
      expect(identityOf(await deploymentOf(scene))).toEqual(identityOf(before));
    }],

    ['that is deleted takes nothing down, and when it is back with another recipe is rolled to once it is Ready', async (on) => {
      const scene = await serving(await on.scene('deleted'));
      const before = await deploymentOf(scene);
      await scene.delete('Model', 'opt');
      await scene.until('the Server says so', async () => /does not exist/.test((await scene.condition('Server', 'chat'))?.message ?? ''));
      expect((await scene.get('Server', 'chat')).status?.ready).toBe(true);
      expect(identityOf(await deploymentOf(scene))).toEqual(identityOf(before));
      on.cluster.kubelet.cue({ namespace: scene.namespace, container: 'model' }, { outcome: 'succeed', duration: 2000 });
      await scene.create('Model', 'opt', { image: 'example.com/other:2' });
      await scene.untilReason('Model', 'opt', 'Running');
      expect(identityOf(await deploymentOf(scene))).toEqual(identityOf(before));
      const { status } = await scene.untilReady('Model', 'opt');
      await scene.until('the Server has rolled to it', async () => (await scene.get('Server', 'chat')).status?.model?.recipeDigest === status?.artifact?.recipeDigest);
      await scene.untilReady('Server', 'chat');
      await scene.assertSound();
      const { metadata } = await deploymentOf(scene);
      expect([metadata?.uid, metadata?.generation]).toEqual([before.metadata?.uid, (before.metadata?.generation ?? 0) + 1]);
    }],

    ['that depends on its dependant stalls both, until one of them is made again', async (on) => {
      const scene = await on.scene('cycle');
      await scene.start();
      await scene.create('Model', 'hen', { image: IMAGE, model: { name: 'egg' } });
      await scene.create('Model', 'egg', { image: IMAGE, model: { name: 'hen' } });
      await scene.untilReason('Model', 'hen', 'DependencyCycle');
      expect((await scene.untilReason('Model', 'egg', 'DependencyCycle')).message).toContain('Model cycle/egg needs Model cycle/hen needs Model cycle/egg');
      expect(await scene.list('batch/v1', 'Job')).toEqual([]);
      await scene.assertSound();
      await scene.delete('Model', 'egg');
      await scene.untilReason('Model', 'hen', 'ModelNotFound');
      await scene.create('Model', 'egg');
      await scene.untilReady('Model', 'hen');
      await scene.assertSound();
    }],

    ['whose grant is revoked serves who has it, and nobody new', async (on) => {
      const scene = await on.scene('owner');
      await createNamespace(on.cluster.client, 'user');
      await scene.start({ WATCH_NAMESPACES: 'owner,user' });
      await scene.create('Model', 'opt', { image: IMAGE, sharing: { namespaces: ['user'] } });
      const server = (name: string) => ({ apiVersion: API_VERSION, kind: 'Server', metadata: { name, namespace: 'user' }, spec: { image: IMAGE, model: { name: 'opt', namespace: 'owner' } } });
      const user = scene.in('user');
      await on.cluster.client.create(server('first'));
      await user.untilReady('Server', 'first');
      const before = await deploymentOf(user, 'first-server');
      const share = (namespaces: string[]) => on.cluster.client.patch({ apiVersion: API_VERSION, kind: 'Model', namespace: 'owner', name: 'opt' }, { spec: { sharing: { namespaces } } });

      await share(['others']);
      await user.until('it says so', async () => /is not shared with namespace user/.test((await user.condition('Server', 'first'))?.message ?? ''));
      expect((await user.get('Server', 'first')).status?.ready).toBe(true);
      await on.cluster.client.create(server('second'));
      await user.untilReason('Server', 'second', 'ReferenceNotPermitted');
      await user.assertSound(PATIENCE_SECONDS, 'owner');
      expect((await user.list<Deployment>('apps/v1', 'Deployment')).map(identityOf)).toEqual([identityOf(before)]);

      await share(['user']);
      await user.untilReady('Server', 'second');
      await user.assertSound(PATIENCE_SECONDS, 'owner');
    }],
  ],
};

/** With a Server of a Model, both Ready. */
async function serving(scene: Scene): Promise<Scene> {
  await scene.start();
  await scene.create('Model', 'opt');
  await scene.create('Server', 'chat', SERVER);
  await scene.untilReady('Server', 'chat');
  await scene.assertSound();
  return scene;
}

async function deploymentOf({ cluster: { client }, namespace }: Scene, name = 'chat-server'): Promise<Deployment> {
  return client.get<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name });
}

/** Another generation, and its pods would be other ones. */
function identityOf({ metadata }: Deployment) {
  return { name: metadata?.name, uid: metadata?.uid, generation: metadata?.generation };
}
