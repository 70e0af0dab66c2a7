import { Registry } from '../../../src/reconciler/runtime/metrics';
import { addProcessMetrics } from '../../../src/reconciler/runtime/process-metrics';

test('metrics are written in the text format of Prometheus', () => {
  const registry = new Registry();
  registry.counter('requests_total', 'Requests.').inc({ code: '200', path: 'a"b\\c\nd' });
  registry.gauge('depth', 'Depth.').set(7);
  const seconds = registry.histogram('seconds', 'Seconds.', [0.1, 1]);
  for (const value of [0.05, 0.5, 0.6, 3]) seconds.observe(value, { verb: 'GET' });
  expect(registry.text()).toBe(`# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{code="200",path="a\\"b\\\\c\\nd"} 1
# HELP depth Depth.
# TYPE depth gauge
depth 7
# HELP seconds Seconds.
# TYPE seconds histogram
seconds_bucket{verb="GET",le="0.1"} 1
seconds_bucket{verb="GET",le="1"} 3
seconds_bucket{verb="GET",le="+Inf"} 4
seconds_sum{verb="GET"} 4.15
seconds_count{verb="GET"} 4
`);
});

test('a value on the bound of a bucket is in it', () => {
  const registry = new Registry();
  registry.histogram('seconds', 'Seconds.', [1]).observe(1);
  expect(registry.text()).toContain('seconds_bucket{le="1"} 1\n');
});

test('who asks for a metric twice gets the same, and another kind of it is an error', () => {
  const registry = new Registry();
  registry.counter('x', 'X.').inc();
  registry.counter('x', 'X.').inc({}, 2);
  expect(registry.text()).toContain('\nx 3\n');
  expect(() => registry.gauge('x', 'X.')).toThrow('metric x is a counter, not a gauge');
});

test('values that are only known when asked for are asked for each time', () => {
  const registry = new Registry();
  let value = 1;
  registry.gauge('x', 'X.', () => [{ labels: { a: 'b' }, value: value++ }]);
  expect([registry.text(), registry.text()].map((text) => text.split('\n')[2])).toEqual(['x{a="b"} 1', 'x{a="b"} 2']);
});

test('a process tells its time, memory and files', () => {
  const registry = new Registry();
  addProcessMetrics(registry);
  const values = new Map(registry.text().split('\n').filter((line) => /^[a-z]/.test(line)).map((line): [string, number] => {
    const [name = '', value] = line.split(' ');
    return [name, Number(value)];
  }));
  expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  expect(values.get('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(Math.abs((values.get('process_start_time_seconds') ?? 0) - (Date.now() / 1000 - process.uptime()))).toBeLessThan(5);
  expect([...values.keys()]).toEqual(expect.arrayContaining(['nodejs_heap_size_used_bytes', 'nodejs_eventloop_lag_p99_seconds', 'nodejs_eventloop_lag_max_seconds']));
});
