import type { ModelSpec } from '../../../src/api/resource';
import { model, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

const GONE = '2026-02-01T00:00:00Z';

function published(spec: ModelSpec = {}) {
  const cluster = new World(platformOf('gcp'));
  const opt = cluster.add(model({ deletionPolicy: 'Delete', ...spec }));
  cluster.publish(opt);
  return { cluster, opt };
}

function exists(cluster: World): boolean {
  return cluster.caches.resources.Model.get('team-a/opt') !== undefined;
}

describe('a model that takes its artifact with it', () => {
  test('is held back until that is deleted', () => {
    const { cluster, opt } = published();
    expect(cluster.get(opt).metadata.finalizers).toEqual(['substratus.ai/artifact']);
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    expect(cluster.roles(opt)).toContain('Job delete');
    expect(exists(cluster)).toBe(true);
    cluster.end(opt, 'delete');
    cluster.settle();
    expect(exists(cluster)).toBe(false);
  });

  test('waits as long as a server serves it, also one whose resource does not name it any more', () => {
    const { cluster, opt } = published();
    const chat = cluster.add(server());
    cluster.settle();
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    expect(cluster.ready(opt)).toMatchObject({ reason: 'StillUsed', message: 'its artifact is deleted once it is not used by Server team-a/chat' });
    expect(cluster.roles(opt)).not.toContain('Job delete');
    cluster.change(chat, { spec: { model: { name: 'other' } } });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('StillUsed');
    cluster.delete(chat);
    cluster.settle();
    expect(cluster.roles(opt)).toContain('Job delete');
  });

  test('says why its artifact cannot be deleted, and goes without when told to', () => {
    const { cluster, opt } = published();
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    cluster.end(opt, 'delete', { exitCode: 1, message: 'access denied' });
    cluster.settle();
    expect(cluster.ready(opt)).toMatchObject({ reason: 'DeletionFailed', message: expect.stringContaining('access denied') });
    cluster.change(opt, { spec: { deletionPolicy: 'Retain' } });
    cluster.settle();
    expect(exists(cluster)).toBe(false);
  });

  test('stops what is running first', () => {
    const cluster = new World(platformOf('gcp'));
    const opt = cluster.add(model({ deletionPolicy: 'Delete' }));
    cluster.settle();
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    cluster.change(opt, { deletionTimestamp: GONE });
    const decision = cluster.decide(opt);
    expect(decision.inTheWay?.map(({ role }) => role)).toEqual(['run']);
    expect(decision.desired).toEqual([]);
    const run = cluster.child(opt, 'Job', 'run');
    cluster.update(run, { metadata: { ...run.metadata, deletionTimestamp: GONE } });
    expect(cluster.decide(opt)).toMatchObject({ desired: [], verdict: { message: 'its Jobs are stopped, before its artifact is deleted' } });
  });

  test('leaves what it has never begun to whoever has made it', () => {
    const cluster = new World(platformOf('gcp'));
    const opt = cluster.add(model({ deletionPolicy: 'Delete', suspend: true }));
    cluster.settle();
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    expect(exists(cluster)).toBe(false);
  });

  test('goes though it is suspended', () => {
    const { cluster, opt } = published();
    cluster.change(opt, { spec: { suspend: true } });
    cluster.settle();
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    expect(cluster.child(opt, 'Job', 'delete').job?.suspended).toBe(false);
  });

  test('waits for the pods of a former revision, until those of the next one answer', () => {
    const { cluster, opt } = published();
    const next = cluster.add(model({ image: 'other' }, 'next'));
    cluster.publish(next);
    const chat = cluster.add(server());
    cluster.settle();
    cluster.rollOut(chat);
    cluster.written.length = 0;
    cluster.change(chat, { spec: { model: { name: 'next' } } });
    cluster.settle();
    const kinds = cluster.written.map((name) => name.split('/')[0]);
    expect(kinds.filter((kind) => kind !== 'ConfigMap')).toEqual(['Service', 'Deployment', 'PodDisruptionBudget']);
    const { replicas = 0 } = cluster.child(chat, 'Deployment').deployment ?? {};
    const rolling = { replicas, ownsReplicas: true, current: replicas + 1, updated: 1, available: replicas, isObserved: true };
    cluster.update(cluster.child(chat, 'Deployment'), { deployment: rolling });
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    expect(cluster.ready(opt)).toMatchObject({ reason: 'StillUsed', message: expect.stringContaining('Server team-a/chat') });
    cluster.rollOut(chat);
    expect(cluster.children(chat).flatMap(({ applied }) => applied?.former ?? [])).toEqual([]);
    expect(cluster.roles(opt)).toContain('Job delete');
  });

  test('is not held back by who may not use it', () => {
    const { cluster, opt } = published();
    const { metadata, ...other } = server({ model: { name: 'opt', namespace: 'team-a' } }, 'theirs');
    cluster.add({ ...other, metadata: { ...metadata, namespace: 'team-b' } });
    cluster.settle();
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    expect(cluster.roles(opt)).toContain('Job delete');
  });
});

test('a model leaves its artifact by default, and nothing holds it back', () => {
  const { cluster, opt } = published({ deletionPolicy: undefined });
  expect(cluster.get(opt).metadata.finalizers).toBeUndefined();
});

test('nothing is made for a server that is being deleted, though its children go before it', () => {
  const { cluster } = published();
  const chat = cluster.add(server());
  cluster.settle();
  cluster.change(chat, { deletionTimestamp: GONE });
  cluster.remove(cluster.child(chat, 'Deployment'));
  cluster.settle();
  expect(cluster.roles(chat)).not.toContain('Deployment run');
  expect(cluster.ready(chat)).toMatchObject({ status: 'False', reason: 'Deleting' });
});

describe('A4: twins have one artifact', () => {
  function twins(spec: ModelSpec = {}) {
    const { cluster, opt } = published();
    const twin = cluster.add(model(spec, 'twin'));
    cluster.settle();
    cluster.end(twin, 'check', { message: '{"published":true,"contentDigest":"sha256:b","bytes":1,"files":1}' });
    cluster.settle();
    expect(cluster.get(twin).status?.artifact?.url).toBe(cluster.get(opt).status?.artifact?.url);
    return { cluster, opt, twin };
  }

  test('a rename is not held up: the artifact passes on to the new name', () => {
    const { cluster, opt, twin } = twins();
    cluster.change(opt, { deletionTimestamp: GONE });
    expect(cluster.decide(opt)).toMatchObject({ desired: [], finalizer: false });
    cluster.settle();
    expect(exists(cluster)).toBe(false);
    expect(cluster.ready(twin).reason).toBe('Published');
  });

  test('also to one that has only just come, and has no status yet', () => {
    const { cluster, opt } = published();
    cluster.add(model({}, 'twin'));
    cluster.change(opt, { deletionTimestamp: GONE });
    expect(cluster.decide(opt)).toMatchObject({ desired: [], finalizer: false });
  });

  test('a twin that would keep it keeps it: nothing that was there before deletes it later', () => {
    const { cluster, opt, twin } = twins({ deletionPolicy: 'Retain' });
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    cluster.delete(twin);
    cluster.settle();
    expect(exists(cluster)).toBe(false);
    expect(cluster.written.filter((name) => name.includes('-delete-'))).toEqual([]);
  });

  test('of two that go at once, one that would keep it decides', () => {
    const { cluster, opt, twin } = twins({ deletionPolicy: 'Retain' });
    cluster.change(twin, { deletionTimestamp: GONE });
    cluster.change(opt, { deletionTimestamp: GONE });
    expect(cluster.decide(opt)).toMatchObject({ desired: [], finalizer: false });
  });

  test('and it goes with the last one that would take it along', () => {
    const { cluster, opt, twin } = twins({ deletionPolicy: 'Delete' });
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    cluster.change(twin, { deletionTimestamp: GONE });
    cluster.settle();
    expect(cluster.roles(twin)).toContain('Job delete');
  });

  function race() {
    const { cluster, opt } = published();
    cluster.change(opt, { deletionTimestamp: GONE });
    cluster.settle();
    expect(cluster.roles(opt)).toContain('Job delete');
    const twin = cluster.add(model({}, 'twin'));
    cluster.settle();
    return { cluster, opt, twin };
  }

  test('one that is made while it is being deleted waits, and then looks for itself', () => {
    const { cluster, opt, twin } = race();
    expect(cluster.roles(twin)).toEqual([]);
    expect(cluster.ready(twin)).toMatchObject({ reason: 'Checking', message: expect.stringContaining('waiting for Model opt, which deletes the same artifact, gs://') });
    cluster.end(opt, 'delete');
    cluster.settle();
    expect(exists(cluster)).toBe(false);
    expect(cluster.roles(twin)).toContain('Job check');
    cluster.publish(twin);
    expect(cluster.ready(twin).reason).toBe('Published');
  });

  test('what its check has seen meanwhile is void, and it is not Ready over an empty folder', () => {
    const { cluster, opt } = published();
    const twin = cluster.add(model({}, 'twin'));
    cluster.look(twin);
    cluster.look(twin);
    const check = cluster.end(twin, 'check', { message: '{"published":true,"contentDigest":"sha256:b","bytes":1,"files":1}' });
    const leaver = cluster.child(opt, 'Job', 'check');
    cluster.update(leaver, { role: 'delete', job: { ...leaver.job, outcome: undefined } as typeof leaver.job });
    cluster.settle();
    expect(cluster.ready(twin)).toMatchObject({ status: 'False', reason: 'Checking' });
    expect(cluster.children(twin).map(({ metadata }) => metadata.uid)).not.toContain(check.metadata.uid);
  });

  test('where the deletion fails, the one that has come inherits what is left', () => {
    const { cluster, opt, twin } = race();
    cluster.end(opt, 'delete', { exitCode: 1, message: 'denied' });
    cluster.settle();
    expect(exists(cluster)).toBe(false);
    expect(cluster.roles(twin)).toContain('Job check');
  });
});

test('A18: who uses it in another namespace is not told by name', () => {
  const { cluster, opt } = published({ sharing: { namespaces: ['team-b'] } });
  const { metadata, ...other } = server({ model: { name: 'opt', namespace: 'team-a' } }, 'secret-project');
  cluster.add({ ...other, metadata: { ...metadata, namespace: 'team-b' } });
  cluster.settle();
  cluster.change(opt, { deletionTimestamp: GONE });
  cluster.settle();
  expect(cluster.ready(opt)).toMatchObject({ reason: 'StillUsed', message: 'its artifact is deleted once it is not used by a Server in namespace team-b' });
});
