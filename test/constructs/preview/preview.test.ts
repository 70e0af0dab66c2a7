import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { Gpu, Model, Platform, Preview, Server, Workspace } from '../../../src';
import { appOf, DIGEST, local, manifestsOf, messageOf, model, server, stack, temporary, workspace } from '../fixtures';

test('a child comes after those of what its resource waits for', () => {
  const { base, squad, tuned } = stack(workspace());
  const { children } = Preview.of(base.node.root);
  const order = [...new Set(children.map(({ resource }) => resource))];
  expect(order).toEqual([
    `Model team-a/${base.modelName}`, `Dataset team-a/${squad.datasetName}`, `Model team-a/${tuned.modelName}`, 'Server team-a/chat', 'Notebook team-a/lab',
  ]);
  expect(children.filter(({ resource }) => resource === order[2]).map(({ step }) => step))
    .toEqual(['prepare', 'check', 'run', 'run', 'publish', 'publish']);
});

test('a resource that is declared before its input comes after it', () => {
  const team = workspace();
  server(team, 'chat', { model: Model.fromModelAttributes(team, 'later', { modelName: 'base' }) });
  model(team, 'opt', { metadata: { name: 'base' } });
  expect(Preview.of(team).children.at(-1)?.resource).toBe('Server team-a/chat');
});

test('a child names what must be ready before it', () => {
  const { base, squad, tuned } = stack(workspace());
  const { children } = Preview.of(base.node.root);
  const gatesOf = (name: string): string[] | undefined => children.find(({ resource }) => resource.endsWith(name))?.gates;
  expect(gatesOf(base.modelName)).toEqual([]);
  expect(gatesOf(tuned.modelName)).toEqual([`Model team-a/${base.modelName}`, `Dataset team-a/${squad.datasetName}`]);
});

test('YAML says what each child belongs to and waits for', () => {
  const team = workspace();
  const base = model(team);
  base.serve('chat', { image: 'acme/server' });
  const comments = Preview.of(team).toYaml().split('\n').filter((line) => line.startsWith('#'));
  expect(comments[0]).toBe(`# Model team-a/${base.modelName} · prepare`);
  expect(comments.at(-1)).toBe(`# Server team-a/chat · serve, once ready: Model team-a/${base.modelName}`);
});

test('a part of an App is previewed alone, with the inputs that are declared beside it', () => {
  const { tuned, chat } = stack(workspace());
  const preview = Preview.of(chat);
  expect(preview.children.map(({ manifest }) => (manifest as { kind: string }).kind)).toEqual(['ConfigMap', 'Deployment', 'Service', 'PodDisruptionBudget']);
  expect(preview.toYaml()).toContain(`models/${tuned.recipeDigest}/files`);
  expect(preview.manifests).toEqual(manifestsOf(preview.children));
});

test('an input of which only the name is known is unresolved, and so is what is made from it', () => {
  const team = workspace();
  const known = Model.fromModelAttributes(team, 'known', { modelName: 'a', recipeDigest: DIGEST });
  const unknown = Model.fromModelAttributes(team, 'unknown', { modelName: 'b' });
  const yamlOf = (source: typeof known): string => Preview.of(
    new Model(team, `${source.modelName}-tuned`, { model: source, image: 'acme/trainer' }).serve(`${source.modelName}-chat`, { image: 'acme/server' })).toYaml();
  expect(yamlOf(unknown)).toContain('models/unresolved/files');
  expect(yamlOf(known)).not.toContain('unresolved');
  expect(Preview.of(new Server(team, 'chat', { model: known, image: 'acme/server' })).toYaml()).toContain(`models/${DIGEST}/files`);
});

test('a plain chart needs to be told the platform', () => {
  const chart = new Chart(new App(), 'chart', { namespace: 'team-a' });
  model(chart);
  expect(messageOf(() => Preview.of(chart))).toBe('[chart/opt] no platform is known here; declare it in a Workspace, or give platform to Preview.of');
  const platform = local();
  platform.addWorkspace('team-a');
  expect(Preview.of(chart, { platform }).children).toHaveLength(6);
});

test('a preview is written beside the output directory, a file a resource', () => {
  const team = workspace();
  const base = model(team);
  const { outdir } = appOf(team);
  const files = Preview.of(team).write();
  expect(files).toEqual([join(dirname(outdir), 'preview', 'team-a', `model-${base.modelName}.yaml`)]);
  expect(readFileSync(files[0] ?? '', 'utf8')).toMatch(/^# Preview by cdk-substratus: what will run\. Do not apply; the reconciler does\.\n# Model team-a/);
});

test('a preview is never written into the output directory', () => {
  const team = workspace();
  model(team);
  const { outdir } = appOf(team);
  const message = (directory: string): string =>
    `[team-a] ${directory} lies in ${outdir}, where everything gets applied; write to a directory beside it`;
  expect(messageOf(() => Preview.of(team).write(outdir))).toBe(message(outdir));
  expect(messageOf(() => Preview.of(team).eject(join(outdir, 'waves')))).toBe(message(join(outdir, 'waves')));
});

test('previews of former runs are deleted, and nothing else', () => {
  const directory = temporary();
  const team = workspace();
  model(team);
  const [stale = ''] = Preview.of(team).write(directory);
  const mine = join(directory, 'team-a', 'mine.yaml');
  writeFileSync(mine, 'kind: Mine\n');
  mkdirSync(join(directory, 'other', 'deep'), { recursive: true });
  writeFileSync(join(directory, 'other', 'deep', 'preview.yaml'), readFileSync(stale));
  const other = workspace();
  server(other, 'chat', { model: Model.fromModelAttributes(other, 'base', { modelName: 'base' }) });
  Preview.of(other).write(directory);
  expect(existsSync(stale)).toBe(false);
  expect(readdirSync(join(directory, 'team-a'))).toEqual(['mine.yaml', 'server-chat.yaml']);
  expect(readdirSync(join(directory, 'other', 'deep'))).toEqual(['preview.yaml']);
});

test('a cycle, and what cannot be expanded, is an error of the construct', () => {
  const team = workspace();
  model(team, 'a', { metadata: { name: 'a' }, model: Model.fromModelAttributes(team, 'self', { modelName: 'a' }) });
  expect(messageOf(() => Preview.of(team))).toBe('[team-a] Model team-a/a needs Model team-a/a, which can never be; take one of these references out');
  const other = workspace();
  const nodeSelector = { 'cloud.google.com/gke-accelerator': 'x' };
  model(other, 'b', { pod: { nodeSelector }, resources: { gpu: Gpu.NVIDIA_L4 } });
  expect(messageOf(() => Preview.of(other))).toBe(
    '[team-a/b] pod.nodeSelector sets cloud.google.com/gke-accelerator to x but the expansion needs nvidia-l4; leave it out');
});

test('two clusters with a resource of one name are not written over each other', () => {
  const team = workspace();
  model(team);
  const other = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
  other.addWorkspace('team-a');
  model(new Workspace(appOf(team), 'other', { platform: other, namespace: 'team-a' }));
  expect(messageOf(() => Preview.of(appOf(team)).write(temporary()))).toContain('preview each workspace by itself');
});
