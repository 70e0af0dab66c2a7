/** The controller and what wakes it: nothing is missed, and nothing goes on for ever. */
import { recipeDigest } from '../../src/api/digest';
import type { ArtifactResource, Resource } from '../../src/api/resource';
import { ARTIFACT_FINALIZER } from '../../src/api/resource';
import * as expansion from '../../src/expand';
import { artifactUrl } from '../../src/expand';
import { ApiError } from '../../src/reconciler/kube/api-error';
import { dataset, model, notebook, platformOf, server } from '../expand/fixtures';
import { SmallCluster } from './small-cluster';

const SERVER = server({ model: { name: 'opt' } });
const MODEL = model({ dataset: { name: 'squad' } });

/** A status that says what was published. */
function published(resource: ArtifactResource): object {
  const { kind } = resource;
  const digest = recipeDigest(resource);
  const url = artifactUrl(platformOf('gcp'), { kind, namespace: 'team-a', recipeDigest: digest });
  return { ready: true, observedGeneration: 1, conditions: [], artifact: { recipeDigest: digest, url, contentDigest: 'sha256:c', bytes: 1, files: 1 } };
}

function leaving(cluster: SmallCluster, resource: Resource): void {
  cluster.user(resource, { metadata: { deletionTimestamp: '2026-02-01T00:00:00Z' } });
}

test('once all is as it shall be, nothing is written and nothing is looked at', async () => {
  const cluster = new SmallCluster();
  cluster.user(dataset());
  cluster.user(MODEL);
  cluster.user(SERVER);
  await cluster.run();
  expect([dataset(), MODEL, SERVER].map((resource) => cluster.reasonOf(resource))).toEqual(['Checking', 'DatasetNotReady', 'ModelNotReady']);
  cluster.writes.length = 0;
  expect(await cluster.run(2000)).toBe(0);
  expect(cluster.writes).toEqual([]);
});

test('a Server has its Service as soon as the last of what it will be made of is there, however far off', async () => {
  const cluster = new SmallCluster();
  cluster.user(SERVER);
  await cluster.run();
  cluster.user(MODEL);
  await cluster.run();
  expect(cluster.writes).not.toContain('Service chat-server');
  cluster.user(dataset());
  await cluster.run();
  expect(cluster.writes).toContain('Service chat-server');
});

test('a Model that is to go goes once the Server that has used it is of another', async () => {
  const cluster = new SmallCluster();
  const [old, other] = [model({ deletionPolicy: 'Delete' }), model({ image: 'acme/other' }, 'other')];
  cluster.user(old, { metadata: { finalizers: [ARTIFACT_FINALIZER] }, status: published(old) });
  cluster.user(other, { status: published(other) });
  cluster.user(SERVER);
  await cluster.run();
  leaving(cluster, old);
  await cluster.run();
  expect(cluster.reasonOf(old)).toBe('StillUsed');
  cluster.user(SERVER, { spec: { model: { name: 'other' } } });
  await cluster.run();
  expect(cluster.reasonOf(old)).toBe('StillUsed');
  cluster.rollOut('chat-server');
  await cluster.run();
  expect(cluster.writes.filter((write) => write.startsWith('Job opt-model-delete'))).toHaveLength(1);
});

test('so does a Dataset, once the Model that has used it is of another', async () => {
  const cluster = new SmallCluster();
  const squad = dataset({ deletionPolicy: 'Delete' });
  const suspended = model({ dataset: { name: 'squad' }, suspend: true });
  cluster.user(squad, { metadata: { finalizers: [ARTIFACT_FINALIZER] }, status: published(squad) });
  cluster.user(suspended);
  await cluster.run();
  leaving(cluster, squad);
  await cluster.run();
  expect(cluster.reasonOf(squad)).toBe('StillUsed');
  cluster.user(suspended, { spec: { dataset: { name: 'other' } } });
  await cluster.run();
  expect(cluster.writes.filter((write) => write.startsWith('Job squad-dataset-delete'))).toHaveLength(1);
});

test('what someone changes as often as it is written is written more and more seldom', async () => {
  const cluster = new SmallCluster();
  let count = 0;
  cluster.admit = (object) => ({ ...object, metadata: { ...object.metadata as object, annotations: { webhook: String(++count) } } });
  cluster.user(SERVER);
  cluster.user(dataset());
  cluster.user(MODEL);
  await cluster.run(600_000);
  expect(cluster.writes.filter((write) => write === 'Service chat-server').length).toBeLessThan(100);
});

test('a resource that is edited while it gets its finalizer has it afterwards, and no failure is told', async () => {
  const cluster = new SmallCluster();
  const opt = model({ deletionPolicy: 'Delete' });
  let edits = 0;
  cluster.beforePatch = () => {
    if (++edits === 1) cluster.user(opt, { metadata: { labels: { team: 'a' } } });
  };
  cluster.user(opt);
  await cluster.run();
  expect(edits).toBe(2);
  expect([cluster.reasonOf(opt), cluster.events]).toEqual(['Checking', []]);
});

test('a claim that cannot be as large as asked keeps no notebook from being suspended', async () => {
  const cluster = new SmallCluster();
  const lab = notebook({ storage: { size: '10Gi' } });
  cluster.user(lab);
  await cluster.run();
  cluster.rollOut('lab-notebook');
  await cluster.run();
  cluster.admit = (object) => {
    if (object.kind === 'PersistentVolumeClaim') throw new ApiError({ code: 403, reason: 'Forbidden', message: 'only dynamically provisioned pvc can be resized' });
    return object;
  };
  cluster.user(lab, { spec: { storage: { size: '20Gi' }, suspend: true } });
  await cluster.run();
  const deployment = cluster.store.get({ collection: 'apps/deployments', namespace: 'team-a' }, 'lab-notebook');
  expect([deployment?.spec, cluster.reasonOf(lab)]).toEqual([expect.objectContaining({ replicas: 0 }), 'Rejected']);
});

test('A21: a mistake of the program is told in the status, and thrown so that it is logged, counted and tried again', async () => {
  const cluster = new SmallCluster();
  cluster.user(notebook());
  const mistake = new TypeError('x is undefined');
  jest.spyOn(expansion, 'expand').mockImplementation(() => { throw mistake; });
  await expect(cluster.run()).rejects.toBe(mistake);
  expect(cluster.reasonOf(notebook())).toBe('ReconcilerError');
  jest.restoreAllMocks();
});

test('A19: a Model that is shared with a namespace which may not be read keeps its artifact, for it may be used there', async () => {
  const cluster = new SmallCluster();
  const shared = model({ deletionPolicy: 'Delete', sharing: { namespaces: ['team-b'] } });
  cluster.user(shared, { metadata: { finalizers: [ARTIFACT_FINALIZER] }, status: published(shared) });
  cluster.unread = ['team-b', 'team-c'];
  await cluster.run();
  leaving(cluster, shared);
  await cluster.run();
  expect(cluster.reasonOf(shared)).toBe('StillUsed');
  expect(JSON.stringify(cluster.caches.resources.Model.get('team-a/opt')?.status)).toContain('not used by namespace team-b, which the reconciler may not read"');
  cluster.unread = ['team-c'];
  cluster.user(shared, { metadata: { annotations: { 'substratus.ai/retry': '1' } } }); // as when the namespace is known
  await cluster.run();
  expect(cluster.writes.filter((write) => write.startsWith('Job opt-model-delete'))).toHaveLength(1);
});
