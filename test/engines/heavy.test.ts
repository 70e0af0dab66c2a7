/** What takes an hour: `SUBSTRATUS_HEAVY=1 npm run test:engines`. The figures are in README.md. */
import { setTimeout as pause } from 'node:timers/promises';
import { coldStarts, quantile } from './cold-starts';
import type { Tuning } from './engines';
import { describeWithEngines } from './stage';
import type { EngineStage } from './stage';

const IS_HEAVY = process.env.SUBSTRATUS_HEAVY === '1';
const HOUR = 3_600_000;
const SERVERS = 60;
const BUSY_SECONDS = 60;
/** What the charts set by themselves. */
const OF_CHARTS: Tuning = { streamIntervalMs: 200, operator: { 'kube-api-qps': 20, 'kube-api-burst': 30 } };

const heavy = IS_HEAVY ? describeWithEngines : skipped;

function skipped(name: string): void {
  describe(name, () => test.skip('with SUBSTRATUS_HEAVY=1', () => undefined));
}

/** How many of all are still there, so many seconds after they were busy. */
async function fallToZero(stage: EngineStage, patienceSeconds: number): Promise<{ seconds: number; left: number }> {
  const all = await stage.fleet(SERVERS, { min: 0, max: 1 });
  await pause(1500);
  for (const { backend } of all) backend.delayMs = BUSY_SECONDS * 1000;
  await Promise.all(all.map((chat) => stage.ask(chat)));
  const end = performance.now();
  for (;;) {
    const replicas = await Promise.all(all.map((chat) => stage.replicas(chat)));
    const left = replicas.filter((count) => count > 0).length;
    const seconds = Math.round((performance.now() - end) / 1000);
    if (left === 0 || seconds > patienceSeconds) return { seconds, left };
    await pause(1000);
  }
}

heavy('100 cold starts', (stage) => {
  test('of 20 Servers, with 3 requests waiting for each: none of them is lost, none answered before its pod is ready', async () => {
    const { answers, early, untilScaled, untilAnswered } = await coldStarts(stage(), { servers: 20, rounds: 5, waiting: 3 });
    const words = (values: readonly number[]) => [0.5, 0.99, 1].map((share) => `${Math.round(quantile(values, share))} ms`).join(', ');
    console.info(`p50, p99, most: until a replica is asked for ${words(untilScaled)}; until the answer ${words(untilAnswered)}`);
    expect(answers).toEqual(Array(300).fill({ status: 200, wasCold: true }));
    expect(early).toBe(0);
    expect(untilScaled).toHaveLength(100);
  }, HOUR);
});

heavy(`${SERVERS} Servers that were busy at the same time`, (stage) => {
  test('go to zero', async () => {
    const { seconds, left } = await fallToZero(stage(), 300);
    console.info(`after ${seconds} s, ${left} of ${SERVERS} are left`);
    expect(left).toBe(0);
  }, HOUR);
});

heavy(`${SERVERS} Servers that were busy at the same time, with what the charts set by themselves`, (stage) => {
  test('do not: when they do, the values of the charts in src/catalog may go', async () => {
    const { seconds, left } = await fallToZero(stage(), 300);
    console.info(`after ${seconds} s, ${left} of ${SERVERS} are left`);
    expect(left).toBeGreaterThan(0);
  }, HOUR);
}, OF_CHARTS);
