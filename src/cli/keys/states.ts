/** What there is to say of each key. Pure. */
import { clientsOf } from '../../api/keys';
import type { DeclaredGateway } from './declared';
import { recordsOf, repeatedKeys } from './secrets';
import type { KeySecret } from './secrets';

/** `missing`: declared, and not in its Secret. `undeclared`: in the Secret, and not in code. `repeated`: the same key is there twice. */
export type KeyState = 'good' | 'replacing' | 'expires soon' | 'expired' | 'missing' | 'undeclared' | 'repeated';

export interface KeyRow {
  readonly team: string;
  readonly key: string;
  readonly client: string;
  readonly namespace: string;
  readonly secret: string;
  readonly state: KeyState;
  readonly created?: string;
  readonly ageDays?: number;
  readonly expires?: string;
  readonly models: readonly string[];
}

export interface Shelf {
  readonly gateway: DeclaredGateway;
  readonly secrets: ReadonlyMap<string, KeySecret>;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 7;

/** A row for each client that holds a key, or should. */
export function keyRows({ gateway, secrets }: Shelf, nowMs: number): KeyRow[] {
  const repeated = new Set(repeatedKeys(secrets.values()).flat());
  return [...gateway.teams.flatMap((team) => team.keys.flatMap((key): KeyRow[] => {
    const secret = secrets.get(key.secret);
    const held = clientsOf(key.client).filter((client) => secret?.data?.[client] !== undefined);
    const { id, expires, models = team.models } = key;
    const row = { team: team.name, key: id, namespace: gateway.namespace, secret: key.secret, expires, models };
    if (!secret || held.length === 0) return [{ ...row, client: key.client, state: 'missing' }];
    const older = olderOf(secret, held);
    return held.map((client) => ({
      ...row, client, ...agesOf(secret, client, nowMs),
      state: repeated.has(`${key.secret}/${client}`) ? 'repeated' : client === older ? 'replacing' : stateByDay(key.expires, nowMs),
    }));
  })), ...undeclared({ gateway, secrets }, nowMs)];
}

/** The clients that hold a key which has ended. */
export function expiredRows(rows: readonly KeyRow[], nowMs: number): KeyRow[] {
  return rows.filter(({ state, expires }) => state !== 'missing' && expires !== undefined && isOver(expires, nowMs));
}

/** Of two keys that take turns, the one that was made earlier; `undefined` if there is one, or if that cannot be told. */
export function olderOf(secret: KeySecret, clients: readonly string[]): string | undefined {
  const records = recordsOf(secret);
  const [first, second] = clients.map((client) => ({ client, created: records[client]?.created }));
  if (!first || !second || first.created === second.created) return undefined;
  if (first.created === undefined) return first.client; // the other one was made by this program, in place of it
  return second.created === undefined || second.created < first.created ? second.client : first.client;
}

function undeclared({ gateway, secrets }: Shelf, nowMs: number): KeyRow[] {
  const known = new Set(gateway.teams.flatMap(({ keys }) => keys.flatMap(({ secret, client }) => clientsOf(client).map((each) => `${secret}/${each}`))));
  return [...secrets].flatMap(([name, secret]) => Object.keys(secret.data ?? {}).filter((client) => !known.has(`${name}/${client}`)).map((client) => {
    const [team = '', ...key] = client.split('.');
    return {
      team, key: key.join('.'), client, namespace: gateway.namespace, secret: name, models: [], ...agesOf(secret, client, nowMs), state: 'undeclared' as const,
    };
  }));
}

function agesOf(secret: KeySecret, client: string, nowMs: number): Pick<KeyRow, 'created' | 'ageDays'> {
  const created = recordsOf(secret)[client]?.created;
  return created === undefined ? {} : { created, ageDays: Math.max(0, Math.floor((nowMs - Date.parse(created)) / DAY_MS)) };
}

function stateByDay(expires: string, nowMs: number): KeyState {
  if (isOver(expires, nowMs)) return 'expired';
  return isOver(expires, nowMs + SOON_DAYS * DAY_MS) ? 'expires soon' : 'good';
}

/** A key is good on the whole of its last day, in UTC. */
function isOver(expires: string, nowMs: number): boolean {
  return nowMs >= Date.parse(expires) + DAY_MS;
}
