/** Which changes make which resources be looked at again. */
import type { Resource } from '../../../src/api/resource';
import type { Status } from '../../../src/api/status';
import { newCaches } from '../../../src/reconciler/observe/caches';
import { observeResource } from '../../../src/reconciler/observe/observed';
import type { Observed, ObservedChild } from '../../../src/reconciler/observe/observed';
import { addTriggers } from '../../../src/reconciler/observe/triggers';
import { model, server } from '../../expand/fixtures';

const MODEL = 'models/team-a/opt';
const SERVER = 'servers/team-a/chat';

interface Version {
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly status?: Status;
}

function setUp() {
  const caches = newCaches();
  let woken: string[] = [];
  let version = 10;
  const versionOf = (resource: Resource, { status: told, ...changes }: Version = {}): Observed => {
    const { metadata } = resource;
    const identity = { uid: metadata.name, resourceVersion: String(++version), generation: 1 };
    return { ...resource, status: told, metadata: { ...metadata, ...identity, ...changes } } as Observed;
  };
  caches.resources.Model.set(versionOf(model()));
  caches.resources.Server.set(versionOf(server({ model: { name: 'opt' } })));
  addTriggers(caches, (key) => woken.push(key));
  /** What is woken by an action. */
  const wokenBy = (action: () => void): string[] => {
    woken = [];
    action();
    return woken.sort();
  };
  return { caches, versionOf, wokenBy };
}

function status(reason: string, more: Partial<Status> = {}, type = 'Reconciling'): Status {
  const condition = { status: 'True' as const, reason, message: '', observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' };
  return { ready: false, observedGeneration: 1, conditions: [{ ...condition, type }], ...more };
}

const ARTIFACT = { recipeDigest: 'r', url: 'gs://acme/r', contentDigest: 'sha256:c', bytes: 1, files: 1 };

test('a Model that goes on wakes itself only; one that is Ready, stuck, shared, or gone, its Servers too', () => {
  const { caches: { resources: { Model: models } }, versionOf, wokenBy } = setUp();
  const becomes = (version: Version): string[] => wokenBy(() => models.set(versionOf(model(), version)));
  expect(becomes({ status: status('Checking') })).toEqual([MODEL]);
  expect(becomes({ status: status('Running') })).toEqual([MODEL]);
  expect(becomes({ status: status('RunFailed', {}, 'Stalled') })).toEqual([MODEL, SERVER]);
  expect(becomes({ status: status('Published', { ready: true, artifact: ARTIFACT }) })).toEqual([MODEL, SERVER]);
  expect(becomes({ generation: 2, status: status('Published', { ready: true, artifact: ARTIFACT }) })).toEqual([MODEL, SERVER]);
  expect(wokenBy(() => models.delete('team-a/opt'))).toEqual([MODEL, SERVER]);
});

test('after an own write of a status there is more to do only once it is Ready or published', () => {
  const { caches: { resources: { Model: models } }, versionOf, wokenBy } = setUp();
  const becomes = (version: Version): string[] => wokenBy(() => models.observe(versionOf(model(), version)));
  expect(becomes({ status: status('Checking') })).toEqual([]);
  expect(becomes({ status: status('Running') })).toEqual([]);
  expect(becomes({ status: status('Published', { ready: true, artifact: ARTIFACT }) })).toEqual([MODEL, SERVER]);
});

test('a child wakes its owner when someone else has changed it, and when it has gone', () => {
  const { caches, wokenBy } = setUp();
  const deployments = caches.children.get('Deployment');
  const child = (resourceVersion: string): ObservedChild => ({
    kind: 'Deployment', metadata: { name: 'chat-server', namespace: 'team-a', uid: 'd', resourceVersion },
    owner: { kind: 'Server', name: 'chat', uid: 'chat' }, live: { rest: '' },
  });
  expect(wokenBy(() => deployments?.observe(child('20')))).toEqual([]);
  expect(wokenBy(() => deployments?.set(child('20')))).toEqual([]);
  expect(wokenBy(() => deployments?.set(child('21')))).toEqual([SERVER]);
  expect(wokenBy(() => deployments?.delete('team-a/chat-server'))).toEqual([SERVER]);
});

test('what is to go is woken when a Deployment is of another artifact, whoever has written it', () => {
  const { caches, versionOf, wokenBy } = setUp();
  const deployments = caches.children.get('Deployment');
  const child = (resourceVersion: string, url: string): ObservedChild => ({
    kind: 'Deployment', metadata: { name: 'chat-server', namespace: 'team-a', uid: 'd', resourceVersion },
    owner: { kind: 'Server', name: 'chat', uid: 'chat' }, live: { rest: '' }, deployment: {} as ObservedChild['deployment'],
    applied: { intent: '', rest: '', inputs: { model: { kind: 'Model', name: 'opt', namespace: 'team-a', recipeDigest: 'r', url } } },
  });
  caches.resources.Model.set(versionOf(model(), { deletionTimestamp: '2026-01-01T00:00:00Z' }));
  deployments?.set(child('20', 'gs://acme/r'));
  expect(wokenBy(() => deployments?.observe(child('21', 'gs://acme/r')))).toEqual([]);
  expect(wokenBy(() => deployments?.observe(child('22', 'gs://acme/other')))).toEqual([MODEL]);
});

test.each(['ServiceAccount', 'NetworkPolicy'])('a %s that is deleted wakes what is in its namespace', (kind) => {
  const { caches, wokenBy } = setUp();
  const parts = caches.workspaceParts.get(kind);
  const part = (namespace: string) => ({ metadata: { name: 'one', namespace, uid: namespace, resourceVersion: '30' } });
  for (const namespace of ['team-a', 'team-b']) expect(wokenBy(() => parts?.set(part(namespace)))).toEqual([]);
  expect(wokenBy(() => parts?.delete('team-b/one'))).toEqual([]);
  expect(wokenBy(() => parts?.delete('team-a/one'))).toEqual([MODEL, SERVER]);
});

test('a resource without a spec, which an older definition has let in, can be kept', () => {
  const { caches, wokenBy } = setUp();
  const live = { metadata: { name: 'old', namespace: 'team-a', uid: 'old', resourceVersion: '40' } };
  expect(wokenBy(() => caches.resources.Model.set(observeResource(live, 'Model')))).toEqual(['models/team-a/old']);
});

test('A4: a Job that deletes an artifact wakes those that may have the same, when it comes and when it has gone', () => {
  const { caches, versionOf, wokenBy } = setUp();
  const has = (name: string, url: string) => {
    caches.resources.Model.set(versionOf(model({}, name), { status: status('Published', { ready: true, artifact: { ...ARTIFACT, url } }) }));
  };
  has('twin', ARTIFACT.url);
  has('other', 'gs://acme/other');
  const job = {
    kind: 'Job', role: 'delete', recipe: 'r', live: { rest: '' }, job: {}, owner: { kind: 'Model', name: 'old', uid: 'old' },
    metadata: { name: 'old-delete', namespace: 'team-a', uid: 'job', resourceVersion: '100' }, applied: { intent: '', rest: '', url: ARTIFACT.url },
  } as unknown as ObservedChild;
  const jobs = caches.children.get('Job');
  expect(new Set(wokenBy(() => jobs?.set(job)))).toEqual(new Set(['models/team-a/old', MODEL, 'models/team-a/twin']));
  expect(new Set(wokenBy(() => jobs?.delete('team-a/old-delete')))).toEqual(new Set(['models/team-a/old', MODEL, 'models/team-a/twin']));
});
