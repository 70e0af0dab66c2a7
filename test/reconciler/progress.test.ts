/** Issue 10: the output of a ready-made program is read while it runs, and the status follows. */
import type { ModelResource } from '../../src/api/resource';
import { ApiError } from '../../src/reconciler/kube/api-error';
import type { ObservedPod } from '../../src/reconciler/observe/pods';
import { typeOf } from '../../src/reconciler/types';
import { model } from '../expand/fixtures';
import type { StoredObject } from './fake-store';
import { SmallCluster } from './small-cluster';

const LOADED = model({ image: undefined, runtime: { name: 'huggingface' }, params: { repo: 'acme/opt', revision: 'abc' } });
const MINUTE_MS = 60_000;

class Run {
  public readonly cluster = new SmallCluster();
  public readonly asked: string[] = [];
  public says: string | ApiError = '';
  private version = 1000;

  constructor(public readonly resource: ModelResource = LOADED) {
    this.cluster.output = (pod) => {
      this.asked.push(pod);
      if (this.says instanceof ApiError) throw this.says;
      return this.says;
    };
  }

  public get status() {
    return this.cluster.caches.resources.Model.get('team-a/opt')?.status;
  }

  public get message(): string | undefined {
    return this.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
  }

  /** Up to a pod that runs the program. */
  public async begin(): Promise<void> {
    this.cluster.user(this.resource);
    await this.cluster.run();
    const check = this.job('check');
    this.pod(check, { phase: 'Succeeded', ending: { container: 'check', exitCode: 0, message: '{"published":false}' } });
    const status = { conditions: [{ type: 'Complete', status: 'True' }] };
    this.cluster.store.put({ collection: 'batch/jobs', namespace: 'team-a' }, { ...check, status });
    await this.cluster.run();
    this.pod(this.job('run'));
  }

  public pod(job: StoredObject, state: Partial<ObservedPod> = {}, name = `${job.metadata.name}-1`): void {
    this.cluster.caches.pods.set({
      metadata: { name, namespace: 'team-a', uid: name, resourceVersion: String(++this.version) },
      createdAt: '2026-01-01T00:00:00Z', resource: { kind: 'Model', name: 'opt' }, role: job.metadata.labels?.role, controller: job.metadata.uid,
      phase: 'Running', isReady: true, isEnding: false, isScheduled: true, isStarting: false, isDisrupted: false,
      ...state,
    });
  }

  public job(role: string): StoredObject {
    const { group, plural } = typeOf({ kind: 'Job' });
    const found = this.cluster.store.list({ collection: `${group}/${plural}`, namespace: 'team-a' }).find(({ metadata }) => metadata.labels?.role === role);
    if (!found) throw new Error(`no Job of ${role}`);
    return found;
  }
}

test('the status follows what the program says, each half minute at most', async () => {
  const run = new Run();
  await run.begin();
  run.says = 'progress: 1 of 15 GiB\n';
  await run.cluster.run(1000);
  expect([run.message, run.status?.progress]).toEqual(['running: 1 of 15 GiB', '1 of 15 GiB']);
  run.says = 'progress: 3 of 15 GiB, 4 min left\n';
  await run.cluster.run(10_000);
  expect(run.status?.progress).toBe('1 of 15 GiB');
  await run.cluster.run(40_000);
  expect(run.message).toBe('running: 3 of 15 GiB, 4 min left');
  expect(run.cluster.events).toEqual([]);
});

test('the first word is shown after seconds, for many a run is over in half a minute', async () => {
  const run = new Run();
  await run.begin();
  await run.cluster.run(1000);
  expect(run.message).toBe('running');
  run.says = 'progress: loading the model\n';
  await run.cluster.run(6000);
  expect(run.message).toBe('running: loading the model');
});

test('what says the same is asked twice a minute, and nothing is written', async () => {
  const run = new Run();
  await run.begin();
  run.says = 'progress: quantizing\n';
  await run.cluster.run(1000);
  run.cluster.writes.length = 0;
  run.asked.length = 0;
  expect(await run.cluster.run(10 * MINUTE_MS)).toBeLessThan(30);
  expect(run.cluster.writes).toEqual([]);
  expect(run.asked).toHaveLength(20);
});

test.each(['', 'much other output\n'])('what was said stands where other output has displaced it, or it cannot be read: %j', async (output) => {
  const run = new Run();
  await run.begin();
  run.says = 'progress: step 1\n';
  await run.cluster.run(1000);
  run.cluster.writes.length = 0;
  run.says = output;
  await run.cluster.run(MINUTE_MS);
  run.says = new ApiError({ code: 403, reason: 'Forbidden' });
  await run.cluster.run(MINUTE_MS);
  expect([run.message, run.cluster.writes]).toEqual(['running: step 1', []]);
});

test('where it may not read, it says no less than before, and asks more and more seldom', async () => {
  const run = new Run();
  run.says = new ApiError({ code: 403, reason: 'Forbidden' });
  await run.begin();
  await run.cluster.run(60 * MINUTE_MS);
  expect([run.message, run.status?.progress, run.cluster.events]).toEqual(['running', undefined, []]);
  expect(run.asked.length).toBeLessThan(20);
});

test('a reconciler that has just started leaves what the status says, until it knows better', async () => {
  const run = new Run();
  run.says = new ApiError({ code: 500, reason: 'InternalError' });
  await run.begin();
  const place = { collection: 'substratus.ai/models', namespace: 'team-a' };
  const stored = run.cluster.store.get(place, 'opt') as StoredObject;
  run.cluster.store.put(place, { ...stored, status: { ...stored.status as object, progress: 'step 7' } });
  await run.cluster.run(1000);
  expect(run.message).toBe('running: step 7');
  run.says = 'installing\n';
  await run.cluster.run(2 * MINUTE_MS);
  expect([run.message, run.status?.progress]).toEqual(['running', undefined]);
});

test('once the pod has ended, it is cleared, and the next attempt begins with nothing', async () => {
  const run = new Run();
  await run.begin();
  run.says = 'progress: step 899\n';
  await run.cluster.run(1000);
  const job = run.job('run');
  run.pod(job, { phase: 'Failed', ending: { container: 'model', exitCode: 1 } });
  await run.cluster.run(1000);
  expect(run.status).not.toHaveProperty('progress');
  run.says = '';
  run.pod(job, { createdAt: '2026-01-01T00:01:00Z' }, 'second');
  await run.cluster.run(MINUTE_MS);
  expect([run.asked.pop(), run.message]).toEqual(['second', 'running']);
});

test('the output of an image of the user is not read', async () => {
  const run = new Run(model());
  await run.begin();
  run.says = 'progress: step 1\n';
  await run.cluster.run(MINUTE_MS);
  expect([run.message, run.asked]).toEqual(['running', []]);
});
