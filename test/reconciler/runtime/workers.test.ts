import { ApiError, TransportError, WritesStoppedError } from '../../../src/reconciler/kube/api-error';
import { Registry } from '../../../src/reconciler/runtime/metrics';
import { Queue } from '../../../src/reconciler/runtime/queue';
import { TerminalError } from '../../../src/reconciler/runtime/terminal-error';
import { STOP_LIMIT_MS, UNREACHABLE_CAP_MS, Workers } from '../../../src/reconciler/runtime/workers';
import type { Reconcile } from '../../../src/reconciler/runtime/workers';
import { FakeClock, settle } from '../fake-clock';
import { recordedLog } from '../fixtures';
import type { LogLine } from '../fixtures';

interface Setup {
  readonly queue: Queue;
  readonly clock: FakeClock;
  readonly workers: Workers;
  readonly lines: LogLine[];
  readonly metrics: Registry;
}

function working(reconcile: Reconcile, count?: number, clock = new FakeClock()): Setup {
  const metrics = new Registry();
  const queue = new Queue({ name: 'substratus', clock, metrics });
  const { log, lines } = recordedLog();
  const workers = new Workers({ name: 'substratus', queue, reconcile, count, log, clock, metrics, fieldsOf: (key) => ({ name: key }) });
  workers.start();
  return { queue, clock, workers, lines, metrics };
}

const never = new Promise<never>(() => undefined);

test('eight keys are worked on at a time', async () => {
  const atWork: string[] = [];
  const { queue, metrics } = working(async (key) => {
    atWork.push(key);
    return never;
  });
  for (let index = 0; index < 20; index++) queue.add(String(index));
  await settle();
  expect(atWork).toHaveLength(8);
  expect(metrics.text()).toContain('controller_runtime_active_workers{controller="substratus"} 8\n');
  expect(metrics.text()).toContain('controller_runtime_max_concurrent_reconciles{controller="substratus"} 8\n');
});

test('timers and answers have their turn amid many keys at which nothing is to be done', async () => {
  let time = 0;
  const clock = Object.assign(new FakeClock(), { now: () => ++time });
  let done = 0;
  const { queue } = working(async () => {
    done += 1;
    return {};
  }, 8, clock);
  for (let index = 0; index < 1000; index++) queue.add(String(index));
  const seen = new Set<number>();
  while (done < 1000) {
    await new Promise(setImmediate);
    seen.add(done);
  }
  expect(seen.size).toBeGreaterThan(50);
});

test('success is forgotten, and comes again when it said so', async () => {
  const { queue, clock, metrics } = working(async (key) => key === 'later' ? { requeueAfterMs: 5000 } : {});
  queue.add('once');
  queue.add('later');
  await settle();
  expect(clock.nextIn).toBe(5000);
  expect([queue.failures('once'), queue.depth]).toEqual([0, 0]);
  expect(metrics.text()).toContain('controller_runtime_reconcile_total{controller="substratus",result="success"} 1\n');
  expect(metrics.text()).toContain('controller_runtime_reconcile_total{controller="substratus",result="requeue_after"} 1\n');
});

test('a failure is logged, counted and tried again later, while others go on', async () => {
  const done: string[] = [];
  let isBroken = true;
  const { queue, clock, lines, metrics } = working(async (key) => {
    if (key === 'bad' && isBroken) throw new Error('cannot');
    done.push(key);
    return {};
  }, 1);
  queue.add('bad');
  queue.add('good');
  await settle();
  expect(done).toEqual(['good']);
  expect(lines).toContainEqual(expect.objectContaining({ level: 'error', msg: 'reconcile failed', name: 'bad', error: 'cannot', failures: 1 }));
  expect(metrics.text()).toContain('controller_runtime_reconcile_errors_total{controller="substratus"} 1\n');
  isBroken = false;
  await clock.advance(5);
  expect(done).toEqual(['good', 'bad']);
  expect(queue.failures('bad')).toBe(0);
});

test('every line of an attempt says whose it is, and no two attempts are the same', async () => {
  const { queue, lines } = working(async (_, { log }) => {
    log.info('at work');
    return {};
  });
  queue.add('a');
  queue.add('b');
  await settle();
  expect(lines).toEqual(['a', 'b'].map((name) => expect.objectContaining({ msg: 'at work', controller: 'substratus', name }) as unknown));
  expect(new Set(lines.map(({ reconcileID }) => reconcileID)).size).toBe(2);
});

