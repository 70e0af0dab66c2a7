/** A20: builds in a namespace of their own, which Kubernetes does not collect with their resources. */
import type { PlatformSpec } from '../../src/api/platform';
import type { Resource } from '../../src/api/resource';
import { ApiError } from '../../src/reconciler/kube/api-error';
import type { ObservedChild } from '../../src/reconciler/observe/observed';
import { jobOf, model, nameOf, platformOf, server } from '../expand/fixtures';
import { SmallCluster } from './small-cluster';
import { World } from './world';

const build = { git: { url: 'https://git.example.com/acme/server', branch: 'main' } };
const OPT = model({ build });
const CHAT = server({ image: undefined, build });

/** The platform as it is written for builds beside the workloads, and in a namespace of their own. */
const TOGETHER = platformOf('gcp', { workspaces: [{ namespace: 'team-a', builds: true }, { namespace: 'team-b' }] });
const APART: PlatformSpec = { ...TOGETHER, workspaces: [{ namespace: 'team-a', builds: true, buildNamespace: 'team-a-builds' }, { namespace: 'team-b' }] };

function buildsOf(world: World, resource: Resource): string[] {
  return world.children(resource).filter(({ role, job }) => job && role === 'build')
    .map(({ metadata: { namespace }, job }) => `${namespace} ${job?.outcome ?? 'running'}`).sort();
}

function buildIn(world: World, resource: Resource, namespace: string): ObservedChild {
  const found = world.children(resource).find(({ role, metadata }) => role === 'build' && metadata.namespace === namespace);
  if (!found) throw new Error(`no build in ${namespace}`);
  return found;
}

describe('what is decided', () => {
  test('a build there is a step of its resource, and the next step is where the resource is', () => {
    const world = new World(APART);
    world.add(OPT);
    world.settle();
    expect(buildsOf(world, OPT)).toEqual(['team-a-builds running']);
    expect(world.ready(OPT).reason).toBe('Building');
    world.end(OPT, 'build');
    world.settle();
    expect(world.child(OPT, 'Job', 'check').metadata.namespace).toBe('team-a');
    expect(buildsOf(world, OPT)).toEqual(['team-a-builds Complete']);
  });

  test('a build that fails says why, and runs again when asked to', () => {
    const world = new World(APART);
    world.add(OPT);
    world.settle();
    world.end(OPT, 'build', { exitCode: 1, message: 'no Dockerfile' });
    world.settle();
    expect(world.ready(OPT)).toMatchObject({ reason: 'BuildFailed', message: expect.stringContaining('no Dockerfile') });
    world.change(OPT, { annotations: { 'substratus.ai/retry': '1' } });
    world.settle();
    expect(buildsOf(world, OPT)).toEqual(['team-a-builds Failed', 'team-a-builds running']);
  });

  test.each([
    ['secret "push" not found', 'the pod does not start: MountVolume failed: secret "push" not found; a build takes it from namespace team-a-builds: create it there'],
    ['timed out', 'the pod does not start: MountVolume failed: timed out'],
  ])('%s: a Secret that is missing there is named with its namespace', (cause, message) => {
    const world = new World(APART);
    world.add(OPT);
    world.settle();
    const pod = world.pod(OPT, world.child(OPT, 'Job', 'build'), { phase: 'Pending', isStarting: true });
    world.warnings = new Map([[pod.metadata.uid, `MountVolume failed: ${cause}`]]);
    world.settle();
    expect(world.ready(OPT)).toMatchObject({ reason: 'VolumePending', message: expect.stringContaining(message) });
    expect(world.ready(OPT).message.endsWith(message)).toBe(true);
  });
});

describe('after an upgrade from builds beside the workloads', () => {
  function upgraded(resource: Resource, before: (world: World) => void): World {
    const world = new World(APART);
    world.platform = TOGETHER;
    if (resource.kind === 'Server') {
      const opt = world.add(model());
      world.add(resource);
      world.publish(opt);
    }
    world.add(resource);
    world.settle();
    expect(buildsOf(world, resource)).toEqual(['team-a running']);
    before(world);
    world.platform = APART;
    world.settle();
    return world;
  }

  test.each([OPT, CHAT])('a build of a $kind that is done is done', (resource) => {
    const world = upgraded(resource, (before) => before.end(resource, 'build'));
    expect(buildsOf(world, resource)).toEqual(['team-a Complete']);
    expect(world.ready(resource).reason).not.toBe('Building');
  });

  test.each([OPT, CHAT])('a build of a $kind that runs goes on, no other runs beside it, and it counts', (resource) => {
    const world = upgraded(resource, (before) => before.pod(resource, before.child(resource, 'Job', 'build')));
    expect(buildsOf(world, resource)).toEqual(['team-a running']);
    expect(world.ready(resource).reason).toBe('Building');
    world.end(resource, 'build');
    world.settle();
    expect(buildsOf(world, resource)).toEqual(['team-a Complete']);
    expect(world.ready(resource).reason).not.toBe('Building');
  });

  test.each([OPT, CHAT])('a build of a $kind that waits is made where it belongs', (resource) => {
    const pending = { phase: 'Pending', isScheduled: false };
    const world = upgraded(resource, (before) => before.pod(resource, before.child(resource, 'Job', 'build'), pending));
    expect(buildsOf(world, resource)).toEqual(['team-a-builds running']);
  });

  test.each([OPT, CHAT])('a build of a $kind that has lost its right to push on the way is made again where it has it', (resource) => {
    const world = upgraded(resource, (before) => before.pod(resource, before.child(resource, 'Job', 'build')));
    world.end(resource, 'build', { exitCode: 1, message: 'denied' });
    world.settle();
    expect(world.ready(resource).reason).toBe('Building');
    world.end(resource, 'build');
    world.settle();
    expect(buildIn(world, resource, 'team-a-builds').job?.outcome).toBe('Complete');
    expect(world.ready(resource).reason).not.toBe('Building');
  });
});

