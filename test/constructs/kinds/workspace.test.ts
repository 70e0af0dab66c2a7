import { ApiObject, App, Chart } from 'cdk8s';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import { Gpu, Platform, PodSecurity, Preview, Reconciler, Workspace } from '../../../src';
import type { KubeObject } from '../../../src/expand';
import { appOf, gcp, local, messageOf, model, objectsOf, server, synthErrors, workspace } from '../fixtures';

const kinds = (objects: KubeObject[]): (string | undefined)[] => objects.map(({ kind }) => kind);
const ofKind = (objects: KubeObject[], kind: string): KubeObject[] => objects.filter((object) => object.kind === kind);

const POLICIES = Array(6).fill('NetworkPolicy');

test('a workspace writes its namespace, its ServiceAccounts, its volume and its NetworkPolicies', () => {
  expect(kinds(objectsOf(workspace(local())))).toEqual([
    'Namespace', 'ServiceAccount', 'ServiceAccount', 'ServiceAccount', 'PersistentVolume', 'PersistentVolumeClaim', ...POLICIES,
  ]);
});

test('what belongs to no namespace carries none', () => {
  const objects = objectsOf(workspace(local()));
  const without = objects.filter(({ metadata }) => metadata?.namespace === undefined);
  expect(kinds(without)).toEqual(['Namespace', 'PersistentVolume']);
  expect(objects[1]?.metadata?.namespace).toBe('team-a');
});

test('the namespace may be left to someone else', () => {
  const platform = local();
  platform.addWorkspace('team-a');
  const objects = objectsOf(new Workspace(new App(), 'ws', { platform, namespace: 'team-a', createNamespace: false, labels: { team: 'a' } }));
  expect(kinds(objects)).not.toContain('Namespace');
  expect(objects.map(({ metadata }) => metadata?.labels?.team)).toEqual(objects.map(() => 'a'));
});

test('A20: a workspace that builds writes the namespace for it, with what builds in it, before what it holds', () => {
  const written = (options: object) => {
    const platform = gcp();
    platform.addWorkspace('team-a', { builds: true });
    const team = new Workspace(new App(), 'team-a', { platform, ...options });
    model(team);
    return objectsOf(team).map(({ kind, metadata }) => `${kind} ${metadata?.namespace ? `${metadata.namespace}/` : ''}${metadata?.name}`);
  };
  const inIt = ['ServiceAccount team-a-builds/image-builder', 'NetworkPolicy team-a-builds/substratus-default', 'NetworkPolicy team-a-builds/substratus-builds'];
  expect(written({}).filter((object) => object.includes('builds'))).toEqual(['Namespace team-a-builds', ...inIt]);
  expect(written({}).slice(0, 2)).toEqual(['Namespace team-a', 'Namespace team-a-builds']);
  expect(written({}).indexOf(inIt[2] ?? '')).toBeLessThan(written({}).findIndex((object) => object.startsWith('Model')));
  expect(written({ createNamespace: false }).filter((object) => object.includes('builds'))).toEqual(inIt);
});

test('a workspace and a pool may be added to the platform later', () => {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  const team = new Workspace(new App(), 'team-a', { platform });
  model(team, 'opt', { resources: { gpu: Gpu.NVIDIA_L4 } });
  expect(synthErrors(team)[0]).toBe("[team-a] namespace team-a is not a workspace of platform ml; add platform.addWorkspace('team-a')");
  platform.addWorkspace('team-a');
  expect(synthErrors(team)[0]).toMatch(/^\[team-a\/opt\] no pool of the platform has nvidia-l4, it has none;/);
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
  expect(kinds(objectsOf(team))).toEqual(['Namespace', 'ServiceAccount', 'ServiceAccount', 'ServiceAccount', ...POLICIES, 'Model']);
});

test('a workspace has a volume for each other that it may read', () => {
  const platform = local();
  platform.addWorkspace('shared');
  const objects = objectsOf(workspace(platform, { reads: ['shared'] }));
  expect(ofKind(objects, 'PersistentVolumeClaim').map(({ metadata }) => metadata?.name)).toEqual(['artifacts', 'artifacts-from-shared']);
});

test('two workspaces of a cluster keep apart', () => {
  const team = workspace(local());
  team.platform.addWorkspace('team-b');
  const other = new Workspace(appOf(team), 'team-b', { platform: team.platform });
  model(other);
  expect(team.workspaceName).toBe('team-a');
  expect(kinds(objectsOf(team))).not.toContain('Model');
  expect(new Set(objectsOf(other).map(({ metadata }) => metadata?.namespace))).toEqual(new Set(['team-b', undefined]));
});