test('what is thrown and is no error is a panic, and costs no worker', async () => {
  const { queue, metrics, lines } = working(async () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw 'a string';
  }, 1);
  for (const key of ['a', 'b']) queue.add(key);
  await settle();
  expect(lines.map(({ error }) => error)).toEqual(['a string', 'a string']);
  expect(metrics.text()).toContain('controller_runtime_reconcile_panics_total{controller="substratus"} 2\n');
});

test('so is what throws before it could give a promise', async () => {
  const { queue, lines } = working(() => {
    throw new TypeError('a mistake');
  });
  queue.add('a');
  await settle();
  expect(lines[0]).toMatchObject({ level: 'error', error: 'a mistake', stack: expect.stringContaining('workers.test') as unknown });
});

test('A21: any mistake of the program is logged with its stack, counted, and tried again ever more slowly', async () => {
  const { queue, metrics, lines } = working(async () => {
    throw new Error('no such cloud');
  });
  queue.add('a');
  await settle();
  expect(lines[0]).toMatchObject({ level: 'error', error: 'no such cloud', stack: expect.stringContaining('workers.test') as unknown });
  expect(metrics.text()).toContain('controller_runtime_reconcile_panics_total{controller="substratus"} 1\n');
  expect(queue.failures('a')).toBe(1);
});

test('what trying again does not help is not tried again', async () => {
  const { queue, clock, metrics, lines } = working(async () => {
    throw new TerminalError('never');
  });
  queue.add('a');
  await settle();
  expect([clock.nextIn, queue.failures('a')]).toEqual([undefined, 0]);
  expect(lines[0]).toMatchObject({ level: 'error', msg: 'reconcile failed for good', error: 'never' });
  expect(metrics.text()).toContain('controller_runtime_terminal_reconcile_errors_total{controller="substratus"} 1\n');
});

test('a server that asks to be left alone is', async () => {
  const { queue, clock, lines } = working(async () => {
    throw new ApiError({ code: 503, reason: 'ServiceUnavailable' }, 12);
  });
  queue.add('a');
  await settle();
  expect(clock.nextIn).toBe(12_000);
  expect(lines[0]).toMatchObject({ status: 503, reason: 'ServiceUnavailable' });
});

test('a server that does not answer is asked again in 10 s, however often it did not', async () => {
  const { queue, clock } = working(async () => {
    throw new TransportError('nobody there');
  });
  queue.add('a');
  let longest = 0;
  for (let attempt = 0; attempt < 20; attempt++) {
    await settle();
    longest = Math.max(longest, clock.nextIn ?? 0);
    await clock.advance(clock.nextIn ?? 0);
  }
  expect(longest).toBe(UNREACHABLE_CAP_MS);
});

test.each([
  ['a conflict', new ApiError({ code: 409, reason: 'Conflict' })],
  ['the end of leadership', new WritesStoppedError()],
])('%s is no error in the log', async (_, error) => {
  const { queue, lines } = working(async () => {
    throw error;
  });
  queue.add('a');
  await settle();
  expect(lines.map(({ level, msg }) => ({ level, msg }))).toEqual([{ level: 'info', msg: 'reconcile is to be tried again' }]);
});

test('stopping lets work in progress finish, and begins no more', async () => {
  const done: string[] = [];
  let finish = (): void => undefined;
  const { queue, workers, clock } = working((key) => new Promise((resolve) => {
    finish = () => {
      done.push(key);
      resolve({});
    };
  }), 1);
  queue.add('under way');
  queue.add('waits');
  await settle();
  const stopped = workers.stop();
  await clock.advance(STOP_LIMIT_MS - 1);
  finish();
  expect(await stopped).toBe(true);
  expect(done).toEqual(['under way']);
  expect(clock.pending).toBe(0);
});

test('stopping does not wait for ever', async () => {
  const { queue, workers, clock } = working(() => never);
  queue.add('stuck');
  await settle();
  const stopped = workers.stop();
  await clock.advance(STOP_LIMIT_MS);
  expect(await stopped).toBe(false);
});

test('work is timed', async () => {
  let finish = (): void => undefined;
  const { queue, clock, metrics } = working(() => new Promise((resolve) => {
    finish = () => resolve({});
  }));
  queue.add('a');
  await clock.advance(3000);
  finish();
  await settle();
  expect(metrics.text()).toContain('controller_runtime_reconcile_time_seconds_sum{controller="substratus"} 3\n');
});
