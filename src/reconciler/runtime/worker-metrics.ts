import type { Counter, Gauge, Histogram, Labels, Registry } from './metrics';
import { isMistake } from './mistake';
import { TerminalError } from './terminal-error';

export type Result = 'success' | 'error' | 'requeue_after';

const TIME_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

/** What workers say of themselves, under the names that controller-runtime uses. */
export class WorkerMetrics {
  private readonly labels: Labels;
  private readonly total: Counter;
  private readonly errors: Counter;
  private readonly terminalErrors: Counter;
  private readonly panics: Counter;
  private readonly time: Histogram;
  private readonly active: Gauge;
  private readonly maximum: Gauge;

  constructor(controller: string, registry: Registry) {
    this.labels = { controller };
    this.total = registry.counter('controller_runtime_reconcile_total', 'Reconciliations, by result.');
    this.errors = registry.counter('controller_runtime_reconcile_errors_total', 'Reconciliations that failed.');
    this.terminalErrors = registry.counter('controller_runtime_terminal_reconcile_errors_total', 'Those that are not tried again.');
    this.panics = registry.counter('controller_runtime_reconcile_panics_total', 'Those that failed by a mistake of this program.');
    this.time = registry.histogram('controller_runtime_reconcile_time_seconds', 'How long reconciliations took.', TIME_BUCKETS);
    this.active = registry.gauge('controller_runtime_active_workers', 'Workers that are at work.');
    this.maximum = registry.gauge('controller_runtime_max_concurrent_reconciles', 'Workers.');
    for (const counter of [this.errors, this.terminalErrors, this.panics]) counter.inc(this.labels, 0);
    for (const result of ['success', 'error', 'requeue_after'] satisfies Result[]) this.total.inc({ ...this.labels, result }, 0);
    this.active.set(0, this.labels);
  }

  public limit(workers: number): void {
    this.maximum.set(workers, this.labels);
  }

  public started(): void {
    this.active.add(1, this.labels);
  }

  public finished(seconds: number): void {
    this.active.add(-1, this.labels);
    this.time.observe(seconds, this.labels);
  }

  public result(result: Result): void {
    this.total.inc({ ...this.labels, result });
  }

  public failed(error: unknown): void {
    this.result('error');
    this.errors.inc(this.labels);
    if (error instanceof TerminalError) this.terminalErrors.inc(this.labels);
    if (isMistake(error)) this.panics.inc(this.labels);
  }
}
