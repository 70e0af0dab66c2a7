import type { ModelSpec } from '../../src/api/resource';
import { childOf, dataset, model, nameOf, notebook, server, userContainer, userPod, volumeNamed } from './fixtures';

function textOf(resource = model()): string {
  return childOf('ConfigMap', resource, resource.kind === 'Model' || resource.kind === 'Dataset' ? { step: 'prepare' } : {}).data?.['params.json'] ?? '';
}

test('params.json is the only key, and holds the params with their types', () => {
  const resource = model({ params: { x: 123, s: 'text', version: '1' } });
  expect(Object.keys(childOf('ConfigMap', resource, { step: 'prepare' }).data ?? {})).toEqual(['params.json']);
  expect(JSON.parse(textOf(resource))).toEqual({ s: 'text', version: '1', x: 123 });
});

test('no params are {}', () => {
  expect([textOf(), textOf(model({ params: {} }))]).toEqual(['{}\n', '{}\n']);
});

test('it is the same bytes whatever the order of the keys', () => {
  expect(textOf(model({ params: { b: 1, a: 2 } }))).toBe(textOf(model({ params: { a: 2, b: 1 } })));
  expect(textOf(model({ params: { b: 1, a: 2 } }))).toBe('{\n  "a": 2,\n  "b": 1\n}\n');
});

test('every kind has it, read-only, at the same place', () => {
  for (const resource of [model(), dataset(), server(), notebook()]) {
    const mount = userContainer(resource).volumeMounts?.find(({ name }) => name === 'params');
    expect(mount).toEqual({ name: 'params', mountPath: '/content/params.json', subPath: 'params.json', readOnly: true });
  }
});

test('a ConfigMap is immutable and named by what it holds; its pods refer to it', () => {
  const [before, after] = [model({ params: { a: 1 } }), model({ params: { a: 2 } })];
  const nameIn = (resource = model()) => nameOf(childOf('ConfigMap', resource, { step: 'prepare' }));
  expect(childOf('ConfigMap', before, { step: 'prepare' }).immutable).toBe(true);
  expect(nameIn(before)).toMatch(/^opt-model-params-[0-9a-z]{8}$/);
  expect(nameIn(before)).not.toBe(nameIn(after));
  expect(volumeNamed('params', userPod(after)).configMap?.name).toBe(nameIn(after));
});

test('A22: numbers and booleans are written as their text, to the last digit', () => {
  const params = { lr: '0.0002', tiny: '1e-07', off: 'false', seed: '9007199254740993', text: 'true', steps: 10 };
  const text = textOf(model({ params, literalParams: ['lr', 'off', 'seed', 'steps', 'tiny'] }));
  expect(text).toBe('{\n  "lr": 0.0002,\n  "off": false,\n  "seed": 9007199254740993,\n  "steps": 10,\n  "text": "true",\n  "tiny": 1e-07\n}\n');
  expect(() => JSON.parse(text) as unknown).not.toThrow();
});

test.each<[string, ModelSpec, string]>([
  ['a word', { params: { a: 'yes' }, literalParams: ['a'] }, 'literalParams names a, which is "yes"; take the name out, or write a number, true or false'],
  ['what would end the value', { params: { a: '1, "b": 2' }, literalParams: ['a'] }, 'literalParams names a, which is "1, \\"b\\": 2"; take the name out'],
  ['a number that JSON does not know', { params: { a: '.5' }, literalParams: ['a'] }, 'literalParams names a, which is ".5"; take the name out'],
  ['a param that is not there', { literalParams: ['a'] }, 'literalParams names a, which params does not have; add it, or take the name out'],
])('A22: %s cannot be a literal', (_, spec, message) => {
  expect(() => textOf(model(spec))).toThrow(message);
});

test('A22: an integer that lost digits when it was read is not used', () => {
  const { params } = JSON.parse('{"params":{"seed":9007199254740993}}') as { params: { seed: number } };
  expect(() => textOf(model({ params }))).toThrow(
    'param seed is an integer beyond 2^53, of which digits are lost; write it as a string, and its name in literalParams');
});
