/** What is refused of resources together: references, names, pools, workspaces, patches. */
import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import { Capacity, CustomResourceDefinitions, Gpu, Model, Platform, Server, Workspace } from '../../../src';
import type { IModel } from '../../../src';
import { appOf, dataset, gcp, messageOf, model, notebook, server, synthErrors, untyped, workspace, temporary } from '../fixtures';

function teams(sharedWith?: string[], reads?: string[]): { readonly a: Workspace; readonly b: Workspace; readonly base: Model } {
  const platform = gcp();
  const a = workspace(platform);
  platform.addWorkspace('team-b', { reads });
  return { a, b: new Workspace(appOf(a), 'team-b', { platform }), base: model(a, 'opt', { sharedWith, metadata: { name: 'opt' } }) };
}

test('a Model of another App is refused', () => {
  expect(messageOf(() => server(workspace(), 'chat', { model: model(workspace()) })))
    .toBe('[team-a/chat] model is team-a/opt of another App; declare it in this one, or refer to it with Model.fromModelAttributes');
});

test.each([
  ['a Server', (team: Workspace) => server(team, 'other'), 'team-a/other, a Server'],
  ['a Dataset', (team: Workspace) => dataset(team), 'team-a/squad, a Dataset'],
  ['a name', () => 'opt', "'opt'"],
])('%s in place of a Model is refused', (_, other, shown) => {
  const team = workspace();
  expect(messageOf(() => new Server(team, 'chat', { image: 'acme/server', model: untyped<IModel>(other(team)) })))
    .toBe(`[team-a/chat] model is ${shown}; give a Model, or refer to one with Model.fromModelAttributes`);
});

test('a Model of another namespace is refused where it is not shared', () => {
  const { b, base } = teams(undefined, ['team-a']);
  server(b, 'chat', { model: base });
  expect(synthErrors(b)).toEqual(["[team-b/chat] Model team-a/opt is not shared with namespace team-b; add sharedWith: ['team-b'] to it"]);
});

test('a Model of another namespace is refused where the workspace may not read it', () => {
  const { b, base } = teams(['*']);
  server(b, 'chat', { model: base });
  expect(synthErrors(b)).toEqual([
    "[team-b/chat] Model team-a/opt is in a workspace that team-b may not read; add it to reads of addWorkspace('team-b')",
  ]);
});

test('a shared Model of a workspace that may be read is accepted', () => {
  const { b, base } = teams(['team-b'], ['team-a']);
  server(b, 'chat', { model: base });
  expect(messageOf(() => appOf(b).synthYaml())).toBe('no error');
});

test('a Model of another platform is refused', () => {
  const team = workspace();
  const other = Platform.local({ clusterName: 'kind' });
  const b = new Workspace(appOf(team), 'team-b', { platform: other });
  expect(messageOf(() => server(b, 'chat', { model: model(team) })))
    .toBe('[team-b/chat] model is team-a/opt on platform ml (gcp), which kind (local) cannot read; declare it on this platform too');
});

test('a Model of another cloud is refused though its cluster has the same name', () => {
  const team = workspace();
  const other = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
  const b = new Workspace(appOf(team), 'team-b', { platform: other });
  expect(messageOf(() => server(b, 'chat', { model: model(team) })))
    .toBe('[team-b/chat] model is team-a/opt on platform ml (gcp), which ml (aws) cannot read; declare it on this platform too');
});

test('a cycle is refused', () => {
  const team = workspace();
  const later = Model.fromModelAttributes(team, 'later', { modelName: 'b' });
  const a = model(team, 'a', { metadata: { name: 'a' }, model: later });
  model(team, 'b', { metadata: { name: 'b' }, model: a });
  expect(synthErrors(team)).toEqual([
    '[team-a/a] Model team-a/a needs Model team-a/b needs Model team-a/a, which can never be; take one of these references out',
  ]);
});

test('two resources of one name are refused', () => {
  const team = workspace();
  server(team, 'chat');
  server(team, 'other', { metadata: { name: 'chat' } });
  expect(synthErrors(team)).toEqual(['[team-a/other] Server team-a/chat is declared at team-a/chat already; give one of them another id or metadata.name']);
});

test('a GPU that no pool has is refused', () => {
  const team = workspace();
  model(team, 'opt', { resources: { gpu: Gpu.NVIDIA_T4 } });
  expect(synthErrors(team)).toEqual([
    '[team-a/opt] no pool of the platform has nvidia-t4, it has nvidia-l4 (pool l4), nvidia-a100 (pool a100-spot); add one with addGpuPool, or use another GPU',
  ]);
});

test('more GPUs than the nodes of a pool have are refused', () => {
  const team = workspace();
  model(team, 'opt', { resources: { gpu: Gpu.NVIDIA_L4, gpuCount: 8 } });
  expect(synthErrors(team)).toEqual([
    '[team-a/opt] gpuCount is 8 but nodes with nvidia-l4 have 4 (pool l4); ask for fewer, or add a pool with more of them on a node',
  ]);
});

