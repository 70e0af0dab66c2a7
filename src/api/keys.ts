/**
 * What a gateway and everything around it agree on about keys: names of headers, ids of clients, and what is written beside the policies so
 * that a person, the command line and a diff can tell a team and a key from them.
 */
import { DNS_1123_LABEL, MAX_NAME_LENGTH } from './names';

/** Who a request is from: set by the gateway from the key or the token, never by the client. */
export const CLIENT_HEADER = 'x-client-id';
/** The model that a request is for: set by Envoy AI Gateway from the body. */
export const MODEL_HEADER = 'x-ai-eg-model';

/** On the SecurityPolicy of a gateway: its teams and keys, as JSON of `TeamRecord[]`. */
export const TEAMS_ANNOTATION = 'substratus.ai/teams';
/** On a Secret of keys: when keys were made and when they end, as JSON of `KeyRecords`. */
export const KEYS_ANNOTATION = 'substratus.ai/keys';
/** On a Secret of keys: the team whose keys it holds. */
export const TEAM_LABEL = 'substratus.ai/team';

/** Of a client: how a new key takes the place of an old one, while both are good. */
const SECOND = '.2';
const NAME = new RegExp(DNS_1123_LABEL);
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A team, as a policy is annotated with it. */
export interface TeamRecord {
  readonly name: string;
  readonly models: readonly string[];
  readonly tokensPerMonth?: number;
  readonly requestsPerMinute?: number;
  readonly budget?: number;
  readonly keys: readonly KeyRecord[];
}

/** A key of a team, as a policy is annotated with it. It is a reference: the key itself is in the Secret alone. */
export interface KeyRecord {
  readonly id: string;
  readonly secret: string;
  /** The entry of the Secret's data, which is the id of the client. */
  readonly client: string;
  readonly models?: readonly string[];
  readonly requestsPerMinute?: number;
  readonly expires: string;
}

/** By the id of the client: what the command line knows about a key that it has made. */
export type KeyRecords = Readonly<Record<string, { readonly created: string; readonly expires?: string }>>;

/** Names of teams and of keys. Without a `.`, which separates them: so no team is the beginning of another one's clients. */
export function isTeamName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH && NAME.test(name);
}

/** The client that a key stands for. */
export function clientOf(team: string, key: string): string {
  return `${team}.${key}`;
}

/** The two clients of a key. Either may hold it; both do while one key takes the place of the other. */
export function clientsOf(client: string): readonly [string, string] {
  return [client, `${client}${SECOND}`];
}

/** The client without the mark of the second one. */
export function firstClientOf(client: string): string {
  return client.endsWith(SECOND) ? client.slice(0, -SECOND.length) : client;
}

/** Whether a text is a day, such as `2027-01-31`. */
export function isDay(text: unknown): text is string {
  if (typeof text !== 'string' || !DATE.test(text)) return false;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
