import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../clock';
import { errorText } from '../runtime/log';
import type { ClientConfig } from './client-config';
import { FileToken, staticToken } from './token';
import type { TokenSource } from './token';

type Section = Readonly<Record<string, unknown>>;

/** What a user entry may say that this client does not do. */
const UNSUPPORTED_USER_FIELDS = ['exec', 'auth-provider', 'username', 'password', 'as', 'as-uid', 'as-groups', 'as-user-extra'];
const UNSUPPORTED_CLUSTER_FIELDS = ['proxy-url'];
const LOCAL_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * The current context of a kubeconfig file in JSON: a token or a client certificate, inline or in files.
 *
 * @throws Error if the file cannot be read, or asks for what this client does not do.
 */
export function kubeconfigFrom(path: string, clock: Clock): ClientConfig {
  try {
    const file = section(parsed(readFileSync(path, 'utf8')));
    const context = named(file, 'contexts', text(file, 'current-context') ?? '');
    const cluster = named(file, 'clusters', text(context, 'cluster') ?? '');
    const user = named(file, 'users', text(context, 'user') ?? '');
    return { ...clusterConfig(cluster, dirname(path)), ...userConfig({ user, folder: dirname(path), clock }), namespace: text(context, 'namespace') };
  } catch (error) {
    throw new Error(`kubeconfig ${path}: ${errorText(error)}`, { cause: error });
  }
}

/** kubectl writes it as JSON too. A program that runs in a pod in any case has no need of YAML. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error('it is not JSON; write it with kubectl config view --raw --flatten --minify --output json', { cause: error });
  }
}

function clusterConfig(cluster: Section, folder: string): ClientConfig {
  refuse(cluster, UNSUPPORTED_CLUSTER_FIELDS);
  const server = text(cluster, 'server');
  if (server === undefined) throw new Error('the cluster has no server; set clusters[].cluster.server');
  const isInsecure = text(cluster, 'insecure-skip-tls-verify') === 'true';
  if (isInsecure && !LOCAL_HOSTS.includes(new URL(server).hostname)) {
    throw new Error(`insecure-skip-tls-verify is only for this machine, and the server is ${server}; set certificate-authority`);
  }
  return { server, isInsecure, ca: data(cluster, 'certificate-authority', folder), serverName: text(cluster, 'tls-server-name') };
}

function userConfig({ user, folder, clock }: { user: Section; folder: string; clock: Clock }): Pick<ClientConfig, 'cert' | 'key' | 'token'> {
  refuse(user, UNSUPPORTED_USER_FIELDS);
  return { cert: data(user, 'client-certificate', folder), key: data(user, 'client-key', folder), token: tokenOf({ user, folder, clock }) };
}

function tokenOf({ user, folder, clock }: { user: Section; folder: string; clock: Clock }): TokenSource | undefined {
  const file = text(user, 'tokenFile');
  if (file !== undefined) return new FileToken(resolve(folder, file), clock);
  const token = text(user, 'token');
  return token === undefined ? undefined : staticToken(token);
}

function refuse(entry: Section, unsupported: readonly string[]): void {
  const field = unsupported.find((name) => entry[name] !== undefined && entry[name] !== null);
  if (field) throw new Error(`${field} is not supported; use a token or a client certificate, for example of a service account`);
}

/** `certificate-authority-data`, or the content of the file that `certificate-authority` names. */
function data(entry: Section, name: string, folder: string): string | undefined {
  const inline = text(entry, `${name}-data`);
  if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8');
  const file = text(entry, name);
  return file === undefined ? undefined : readFileSync(resolve(folder, file), 'utf8');
}

/** The cluster, user or context with a name: `clusters: [{ name, cluster: {...} }]`. */
function named(file: Section, list: 'clusters' | 'users' | 'contexts', name: string): Section {
  const entries = Array.isArray(file[list]) ? (file[list] as unknown[]).map(section) : [];
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`${list} has no ${name || 'current context'}; it has ${entries.map((each) => text(each, 'name')).join(', ') || 'none'}`);
  return section(entry[list.slice(0, -1)]);
}

function section(value: unknown): Section {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value as Section : {};
}

/** A text, or another scalar as one. */
function text(entry: Section, name: string): string | undefined {
  const value = entry[name];
  return value === undefined || value === null || value === '' || typeof value === 'object' ? undefined : String(value as string | number | boolean);
}
