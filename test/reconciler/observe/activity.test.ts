/** R1: a notebook is asked so that the question is no activity itself. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Activities } from '../../../src/reconciler/observe/activities';
import { idleOf } from '../../../src/reconciler/observe/activity';
import { FakeClock } from '../fake-clock';

const HOUR_MS = 3600_000;

/** Jupyter as it is: each request that is tracked moves its last activity. */
class Jupyter {
  public lastActivity = Date.now() - HOUR_MS;
  public kernel = 'idle';
  public isUp = true;
  public asked = 0;
  private readonly server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    if (pathname === '/api/status') this.asked += 1;
    else if (searchParams.get('no_track_activity') !== '1') this.lastActivity = Date.now();
    response.statusCode = this.isUp ? 200 : 503;
    response.end(JSON.stringify(this.answer(pathname)));
  });

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  public close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer(pathname: string): unknown {
    if (pathname === '/api/status') return { last_activity: new Date(this.lastActivity).toISOString() };
    return pathname === '/api/kernels' ? [{ execution_state: this.kernel }] : [];
  }
}

let jupyter: Jupyter;
beforeEach(async () => {
  jupyter = new Jupyter();
  await jupyter.listen();
});
afterEach(() => jupyter.close());

test('R1: asking does not count as activity', async () => {
  for (let time = 0; time < 3; time += 1) expect(await idleOf(jupyter.url, 't')).toMatchObject({ seconds: expect.any(Number) });
  const idle = await idleOf(jupyter.url, 't');
  expect('seconds' in idle && idle.seconds).toBeGreaterThan(3500);
});

test('R1: a kernel that computes keeps it awake', async () => {
  jupyter.kernel = 'busy';
  expect(await idleOf(jupyter.url, 't')).toMatchObject({ seconds: 0 });
});

test('R1: one that does not answer at first is asked again soon, and ever more seldom', async () => {
  jupyter.isUp = false;
  const clock = new FakeClock();
  let answered = (): void => undefined;
  const activities = new Activities(clock, () => answered());
  const question = { url: jupyter.url, token: 't', limitSeconds: 7200 };
  const ask = async () => {
    const answer = new Promise<void>((resolve) => { answered = resolve; });
    activities.ask('lab', question);
    await answer;
    return activities.ask('lab', question).lookAgainMs;
  };
  const waits: number[] = [];
  for (let time = 0; time < 6; time += 1) {
    waits.push(await ask());
    await clock.advance(waits[time] ?? 0);
  }
  expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000]);
  jupyter.isUp = true;
  expect(await ask()).toBe(300_000);
  expect(activities.ask('lab', question).idle).toMatchObject({ seconds: expect.any(Number) });
});

test('an answer that comes when the notebook is forgotten is not of the next pod', async () => {
  const activities = new Activities(new FakeClock(), () => undefined);
  const question = { url: jupyter.url, token: 't', limitSeconds: 7200 };
  activities.ask('lab', question);
  activities.forget('lab');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(activities.ask('lab', question).idle).toBeUndefined();
  await new Promise((resolve) => setTimeout(resolve, 200));
});
