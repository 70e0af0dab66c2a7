import type { Job } from 'kubernetes-types/batch/v1';
import { dataset, model, notebook, NAMESPACE, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

const PLATFORM = platformOf('gcp', { gpuPools: [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1 }] });
const GPU = { resources: { gpu: { type: 'nvidia-l4', count: 1 } } };

function world(): World {
  return new World(PLATFORM);
}

describe('the steps of a model', () => {
  test('come one after another, each when the one before has said so', () => {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.settle();
    expect(cluster.roles(opt)).toEqual(['ConfigMap params', 'Job check']);
    expect(cluster.ready(opt)).toMatchObject({ status: 'False', reason: 'Checking' });
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    expect(cluster.roles(opt)).toEqual(['ConfigMap params', 'Job check', 'Job run', 'PersistentVolumeClaim staging']);
    cluster.end(opt, 'run', { imageDigest: `sha256:${'a'.repeat(64)}` });
    cluster.settle();
    expect(cluster.roles(opt)).toContain('Job publish');
    expect(cluster.ready(opt).reason).toBe('Publishing');
    cluster.end(opt, 'publish', { message: '{"published":true,"contentDigest":"sha256:cc","bytes":3072,"files":2}' });
    cluster.settle();
    expect(cluster.ready(opt)).toMatchObject({ status: 'True', reason: 'Published' });
    expect(cluster.ready(opt).message).toMatch(/^published to gs:\/\/acme-artifacts\/team-a\/models\/\w{26}, 3\.0 KiB in 2 files$/);
  });

  test('publish is told which image has run', () => {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.publish(opt);
    const name = cluster.child(opt, 'Job', 'publish').metadata.name;
    const job = cluster.objects.get(`Job/${name}`) as Job;
    expect(job.spec?.template.metadata?.annotations?.['substratus.ai/image-digest']).toBe(`sha256:${'a'.repeat(64)}`);
  });

  test('the staging volume goes after publishing, and not before', () => {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.publish(opt);
    expect(cluster.roles(opt)).not.toContain('PersistentVolumeClaim staging');
    expect(cluster.roles(opt)).toContain('Job run');
    expect(cluster.caches.pods.by('resource', 'models/team-a/opt').map(({ role }) => role)).toEqual(['check']);
  });

  test('nothing runs for an artifact that is there already', () => {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.settle();
    cluster.end(opt, 'check', { message: '{"published":true,"contentDigest":"sha256:cc","bytes":1,"files":1}' });
    cluster.settle();
    expect(cluster.ready(opt).status).toBe('True');
    expect(cluster.roles(opt)).toEqual(['ConfigMap params', 'Job check']);
    expect(cluster.get(opt).status?.artifact).toMatchObject({ contentDigest: 'sha256:cc', bytes: 1, files: 1 });
  });
});

describe('a finished artifact', () => {
  test('is not computed again after its Jobs were cleaned up', () => {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.publish(opt);
    for (const child of cluster.children(opt)) cluster.remove(child);
    cluster.settle();
    expect(cluster.ready(opt).status).toBe('True');
    expect(cluster.children(opt)).toEqual([]);
  });

  test('is asked for in the bucket after its status and its Jobs were lost', () => {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.publish(opt);
    for (const child of cluster.children(opt)) cluster.remove(child);
    cluster.change(opt, { status: null });
    cluster.settle();
    expect(cluster.roles(opt)).toEqual(['ConfigMap params', 'Job check']);
  });

  test('has the same status when that is computed again', () => {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.settle();
    cluster.end(opt, 'check', { message: '{"published":true,"contentDigest":"sha256:cc","bytes":1,"files":1}' });
    cluster.settle();
    const { status } = cluster.get(opt);
    cluster.change(opt, { status: null });
    cluster.settle();
    expect(cluster.get(opt).status?.artifact).toEqual(status?.artifact);
    expect(cluster.ready(opt).message).toBe(cluster.condition(opt, 'Complete')?.message);
  });

  test('is looked for once more where nobody is left to say what was published', () => {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.publish(opt);
    cluster.forgetPods(opt);
    cluster.change(opt, { status: null });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('Checking');
    cluster.end(opt, 'check', { message: '{"published":true,"contentDigest":"sha256:dd","bytes":5,"files":1}' });
    cluster.settle();
    expect(cluster.get(opt).status?.artifact?.contentDigest).toBe('sha256:dd');
    expect(cluster.children(opt).filter(({ role }) => role === 'run')).toHaveLength(1);
  });
});

