/** The Secrets that hold keys: read whole, changed, and written back only if nobody else has changed them meanwhile. */
import { KEYS_ANNOTATION, TEAM_LABEL } from '../../api/keys';
import type { KeyRecords } from '../../api/keys';
import { PART_OF } from '../../api/labels';
import { CliError } from '../errors';
import type { Kubectl } from '../kubectl';
import type { DeclaredGateway } from './declared';

/** Of a Secret that another one has written. */
const CHANGED = /\((Conflict|AlreadyExists)\)|created again meanwhile/;

export interface KeySecret {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly type?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** By client, in base 64. */
  readonly data?: Readonly<Record<string, string>>;
}

/** What is in the Secrets of a gateway, by their names. Those that do not exist are not in it. */
export async function readSecrets(kubectl: Kubectl, { namespace, teams }: DeclaredGateway): Promise<ReadonlyMap<string, KeySecret>> {
  const names = [...new Set(teams.flatMap(({ keys }) => keys.map(({ secret }) => secret)))];
  const found = await Promise.all(names.map((name) => kubectl.find<KeySecret>({ type: 'secrets', name, namespace })));
  return new Map(found.flatMap((secret) => (secret ? [[secret.metadata.name, secret]] : [])));
}

/**
 * Through stdin: arguments of programs can be seen by others. By the API itself: kubectl's own `apply` and `replace` would write the keys
 * into the annotation of what was last applied, from which the next `apply` would take them away.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#how-apply-calculates-differences-and-merges-changes
 */
export async function writeSecret(kubectl: Kubectl, secret: KeySecret): Promise<void> {
  const { name, namespace, resourceVersion } = secret.metadata;
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  const call = resourceVersion === undefined ? ['create', '--raw', collection] : ['replace', '--raw', `${collection}/${name}`];
  try {
    await kubectl.run([...call, '--filename', '-'], JSON.stringify(secret));
  } catch (error) {
    if (!(error instanceof CliError) || !CHANGED.test(error.message)) throw error;
    throw new CliError(`Secret ${namespace}/${name} has been changed meanwhile, and nothing is done; run it again`);
  }
}

export interface Place {
  readonly name: string;
  readonly namespace: string;
  readonly team: string;
}

export function emptySecret({ name, namespace, team }: Place): KeySecret {
  return { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name, namespace, labels: { ...PART_OF, [TEAM_LABEL]: team } } };
}

/** What is known of the keys in a Secret; nothing of those that the command line has not made. */
export function recordsOf({ metadata }: KeySecret): KeyRecords {
  try {
    return JSON.parse(metadata.annotations?.[KEYS_ANNOTATION] ?? '{}') as KeyRecords;
  } catch {
    return {};
  }
}

export interface Entry {
  readonly client: string;
  readonly value: string;
  readonly created: string;
  readonly expires: string;
}

export function withKey(secret: KeySecret, { client, value, created, expires }: Entry): KeySecret {
  return changed(secret, {
    data: { ...secret.data, [client]: Buffer.from(value).toString('base64') },
    records: { ...recordsOf(secret), [client]: { created, expires } },
  });
}

export function withoutKeys(secret: KeySecret, clients: readonly string[]): KeySecret {
  return changed(secret, { data: without(secret.data ?? {}, clients), records: without(recordsOf(secret), clients) });
}

interface Change {
  readonly data: Readonly<Record<string, string>>;
  readonly records: KeyRecords;
}

function changed(secret: KeySecret, { data, records }: Change): KeySecret {
  const annotations = { ...secret.metadata.annotations, [KEYS_ANNOTATION]: JSON.stringify(records) };
  return { ...secret, metadata: { ...secret.metadata, annotations }, data };
}

function without<T>(values: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}

/** Where keys are there twice, which has Envoy Gateway refuse all: pairs of `<secret>/<client>`. */
export function repeatedKeys(secrets: Iterable<KeySecret>): (readonly [string, string])[] {
  const places = new Map<string, string>();
  const repeated: (readonly [string, string])[] = [];
  for (const { metadata: { name }, data = {} } of secrets) {
    for (const [client, value] of Object.entries(data)) {
      const first = places.get(value);
      if (first === undefined) places.set(value, `${name}/${client}`);
      else repeated.push([first, `${name}/${client}`]);
    }
  }
  return repeated;
}
