/** Asks a Prometheus, or what answers as one does. https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
import { CliError, EXIT } from '../errors';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: { readonly resultType?: string; readonly result?: readonly Sample[] };
}

const TIMEOUT_MS = 60_000;

export interface Prometheus {
  readonly url: string;
  readonly signal: AbortSignal;
}

/** The samples of an instant query. */
export async function query({ url, signal }: Prometheus, text: string): Promise<readonly Sample[]> {
  const { status, body } = await posted(`${url.replace(/\/+$/, '')}/api/v1/query`, { text, url, signal });
  const answer = parsed(body);
  if (answer?.status === 'error') throw new CliError(`Prometheus at ${url} cannot answer: ${answer.error ?? 'it does not say why'}`, EXIT.cluster);
  if (status !== 200 || answer?.data?.resultType !== 'vector') {
    throw new CliError(`${url} does not answer as Prometheus does (HTTP ${status}); name the address of its web page, without /graph`, EXIT.cluster);
  }
  return answer.data.result ?? [];
}

interface Posting extends Prometheus {
  readonly text: string;
}

async function posted(address: string, { text, url, signal }: Posting): Promise<{ readonly status: number; readonly body: string }> {
  try {
    const response = await fetch(address, {
      method: 'POST', body: new URLSearchParams({ query: text }), signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CliError(`Prometheus at ${url} cannot be reached (${reason(error)}); check the address, or leave --url out to go through the cluster`, EXIT.cluster);
  }
}

function parsed(body: string): Answer | undefined {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    return undefined;
  }
}

function reason(error: unknown): string {
  const { cause, name, message } = error as Error & { readonly cause?: { readonly code?: string; readonly message?: string } };
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  return cause?.code ?? cause?.message ?? message;
}
