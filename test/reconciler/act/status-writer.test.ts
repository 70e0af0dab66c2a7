/** When a status is written: an end at once, progress when it has settled, and not all the time. */
import { StatusWriter } from '../../../src/reconciler/act/status-writer';
import { inProgress, stalled } from '../../../src/reconciler/decide/decision';
import type { Verdict } from '../../../src/reconciler/decide/decision';
import type { Client } from '../../../src/reconciler/kube/client';
import type { LiveObject } from '../../../src/reconciler/kube/types';
import { newCaches } from '../../../src/reconciler/observe/caches';
import type { Observed } from '../../../src/reconciler/observe/observed';
import type { EventRecorder } from '../../../src/reconciler/runtime/events';
import { model } from '../../expand/fixtures';
import { FakeClock } from '../fake-clock';

const READY: Verdict = { ready: true, reason: 'Published', message: '' };
const CHECKING = inProgress('Checking', 'looking');
const RUNNING = inProgress('Running', 'running');

/** One resource, and what its statuses have said. */
class Told {
  public readonly reasons: string[] = [];
  public readonly events: string[] = [];
  public readonly clock = new FakeClock();
  private generation = 1;
  private readonly caches = newCaches();
  private readonly writer: StatusWriter;

  constructor() {
    const client = { apply: async (_: unknown, body: LiveObject) => this.apply(body) } as unknown as Client;
    const events = { record: (_: unknown, { reason }: { reason: string }) => this.events.push(reason) } as unknown as EventRecorder;
    this.writer = new StatusWriter({ client, caches: this.caches, clock: this.clock, events });
    this.caches.resources.Model.set({ ...model(), metadata: this.metadata() } as Observed);
  }

  public edit(): void {
    this.generation += 1;
    this.caches.resources.Model.set({ ...this.resource, metadata: this.metadata() });
  }

  /** Says in how many milliseconds to come again; `undefined` if it has been told, or there is nothing to tell. */
  public async tell(verdict: Verdict): Promise<number | undefined> {
    return (await this.writer.tell(this.resource, verdict)).requeueAfterMs;
  }

  private get resource(): Observed {
    return this.caches.resources.Model.get('team-a/opt') as Observed;
  }

  private metadata() {
    return { name: 'opt', namespace: 'team-a', uid: 'u', generation: this.generation, resourceVersion: String(10 + this.generation + 100 * this.reasons.length) };
  }

  private apply({ status }: LiveObject & { status?: Observed['status'] }): LiveObject {
    this.reasons.push(status?.conditions?.find(({ type }) => type === 'Ready')?.reason ?? '');
    return { ...model(), metadata: this.metadata(), status } as LiveObject;
  }
}

test('the first word on a resource is told at once, and the first on another spec as soon as a second has passed', async () => {
  const told = new Told();
  expect(await told.tell(CHECKING)).toBeUndefined();
  told.edit();
  expect(await told.tell(CHECKING)).toBe(1000);
  await told.clock.advance(1000);
  await told.tell(CHECKING);
  expect(told.reasons).toEqual(['Checking', 'Checking']);
});

test('progress is told once it has lasted, and one that is over by then is never told', async () => {
  const told = new Told();
  await told.tell(CHECKING);
  await told.clock.advance(5000);
  expect(await told.tell(RUNNING)).toBe(200);
  await told.clock.advance(150);
  expect(await told.tell(RUNNING)).toBe(50);
  expect(await told.tell(READY)).toBeUndefined();
  expect(told.reasons).toEqual(['Checking', 'Published']);
});

test('it is told when it has lasted, and its wait begins again after each', async () => {
  const told = new Told();
  await told.tell(CHECKING);
  await told.clock.advance(5000);
  await told.tell(RUNNING);
  await told.clock.advance(200);
  expect(await told.tell(RUNNING)).toBeUndefined();
  await told.clock.advance(5000);
  expect(await told.tell(CHECKING)).toBe(200);
  expect(await told.tell(RUNNING)).toBeUndefined(); // as it says already
  await told.clock.advance(500);
  expect(await told.tell(CHECKING)).toBe(200);
  expect(told.reasons).toEqual(['Checking', 'Running']);
});

test('what needs a person, and the loss of Ready, wait for nothing', async () => {
  const told = new Told();
  await told.tell(CHECKING);
  await told.tell(stalled('RunFailed', 'exit 1'));
  await told.tell(READY);
  await told.clock.advance(1000);
  await told.tell(RUNNING);
  expect(told.reasons).toEqual(['Checking', 'RunFailed', 'Published', 'Running']);
  expect(told.events).toEqual(['RunFailed', 'Published']);
});
