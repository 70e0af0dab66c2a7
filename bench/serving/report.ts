/** What the samples say. */
import type { Sample } from './client';

interface Circumstances {
  readonly clients: number;
  readonly seconds: number;
}

const MEASURES = [['first token', 'firstToken'], ['whole answer', 'whole']] as const;
const QUANTILES = [0.5, 0.99] as const;

/** A table in Markdown. */
export function report(samples: readonly Sample[], { clients, seconds }: Circumstances): string {
  const rows = MEASURES.flatMap(([title, measure]) => QUANTILES.map((quantile) => {
    const of = (side: number) => quantileOf(samples.filter((sample) => sample.side === side).map((sample) => sample[measure]), quantile);
    const figures = [of(0), of(1), of(1) - of(0)].map((milliseconds) => `${milliseconds.toFixed(1)} ms`);
    return `| ${title}, p${quantile * 100} | ${figures.join(' | ')} |`;
  }));
  return [
    `${clients} clients, ${seconds} s, ${samples.length} answers, none failed:`, '',
    '| | the Server itself | through the gateway | the gateway adds |', '|---|---|---|---|', ...rows,
  ].join('\n');
}

function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN;
}
