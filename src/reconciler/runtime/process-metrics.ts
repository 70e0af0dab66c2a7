import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Collect, Registry } from './metrics';

const MICROSECONDS = 1e6;
const NANOSECONDS = 1e9;
const MS_PER_SECOND = 1000;

/** Adds what a process can say of itself, under the names of Prometheus' own libraries. */
export function addProcessMetrics(registry: Registry): void {
  const delay = monitorEventLoopDelay();
  delay.enable();
  const startSeconds = Date.now() / MS_PER_SECOND - process.uptime();
  const gauge = (name: string, help: string, value: () => number | undefined): void => void registry.gauge(name, help, once(value));
  registry.counter('process_cpu_seconds_total', 'CPU time.', once(cpuSeconds));
  gauge('process_start_time_seconds', 'When the process began.', () => startSeconds);
  gauge('process_resident_memory_bytes', 'Memory in RAM.', () => process.memoryUsage.rss());
  gauge('process_open_fds', 'Open files and sockets.', openFiles);
  gauge('process_max_fds', 'How many may be open.', maxFiles);
  gauge('nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed);
  gauge('nodejs_eventloop_lag_p99_seconds', 'Stalls of the event loop since the last scrape, 99th percentile.', () => delay.percentile(99) / NANOSECONDS);
  gauge('nodejs_eventloop_lag_max_seconds', 'The longest of them.', () => {
    const longest = delay.max / NANOSECONDS;
    delay.reset();
    return longest;
  });
}

function once(value: () => number | undefined): Collect {
  return () => {
    const known = value();
    return known === undefined ? [] : [{ value: known }];
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

/** Linux only. */
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

/** Linux only. */
function maxFiles(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
