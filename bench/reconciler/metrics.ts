/** Reads metrics in Prometheus' text format. */

export type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

export class Metrics {
  constructor(private readonly samples: readonly Sample[]) {}

  /** The sum of a metric's series that `fits` chooses. */
  public sum(name: string, fits: (labels: Labels) => boolean = () => true): number {
    return this.samples.filter((sample) => sample.name === name && fits(sample.labels)).reduce((total, { value }) => total + value, 0);
  }
}

export function parseMetrics(text: string): Metrics {
  return new Metrics(text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, labels: parseLabels(labels), value: Number(value) }];
  }));
}

function parseLabels(text: string): Labels {
  return Object.fromEntries([...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));
}
