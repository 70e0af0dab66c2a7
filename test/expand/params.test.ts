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