describe('a run that is suspended', () => {
  function atWork(cluster: World, opt: ReturnType<typeof model>) {
    return cluster.children(opt).filter(({ job }) => job && !job.outcome && !job.suspended);
  }

  function running() {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.settle();
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    return { cluster, opt };
  }

  test('and asked for again in one edit does not run', () => {
    const { cluster, opt } = running();
    cluster.change(opt, { spec: { suspend: true, resources: { memory: '64Gi' } } });
    cluster.settle();
    expect([atWork(cluster, opt), cluster.ready(opt).reason]).toEqual([[], 'Suspended']);
  });

  test.each([
    ['Model', () => running()],
    ['Notebook', () => {
      const cluster = world();
      const opt = cluster.add(notebook());
      cluster.settle();
      cluster.rollOut(opt);
      return { cluster, opt };
    }],
  ])('does not run on because what it asks for cannot be: %s', (_, start) => {
    const { cluster, opt } = start();
    const pods = () => cluster.children(opt).filter(({ job, deployment }) => (job && !job.outcome) || (deployment?.replicas ?? 0) > 0);
    cluster.change(opt, { spec: { resources: { gpu: { type: 'nvidia-none', count: 1 } } } });
    cluster.settle();
    expect([pods().length, cluster.ready(opt).reason]).toEqual([1, 'InvalidSpec']);
    cluster.change(opt, { spec: { suspend: true } });
    cluster.settle();
    expect([pods().length, cluster.ready(opt).reason]).toEqual([0, 'InvalidSpec']);
  });

  test('does not run on behind a failure of what is asked for', () => {
    const { cluster, opt } = running();
    cluster.end(opt, 'run', { exitCode: 1 });
    cluster.change(opt, { spec: { resources: { memory: '64Gi' } } });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('Running');
    cluster.change(opt, { spec: { resources: undefined } });
    cluster.settle();
    expect([atWork(cluster, opt), cluster.ready(opt).reason]).toEqual([[], 'RunFailed']);
  });
});

