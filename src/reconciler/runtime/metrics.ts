/** Numbers for Prometheus, in its text format. */

/** What tells the series of a metric apart. */
export type Labels = Readonly<Record<string, string>>;

/** Values that are only known when asked for. */
export type Collect = () => Iterable<{ readonly labels?: Labels; readonly value: number }>;

interface Description {
  readonly name: string;
  readonly help: string;
}

interface Metric extends Description {
  readonly type: 'counter' | 'gauge' | 'histogram';
  lines(): Iterable<string>;
}

/** Buckets in seconds, from a millisecond to a minute. */
export const SECONDS_BUCKETS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Goes up only. */
export class Counter implements Metric {
  public readonly type = 'counter';
  private readonly values = new Map<string, number>();

  constructor(public readonly name: string, public readonly help: string, private readonly collect?: Collect) {}

  public inc(labels: Labels = {}, by = 1): void {
    const key = labelText(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + by);
  }

  /** The value so far. */
  public value(labels: Labels = {}): number {
    return this.values.get(labelText(labels)) ?? 0;
  }

  public* lines(): Iterable<string> {
    for (const { labels = {}, value } of this.collect?.() ?? []) this.values.set(labelText(labels), value);
    for (const [labels, value] of this.values) yield line(this.name, labels, value);
  }
}

/** Goes up and down. */
export class Gauge implements Metric {
  public readonly type = 'gauge';
  private readonly values = new Map<string, number>();

  constructor(public readonly name: string, public readonly help: string, private readonly collect?: Collect) {}

  public set(value: number, labels: Labels = {}): void {
    this.values.set(labelText(labels), value);
  }

  public add(by: number, labels: Labels = {}): void {
    this.set(this.value(labels) + by, labels);
  }

  /** The value that was set. */
  public value(labels: Labels = {}): number {
    return this.values.get(labelText(labels)) ?? 0;
  }

  public* lines(): Iterable<string> {
    for (const { labels = {}, value } of this.collect?.() ?? []) this.set(value, labels);
    for (const [labels, value] of this.values) yield line(this.name, labels, value);
  }
}

/** How often something took how long. */
export class Histogram implements Metric {
  public readonly type = 'histogram';
  private readonly series = new Map<string, { readonly labels: Labels; readonly counts: number[]; sum: number; count: number }>();

  constructor(public readonly name: string, public readonly help: string, private readonly buckets = SECONDS_BUCKETS) {}

  public observe(value: number, labels: Labels = {}): void {
    const key = labelText(labels);
    const series = this.series.get(key) ?? { labels, counts: this.buckets.map(() => 0), sum: 0, count: 0 };
    this.series.set(key, series);
    const bucket = this.buckets.findIndex((bound) => value <= bound);
    if (bucket >= 0) series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += value;
    series.count++;
  }

  /** How many values were observed. */
  public count(labels: Labels = {}): number {
    return this.series.get(labelText(labels))?.count ?? 0;
  }

  public* lines(): Iterable<string> {
    for (const [key, { labels, counts, sum, count }] of this.series) {
      let below = 0;
      for (const [index, bound] of this.buckets.entries()) {
        below += counts[index] ?? 0;
        yield line(`${this.name}_bucket`, labelText({ ...labels, le: String(bound) }), below);
      }
      yield line(`${this.name}_bucket`, labelText({ ...labels, le: '+Inf' }), count);
      yield line(`${this.name}_sum`, key, sum);
      yield line(`${this.name}_count`, key, count);
    }
  }
}

/** All metrics of a program. Asking twice for one name gives the same metric. */
export class Registry {
  private readonly metrics = new Map<string, Metric>();

  public counter(name: string, help: string, collect?: Collect): Counter {
    return this.register(new Counter(name, help, collect));
  }

  public gauge(name: string, help: string, collect?: Collect): Gauge {
    return this.register(new Gauge(name, help, collect));
  }

  public histogram(name: string, help: string, buckets?: readonly number[]): Histogram {
    return this.register(new Histogram(name, help, buckets));
  }

  /** Everything in the text format. */
  public text(): string {
    const lines: string[] = [];
    for (const metric of this.metrics.values()) {
      lines.push(`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.type}`, ...metric.lines());
    }
    return `${lines.join('\n')}\n`;
  }

  private register<M extends Metric>(metric: M): M {
    const known = this.metrics.get(metric.name);
    if (!known) {
      this.metrics.set(metric.name, metric);
      return metric;
    }
    if (known.type !== metric.type) throw new Error(`metric ${metric.name} is a ${known.type}, not a ${metric.type}`);
    return known as M;
  }
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels} ${Number.isFinite(value) ? value : 'NaN'}`;
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length > 0 ? `{${parts.join()}}` : '';
}

const SPECIAL = /[\\"\n]/;

function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
