/** Archives in ConfigMaps: nothing that needs one starts before it is there and is the one that the spec says. */
import { createHash } from 'node:crypto';
import type { CommonSpec } from '../../../src/api/resource';
import { observeChild } from '../../../src/reconciler/observe/observed';
import { addTriggers } from '../../../src/reconciler/observe/triggers';
import { model, notebook, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

const BYTES = Buffer.from('an archive');
const DIGEST = `sha256:${createHash('sha256').update(BYTES).digest('hex')}`;
const ARCHIVE = { configMapName: 'code-1', digest: DIGEST };
const CODE: CommonSpec = { code: ARCHIVE };
const BUILD: CommonSpec = { build: { archive: ARCHIVE } };

const MISSING = (field: string): string => `waiting for ConfigMap team-a/code-1, which spec.${field} names and which does not exist; it is among the manifests `
  + '(one of your own has the labels app.kubernetes.io/managed-by: substratus and role: archive)';

function world(): World {
  return new World(platformOf('gcp', { workspaces: [{ namespace: 'team-a', builds: true }] }));
}

function addConfigMap(cluster: World, bytes: Buffer | null = BYTES): void {
  const live = {
    kind: 'ConfigMap', apiVersion: 'v1',
    metadata: { name: 'code-1', namespace: 'team-a', uid: 'archive', resourceVersion: '1', labels: { role: 'archive' } },
    ...(bytes && { binaryData: { 'archive.tar.gz': bytes.toString('base64') } }),
  };
  cluster.caches.children.get('ConfigMap')?.set(observeChild(live as Parameters<typeof observeChild>[0]));
}

test('a run waits for its code, and goes on when it comes', () => {
  const cluster = world();
  const opt = cluster.add(model(CODE));
  cluster.settle();
  cluster.end(opt, 'check', { message: '{"published":false}' });
  cluster.settle();
  expect(cluster.ready(opt)).toMatchObject({ reason: 'ArchiveNotFound', message: MISSING('code') });
  expect(cluster.condition(opt, 'Reconciling')).toBeDefined();
  expect(cluster.roles(opt)).not.toContain('Job run');
  addConfigMap(cluster);
  cluster.settle();
  expect(cluster.roles(opt)).toContain('Job run');
  expect(cluster.ready(opt).reason).toBe('Running');
});

test('what is published needs no code any more', () => {
  const cluster = world();
  addConfigMap(cluster);
  const opt = cluster.add(model(CODE));
  cluster.publish(opt);
  cluster.caches.children.get('ConfigMap')?.delete('team-a/code-1', 'archive');
  cluster.settle();
  expect(cluster.ready(opt).reason).toBe('Published');
});

test('a build waits for what it is built from', () => {
  const cluster = world();
  const opt = cluster.add(model(BUILD));
  const lab = cluster.add(notebook(BUILD));
  cluster.settle();
  for (const each of [opt, lab]) {
    expect(cluster.ready(each)).toMatchObject({ reason: 'ArchiveNotFound', message: MISSING('build.archive') });
    expect(cluster.roles(each)).not.toContain('Job build');
  }
  addConfigMap(cluster);
  cluster.settle();
  for (const each of [opt, lab]) expect(cluster.roles(each)).toContain('Job build');
});

test.each([
  ['another', Buffer.from('x'), `has the archive sha256:${createHash('sha256').update('x').digest('hex')}`],
  ['none', null, 'has no binaryData archive.tar.gz'],
])('an archive that is %s needs somebody', (_, bytes, holds) => {
  const cluster = world();
  addConfigMap(cluster, bytes);
  const lab = cluster.add(notebook(CODE));
  cluster.settle();
  expect(cluster.condition(lab, 'Stalled')).toMatchObject({
    reason: 'ArchiveMismatch',
    message: `ConfigMap team-a/code-1 ${holds}, but spec.code says ${DIGEST}; delete it, and apply the manifests again`,
  });
  expect(cluster.roles(lab)).not.toContain('Deployment run');
});

test('a server goes on with its code until the next is there', () => {
  const cluster = world();
  addConfigMap(cluster);
  cluster.publish(cluster.add(model()));
  const chat = cluster.add(server(CODE));
  cluster.settle();
  cluster.rollOut(chat);
  const name = cluster.child(chat, 'Deployment').metadata.name;
  const template = (): string => JSON.stringify(cluster.objects.get(`Deployment/${name}`));
  const before = template();
  cluster.change(chat, { spec: { code: { ...ARCHIVE, configMapName: 'code-2' } } });
  cluster.settle();
  expect(template()).toBe(before);
  expect(cluster.ready(chat)).toMatchObject({ status: 'True', reason: 'Serving' });
  expect(cluster.ready(chat).message).toContain('the next revision is waiting for ConfigMap team-a/code-2');
  cluster.change(chat, { spec: CODE });
  cluster.settle();
  expect(cluster.ready(chat).message).not.toContain('waiting');
});

test('who uses an archive is looked at when it comes, changes and goes', () => {
  const cluster = world();
  const looked: string[] = [];
  addTriggers(cluster.caches, (key) => looked.push(key));
  cluster.add(model(CODE));
  cluster.add(model({}, 'other'));
  looked.splice(0);
  addConfigMap(cluster);
  cluster.caches.children.get('ConfigMap')?.delete('team-a/code-1', 'archive');
  expect(looked).toEqual(['models/team-a/opt', 'models/team-a/opt']);
});
