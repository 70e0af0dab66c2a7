import { Health, SILENCE_LIMIT_MS } from '../../../src/reconciler/runtime/health';
import { Registry } from '../../../src/reconciler/runtime/metrics';
import { FakeClock } from '../fake-clock';
import { Cleanup, THING } from '../fixtures';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function listening() {
  const clock = new FakeClock();
  const metrics = new Registry();
  const reflector = { type: THING, hasSynced: false, lastActivity: clock.now() };
  const health = cleanup.add(new Health({ reflectors: [reflector], metrics, clock }), (each) => each.close());
  const port = await health.listen(0, '127.0.0.1');
  const ask = async (path: string, method = 'GET'): Promise<Answer> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return { status: answer.status, text: await answer.text() };
  };
  return { clock, metrics, reflector, ask };
}

test('it is ready once its caches are complete, and says which are not', async () => {
  const { reflector, ask } = await listening();
  expect(await ask('/readyz')).toEqual({ status: 503, text: 'things are not listed yet\n' });
  reflector.hasSynced = true;
  expect(await ask('/readyz')).toEqual({ status: 200, text: 'ok\n' });
});

test('it is healthy before its caches are complete: a restart would not help', async () => {
  const { ask } = await listening();
  expect(await ask('/healthz')).toEqual({ status: 200, text: 'ok\n' });
});

test('it is not healthy when a reflector neither heard nor tried anything for 3 minutes', async () => {
  const { clock, reflector, ask } = await listening();
  await clock.advance(SILENCE_LIMIT_MS);
  expect((await ask('/healthz?verbose')).status).toBe(200);
  await clock.advance(1);
  expect(await ask('/healthz')).toEqual({ status: 503, text: 'the watch of things hangs\n' });
  reflector.lastActivity = clock.now();
  expect((await ask('/healthz')).status).toBe(200);
});

test('metrics are served', async () => {
  const { metrics, ask } = await listening();
  metrics.counter('x_total', 'X.').inc();
  expect((await ask('/metrics')).text).toContain('\nx_total 1\n');
});

test('anything else is refused', async () => {
  const { ask } = await listening();
  expect((await ask('/debug')).status).toBe(404);
  expect((await ask('/healthz', 'POST')).status).toBe(405);
});

test('a port that is taken is an error', async () => {
  const health = cleanup.add(new Health({ reflectors: [], metrics: new Registry() }), (each) => each.close());
  const port = await health.listen(0, '127.0.0.1');
  await expect(new Health({ reflectors: [], metrics: new Registry() }).listen(port, '127.0.0.1')).rejects.toThrow('EADDRINUSE');
});