test('on Azure a workspace is previewed before its identities are known, and synthesized after', () => {
  const azure = () => Platform.azure({ clusterName: 'ml', storageAccount: 'acme', resourceGroup: 'ml' });
  const early = workspace(azure());
  model(early);
  expect(Preview.of(early).children.length).toBeGreaterThan(0);
  expect(synthErrors(early)).toEqual([
    '[team-a] the client id of team-a/artifact-writer, the client id of team-a/artifact-reader, the client id of team-a/image-builder are not known yet; '
      + "deploy the cloud side first, then give clientIds to addWorkspace('team-a')",
  ]);
  expect(messageOf(() => Preview.of(early).eject('never'))).toMatch(/^Validation failed with the following errors:\n {2}\[team-a\] the client id/);
  const late = workspace(azure(), { clientIds: { artifactWriter: 'w', artifactReader: 'r', imageBuilder: 'b' } });
  const [writer] = ofKind(objectsOf(late), 'ServiceAccount');
  expect(writer?.metadata?.annotations).toEqual({ 'azure.workload.identity/client-id': 'w' });
});

test('kinds work in a plain chart, in its namespace', () => {
  const chart = new Chart(new App(), 'chart', { namespace: 'prod' });
  const chat = server(chart);
  expect(ApiObject.of(chat).metadata.namespace).toBe('prod');
  expect([chat.serverNamespace, chat.url]).toEqual(['prod', 'http://chat-server.prod.svc:8080']);
  expect(messageOf(() => chart.toJson())).toBe('no error');
});

test('kinds in a plain chart without a namespace go where they are applied', () => {
  const chart = new Chart(new App(), 'chart');
  const base = model(chart, 'opt', { resources: { gpu: Gpu.NVIDIA_GB200 } });
  const chat = base.serve('chat', { image: 'acme/server' });
  expect(ApiObject.of(chat).metadata.namespace).toBeUndefined();
  expect(objectsOf(chart).map(({ metadata }) => metadata)).toEqual([{ name: base.modelName }, { name: 'chat' }]);
});

test('a reference within a namespace names none, also where the namespace is not the chart\'s', () => {
  const platform = gcp();
  const team = workspace(platform, { reads: ['other'] });
  platform.addWorkspace('other', { reads: ['team-a'] });
  const base = model(team, 'opt', { sharedWith: ['other'] });
  const away = base.serve('chat', { image: 'acme/server', metadata: { namespace: 'other' } });
  const home = base.serve('near', { image: 'acme/server' });
  expect(ApiObject.of(away).toJson()).toMatchObject({ spec: { model: { name: base.modelName, namespace: 'team-a' } } });
  expect(ApiObject.of(home).toJson()).toMatchObject({ spec: { model: { name: base.modelName } } });
  expect((ApiObject.of(home).toJson() as { spec: { model: object } }).spec.model).not.toHaveProperty('namespace');
});

test('what a restricted workspace holds is restricted, where it says no other', () => {
  const platform = gcp();
  platform.addWorkspace('team-a');
  const team = new Workspace(new App(), 'team-a', { platform, podSecurity: PodSecurity.RESTRICTED });
  model(team, 'opt');
  model(team, 'root', { params: { root: 1 }, podSecurity: PodSecurity.BASELINE });
  const objects = objectsOf(team);
  expect(objects[0]?.metadata?.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
  expect(ofKind(objects, 'Model').map((object) => (object as { spec?: unknown }).spec)).toMatchObject([{ podSecurity: 'restricted' }, { podSecurity: 'baseline' }]);
});

test('an App of many workspaces is validated once, not once for each', () => {
  const app = appOf(workspace());
  const platform = gcp();
  let validations = 0;
  for (const id of ['team-b', 'team-c', 'team-d']) {
    platform.addWorkspace(id);
    new Workspace(app, id, { platform });
  }
  app.node.addValidation({ validate: () => [String(validations += 1)].slice(1) });
  app.synth();
  expect(validations).toBe(1);
});

test('what was added to a workspace after its App was validated is validated', () => {
  const team = workspace();
  const app = appOf(team);
  app.synth();
  new Chart(app, 'other').toJson();
  new Chart(team, 'inner').node.addValidation({ validate: () => ['added later'] });
  expect(() => team.toJson()).toThrow('added later');
});

test('the reconciler of its namespace may ask its Notebooks, wherever it runs', () => {
  const platform = Platform.local({ clusterName: 'kind' });
  platform.addWorkspace('team-a');
  const app = new App();
  const team = new Workspace(app, 'team-a', { platform });
  new Reconciler(new Chart(app, 'system'), 'substratus', { platform, namespace: 'operators' });
  const policy = objectsOf(team).find(({ metadata }) => metadata?.name === 'substratus-notebooks') as { spec?: NetworkPolicy['spec'] } | undefined;
  expect(policy?.spec?.ingress?.[0]?.from?.[0]?.namespaceSelector?.matchExpressions?.[0]?.values).toEqual(['operators']);
});
