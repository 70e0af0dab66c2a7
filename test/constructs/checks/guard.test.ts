/** A token of cdktf never gets into a manifest. */
import { ApiObject, JsonPatch } from 'cdk8s';
import { TerraformLocal, TerraformStack, TerraformVariable, Testing, Token } from 'cdktf';
import { Build, Model, Platform } from '../../../src';
import { dataset, messageOf, model, server, untyped, workspace } from '../fixtures';

const HOLDS = 'holds a cdktf token, which has no value before the deployment; '
  + 'write the value itself, or read it from the outputs file of `cdktf output --outputs-file`';

function variable(): TerraformVariable {
  return new TerraformVariable(new TerraformStack(Testing.app(), 'stack'), 'variable', {});
}

test.each([
  ['a text', () => ({ image: variable().stringValue }), 'image'],
  ['a part of a text', () => ({ image: `${variable().stringValue}/model` }), 'image'],
  ['a number', () => ({ params: { seed: variable().numberValue } }), 'params.seed'],
  ['a count', () => ({ retries: variable().numberValue }), 'retries'],
  ['a list', () => ({ command: variable().listValue }), 'command.0'],
  ['a key of a map', () => ({ params: { [variable().stringValue]: 1 } }), 'params'],
  ['a map', () => ({ env: Token.asStringMap(variable().value) }), 'env'],
  ['what is not resolved at all', () => ({ env: { A: untyped<string>(Token.asAny(variable().value)) } }), 'env.A'],
  ['metadata', () => ({ metadata: { labels: { owner: variable().stringValue } } }), 'metadata.labels.owner'],
])('a token in %s of a kind is an error at once', (_, props, field) => {
  expect(messageOf(() => model(workspace(), 'opt', props()))).toBe(`[team-a/opt] ${field} ${HOLDS}`);
});

test('a token is named as such before anything else is said of the value', () => {
  expect(messageOf(() => server(workspace(), 'chat', { replicas: variable().numberValue }))).toBe(`[team-a/chat] replicas ${HOLDS}`);
  expect(messageOf(() => dataset(workspace(), 'squad', { env: { HF_TOKEN: variable().stringValue } }))).toBe(`[team-a/squad] env.HF_TOKEN ${HOLDS}`);
});

test('a token in what is declared elsewhere is an error at once', () => {
  expect(messageOf(() => Model.fromModelAttributes(workspace(), 'base', { modelName: variable().stringValue })))
    .toBe(`[team-a/base] modelName ${HOLDS}`);
});

test('a token in a build or a platform is an error at once', () => {
  expect(messageOf(() => Build.git({ url: variable().stringValue }))).toBe(`Build.git: url ${HOLDS}`);
  expect(messageOf(() => Platform.gcp({ clusterName: 'ml', bucketName: variable().stringValue }))).toBe(`bucketName ${HOLDS}`);
  expect(messageOf(() => workspace().platform.addWorkspace('b', { reads: variable().listValue }))).toBe(`platform ml cannot have workspace 'b': reads.0 ${HOLDS}`);
});

test.each([
  ['a text', () => variable().stringValue, 'data.value'],
  ['a number', () => variable().numberValue, 'data.value'],
  ['a list', () => variable().listValue, 'data.value.0'],
  ['a key of a map', () => ({ [variable().stringValue]: 'x' }), 'data.value'],
  ['a local', () => new TerraformLocal(new TerraformStack(Testing.app(), 'stack'), 'local', 'x').asString, 'data.value'],
  ['what is not resolved at all', () => variable().value as unknown, 'data.value'],
])('a token in %s of any object in the App is an error at synth', (_, value, field) => {
  const team = workspace();
  new ApiObject(team, 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' }, data: { value: value() } });
  expect(messageOf(() => team.toJson())).toBe(
    "Failed serializing construct at path 'team-a/config' with name 'config': ValidationError: [team-a/config] " + `${field} ${HOLDS}`);
});

test('a token in a patch of a kind is an error at synth', () => {
  const team = workspace();
  ApiObject.of(server(team)).addJsonPatch(JsonPatch.add('/spec/readinessPath', `/${variable().stringValue}`));
  expect(messageOf(() => team.toJson())).toBe(`Validation failed with the following errors:\n  [team-a/chat] spec.readinessPath ${HOLDS}`);
});

test('what only resembles a token is none', () => {
  const env = { TEMPLATE: '${HOME} #{x} &{y}', TINY: '-1e-290' };
  expect(messageOf(() => model(workspace(), 'opt', { env, params: { small: -1e200 } }))).toBe('[team-a/opt] param small is -1e+200, '
    + 'an integer that cannot be written exactly; write it as a string');
  expect(messageOf(() => model(workspace(), 'opt', { env }))).toBe('no error');
});

test('a value that holds itself is an error, and no endless loop', () => {
  const loop: Record<string, unknown> = { twice: [1, 1] };
  loop.again = [loop];
  expect(messageOf(() => model(workspace(), 'opt', { params: untyped({ loop }) })))
    .toBe('[team-a/opt] params.loop.again.0 holds itself, which no manifest can; write the value out');
});
