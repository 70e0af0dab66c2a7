/** A3: what computes goes on, whatever is edited that decides no content. */
import type { Job } from 'kubernetes-types/batch/v1';
import type { ModelSpec } from '../../../src/api/resource';
import type { ObservedPod } from '../../../src/reconciler/observe/pods';
import { model, platformOf } from '../../expand/fixtures';
import { World } from '../world';

const RUNNING: Partial<ObservedPod> = { phase: 'Running', isScheduled: true };

const EDITS: [string, ModelSpec][] = [
  ['timeout', { timeout: '100h' }],
  ['labels of the pod', { pod: { labels: { team: 'a' } } }],
  ['imagePullSecrets', { imagePullSecrets: [{ name: 'registry' }] }],
  ['memory', { resources: { memory: 64 } }],
  ['access', { access: 'download' }],
  ['podSecurity', { podSecurity: 'restricted' }],
];

function running(pod: Partial<ObservedPod> = RUNNING) {
  const cluster = new World(platformOf('gcp'));
  cluster.publish(cluster.add(model({ image: 'acme/base' }, 'base')));
  const opt = cluster.add(model({ timeout: '1h', model: { name: 'base' } }));
  cluster.settle();
  cluster.end(opt, 'check', { message: '{"published":false}' });
  cluster.settle();
  const job = cluster.child(opt, 'Job', 'run');
  cluster.pod(opt, job, pod);
  cluster.settle();
  const current = () => cluster.child(opt, 'Job', 'run');
  return { cluster, opt, job, current };
}

describe.each(EDITS)('A3: an edit of %s', (_, spec) => {
  test('leaves a run alone whose pod computes, and the status says when it takes effect', () => {
    const { cluster, opt, job, current } = running();
    cluster.change(opt, { spec });
    cluster.settle();
    expect(current().metadata.uid).toBe(job.metadata.uid);
    expect(cluster.ready(opt)).toMatchObject({ reason: 'Running', message: expect.stringContaining('takes effect at the next attempt') });
    expect(cluster.condition(opt, 'Outdated')).toMatchObject({ status: 'True', reason: 'SpecChanged' });
  });

  test('leaves a run alone whose pod has succeeded, before its Job says so', () => {
    const { cluster, opt, job, current } = running();
    cluster.change(opt, { spec });
    cluster.settle();
    cluster.forgetPods(opt, 'run');
    cluster.pod(opt, job, { phase: 'Succeeded', isScheduled: true });
    cluster.settle();
    expect(current().metadata.uid).toBe(job.metadata.uid);
  });

  test('is taken by the next attempt, as soon as the one that runs has failed', () => {
    const { cluster, opt, job, current } = running();
    cluster.change(opt, { spec });
    cluster.settle();
    cluster.forgetPods(opt, 'run');
    cluster.pod(opt, job, { phase: 'Failed', isScheduled: true });
    cluster.settle();
    expect(current().metadata.uid).not.toBe(job.metadata.uid);
    expect(cluster.condition(opt, 'Outdated')).toBeUndefined();
  });

  test('is taken at once when a retry is asked for', () => {
    const { cluster, opt, job, current } = running();
    cluster.change(opt, { spec });
    cluster.settle();
    cluster.change(opt, { annotations: { 'substratus.ai/retry': 'now' } });
    cluster.settle();
    expect(current().metadata.uid).not.toBe(job.metadata.uid);
    const { uid } = current().metadata;
    cluster.pod(opt, current(), RUNNING);
    cluster.change(opt, { spec: { resources: { memory: 128 } } });
    cluster.settle();
    expect(current().metadata.uid).toBe(uid); // the same value asks for nothing more
  });
});

test.each<[string, Partial<ObservedPod>]>([
  ['has no node yet', { phase: 'Pending', isScheduled: false }],
  ['cannot pull its image', { phase: 'Pending', isScheduled: true, trouble: { reason: 'ImagePullFailed', message: 'no', isStuck: true } }],
])('A3: a run whose pod %s is made again', (_, pod) => {
  const { cluster, opt, job, current } = running(pod);
  cluster.change(opt, { spec: { resources: { memory: 64 } } });
  cluster.settle();
  expect(current().metadata.uid).not.toBe(job.metadata.uid);
});

test.each<[string, Partial<ObservedPod>]>([
  ['downloads its inputs', { phase: 'Pending', isScheduled: true }],
  ['is being deleted, and may save its work', { phase: 'Running', isScheduled: true, isEnding: true }],
])('A3: a run whose pod %s goes on', (_, pod) => {
  const { cluster, opt, job, current } = running(pod);
  cluster.change(opt, { spec: { resources: { memory: 64 } } });
  cluster.settle();
  expect(current().metadata.uid).toBe(job.metadata.uid);
});

test('A3: a run whose pod is not known of yet goes on', () => {
  const { cluster, opt, job, current } = running();
  cluster.forgetPods(opt, 'run');
  const { job: state } = current();
  if (state) cluster.update(current(), { job: { ...state, active: 1 } });
  cluster.change(opt, { spec: { resources: { memory: 64 } } });
  cluster.settle();
  expect(current().metadata.uid).toBe(job.metadata.uid);
});

test('A3: what a live Job can change, it does: its retries', () => {
  const { cluster, opt, job, current } = running();
  cluster.change(opt, { spec: { retries: 5, timeout: '100h' } });
  const desired = cluster.decide(opt).desired.find(({ object }) => object.kind === 'Job')?.object as Job;
  expect(desired.metadata?.name).toBe(job.metadata.name);
  expect(desired.spec?.backoffLimit).toBe(5);
  cluster.settle();
  expect(current().metadata.uid).toBe(job.metadata.uid);
});

test('A3: a run that is suspended takes what was edited when it goes on', () => {
  const { cluster, opt, job, current } = running();
  cluster.change(opt, { spec: { suspend: true, resources: { memory: 64 } } });
  cluster.settle();
  cluster.forgetPods(opt, 'run');
  cluster.settle();
  expect(cluster.ready(opt).reason).toBe('Suspended');
  cluster.change(opt, { spec: { suspend: false } });
  cluster.settle();
  expect(current().metadata.uid).not.toBe(job.metadata.uid);
});
