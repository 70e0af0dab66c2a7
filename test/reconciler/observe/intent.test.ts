import { digest, shortDigest } from '../../../src/api/digest';
import type { ModelSpec } from '../../../src/api/resource';
import { intentOf } from '../../../src/reconciler/observe/intent';
import { model, server } from '../../expand/fixtures';

const INPUT = { kind: 'Model' as const, name: 'opt', namespace: 'team-a', recipeDigest: 'abc', url: 'gs://b/abc' };

test('the intent changes with what decides the pod, and with nothing else', () => {
  const before = intentOf(server(), {});
  for (const outside of [{ replicas: 3 }, { suspend: true }, { surge: false }, { scaling: 'external' as const }]) {
    expect(intentOf(server(outside), {})).toBe(before);
  }
  for (const inside of [{ image: 'x' }, { params: { a: 1 } }, { port: 80 }, { resources: { cpu: 1 } }]) {
    expect(intentOf(server(inside), {})).not.toBe(before);
  }
  expect(intentOf(server(), { model: INPUT })).not.toBe(before);
  expect(intentOf(server(), { base: INPUT })).not.toBe(before);
  expect(intentOf(server(), { base: INPUT })).not.toBe(intentOf(server(), { model: INPUT }));
});

test('an adapter that is another artifact is another intent', () => {
  const chat = server({ adapters: [{ name: 'sql', model: { name: 'sql' } }] });
  expect(intentOf(chat, { 'adapters.sql': INPUT })).not.toBe(intentOf(chat, { 'adapters.sql': { ...INPUT, recipeDigest: 'def' } }));
});

describe('A3: what means the same is the same intent', () => {
  test.each<[string, ModelSpec, ModelSpec]>([
    ['cores', { resources: { cpu: 4 } }, { resources: { cpu: '4' } }],
    ['cores in thousandths', { resources: { cpu: 4 } }, { resources: { cpu: '4000m' } }],
    ['a part of a core', { resources: { cpu: '500m' } }, { resources: { cpu: '0.5' } }],
    ['memory', { resources: { memory: 64 } }, { resources: { memory: '64Gi' } }],
    ['memory in MiB', { resources: { memory: 1 } }, { resources: { memory: '1024Mi' } }],
    ['disk', { resources: { disk: '512Mi' } }, { resources: { disk: '0.5Gi' } }],
    ['limits', { resources: { limits: { cpu: 2, memory: 4 } } }, { resources: { limits: { cpu: '2', memory: '4Gi' } } }],
    ['shared memory', { resources: { sharedMemory: 8 } }, { resources: { sharedMemory: '8192Mi' } }],
    ['one GPU', { resources: { gpu: { type: 'nvidia-l4' } } }, { resources: { gpu: { type: 'nvidia-l4', count: 1 } } }],
    ['a duration', { timeout: '2h' }, { timeout: '120m' }],
    ['a reference', { model: { name: 'opt' } }, { model: { name: 'opt', namespace: 'team-a' } }],
    ['adapters in another order',
      { adapters: [{ name: 'a', model: { name: 'a' } }, { name: 'b', model: { name: 'b' } }] } as ModelSpec,
      { adapters: [{ name: 'b', model: { name: 'b', namespace: 'team-a' } }, { name: 'a', model: { name: 'a' } }] } as ModelSpec],
    ['the default standard', {}, { podSecurity: 'baseline' }],
    ['nothing', {}, { resources: {}, env: {} }],
  ])('%s', (_, one, other) => {
    expect(intentOf(model(one), {})).toBe(intentOf(model(other), {}));
  });

  test.each<[ModelSpec, ModelSpec]>([
    [{ resources: { cpu: 4 } }, { resources: { cpu: 5 } }],
    [{ resources: { memory: '1G' } }, { resources: { memory: '1Gi' } }],
    [{ timeout: '2h' }, { timeout: '2m' }],
    [{ model: { name: 'opt' } }, { model: { name: 'opt', namespace: 'team-b' } }],
  ])('and what means another is another: %j, %j', (one, other) => {
    expect(intentOf(model(one), {})).not.toBe(intentOf(model(other), {}));
  });

  test('what the constructs write has the digest that clusters have stored', () => {
    const written = model({ image: 'acme/trainer', resources: { cpu: 4, memory: '1536Mi', gpu: { type: 'nvidia-l4', count: 2 } }, timeout: '1h30m', model: { name: 'opt' } });
    const { spec } = written;
    expect(intentOf(written, { model: INPUT })).toBe(shortDigest(digest({ spec, model: INPUT.recipeDigest })));
  });
});
