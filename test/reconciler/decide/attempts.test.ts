/** R5, R9: which attempt runs, why the last one failed, and when the next one comes. */
import type { Ending } from '../../../src/reconciler/observe/pods';
import { model, platformOf } from '../../expand/fixtures';
import { World } from '../world';

const ENDING: Ending = { container: 'model', exitCode: 3, message: 'no such file', finishedAt: '2026-01-01T12:00:00Z' };

function failing(failed: number, ending: Ending = ENDING) {
  const cluster = new World(platformOf('gcp'));
  const opt = cluster.add(model({ retries: 4 }));
  cluster.settle();
  cluster.end(opt, 'check', { message: '{"published":false}' });
  cluster.settle();
  const job = cluster.child(opt, 'Job', 'run');
  if (job.job) cluster.update(job, { job: { ...job.job, failed } });
  cluster.pod(opt, job, { phase: 'Failed', ending });
  cluster.settle();
  return { cluster, opt, job, message: () => cluster.ready(opt).message };
}

test('R9: an attempt after a failed one says which it is, and why the last one failed', () => {
  const { cluster, opt, job, message } = failing(1);
  cluster.pod(opt, job, { phase: 'Running' });
  cluster.settle();
  expect(message()).toBe('running; attempt 2 of 5; the last one failed: container model exited with 3: no such file');
});

test.each([[1, '12:00:10'], [2, '12:00:20'], [4, '12:01:20']])('R5: between attempts it says when the next one comes: after %i', (failed, at) => {
  expect(failing(failed).message()).toBe(
    `running; attempt ${failed + 1} of 5 comes at about 2026-01-01T${at}Z; the last one failed: container model exited with 3: no such file`,
  );
});

test('R5: the wait has an end, and a pod that does not tell when it ended is no obstacle', () => {
  expect(failing(12).message()).toContain('attempt 13 of 13 comes at about 2026-01-01T12:10:00Z');
  expect(failing(1, { ...ENDING, finishedAt: undefined }).message()).toContain('attempt 2 of 5 comes soon');
});

test('R9: the first attempt is not counted', () => {
  const cluster = new World(platformOf('gcp'));
  const opt = cluster.add(model());
  cluster.settle();
  expect(cluster.ready(opt).message).toBe('looking whether the artifact is there already');
});

test.each([
  ['run', 'set resources.limits beside resources'], ['check', 'set limits in podDefaults of the platform or of the workspace'],
] as const)('R8: a request of the step %s above the limit that the namespace sets is told with its remedy', (step, remedy) => {
  const cluster = new World(platformOf('gcp'));
  const opt = cluster.add(model());
  cluster.settle();
  if (step === 'run') cluster.end(opt, 'check', { message: '{"published":false}' });
  cluster.settle();
  const refusal = 'Error creating: Pod "x" is invalid: spec.containers[0].resources.requests: Invalid value: "64Gi": must be less than or equal to memory limit of 1Gi';
  cluster.warnings.set(cluster.child(opt, 'Job', step).metadata.uid, refusal);
  cluster.settle();
  expect(cluster.ready(opt)).toMatchObject({ reason: 'Rejected', message: expect.stringContaining(remedy) });
});