describe('an artifact in another bucket than the platform has now', () => {
  test.each(['check', 'publish'])('is not judged by the Jobs of the former: %s', (last) => {
    const cluster = world();
    const opt = cluster.add(model());
    if (last === 'publish') {cluster.publish(opt);} else {
      cluster.settle();
      cluster.end(opt, 'check', { message: '{"published":true,"contentDigest":"sha256:cc","bytes":1,"files":1}' });
      cluster.settle();
    }
    cluster.platform = { ...PLATFORM, artifacts: { url: 'gs://new' } };
    cluster.settle();
    expect([cluster.ready(opt).reason, cluster.get(opt).status?.artifact?.url]).toEqual(['Checking', expect.not.stringContaining('gs://new')]);
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('BucketChanged');
  });

  function moved() {
    const cluster = world();
    const opt = cluster.add(model());
    const chat = cluster.add(server());
    cluster.publish(opt);
    cluster.rollOut(chat);
    cluster.platform = { ...PLATFORM, artifacts: { url: 'gs://new' } };
    for (const child of cluster.children(opt)) cluster.remove(child);
    cluster.settle();
    return { cluster, opt, chat };
  }

  test('is looked for in the new one, and is Ready there if someone has copied it', () => {
    const { cluster, opt } = moved();
    expect(cluster.ready(opt).reason).toBe('Checking');
    cluster.end(opt, 'check', { message: '{"published":true,"contentDigest":"sha256:cc","bytes":1,"files":1}' });
    cluster.settle();
    expect(cluster.get(opt).status?.artifact?.url).toMatch(/^gs:\/\/new\//);
  });

  test('is not computed again for that alone, and what serves it goes on', () => {
    const { cluster, opt, chat } = moved();
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    expect(cluster.roles(opt)).not.toContain('Job run');
    expect(cluster.ready(opt)).toMatchObject({ reason: 'BucketChanged', message: expect.stringContaining('it was published to gs://acme-artifacts/') });
    expect(cluster.roles(chat)).toContain('Deployment run');
  });
});

describe('a step that fails', () => {
  test('ends in Stalled, with the last words of its container', () => {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.settle();
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    cluster.end(opt, 'run', { exitCode: 3, message: 'no such token' });
    cluster.settle();
    expect(cluster.ready(opt)).toMatchObject({
      status: 'False',
      reason: 'RunFailed',
      message: 'run failed: container run exited with 3: no such token; after fixing it, change annotation substratus.ai/retry to repeat that step',
    });
    expect(cluster.condition(opt, 'Stalled')?.status).toBe('True');
    expect(cluster.condition(opt, 'Complete')).toMatchObject({ status: 'False', reason: 'JobFailed' });
  });

  test('says that memory was short, and which field to raise', () => {
    const cluster = failed({ exitCode: 137, reason: 'OOMKilled' });
    expect(cluster.message).toContain('container run was out of memory; raise resources.memory');
  });

  test('keeps its words after its pods are gone', () => {
    const { cluster, opt, message } = failed({ exitCode: 3, message: 'no such token' });
    cluster.forgetPods(opt);
    cluster.settle();
    expect(cluster.ready(opt).message).toBe(message);
  });

  test('is tried again by the annotation, and the steps that succeeded are not', () => {
    const { cluster, opt } = failed({ exitCode: 1 });
    const check = cluster.child(opt, 'Job', 'check').metadata.name;
    cluster.change(opt, { annotations: { 'substratus.ai/retry': 'once' } });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('Running');
    expect(cluster.children(opt).filter(({ role }) => role === 'check').map(({ metadata }) => metadata.name)).toEqual([check]);
    expect(cluster.children(opt).filter(({ role }) => role === 'run')).toHaveLength(2);
  });

  test('is not tried again by the same value, nor is another step by it', () => {
    const { cluster, opt } = failed({ exitCode: 1 });
    cluster.change(opt, { annotations: { 'substratus.ai/retry': 'once' } });
    cluster.settle();
    cluster.end(opt, 'run');
    cluster.settle();
    cluster.end(opt, 'publish', { exitCode: 1, message: 'denied' });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('PublishFailed');
    cluster.change(opt, { annotations: { 'substratus.ai/retry': 'twice' } });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('Publishing');
    expect(cluster.children(opt).filter(({ role }) => role === 'run')).toHaveLength(2);
  });

  test('is not tried again by an annotation that was there before it began', () => {
    const cluster = world();
    const { metadata, ...rest } = model();
    const opt = cluster.add({ ...rest, metadata: { ...metadata, annotations: { 'substratus.ai/retry': '2' } } });
    cluster.settle();
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    cluster.end(opt, 'run', { exitCode: 1 });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('RunFailed');
    cluster.change(opt, { annotations: { 'substratus.ai/retry': '3' } });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('Running');
  });

  test('runs again when it is given more memory', () => {
    const { cluster, opt } = failed({ exitCode: 137, reason: 'OOMKilled' });
    cluster.change(opt, { spec: { resources: { memory: 64 } } });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('Running');
  });

  function failed(end: Parameters<World['end']>[2]) {
    const cluster = world();
    const opt = cluster.add(model());
    cluster.settle();
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    cluster.end(opt, 'run', end);
    cluster.settle();
    return { cluster, opt, message: cluster.ready(opt).message };
  }
});

describe('a run that goes on', () => {
  function running(spec = {}) {
    const cluster = world();
    const opt = cluster.add(model(spec));
    cluster.settle();
    cluster.end(opt, 'check', { message: '{"published":false}' });
    cluster.settle();
    return { cluster, opt, job: cluster.child(opt, 'Job', 'run') };
  }

  test('is not disturbed by another version of the library or by a change of the platform', () => {
    const { cluster, opt, job } = running();
    cluster.platform = { ...PLATFORM, images: { rclone: 'mirror/rclone:9' }, kubernetesVersion: '1.33' };
    cluster.settle();
    expect(cluster.children(opt).filter(({ role }) => role === 'run').map(({ metadata }) => metadata.uid)).toEqual([job.metadata.uid]);
  });

  test('is not disturbed by a change that does not concern it', () => {
    const { cluster, opt, job } = running();
    cluster.change(opt, { spec: { sharing: { namespaces: ['*'] }, deletionPolicy: 'Retain' } });
    cluster.settle();
    expect(cluster.child(opt, 'Job', 'run').metadata.uid).toBe(job.metadata.uid);
  });

  test('gives way to one with other resources, which starts once it is gone', () => {
    const { cluster, opt, job } = running();
    cluster.change(opt, { spec: { resources: { memory: 64 } } });
    const decision = cluster.decide(opt);
    expect(decision.inTheWay?.map(({ metadata }) => metadata.uid)).toEqual([job.metadata.uid]);
    expect(decision.desired.filter(({ object }) => object.kind === 'Job')).toEqual([]);
    cluster.settle();
    expect(cluster.child(opt, 'Job', 'run').metadata.uid).not.toBe(job.metadata.uid);
  });

  test('is suspended with its resource, and goes on with it', () => {
    const { cluster, opt } = running();
    cluster.change(opt, { spec: { suspend: true } });
    cluster.settle();
    expect(cluster.child(opt, 'Job', 'run').job?.suspended).toBe(true);
    expect(cluster.ready(opt).reason).toBe('Suspended');
    expect(cluster.condition(opt, 'Stalled')).toBeUndefined();
    cluster.change(opt, { spec: { suspend: false } });
    cluster.settle();
    expect(cluster.child(opt, 'Job', 'run').job?.suspended).toBe(false);
  });

  test('survives disruptions up to a ceiling, which are counted though the pods go', () => {
    const { cluster, opt, job } = running();
    for (let count = 1; count <= 19; count += 1) {
      cluster.pod(opt, job, { isDisrupted: true, phase: 'Failed' });
      cluster.settle();
      cluster.forgetPods(opt, 'run');
    }
    expect(cluster.ready(opt).reason).toBe('Running');
    cluster.pod(opt, job, { isDisrupted: true, phase: 'Failed' });
    cluster.settle();
    expect(cluster.ready(opt)).toMatchObject({ reason: 'TooManyDisruptions' });
    expect(cluster.child(opt, 'Job', 'run').job?.suspended).toBe(true);
    cluster.change(opt, { annotations: { 'substratus.ai/retry': 'again' } });
    cluster.settle();
    expect(cluster.ready(opt).reason).toBe('Running');
    expect(cluster.child(opt, 'Job', 'run').job?.suspended).toBe(false);
  });

  test.each([
    { reason: 'Unschedulable', message: 'no node for the pod yet: 0/3 nodes', isStuck: false },
    { reason: 'ImagePullFailed', message: 'the image of container run cannot be pulled: not found', isStuck: true },
  ] as const)('says what it waits for: $reason', (trouble) => {
    const { cluster, opt, job } = running();
    cluster.pod(opt, job, { phase: 'Pending', trouble });
    cluster.settle();
    expect(cluster.ready(opt)).toMatchObject({ reason: trouble.reason, message: `running: ${trouble.message}` });
    expect(cluster.condition(opt, 'Stalled') !== undefined).toBe(trouble.isStuck);
    expect(cluster.condition(opt, 'Reconciling') !== undefined).toBe(!trouble.isStuck);
  });

  test('says that a quota keeps it from having a pod', () => {
    const { cluster, opt, job } = running();
    cluster.warnings.set(job.metadata.uid, 'Error creating: pods "x" is forbidden: exceeded quota: gpus');
    cluster.settle();
    expect(cluster.ready(opt)).toMatchObject({ reason: 'QuotaExceeded' });
  });
});

describe('a model that is trained from others', () => {
  function trained() {
    const cluster = world();
    const base = cluster.add(model({}, 'base'));
    const squad = cluster.add(dataset());
    const tuned = cluster.add(model({ model: { name: 'base' }, dataset: { name: 'squad' }, ...GPU }, 'tuned'));
    cluster.settle();
    return { cluster, base, squad, tuned };
  }

  test('has no Job before its inputs are Ready', () => {
    const { cluster, base, squad, tuned } = trained();
    expect(cluster.roles(tuned)).toEqual([]);
    expect(cluster.ready(tuned)).toMatchObject({ reason: 'ModelNotReady' });
    expect(cluster.condition(tuned, 'Complete')?.reason).toBe('BaseModelNotReady');
    cluster.publish(base);
    expect(cluster.ready(tuned)).toMatchObject({ reason: 'DatasetNotReady' });
    expect(cluster.roles(tuned)).toEqual([]);
    cluster.publish(squad);
    expect(cluster.roles(tuned)).toContain('Job check');
  });

  test('keeps the inputs that its run was started with, also when they are gone', () => {
    const { cluster, base, squad, tuned } = trained();
    cluster.publish(base);
    cluster.publish(squad);
    cluster.delete(base);
    cluster.publish(tuned);
    expect(cluster.ready(tuned).status).toBe('True');
  });

  test('waits for an input that is not there, and goes on when it comes', () => {
    const cluster = world();
    const tuned = cluster.add(model({ model: { name: 'base' } }, 'tuned'));
    cluster.settle();
    expect(cluster.ready(tuned)).toMatchObject({ reason: 'ModelNotFound', message: 'waiting for Model team-a/base, which does not exist' });
    expect(cluster.condition(tuned, 'Stalled')).toBeUndefined();
    cluster.publish(cluster.add(model({}, 'base')));
    expect(cluster.roles(tuned)).toContain('Job check');
  });

  test('is Stalled in a circle, in words that name it', () => {
    const cluster = world();
    const a = cluster.add(model({ model: { name: 'b' } }, 'a'));
    cluster.add(model({ model: { name: 'a' } }, 'b'));
    const chat = cluster.add(server({ model: { name: 'a' } }));
    cluster.settle();
    expect(cluster.ready(a)).toMatchObject({
      reason: 'DependencyCycle',
      message: 'Model team-a/a needs Model team-a/b needs Model team-a/a, which can never be; take one of these references out',
    });
    expect(cluster.ready(chat).reason).toBe('ModelNotReady');
  });

  test('may use what another namespace shares with it, and nothing else', () => {
    const cluster = world();
    const shared = { ...model({}, 'base'), metadata: { name: 'base', namespace: 'shared' } };
    cluster.add(shared);
    const tuned = cluster.add(model({ model: { name: 'base', namespace: 'shared' } }, 'tuned'));
    cluster.publish(shared);
    expect(cluster.ready(tuned)).toMatchObject({
      reason: 'ReferenceNotPermitted',
      message: 'Model shared/base is not shared with namespace team-a; its owner adds team-a to spec.sharing.namespaces, if it exists',
    });
    const absent = cluster.add(model({ model: { name: 'none', namespace: 'shared' } }, 'other'));
    cluster.settle();
    expect(cluster.ready(absent).reason).toBe('ReferenceNotPermitted');
    cluster.change(shared, { spec: { sharing: { namespaces: [NAMESPACE] } } });
    cluster.settle();
    expect(cluster.roles(tuned)).toContain('Job check');
  });
});

test('a resource that cannot be expanded is Stalled with the reason', () => {
  const cluster = world();
  const opt = cluster.add(model({ resources: { gpu: { type: 'nvidia-x9' } } }));
  cluster.settle();
  expect(cluster.ready(opt)).toMatchObject({ reason: 'InvalidSpec', message: expect.stringContaining('gpu nvidia-x9 is not in the catalog') });
  expect(cluster.condition(opt, 'Stalled')?.status).toBe('True');
});

test('the status is about the generation that it was computed from, and times move only with what they are of', () => {
  const cluster = world();
  const opt = cluster.add(model());
  cluster.settle();
  const before = cluster.ready(opt);
  cluster.change(opt, { spec: { retries: 5 } });
  cluster.settle();
  expect(cluster.get(opt).status?.observedGeneration).toBe(2);
  expect(cluster.ready(opt).lastTransitionTime).toBe(before.lastTransitionTime);
});

