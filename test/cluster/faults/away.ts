/** What is taken away from under the reconciler, and put back: its rights, a namespace. */
import type { ClusterRole, ClusterRoleBinding, PolicyRule } from 'kubernetes-types/rbac/v1';
import { createNamespace } from './scene';
import type { Scene } from './scene';
import type { Group } from './together';
import { WATCHES } from './watches';

const IMAGE = 'example.com/main:1';
const SERVER = { image: IMAGE, model: { name: 'opt' } };
const RBAC = 'rbac.authorization.k8s.io/v1';
/** The longest pause between two attempts, and some more. */
const FOUND_AGAIN_SECONDS = 45;
const GOING_SECONDS = 120;

/** All that the reconciler does, but for its Jobs. */
const RULES: readonly PolicyRule[] = [
  { apiGroups: ['substratus.ai', 'apps', 'policy', 'autoscaling'], resources: ['*'], verbs: ['*'] },
  { apiGroups: [''], resources: ['configmaps', 'events', 'persistentvolumeclaims', 'pods', 'secrets', 'serviceaccounts', 'services'], verbs: ['*'] },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['*'] },
];
const JOB_RULES: readonly PolicyRule[] = [{ apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'patch', 'delete'] }];

export const AWAY: Group = {
  title: 'a reconciler',
  scenarios: [
    ['that may not make Jobs any more says so, does all else, and goes on once it may', async (on) => {
      const scene = await on.sceneWithAccount('rights-in-part');
      await grant(scene, RULES);
      await grant(scene, JOB_RULES, 'jobs');
      await scene.start();
      await scene.create('Model', 'opt');
      await scene.untilReady('Model', 'opt');
      await revoke(scene, 'jobs');
      await scene.create('Model', 'second');
      await scene.create('Server', 'chat', SERVER);
      expect((await scene.untilReason('Model', 'second', 'Forbidden')).message).toContain('cannot patch resource "jobs"');
      await scene.untilReady('Server', 'chat');
      await grant(scene, JOB_RULES, 'jobs');
      await scene.untilReady('Model', 'second', FOUND_AGAIN_SECONDS);
      await scene.assertSound();
    }],

    ['that may do nothing any more stays alive, and goes on once it may', async (on) => {
      const scene = await on.sceneWithAccount('rights');
      await grant(scene, [...RULES, ...JOB_RULES]);
      const program = await scene.start();
      await scene.create('Model', 'opt');
      await scene.untilReady('Model', 'opt');
      await revoke(scene);
      const account = await on.cluster.clientOf({ namespace: scene.namespace, name: 'reconciler' });
      const pods = { apiVersion: 'v1', kind: 'Pod', namespace: scene.namespace };
      await scene.until('the right is gone', () => account.list(pods).then(() => false, () => true));
      account.close();
      scene.proxy.cutWatches();
      scene.proxy.exchanges.length = 0;
      await scene.create('Server', 'chat', SERVER);
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      expect(await program.isHealthy()).toBe(true);
      /* For each type no more attempts than an ever longer pause lets through. */
      expect(scene.proxy.exchanges.length).toBeLessThan(WATCHES * 12);
      await grant(scene, [...RULES, ...JOB_RULES]);
      await scene.untilReady('Server', 'chat', FOUND_AGAIN_SECONDS);
      await scene.assertSound();
    }],

    ['whose namespace goes away does not hold it up, nor run hot; and one of that name is a new one', async (on) => {
      const scene = await on.scene('going');
      const program = await scene.start();
      on.cluster.kubelet.cue({ namespace: 'going', namePrefix: 'long' }, { outcome: 'succeed', duration: 600_000 });
      await scene.create('Model', 'opt', { image: IMAGE, deletionPolicy: 'Delete' });
      await scene.create('Server', 'chat', SERVER);
      await scene.create('Notebook', 'lab');
      await scene.create('Model', 'long');
      await scene.untilReady('Server', 'chat');
      await scene.untilReady('Notebook', 'lab');
      await scene.until('a Job is under way', async () => (await scene.condition('Model', 'long'))?.reason === 'Checking');
      scene.proxy.exchanges.length = 0;
      const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'going' };
      await on.cluster.client.delete(namespace);
      await scene.until('the namespace has gone', async () => await on.cluster.client.find(namespace) === undefined, GOING_SECONDS);
      expect(scene.proxy.exchanges.length).toBeLessThan(200);
      expect(await program.isHealthy()).toBe(true);
      await createNamespace(on.cluster.client, 'going');
      await scene.create('Model', 'opt');
      await scene.untilReady('Model', 'opt');
      await scene.assertSound();
    }],
  ],
};

/** Lets the ServiceAccount of a scene do something there. */
async function grant({ cluster: { client }, namespace }: Scene, rules: readonly PolicyRule[], what = 'all'): Promise<void> {
  const name = `${namespace}-${what}`;
  await client.apply<ClusterRole>({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name }, rules: [...rules] });
  await client.apply<ClusterRoleBinding>({
    apiVersion: RBAC,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name: 'reconciler', namespace }],
  });
}

function revoke({ cluster: { client }, namespace }: Scene, what = 'all'): Promise<void> {
  return client.delete({ apiVersion: RBAC, kind: 'ClusterRoleBinding', name: `${namespace}-${what}` });
}