test('case 16: gpuCount without gpu is refused where the platform has several kinds, and taken where it has one', () => {
  const team = workspace();
  model(team, 'opt', { resources: { gpuCount: 2 } });
  expect(synthErrors(team)).toEqual([
    '[team-a/opt] gpuCount is 2 but no gpu is set, and the platform has nvidia-l4, nvidia-a100; add gpu, for example gpu: Gpu.NVIDIA_L4 (gpu.type nvidia-l4)',
  ]);
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 });
  const one = workspace(platform);
  model(one, 'opt', { resources: { gpuCount: 2 } });
  expect(synthErrors(one)).toEqual(['no error']);
});

test('a capacity that no pool of the GPU has is refused', () => {
  const team = workspace();
  model(team, 'opt', { resources: { gpu: Gpu.NVIDIA_L4, capacity: Capacity.SPOT } });
  expect(synthErrors(team)).toEqual([
    '[team-a/opt] capacity is spot but the pools with nvidia-l4 are not (l4: on-demand); add such a pool, or leave capacity out',
  ]);
});

test('a workspace that the platform does not know is refused, with all that is in it', () => {
  const platform = gcp();
  platform.addWorkspace('team-a');
  const team = new Workspace(new App(), 'team-b', { platform });
  model(team);
  const message = "namespace team-b is not a workspace of platform ml; did you mean team-a?; add platform.addWorkspace('team-b')";
  expect(synthErrors(team)).toEqual([`[team-b] ${message}`, `[team-b/opt] ${message}`]);
});

test('content that a patch changes is refused', () => {
  const team = workspace();
  const base = model(team);
  ApiObject.of(base).addJsonPatch(JsonPatch.replace('/spec/image', 'acme/other'));
  expect(synthErrors(team)).toEqual([
    `[team-a/opt] a patch changed the content of Model ${base.modelName} after its name was computed from it; `
      + 'set the props instead, or patch only what decides no content, such as resources',
  ]);
});

test.each([
  ['an input', JsonPatch.add('/spec/dataset', { name: 'other' }), /^\[team-a\/opt\] a patch changed the content of Model opt-\w{8} after/],
  ['the name', JsonPatch.replace('/metadata/name', 'x'),
    /^\[team-a\/opt\] a patch changed the kind, name or namespace of Model opt-\w{8}; set metadata.name or metadata.namespace instead$/],
  ['a GPU that there is not', JsonPatch.add('/spec/resources', { gpu: { type: 'nvidia-l5' } }),
    /^\[team-a\/opt\] gpu nvidia-l5 is not in the catalog; declare it with Gpu\.custom/],
  ['a text for a number', JsonPatch.add('/spec/retries', 'many'), /^\[team-a\/opt\] retries is 'many'; give a whole number$/],
])('a patch of %s is refused', (_, patch, message) => {
  const team = workspace();
  ApiObject.of(model(team)).addJsonPatch(patch);
  expect(synthErrors(team)).toEqual([expect.stringMatching(message)]);
});

test('a Workspace says what it lacks', () => {
  const app = new App();
  const platform = gcp();
  expect(messageOf(() => new Workspace(app, 'Team', { platform })))
    .toBe("[Team] namespace is 'Team'; use lower-case letters, digits and - inside, 63 characters at most");
  expect(messageOf(() => new Workspace(app, 'a', untyped({}))))
    .toBe('[a] platform is undefined; give one of Platform.gcp, Platform.aws, Platform.azure and Platform.local');
  expect(messageOf(() => new Workspace(app, 'b', untyped(undefined)))).toBe('[b] props are undefined; give an object');
});

test('a second Workspace of a namespace is refused', () => {
  const team = workspace();
  expect(messageOf(() => new Workspace(appOf(team), 'again', { namespace: 'team-a', platform: team.platform })))
    .toBe('[again] namespace team-a has the Workspace team-a already; declare what it holds in there');
});

test('what is in no chart is refused', () => {
  expect(messageOf(() => model(new App()))).toBe('[opt] is in no chart; declare it in a Workspace, or in a Chart');
});

test('what is in no App of cdk8s is refused', () => {
  const stack = new TerraformStack(new TerraformApp({ outdir: temporary() }), 'gcp');
  const message = 'the root of its tree is not a cdk8s App; declare it in a Workspace or Chart of one';
  expect(messageOf(() => new Workspace(stack, 'team-a', { platform: gcp() }))).toBe(`[gcp/team-a] ${message}`);
  expect(messageOf(() => notebook(new Chart(stack, 'chart'), 'lab'))).toBe(`[gcp/chart/lab] ${message}`);
  expect(messageOf(() => new CustomResourceDefinitions(stack, 'crds'))).toBe(`[gcp/crds] ${message}`);
});

test('errors of all resources come together', () => {
  const team = workspace();
  model(team, 'a', { resources: { gpu: Gpu.NVIDIA_T4 } });
  model(team, 'b', { params: { b: 1 }, pod: { volumes: [{ name: 'params', emptyDir: {} }] } });
  expect(synthErrors(team).map((error) => error.split(' ')[0])).toEqual(['[team-a/a]', '[team-a/b]']);
});
