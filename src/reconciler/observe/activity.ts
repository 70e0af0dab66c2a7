/** Asks a notebook how long nobody has used it. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

const TIMEOUT_MS = 5000;
const LONGEST_ANSWER = 65536;

/**
 * A request to these counts as activity itself, unless it says otherwise; one to `/api/status` never does.
 *
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html
 */
const UNNOTICED = 'no_track_activity=1';

/** What Jupyter says of itself. */
export type Idle =
  | { readonly seconds: number; readonly at: string }
  | { readonly unknown: string };

interface JupyterStatus {
  readonly last_activity?: string;
  readonly connections?: number;
  readonly kernels?: number;
}

interface Kernel {
  readonly execution_state?: string;
}

/**
 * By Jupyter's own word and Jupyter's own clock: the time of its answer. A kernel that computes, or a terminal that is open, is
 * activity. What does not answer is not called idle.
 */
export async function idleOf(url: string, token: string): Promise<Idle> {
  try {
    const { body: status, date } = await get<JupyterStatus>(`${url}/api/status`, token);
    const { body: kernels } = await get<Kernel[]>(`${url}/api/kernels?${UNNOTICED}`, token);
    const { body: terminals } = await get<unknown[]>(`${url}/api/terminals?${UNNOTICED}`, token);
    const isBusy = kernels.some(({ execution_state: state }) => state === 'busy') || terminals.length > 0;
    const seconds = isBusy ? 0 : Math.max(0, (Date.parse(date) - Date.parse(status.last_activity ?? date)) / 1000);
    if (Number.isNaN(seconds)) return { unknown: `${url} gives no time of its last activity` };
    return { seconds, at: new Date(Date.parse(date)).toISOString() };
  } catch (error) {
    return { unknown: error instanceof Error ? error.message : String(error) };
  }
}

interface Answer<T> {
  readonly body: T;
  readonly date: string;
}

function get<T>(url: string, token: string): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers: { authorization: `token ${token}` }, timeout: TIMEOUT_MS }, (response) => {
      read(response).then((text) => {
        if (response.statusCode !== 200) throw new Error(`${url} answers ${response.statusCode}`);
        resolve({ body: JSON.parse(text) as T, date: response.headers.date ?? '' });
      }).catch(reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url} does not answer within ${TIMEOUT_MS} ms`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

async function read(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > LONGEST_ANSWER) throw new Error('the answer is too long');
  }
  return text;
}
