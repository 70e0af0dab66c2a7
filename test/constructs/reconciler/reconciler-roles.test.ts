/** The reconciler may do what it must, and nothing else. */
import { App } from 'cdk8s';
import type { ClusterRole, Role } from 'kubernetes-types/rbac/v1';
import { Gpu, Workspace } from '../../../src';
import { KINDS, PLURALS } from '../../../src/api/resource';
import { CHILD_TYPES, expandWorkspace } from '../../../src/expand';
import type { KubeObject } from '../../../src/expand';
import { CASES as EVERY_RESOURCE } from '../../expand/cases';
import { childrenOf } from '../../expand/fixtures';
import { appOf, gcp, local, objectsOf, synthErrors } from '../fixtures';
import { environmentOf, find, reconciler, reconcilerOn, withWorkspaces, writtenBy } from './reconciler-fixtures';
import { aws, creatable, granted, kindsOf, platformLike, TYPES } from './reconciler-rights';

describe('with clusterWide: true', () => {
  test.each(['gcp', 'aws', 'azure', 'local'])('on %s every type that is granted is produced by some resource with some option', (cloud) => {
    const which = EVERY_RESOURCE.filter(({ platform }) => platform.cloud === cloud);
    const produced = which.flatMap(({ resource, platform }) => childrenOf(resource, { platform }).map(({ object }) => object));
    const workspace = which.flatMap(({ platform }) => expandWorkspace(platform, 'team-a'));
    const rules = granted(writtenBy(reconcilerOn(platformLike(cloud), { clusterWide: true })), 'ClusterRole');
    expect(creatable(rules)).toEqual(kindsOf([...produced, ...workspace]));
  });

  test('children can be made, mended and taken away; what a workspace is made of stays, and its volumes can be freed', () => {
    const rules = granted(writtenBy(reconcilerOn(aws(), { clusterWide: true })), 'ClusterRole');
    const verbsOf = (resource: string): string[] => rules.filter((rule) => rule.endsWith(` ${resource}`)).map((rule) => rule.split(' ')[0] ?? '');
    for (const { group, plural } of CHILD_TYPES) {
      expect([plural, verbsOf(`${group}/${plural}`)]).toEqual([plural, ['get', 'list', 'watch', 'create', 'patch', 'delete']]);
    }
    expect(verbsOf('/serviceaccounts')).toEqual(['get', 'list', 'watch', 'create']);
    expect(verbsOf('/persistentvolumes')).toEqual(['get', 'create', 'patch']);
  });

  test('the rest is this and no more: no Secret is read, no program is started in a pod, no right is given away', () => {
    const known = [...TYPES.map(({ group, plural }) => `${group}/${plural}`)];
    const others = granted(writtenBy(reconcilerOn(aws(), { clusterWide: true })), 'ClusterRole').filter((rule) => !known.includes(rule.split(' ')[1] ?? ''));
    const kinds = KINDS.map((kind) => PLURALS[kind]);
    expect(others.sort()).toEqual([
      ...kinds.flatMap((plural) => ['get', 'list', 'watch', 'patch'].map((verb) => `${verb} substratus.ai/${plural}`)),
      ...kinds.map((plural) => `patch substratus.ai/${plural}/status`),
      ...kinds.map((plural) => `update substratus.ai/${plural}/finalizers`),
      'get /pods', 'list /pods', 'watch /pods', 'delete /pods', 'get /pods/log', 'create /secrets', 'list /events', 'create /events', 'patch /events',
    ].sort());
  });

  test('with the inference extension it holds all that it grants to endpoint pickers, and makes their Roles; without, it does neither', () => {
    const platform = aws();
    const without = granted(writtenBy(reconcilerOn(aws(), { clusterWide: true })), 'ClusterRole');
    platform.addInferenceExtension();
    const rules = granted(writtenBy(reconcilerOn(platform, { clusterWide: true })), 'ClusterRole');
    const role = expandWorkspace(platform._spec, 'team-a').find(({ kind }) => kind === 'Role') as Role;
    const grants = (role.rules ?? []).flatMap(({ apiGroups = [], resources = [], verbs }) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${apiGroups[0]}/${resource}`)));
    expect(grants).toHaveLength(12);
    expect(grants.filter((grant) => !rules.includes(grant))).toEqual([]);
    expect(rules.filter((rule) => rule.includes('rbac.authorization.k8s.io')).sort()).toEqual(
      ['rolebindings', 'roles'].flatMap((plural) => ['create', 'get', 'list', 'watch'].map((verb) => `${verb} rbac.authorization.k8s.io/${plural}`)).sort(),
    );
    expect(without.filter((rule) => /rbac|inference/.test(rule))).toEqual([]);
  });

  test('with queued pools it makes templates of pods and requests for nodes; without, it does not', () => {
    const queued = gcp();
    queued.addGpuPool('h100', { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, queued: true });
    const about = (rules: string[]) => rules.filter((rule) => /podtemplates|autoscaling\.x-k8s\.io/.test(rule)).sort();
    const verbs = ['create', 'delete', 'get', 'list', 'patch', 'watch'];
    expect(about(granted(writtenBy(reconcilerOn(queued, { clusterWide: true })), 'ClusterRole'))).toEqual(
      verbs.flatMap((verb) => [`${verb} /podtemplates`, `${verb} autoscaling.x-k8s.io/provisioningrequests`]).sort());
    expect(about(granted(writtenBy(reconcilerOn(gcp(), { clusterWide: true })), 'ClusterRole'))).toEqual([]);
  });

  test('no rule has a wildcard', () => {
    expect(JSON.stringify(writtenBy(reconciler({ clusterWide: true })).filter(({ kind }) => kind?.endsWith('Role')))).not.toContain('"*"');
  });
});

test('in its own namespace it has one lease, and makes the key of the notebooks\' tokens', () => {
  expect(granted(writtenBy(reconciler()), 'Role', 'substratus')).toEqual([
    'create coordination.k8s.io/leases', 'get coordination.k8s.io/leases substratus-reconciler', 'patch coordination.k8s.io/leases substratus-reconciler',
    'create /secrets',
  ]);
});

test.each(['RoleBinding', 'ClusterRoleBinding'])('a %s binds the role of its name to the ServiceAccount of the pods', (kind) => {
  expect(find(reconciler(), kind)).toMatchObject({
    roleRef: { kind: kind.replace('Binding', ''), name: 'substratus-reconciler' },
    subjects: [{ kind: 'ServiceAccount', name: 'substratus-reconciler', namespace: 'substratus' }],
  });
});

describe('A19: in the workspaces of the platform', () => {
  test('all rights are Roles there, and the ClusterRole that may have been applied before is emptied', () => {
    const objects = writtenBy(reconcilerOn(withWorkspaces(gcp(), 'team-a', 'team-b')));
    const everywhere = granted(writtenBy(reconciler({ clusterWide: true })), 'ClusterRole');
    expect(everywhere).toContain('delete /pods');
    for (const namespace of ['team-a', 'team-b']) expect(granted(objects, 'Role', namespace)).toEqual(everywhere);
    expect(find<ClusterRole>(reconciler(), 'ClusterRole', 'substratus-reconciler').rules).toEqual([]);
    expect(environmentOf(reconcilerOn(withWorkspaces(gcp(), 'team-a', 'team-b'))).WATCH_NAMESPACES).toBe('team-a,team-b');
  });

  test('a workspace that is added to the platform later is in', () => {
    const platform = withWorkspaces(gcp(), 'team-a');
    const construct = reconciler({ platform });
    platform.addWorkspace('team-z');
    expect(granted(writtenBy(construct), 'Role', 'team-z')).toEqual(granted(writtenBy(construct), 'Role', 'team-a'));
    expect(environmentOf(construct).WATCH_NAMESPACES).toBe('team-a,team-z');
  });

  test.each([true, false])('one whose Workspace is declared (before it is added: %s) has its Role behind its Namespace', (isBefore) => {
    const app = new App();
    const platform = gcp();
    const construct = reconciler({ platform }, app);
    if (!isBefore) platform.addWorkspace('team-a');
    const team = new Workspace(app, 'team-a', { platform });
    if (isBefore) platform.addWorkspace('team-a');
    expect(objectsOf(team).map(({ kind }) => kind).filter((kind) => /Namespace|Role/.test(kind ?? ''))).toEqual(['Namespace', 'Role', 'RoleBinding']);
    expect(granted(writtenBy(construct), 'Role', 'team-a')).toEqual([]);
  });

  test.each([true, false])('A20: where a workspace builds it makes builds and nothing else (its Workspace is declared: %s)', (isDeclared) => {
    const app = new App();
    const platform = gcp();
    const construct = reconciler({ platform }, app);
    platform.addWorkspace('team-a', { builds: true });
    const objects = isDeclared ? objectsOf(new Workspace(app, 'team-a', { platform })) : writtenBy(construct);
    expect(granted(objects, 'Role', 'team-a-builds').sort()).toEqual([
      ...['get', 'list', 'watch', 'create', 'patch', 'delete'].map((verb) => `${verb} batch/jobs`),
      ...['get', 'list', 'watch', 'create'].flatMap((verb) => [`${verb} /serviceaccounts`, `${verb} networking.k8s.io/networkpolicies`]),
      'patch networking.k8s.io/networkpolicies', // of its own, which follow the platform
      ...['get', 'list', 'watch'].map((verb) => `${verb} /pods`), 'list /events',
    ].sort());
    expect(granted(objects, 'Role', 'team-a')).not.toEqual([]);
    expect(environmentOf(construct).WATCH_NAMESPACES).toBe('team-a');
  });

  test('volumes, which belong to no namespace, are created, and those of the workspaces alone are read and freed', () => {
    const rules = granted(writtenBy(reconcilerOn(withWorkspaces(aws(), 'team-a', 'team-b'))), 'ClusterRole');
    expect(rules).toEqual(['create /persistentvolumes', ...['get', 'patch'].flatMap((verb) => ['team-a', 'team-b'].map((team) => `${verb} /persistentvolumes ml-${team}-artifacts`))]);
  });

  test('a platform without one is refused, for nothing would run', () => {
    expect(synthErrors(reconciler({ platform: gcp() }))).toEqual(['[system/substratus] platform ml has no workspace, so that nothing would run; '
      + "add one with platform.addWorkspace('team-a'), or set clusterWide: true for all namespaces of the cluster"]);
    expect(synthErrors(reconciler({ platform: gcp(), clusterWide: true }))).toEqual(['no error']);
  });
});

describe('with watchNamespaces', () => {
  test('the namespaces that these build in come along, also where the platform learns of it later', () => {
    const platform = gcp();
    const construct = reconciler({ platform, watchNamespaces: ['team-a'] });
    platform.addWorkspace('team-a', { builds: true });
    platform.addWorkspace('team-b', { builds: true });
    const objects = writtenBy(construct);
    const roles = objects.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata?.namespace);
    expect(roles.sort()).toEqual(['substratus', 'team-a', 'team-a-builds']);
  });

  test('the same rights are in these namespaces alone', () => {
    const objects = writtenBy(reconciler({ watchNamespaces: ['team-a', 'team-b'] }));
    const everywhere = granted(writtenBy(reconciler({ clusterWide: true })), 'ClusterRole');
    expect(granted(objects, 'Role', 'team-a')).toEqual(everywhere);
    expect(granted(objects, 'Role', 'team-b')).toEqual(everywhere);
    expect(granted(objects, 'ClusterRole')).toEqual([]);
  });

  test.each([['AWS', aws, 'ml'], ['a local cluster', local, 'kind']])('volumes, which have no namespace, keep a ClusterRole on %s', (_, platform, cluster) => {
    const rules = granted(writtenBy(reconcilerOn(platform(), { watchNamespaces: ['team-a'] })), 'ClusterRole');
    const volume = `/persistentvolumes ${cluster}-team-a-artifacts`;
    expect(rules).toEqual(['create /persistentvolumes', `get ${volume}`, `patch ${volume}`]);
  });

  test.each([['before', true], ['after', false]])('the rights in a workspace that is declared %s are applied with it, after its namespace', (_, isBefore) => {
    const app = new App();
    const platform = gcp();
    platform.addWorkspace('team-a');
    const declared = isBefore ? new Workspace(app, 'team-a', { platform }) : undefined;
    const construct = reconciler({ platform, watchNamespaces: ['team-a', 'elsewhere'] }, app);
    const team = declared ?? new Workspace(app, 'team-a', { platform });
    const names = (objects: readonly KubeObject[]): string[] => objects.map(({ kind, metadata }) => `${kind} ${metadata?.namespace ?? metadata?.name}`);
    expect(names(objectsOf(team))).toEqual(expect.arrayContaining(['Namespace team-a', 'Role team-a', 'RoleBinding team-a']));
    expect(names(objectsOf(team)).indexOf('Namespace team-a')).toBeLessThan(names(objectsOf(team)).indexOf('Role team-a'));
    expect(names(writtenBy(construct))).not.toContain('Role team-a');
    expect(names(writtenBy(construct))).toEqual(expect.arrayContaining(['Role elsewhere', 'RoleBinding elsewhere']));
    expect(appOf(team)).toBe(app);
  });
});

test.each([
  ['view', ['get', 'list', 'watch'], true],
  ['edit', ['create', 'update', 'patch', 'delete'], false],
  ['admin', ['deletecollection'], false],
])('who has the built-in role %s may %s resources', (name, verbs, hasStatus) => {
  const role = find<Role>(reconciler(), 'ClusterRole', `substratus-${name}`);
  expect(role.metadata?.labels?.[`rbac.authorization.k8s.io/aggregate-to-${name}`]).toBe('true');
  const plurals = KINDS.map((kind) => PLURALS[kind]);
  expect(role.rules).toEqual([
    {
      apiGroups: ['substratus.ai'],
      resources: [...plurals, ...(hasStatus ? plurals.map((plural) => `${plural}/status`) : []), ...(name === 'admin' ? [] : ['servers/scale'])],
      verbs,
    },
  ]);
});
