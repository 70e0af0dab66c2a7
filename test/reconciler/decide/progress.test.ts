/** Issue 10: the status of what runs says how far it is. */
import { dataset, model, platformOf } from '../../expand/fixtures';
import { World } from '../world';

const STEP = 'step 120 of 900, loss 1.83, 2 h left';

function running(resource: ReturnType<typeof model> | ReturnType<typeof dataset> = model()) {
  const cluster = new World(platformOf('gcp'));
  const opt = cluster.add(resource);
  cluster.settle();
  cluster.end(opt, 'check', { message: '{"published":false}' });
  cluster.settle();
  const job = cluster.child(opt, 'Job', 'run');
  cluster.pod(opt, job);
  cluster.progress = STEP;
  cluster.settle();
  return { cluster, opt, job, status: () => cluster.get(opt).status };
}

test.each([model(), dataset()])('a $kind that runs says it in its message and in status.progress', (resource) => {
  const { cluster, opt, status } = running(resource);
  expect(cluster.ready(opt)).toMatchObject({ status: 'False', reason: 'Running', message: `running: ${STEP}` });
  expect(status()).toMatchObject({ progress: STEP, artifacts: { url: expect.any(String) } });
});

test('what is said of attempts and edits is said after it', () => {
  const { cluster, opt, job } = running();
  if (job.job) cluster.update(job, { job: { ...job.job, failed: 1 } });
  cluster.change(opt, { spec: { timeout: '100h' } });
  cluster.settle();
  expect(cluster.ready(opt).message).toMatch(new RegExp(`^running: ${STEP}; attempt 2 of 3; the spec has changed since`));
});

test('without any, nothing else is said than before', () => {
  const { cluster, opt, status } = running();
  cluster.progress = undefined;
  cluster.settle();
  expect(cluster.ready(opt).message).toBe('running');
  expect(status()).not.toHaveProperty('progress');
});

test('it is cleared when the step ends, is suspended, or cannot go on', () => {
  const trouble = running();
  trouble.cluster.pod(trouble.opt, trouble.job, { phase: 'Pending', trouble: { reason: 'Unschedulable', message: 'no node', isStuck: false } });
  trouble.cluster.settle();
  expect(trouble.cluster.ready(trouble.opt).message).toBe('running: no node');
  const suspended = running();
  suspended.cluster.change(suspended.opt, { spec: { suspend: true } });
  suspended.cluster.settle();
  const published = running();
  published.cluster.end(published.opt, 'run');
  published.cluster.settle();
  expect(published.cluster.ready(published.opt)).toMatchObject({ reason: 'Publishing', message: 'copying the artifact to the bucket' });
  for (const { status } of [trouble, suspended, published]) expect(status()).not.toHaveProperty('progress');
});
