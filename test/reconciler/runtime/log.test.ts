import { Log, errorText } from '../../../src/reconciler/runtime/log';
import { FakeClock } from '../fake-clock';

function lines(level?: 'debug' | 'info' | 'warn' | 'error'): { log: Log; written: string[] } {
  const written: string[] = [];
  return { written, log: new Log({ level, write: (line) => written.push(line), clock: new FakeClock() }) };
}

test('a line is one JSON object: time, level, message, fields', () => {
  const { log, written } = lines();
  log.with({ controller: 'c', name: 'a' }).with({ name: 'b' }).warn('two\nlines', { generation: 3, absent: undefined });
  expect(written).toEqual(['{"ts":"2026-01-01T00:16:40.000Z","level":"warn","msg":"two\\nlines","controller":"c","name":"b","generation":3}\n']);
});

test.each([
  ['debug', 4], ['info', 3], ['warn', 2], ['error', 1],
] as const)('with level %s, %i of four are written', (level, count) => {
  const { log, written } = lines(level);
  log.debug('d');
  log.info('i');
  log.warn('w');
  log.error('e');
  expect(written).toHaveLength(count);
});

test('objects are never dumped, whatever the types say, and texts end somewhere', () => {
  const { log, written } = lines();
  log.info('x', { secret: { data: { token: 'hunter2' } }, long: 'y'.repeat(10_000) } as never);
  expect(written[0]).not.toContain('hunter2');
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ secret: '[object]', long: `${'y'.repeat(2000)}…` });
});

test('a field does not replace what every line has', () => {
  const { log, written } = lines();
  log.info('x', { msg: 'y', level: 'z' });
  expect(JSON.parse(written[0] ?? '')).toMatchObject({ msg: 'x', level: 'info' });
});

test.each([
  [new Error('message'), 'message'], [new TypeError(), 'TypeError'], ['text', 'text'], [null, 'a thrown null'], [{ token: 'x' }, 'a thrown object'],
])('of %p it says %s', (error, text) => {
  expect(errorText(error)).toBe(text);
});
