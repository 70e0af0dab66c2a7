import { Delays } from '../../../src/reconciler/runtime/delays';
import { Fifo } from '../../../src/reconciler/runtime/fifo';
import { Registry } from '../../../src/reconciler/runtime/metrics';
import { Queue, RETRY_CAP_MS } from '../../../src/reconciler/runtime/queue';
import { FakeClock, settle } from '../fake-clock';

function queue(): { queue: Queue; clock: FakeClock; metrics: Registry } {
  const clock = new FakeClock();
  const metrics = new Registry();
  return { clock, metrics, queue: new Queue({ name: 'q', clock, metrics }) };
}

/** All keys that wait now, each taken and given back. */
async function drained(subject: Queue): Promise<string[]> {
  const keys: string[] = [];
  while (subject.depth > 0) {
    const key = await subject.take() ?? '';
    keys.push(key);
    subject.done(key);
  }
  return keys;
}

/** Whether a promise is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => {
    settled = true;
  }, () => undefined);
  await settle();
  return settled;
}

describe('order', () => {
  test('first in, first out, each key once however often it was added', async () => {
    const { queue: subject } = queue();
    for (const key of ['a', 'b', 'a', 'c', 'b']) subject.add(key);
    expect(subject.depth).toBe(3);
    expect(await drained(subject)).toEqual(['a', 'b', 'c']);
  });

  test('a key is never with two workers at once, and comes again if it was added meanwhile', async () => {
    const { queue: subject } = queue();
    subject.add('a');
    expect(await subject.take()).toBe('a');
    subject.add('a');
    subject.add('a');
    const second = subject.take();
    expect(await isSettled(second)).toBe(false);
    subject.done('a');
    expect(await second).toBe('a');
    subject.done('a');
    expect(subject.depth).toBe(0);
  });

  test('a key that is always added again does not starve others', async () => {
    const { queue: subject } = queue();
    for (const key of ['poison', 'a', 'b']) subject.add(key);
    const taken: string[] = [];
    for (let round = 0; round < 5; round++) {
      const key = await subject.take() ?? '';
      taken.push(key);
      if (key === 'poison') subject.add(key);
      subject.done(key);
    }
    expect(taken).toEqual(['poison', 'a', 'b', 'poison', 'poison']);
  });

  test('what is only looked at to be safe waits for events, and an event makes it one', async () => {
    const { queue: subject } = queue();
    for (const key of ['r1', 'r2', 'r3']) subject.add(key, { priority: 'low' });
    for (const key of ['e1', 'r2']) subject.add(key);
    subject.add('e1', { priority: 'low' });
    expect(subject.depth).toBe(4);
    expect(await drained(subject)).toEqual(['e1', 'r2', 'r1', 'r3']);
  });

  test('an event while a key is worked on is not made less by a look to be safe', async () => {
    const { queue: subject } = queue();
    subject.add('a');
    await subject.take();
    subject.add('a');
    subject.add('a', { priority: 'low' });
    subject.add('b', { priority: 'low' });
    subject.done('a');
    expect(await drained(subject)).toEqual(['a', 'b']);
  });

  test('workers that wait are served in order', async () => {
    const { queue: subject } = queue();
    const [first, second] = [subject.take(), subject.take()];
    subject.add('a');
    subject.add('b');
    expect(await Promise.all([first, second])).toEqual(['a', 'b']);
  });

  test('giving back a key that was not taken changes nothing', async () => {
    const { queue: subject } = queue();
    subject.add('a');
    subject.done('a');
    expect(await drained(subject)).toEqual(['a']);
  });
});

describe('later', () => {
  test('a key comes when it is due, and of several times the earliest counts', async () => {
    const { queue: subject, clock } = queue();
    subject.addAfter('a', 100);
    subject.addAfter('a', 50);
    subject.addAfter('a', 80);
    await clock.advance(49);
    expect(subject.depth).toBe(0);
    await clock.advance(1);
    expect(await drained(subject)).toEqual(['a']);
    await clock.advance(1000);
    expect(subject.depth).toBe(0);
  });

  test('now is at once', () => {
    const { queue: subject } = queue();
    subject.addAfter('a', 0);
    expect(subject.depth).toBe(1);
  });

  test('many keys come in the order of their times, and leave no timer', async () => {
    const clock = new FakeClock();
    const due: string[] = [];
    const delays = new Delays(clock, (key) => due.push(key));
    const times = Array.from({ length: 500 }, (_, index) => ((index * 7919) % 503) + 1);
    for (const [index, time] of times.entries()) delays.add(String(index), time);
    for (const [index, time] of times.entries()) delays.add(String(index), time + 1);
    expect([clock.pending, delays.size]).toEqual([500, 500]);
    await clock.freeze(250);
    expect(due.map((key) => times[Number(key)])).toEqual(times.filter((time) => time <= 250).sort((a, b) => a - b));
    await clock.freeze(300);
    expect([due.length, delays.size, clock.pending]).toEqual([500, 0, 0]);
  });

  test('of a key that is to come earlier the timer is another, and of all that are forgotten none is left', () => {
    const clock = new FakeClock();
    const delays = new Delays(clock, () => undefined);
    delays.add('a', 5);
    delays.add('a', 2);
    delays.add('b', 5);
    expect([clock.pending, clock.nextIn]).toEqual([2, 2]);
    delays.clear();
    expect([delays.size, clock.pending]).toEqual([0, 0]);
  });

  test('failures are 5 ms apart, then ever longer, up to 5 minutes; success makes the next the first', async () => {
    const { queue: subject, clock } = queue();
    const waits: number[] = [];
    for (let failure = 0; failure < 18; failure++) {
      subject.addRateLimited('a');
      waits.push(clock.nextIn ?? NaN);
      await clock.advance(RETRY_CAP_MS);
      await drained(subject);
    }
    expect(waits.slice(0, 5)).toEqual([5, 10, 20, 40, 80]);
    expect(waits.slice(-2)).toEqual([300_000, 300_000]);
    expect(subject.failures('a')).toBe(18);
    subject.forget('a');
    subject.addRateLimited('a');
    expect(clock.nextIn).toBe(5);
  });

  test('a failure may ask for a longer wait than its number has', () => {
    const { queue: subject, clock } = queue();
    subject.addRateLimited('a', { atLeastMs: 7000 });
    expect(clock.nextIn).toBe(7000);
  });

  test('failures that would make the wait longer than is asked for do not count', async () => {
    const { queue: subject, clock } = queue();
    for (let failure = 0; failure < 5; failure++) {
      subject.addRateLimited('a', { atMostMs: 10 });
      await clock.advance(10);
      await drained(subject);
    }
    subject.addRateLimited('a');
    expect([subject.failures('a'), clock.nextIn]).toEqual([3, 20]);
  });

  test('failures of one key do not slow another', () => {
    const { queue: subject, clock } = queue();
    for (let failure = 0; failure < 5; failure++) subject.addRateLimited('poison');
    subject.addRateLimited('b');
    expect([subject.failures('poison'), subject.failures('b'), clock.nextIn]).toEqual([5, 1, 5]);
  });
});

describe('the end', () => {
  test('what waits is handed out, nothing is added any more, and then there is nothing', async () => {
    const { queue: subject, clock } = queue();
    subject.add('a');
    subject.addAfter('b', 10);
    subject.shutDown();
    subject.add('c');
    subject.addAfter('d', 10);
    expect(await subject.take()).toBe('a');
    subject.add('a');
    subject.done('a');
    expect(await subject.take()).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  test('workers that wait are told', async () => {
    const { queue: subject } = queue();
    const takers = [subject.take(), subject.take()];
    subject.shutDown();
    expect(await Promise.all(takers)).toEqual([undefined, undefined]);
  });
});

test('the queue says how much there is to do, and how long it takes', async () => {
  const { queue: subject, clock, metrics } = queue();
  subject.add('a');
  subject.add('b');
  await clock.advance(2000);
  await subject.take();
  await clock.advance(3000);
  subject.addRateLimited('c');
  const text = metrics.text();
  for (const line of [
    'workqueue_depth{name="q",controller="q"} 1',
    'workqueue_adds_total{name="q",controller="q"} 2',
    'workqueue_retries_total{name="q",controller="q"} 1',
    'workqueue_queue_duration_seconds_sum{name="q",controller="q"} 2',
    'workqueue_unfinished_work_seconds{name="q",controller="q"} 3',
    'workqueue_longest_running_processor_seconds{name="q",controller="q"} 3',
  ]) expect(text).toContain(`\n${line}\n`);
  subject.done('a');
  expect(metrics.text()).toContain('workqueue_work_duration_seconds_sum{name="q",controller="q"} 3');
});

test('a long line of keys costs the same at its end', () => {
  const fifo = new Fifo<number>();
  const taken: number[] = [];
  for (let value = 0; value < 5000; value++) {
    fifo.push(value);
    if (value % 3 !== 0) taken.push(fifo.shift() ?? NaN);
  }
  for (let value = fifo.shift(); value !== undefined; value = fifo.shift()) taken.push(value);
  expect(taken).toEqual(Array.from({ length: 5000 }, (_, index) => index));
  expect(fifo.size).toBe(0);
});
