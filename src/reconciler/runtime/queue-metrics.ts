import type { Clock } from '../clock';
import type { Collect, Counter, Histogram, Labels, Registry } from './metrics';

export interface QueueMetricsOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly registry: Registry;
  /** How many keys wait. */
  readonly depth: () => number;
}

const MS_PER_SECOND = 1000;

/** What a queue says of itself, under the names that client-go and controller-runtime use. */
export class QueueMetrics {
  private readonly addedAt = new Map<string, number>();
  private readonly startedAt = new Map<string, number>();
  private readonly clock: Clock;
  private readonly labels: Labels;
  private readonly adds: Counter;
  private readonly retries: Counter;
  private readonly waits: Histogram;
  private readonly work: Histogram;

  constructor({ name, clock, registry, depth }: QueueMetricsOptions) {
    this.clock = clock;
    this.labels = { name, controller: name };
    this.adds = registry.counter('workqueue_adds_total', 'Keys that were added.');
    this.retries = registry.counter('workqueue_retries_total', 'Keys that were added again after a failure.');
    this.waits = registry.histogram('workqueue_queue_duration_seconds', 'How long keys waited.');
    this.work = registry.histogram('workqueue_work_duration_seconds', 'How long work on a key took.');
    registry.gauge('workqueue_depth', 'Keys that wait.', this.gauge(depth));
    registry.gauge('workqueue_unfinished_work_seconds', 'Time spent on keys that are being worked on.', this.gauge(() => sum(this.ages())));
    registry.gauge('workqueue_longest_running_processor_seconds', 'Time spent on the oldest of them.', this.gauge(() => Math.max(0, ...this.ages())));
  }

  public added(key: string): void {
    this.adds.inc(this.labels);
    this.addedAt.set(key, this.clock.now());
  }

  public started(key: string): void {
    const now = this.clock.now();
    this.waits.observe((now - (this.addedAt.get(key) ?? now)) / MS_PER_SECOND, this.labels);
    this.addedAt.delete(key);
    this.startedAt.set(key, now);
  }

  public finished(key: string): void {
    const now = this.clock.now();
    this.work.observe((now - (this.startedAt.get(key) ?? now)) / MS_PER_SECOND, this.labels);
    this.startedAt.delete(key);
  }

  public retried(): void {
    this.retries.inc(this.labels);
  }

  private gauge(value: () => number): Collect {
    return () => [{ labels: this.labels, value: value() }];
  }

  private ages(): number[] {
    const now = this.clock.now();
    return [...this.startedAt.values()].map((started) => (now - started) / MS_PER_SECOND);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
