/** What is done to a key: to a Secret, and what is told of it. Pure but for the key that is made. */
import { clientsOf } from '../../api/keys';
import { CliError, EXIT } from '../errors';
import type { DeclaredKey } from './declared';
import { emptySecret, repeatedKeys, withKey, withoutKeys } from './secrets';
import type { KeySecret } from './secrets';
import { olderOf } from './states';

export interface Change {
  readonly secret: KeySecret;
  /** The client that the key is for. */
  readonly client: string;
  /** Its successor or predecessor that stays good. */
  readonly other?: string;
}

export interface NewKey {
  readonly value: string;
  readonly nowMs: number;
  /** All Secrets of the gateway, by their names. */
  readonly secrets: ReadonlyMap<string, KeySecret>;
}

/** The first key. */
export function created(declared: DeclaredKey, made: NewKey): Change {
  const held = heldBy(declared, made.secrets);
  if (held.length > 0) throw new CliError(`${nameOf(declared)} has been made already; replace it with \`substratus keys rotate ${pathOf(declared)}\``);
  return put(declared, declared.key.client, made);
}

/** A key beside the one that there is: both are good until the older one is revoked. */
export function rotated(declared: DeclaredKey, made: NewKey): Change {
  const held = heldBy(declared, made.secrets);
  const [other] = held;
  if (other === undefined) {
    throw new CliError(`${nameOf(declared)} has not been made; make it with \`substratus keys create ${pathOf(declared)}\``, EXIT.notFound);
  }
  if (held.length > 1) {
    throw new CliError(`${nameOf(declared)} is being replaced already: two keys are good; end the older one with \`substratus keys revoke ${pathOf(declared)} --old\``);
  }
  const free = clientsOf(declared.key.client).find((client) => client !== other) ?? declared.key.client;
  return { ...put(declared, free, made), other };
}

export interface Revocation {
  readonly secret: KeySecret;
  readonly clients: readonly string[];
}

export interface RevokeOptions {
  readonly old?: boolean;
}

/** Both keys, or the older one alone. */
export function revoked(declared: DeclaredKey, secrets: ReadonlyMap<string, KeySecret>, { old = false }: RevokeOptions): Revocation {
  const secret = secrets.get(declared.key.secret);
  const held = heldBy(declared, secrets);
  if (!secret || held.length === 0) throw new CliError(`${nameOf(declared)} is not in Secret ${placeOf(declared)}; there is nothing to revoke`, EXIT.notFound);
  const clients = old ? olderAlone(declared, secret, held) : held;
  return { secret: withoutKeys(secret, clients), clients };
}

export function nameOf({ team, key }: DeclaredKey): string {
  return `key ${key.id} of team ${team.name}`;
}

export function placeOf({ gateway, key }: DeclaredKey): string {
  return `${gateway.namespace}/${key.secret}`;
}

export function pathOf({ team, key }: DeclaredKey): string {
  return `${team.name}/${key.id}`;
}

function olderAlone(declared: DeclaredKey, secret: KeySecret, held: readonly string[]): string[] {
  if (held.length < 2) throw new CliError(`${nameOf(declared)} is not being replaced: one key is good, ${held[0]}; without --old it is revoked`, EXIT.notFound);
  const older = olderOf(secret, held);
  if (older !== undefined) return [older];
  throw new CliError(`which of ${held.join(' and ')} is the older one cannot be told, for neither was made by this command; remove one from Secret ${placeOf(declared)}`);
}

function put(declared: DeclaredKey, client: string, { value, nowMs, secrets }: NewKey): Change {
  const { gateway: { namespace }, team, key } = declared;
  const secret = secrets.get(key.secret) ?? emptySecret({ name: key.secret, namespace, team: team.name });
  const next = withKey(secret, { client, value, created: new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z'), expires: key.expires });
  const [repeated] = repeatedKeys([...[...secrets.values()].filter(({ metadata }) => metadata.name !== key.secret), next]);
  if (repeated) {
    throw new CliError(`${repeated[0]} and ${repeated[1]} would be the same key, and Envoy Gateway refuses all keys if one is there twice, which locks everybody out; `
      + 'revoke one of them first, or make another key');
  }
  return { secret: next, client };
}

function heldBy({ key }: DeclaredKey, secrets: ReadonlyMap<string, KeySecret>): string[] {
  const data = secrets.get(key.secret)?.data ?? {};
  return clientsOf(key.client).filter((client) => data[client] !== undefined);
}
