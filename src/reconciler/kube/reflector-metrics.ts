import type { Counter, Labels, Registry } from '../runtime/metrics';

/** What a reflector says of itself. */
export class ReflectorMetrics {
  private readonly labels: Labels;
  private readonly lists: Counter;
  private readonly watches: Counter;
  private readonly errors: Counter;

  constructor(kind: string, registry: Registry) {
    this.labels = { kind };
    this.lists = registry.counter('reflector_lists_total', 'Full lists.');
    this.watches = registry.counter('reflector_watches_total', 'Watches that were opened.');
    this.errors = registry.counter('reflector_errors_total', 'Lists and watches that failed.');
  }

  public listed(): void {
    this.lists.inc(this.labels);
  }

  public watched(): void {
    this.watches.inc(this.labels);
  }

  public failed(): void {
    this.errors.inc(this.labels);
  }
}
