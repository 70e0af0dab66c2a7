/** Case 18: a run whose volume is full is not tried again by itself, for the next attempt finds it as full as it was. */
import type { Job } from 'kubernetes-types/batch/v1';
import type { ObservedPod } from '../../../src/reconciler/observe/pods';
import { model, platformOf } from '../../expand/fixtures';
import { World } from '../world';

const FULL = { container: 'model', exitCode: 1, message: 'OSError: [Errno 28] No space left on device' };

function failedOnce(pod: Partial<ObservedPod>) {
  const cluster = new World(platformOf('gcp'));
  const opt = cluster.add(model());
  cluster.settle();
  cluster.end(opt, 'check', { message: '{"published":false}' });
  cluster.settle();
  cluster.pod(opt, cluster.child(opt, 'Job', 'run'), { phase: 'Failed', ...pod });
  const jobs = cluster.decide(opt).desired.map(({ object }) => object as Job).filter(({ kind }) => kind === 'Job');
  return { cluster, opt, limits: jobs.map(({ spec }) => spec?.backoffLimit) };
}

test('case 18: the Job gets no other attempt once its volume is full', () => {
  expect(failedOnce({ ending: FULL }).limits).toEqual([0]);
});

test.each([
  ['another failure', { ending: { ...FULL, message: 'connection reset' } }], ['a disruption', { ending: FULL, isDisrupted: true }],
])('case 18: %s is tried again', (_, pod) => {
  expect(failedOnce(pod).limits).toEqual([2]);
});

test('case 18: the failure says what is full and which field to raise', () => {
  const { cluster, opt } = failedOnce({ ending: FULL });
  cluster.forgetPods(opt, 'run');
  cluster.end(opt, 'run', { exitCode: 1, message: FULL.message });
  cluster.settle();
  expect(cluster.ready(opt)).toMatchObject({
    reason: 'RunFailed',
    message: expect.stringContaining('run failed: the staging volume is full; raise staging.size: container run exited with 1: OSError: [Errno 28]') as unknown,
  });
});

test('case 18: after a larger size and a retry it is tried again', () => {
  const { cluster, opt } = failedOnce({ ending: FULL });
  cluster.forgetPods(opt, 'run');
  cluster.end(opt, 'run', { exitCode: 1, message: FULL.message });
  cluster.settle();
  cluster.change(opt, { spec: { staging: { size: 100 } }, annotations: { 'substratus.ai/retry': 'larger' } });
  cluster.settle();
  expect(cluster.ready(opt).reason).toBe('Running');
});