test('who writes into another namespace makes nothing a child, whatever uid it names', () => {
  const world = new World(APART);
  world.add(OPT);
  world.settle();
  const own = buildIn(world, OPT, 'team-a-builds');
  world.update(own, { metadata: { ...own.metadata, namespace: 'team-b', uid: 'forged', name: 'forged' } });
  expect(world.children(OPT).map(({ metadata }) => metadata.namespace)).not.toContain('team-b');
});

describe('what is done', () => {
  const JOB = nameOf(jobOf('build', OPT, { platform: APART }));
  const JOBS = { collection: 'batch/jobs', namespace: 'team-a-builds' };
  const MODELS = { collection: 'substratus.ai/models', namespace: 'team-a' };

  async function built(): Promise<SmallCluster> {
    const cluster = new SmallCluster(APART);
    cluster.user(OPT);
    await cluster.run();
    return cluster;
  }

  test('the Job names its owner by a label, for no owner reference reaches there, and is at rest', async () => {
    const cluster = await built();
    const { metadata } = cluster.store.get(JOBS, JOB) ?? { metadata: undefined };
    expect(metadata?.labels).toMatchObject({ 'substratus.ai/owner': cluster.store.get(MODELS, 'opt')?.metadata.uid, 'model': 'opt' });
    expect(metadata?.ownerReferences).toBeUndefined();
    cluster.writes.length = 0;
    cluster.user(OPT, { metadata: { annotations: { 'substratus.ai/x': 'looks again' } } });
    await cluster.run();
    expect(cluster.writes).toEqual([]);
  });

  test('what builds is made there, and only there', async () => {
    const cluster = await built();
    const accounts = (namespace: string) => cluster.store.list({ collection: '/serviceaccounts', namespace }).map(({ metadata }) => metadata.name);
    expect(accounts('team-a-builds')).toEqual(['image-builder']);
    expect(accounts('team-a')).not.toContain('image-builder');
  });

  test('it goes with its resource', async () => {
    const cluster = await built();
    cluster.store.remove(MODELS, 'opt');
    await cluster.run();
    expect(cluster.store.list(JOBS)).toEqual([]);
  });

  test('it is not one of a resource of the same name that comes later, which has its own', async () => {
    const cluster = await built();
    const before = cluster.store.get(JOBS, JOB)?.metadata.uid;
    cluster.store.remove(MODELS, 'opt');
    const ofIt = { collection: '/configmaps', namespace: 'team-a' };
    for (const { metadata: { name } } of cluster.store.list(ofIt)) cluster.store.remove(ofIt, name); // Kubernetes collects it
    cluster.user(OPT);
    await cluster.run();
    const { metadata } = cluster.store.get(JOBS, JOB) ?? { metadata: undefined };
    expect(metadata?.uid).not.toBe(before);
    expect(metadata?.labels?.['substratus.ai/owner']).toBe(cluster.store.get(MODELS, 'opt')?.metadata.uid);
  });

  test('it stays while the API server has its resource, though a cache does not know it yet', async () => {
    const cluster = await built();
    const { uid } = cluster.store.get(MODELS, 'opt')?.metadata ?? { uid: '' };
    cluster.caches.resources.Model.delete('team-a/opt', uid);
    await cluster.run();
    expect(cluster.store.get(JOBS, JOB)).toBeDefined();
    expect(cluster.writes).not.toContain(`no Job ${JOB}`);
  });

  test.each([
    ['does not exist', { code: 404, reason: 'NotFound', message: 'namespaces "team-a-builds" not found', details: { kind: 'namespaces', name: 'team-a-builds' } }],
    ['may not be written to', { code: 403, reason: 'Forbidden', message: 'jobs.batch is forbidden: User "reconciler" cannot patch resource "jobs" in namespace "team-a-builds"' }],
  ])('a namespace for builds that %s is said on the resource, and does not pass for the end of the workspace', async (_, error) => {
    const cluster = new SmallCluster(APART);
    cluster.admit = (object) => {
      if ((object.metadata as { namespace?: string }).namespace === 'team-a-builds') throw new ApiError(error);
      return object;
    };
    cluster.user(OPT);
    await cluster.run();
    expect(cluster.reasonOf(OPT)).toBe('NoWorkspace');
    const { status } = cluster.store.get(MODELS, 'opt') as { status?: { conditions: { type: string; message: string }[] } };
    expect(status?.conditions.find(({ type }) => type === 'Ready')?.message).toContain('images of workspace team-a are built in namespace team-a-builds, which does not exist');
  });
});
