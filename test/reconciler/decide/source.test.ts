/** Case 17: a Model whose files are there already is Ready at once, makes nothing, and nothing of it is ever deleted. */
import type { ModelSourceSpec } from '../../../src/api/model-source';
import type { ModelSpec } from '../../../src/api/resource';
import { model, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

const GONE = '2026-02-01T00:00:00Z';
const URL = 's3://acme-weights/llama';
const BUCKET: ModelSourceSpec = { bucket: { url: URL } };
const CLAIM: ModelSourceSpec = { claim: { name: 'llama' } };

function world(): World {
  return new World(platformOf('aws', { workspaces: [{ namespace: 'team-a', readableBuckets: [{ url: URL }] }] }));
}

function sourced(source: ModelSourceSpec, more: ModelSpec = {}) {
  const { spec: { image: _, ...spec }, ...rest } = model(more);
  return { ...rest, spec: { ...spec, source } };
}

test.each([
  ['a bucket', BUCKET, URL], ['a claim', CLAIM, 'pvc://llama'],
] as const)('case 17: a model in %s is Ready at once, and nothing runs', (_, source, url) => {
  const cluster = world();
  const opt = cluster.add(sourced(source));
  cluster.settle();
  expect(cluster.children(opt)).toEqual([]);
  expect(cluster.ready(opt)).toMatchObject({ status: 'True', reason: 'Referenced' });
  expect(cluster.condition(opt, 'Complete')).toMatchObject({ status: 'True' });
  expect(cluster.get(opt).status).toMatchObject({ ready: true, artifacts: { url }, artifact: { url, recipeDigest: expect.stringMatching(/^\w{26}$/) as string } });
});

test('case 17: a server of it starts without waiting for anything, and keeps it when the model is deleted', () => {
  const cluster = world();
  const opt = cluster.add(sourced(BUCKET));
  const chat = cluster.add(server());
  cluster.settle();
  expect(cluster.roles(chat)).toContain('Deployment run');
  const name = cluster.child(chat, 'Deployment').metadata.name;
  const template = () => JSON.stringify(cluster.objects.get(`Deployment/${name}`));
  expect(template()).toContain('readable-bucket-');
  const before = template();
  cluster.delete(opt);
  cluster.settle();
  expect(template()).toBe(before);
});

test('case 17: a training from it runs at once, and its own artifact is made as ever', () => {
  const cluster = world();
  cluster.add(sourced(CLAIM));
  const tuned = cluster.add(model({ model: { name: 'opt' } }, 'tuned'));
  cluster.publish(tuned);
  expect(cluster.ready(tuned)).toMatchObject({ status: 'True', reason: 'Published' });
});

describe('case 17: files that were there are never deleted', () => {
  test('although deletionPolicy says so, which the status says', () => {
    const cluster = world();
    const opt = cluster.add(sourced(BUCKET, { deletionPolicy: 'Delete' }));
    cluster.settle();
    expect(cluster.ready(opt).message).toMatch(/never changed or deleted; deletionPolicy Delete is ignored, for they were there before$/);
    expect(cluster.get(opt).metadata.finalizers ?? []).toEqual([]);
  });

  test('not even where someone has set the finalizer', () => {
    const cluster = world();
    const opt = cluster.add(sourced(BUCKET, { deletionPolicy: 'Delete' }));
    cluster.settle();
    cluster.change(opt, { deletionTimestamp: GONE, ...{ finalizers: ['substratus.ai/artifact'] } });
    cluster.settle();
    expect([...cluster.objects.keys()].filter((key) => key.startsWith('Job/'))).toEqual([]);
    expect(cluster.caches.resources.Model.get('team-a/opt')).toBeUndefined();
  });
});

test('case 17: a model that cannot be read says so, and so does its server', () => {
  const cluster = new World(platformOf('aws'));
  const opt = cluster.add(sourced(BUCKET));
  const chat = cluster.add(server());
  cluster.settle();
  expect(cluster.ready(opt)).toMatchObject({ status: 'False', reason: 'InvalidSpec', message: expect.stringContaining('readableBuckets') as string });
  expect(cluster.roles(chat)).not.toContain('Deployment run');
  expect(cluster.ready(chat)).toMatchObject({ reason: 'InvalidSpec', message: expect.stringContaining('readableBuckets') as string });
});

test('case 17: a large list of those who may use it does not hide where it is', () => {
  const cluster = world();
  const long = { bucket: { url: `${URL}/${'x'.repeat(600)}` } };
  cluster.add(sourced(long, { sharing: { namespaces: Array.from({ length: 250 }, (_, index) => `namespace-${'y'.repeat(40)}-${index}`) } }));
  const chat = cluster.add(server());
  cluster.settle();
  expect(JSON.stringify(cluster.objects.get(`Deployment/${cluster.child(chat, 'Deployment').metadata.name}`))).toContain('x'.repeat(600));
});
