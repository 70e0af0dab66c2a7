/** A reconciler that may do less than it must. */
import type { FlowSchema } from 'kubernetes-types/flowcontrol/v1';
import { find, reconciler } from '../../../constructs/reconciler/reconciler-fixtures';
import { referenceTo } from '../../client';
import { model } from '../stage';
import type { Stage } from '../stage';

const RBAC = 'rbac.authorization.k8s.io/v1';
const READ = ['get', 'list', 'watch'];

/** All but Jobs. */
const RULES = [
  { apiGroups: ['', 'apps', 'autoscaling', 'batch', 'networking.k8s.io', 'policy', 'substratus.ai'], resources: ['*'], verbs: READ },
  { apiGroups: ['substratus.ai'], resources: ['*'], verbs: ['patch', 'update'] },
  { apiGroups: [''], resources: ['configmaps', 'persistentvolumeclaims', 'services', 'serviceaccounts', 'events'], verbs: ['create', 'patch', 'delete'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['create', 'patch'] },
];

const JOBS = { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'patch', 'delete'] };

export function rights(stage: Stage): void {
  const forbidden = stage.scene(async () => {
    const namespace = await stage.namespace();
    const opt = model(namespace, 'opt');
    const role = (rules: object[]) => stage.client.apply({ apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: namespace }, rules } as object);
    await stage.client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name: 'reconciler' } });
    await role(RULES);
    await stage.client.create({
      apiVersion: RBAC, kind: 'ClusterRoleBinding', metadata: { name: namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: namespace },
      subjects: [{ kind: 'ServiceAccount', namespace, name: 'reconciler' }],
    } as object);
    const kubeconfig = await stage.cluster.kubeconfigOf({ namespace, name: 'reconciler' });
    const program = await stage.reconcilerFor(namespace, { kubeconfig });
    await stage.apply(opt);
    const said = await stage.reason(opt, 'Forbidden');
    const events = await stage.until('an Event says Forbidden', async () => {
      const found = await stage.events(opt);
      return found.Forbidden === undefined ? undefined : found;
    });
    const { status } = await stage.get(opt);
    await role([...RULES, JOBS]);
    await stage.ready(opt);
    await program.stop();
    return { said, events, isStalled: status?.conditions?.some(({ type }) => type === 'Stalled') };
  });

  test('what the reconciler may not do is in the status and an Event, and goes on once it may', async () => {
    const { said, events, isStalled } = await forbidden();
    expect(said.message).toMatch(/^the reconciler may not do this: jobs.batch "opt-model-check-\w+" is forbidden: .*; apply the Reconciler of this version again$/);
    expect(events.Forbidden).toBe(said.message);
    expect(isStalled).toBe(false);
  });

  const prioritized = stage.scene(async () => {
    const schema = find<FlowSchema>(reconciler({ flowSchema: true }), 'FlowSchema');
    await stage.client.apply(schema as object);
    return stage.until('the API server has looked at it', async () => (
      (await stage.client.get<FlowSchema>(referenceTo(schema as object))).status?.conditions?.find(({ type }) => type === 'Dangling')
    ));
  });

  test('with flowSchema, it has a priority level that the API server knows', async () => {
    expect(await prioritized()).toMatchObject({ status: 'False', reason: 'Found' });
  });
}
