/** Tokens and requests by team, key and model, from the metrics of Envoy AI Gateway. Pure. */
import { firstClientOf } from '../../api/keys';
import type { Sample } from './prometheus';

export interface UsageRow {
  readonly team: string;
  /** With all keys together, it is absent. */
  readonly key?: string;
  readonly model: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
}

export interface UsageFilter {
  readonly team?: string;
  readonly model?: string;
  /** A row for each key. */
  readonly isByKey?: boolean;
}

/** Of requests whose client the metrics do not tell. */
export const UNKNOWN = 'unknown';

const METRIC = 'gen_ai_client_token_usage';
/** Other types, such as cached and reasoning tokens, are parts of these. */
const TYPES = ['input', 'output'];
const LABELS = ['client_id', 'gen_ai_original_model', 'gen_ai_request_model', 'gen_ai_token_type'];

/** The two queries: of tokens, and of requests. */
export function usageQueries(since: string, team?: string): { readonly tokens: string; readonly requests: string } {
  const client = team === undefined ? '' : `,client_id=~"${team}([.].+)?"`;
  const increase = (suffix: string, types: readonly string[]) => (
    `sum by (${LABELS.join(', ')}) (increase(${METRIC}_${suffix}{gen_ai_token_type=~"${types.join('|')}"${client}}[${since}]))`);
  return { tokens: increase('sum', TYPES), requests: increase('count', ['input']) };
}

export interface UsageSamples {
  readonly tokens: readonly Sample[];
  readonly requests: readonly Sample[];
}

/** Most tokens first. */
export function usageRows({ tokens, requests }: UsageSamples, { model: wanted, isByKey = false }: UsageFilter): UsageRow[] {
  const rows = new Map<string, UsageRow>();
  const add = ({ metric, value: [, text] }: Sample, field: 'requests' | 'inputTokens' | 'outputTokens'): void => {
    const place = placeOf(metric, isByKey);
    if (wanted !== undefined && place.model !== wanted) return;
    const id = JSON.stringify(place);
    const row = rows.get(id) ?? { ...place, requests: 0, inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    rows.set(id, { ...row, [field]: row[field] + (Number(text) || 0) });
  };
  for (const sample of tokens) add(sample, sample.metric.gen_ai_token_type === 'output' ? 'outputTokens' : 'inputTokens');
  for (const sample of requests) add(sample, 'requests');
  return [...rows.values()].map(rounded).filter(({ totalTokens, requests: count }) => totalTokens + count > 0).sort(byTokens);
}

function placeOf(metric: Sample['metric'], isByKey: boolean): Pick<UsageRow, 'team' | 'key' | 'model'> {
  const { client_id: client = '', gen_ai_original_model: asked, gen_ai_request_model: sent } = metric;
  const [team = '', ...key] = firstClientOf(client).split('.');
  return { team: team || UNKNOWN, ...(isByKey && { key: key.join('.') }), model: asked || sent || UNKNOWN };
}

/** Prometheus extrapolates to the ends of the time, and so to fractions. */
function rounded(row: UsageRow): UsageRow {
  const [inputTokens, outputTokens] = [Math.round(row.inputTokens), Math.round(row.outputTokens)];
  return { ...row, requests: Math.round(row.requests), inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
}

function byTokens(a: UsageRow, b: UsageRow): number {
  const [first, second] = [a, b].map(({ team, key = '', model }) => `${team}/${key}/${model}`) as [string, string];
  return b.totalTokens - a.totalTokens || (first < second ? -1 : 1);
}
