/** Names, patches, and where the resource of a construct is. */
import { ApiObject, JsonPatch, Size } from 'cdk8s';
import { Construct } from 'constructs';
import { Gpu, Model, Preview, Server } from '../../../src';
import { dataset, DIGEST, messageOf, model, notebook, objectsOf, server, workspace, written } from '../fixtures';

test('a name is the construct ids below the chart, and for an artifact a digest', () => {
  const team = workspace();
  const group = new Construct(new Construct(team, 'llm'), 'eu');
  expect(model(group, 'opt').modelName).toMatch(/^llm-eu-opt-[0-9a-hjkmnp-tv-z]{8}$/);
  expect(dataset(team).datasetName).toMatch(/^squad-[0-9a-hjkmnp-tv-z]{8}$/);
  expect([server(group, 'chat').serverName, notebook(group, 'lab').notebookName]).toEqual(['llm-eu-chat', 'llm-eu-lab']);
});

test('another recipe is another name, other resources are not', () => {
  const named = (props: object) => model(workspace(), 'opt', props).modelName;
  const names = [{}, { params: { epochs: 1 } }, { image: 'acme/other' }].map(named);
  expect(new Set(names).size).toBe(3);
  expect(named({ resources: { gpu: Gpu.NVIDIA_L4 }, retries: 5, staging: { size: Size.gibibytes(1) } })).toBe(names[0]);
});

test('another recipe of an input is another name', () => {
  const named = (image: string): string => {
    const team = workspace();
    return model(team, 'base', { image }).finetune('tuned', { image: 'acme/trainer' }).modelName;
  };
  expect(named('acme/a')).not.toBe(named('acme/b'));
  expect(named('acme/a')).toBe(named('acme/a'));
});

test('metadata names a resource, and adds labels and annotations', () => {
  const base = model(workspace(), 'opt', { metadata: { name: 'fixed', labels: { a: 'b' }, annotations: { c: 'd' } } });
  expect(base.modelName).toBe('fixed');
  expect(written(base).metadata).toEqual({ name: 'fixed', namespace: 'team-a', labels: { a: 'b' }, annotations: { c: 'd' } });
});

test('the default child is the resource', () => {
  const base = model(workspace());
  expect(ApiObject.isApiObject(base.node.defaultChild)).toBe(true);
  expect(ApiObject.of(base)).toMatchObject({ kind: 'Model', apiVersion: 'substratus.ai/v1', name: base.modelName });
});

test('a patch of resources is written, and previewed', () => {
  const team = workspace();
  const base = model(team);
  ApiObject.of(base).addJsonPatch(JsonPatch.add('/spec/resources', { memory: 64 }));
  expect(objectsOf(team).find(({ kind }) => kind === 'Model')).toMatchObject({ spec: { resources: { memory: 64 } } });
  const run = Preview.of(team).children.find(({ step, manifest }) => step === 'run' && (manifest as { kind: string }).kind === 'Job');
  expect(run?.manifest).toMatchObject({ spec: { template: { spec: { containers: [{ resources: { requests: { memory: '64Gi' } } }] } } } });
});

test('the recipe is not known where that of an input is not', () => {
  const team = workspace();
  const unknown = Model.fromModelAttributes(team, 'unknown', { modelName: 'base' });
  const known = Model.fromModelAttributes(team, 'known', { modelName: 'base', recipeDigest: DIGEST });
  expect(new Model(team, 'a', { model: unknown, image: 'acme/trainer' }).recipeDigest).toBeUndefined();
  expect(new Model(team, 'b', { model: known, image: 'acme/trainer' }).recipeDigest).toMatch(/^[0-9a-z]{26}$/);
});

test('what is known of an artifact is not forgotten where it is named again', () => {
  const team = workspace();
  const known = Model.fromModelAttributes(team, 'known', { modelName: 'base', recipeDigest: DIGEST });
  new Server(team, 'a', { model: known, image: 'acme/server' });
  new Server(team, 'b', { model: Model.fromModelAttributes(team, 'unknown', { modelName: 'base' }), image: 'acme/server' });
  expect(Preview.of(team).toYaml()).not.toContain('unresolved');
});

test('two names that are the same in the end are refused, whatever ids they come from', () => {
  const team = workspace();
  server(new Construct(team, 'a-b'), 'c');
  server(new Construct(team, 'a'), 'b-c');
  expect(messageOf(() => team.toJson())).toContain('[team-a/a/b-c] Server team-a/a-b-c is declared at team-a/a-b/c already');
});
