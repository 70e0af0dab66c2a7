/** What the program is told by its environment. */
import { readFileSync } from 'node:fs';
import type { PlatformSpec } from '../api/platform';
import {
  HEALTH_PORT, METRICS_PORT, PLATFORM_DIRECTORY, PLATFORM_FILE_NAME, RECONCILER, TOKEN_KEY_DIRECTORY, TOKEN_KEY_FILE_NAME,
} from '../api/reconciler';
import { CLOUD_NAMES } from '../expand';
import type { LogLevel } from './runtime/log';
import { DEFAULT_WORKERS } from './runtime/workers';

export interface Settings {
  /** Version of this program. */
  readonly version: string;
  readonly platform: PlatformSpec;
  /** Name of this process among the replicas. */
  readonly identity: string;
  /** Namespace that it runs in. */
  readonly namespace: string;
  readonly leaseName: string;
  readonly leaderElect: boolean;
  readonly healthPort: number;
  readonly metricsPort: number;
  readonly rollOnUpgrade: boolean;
  /** None: all. */
  readonly watchNamespaces: readonly string[];
  readonly concurrency: number;
  readonly logLevel: LogLevel;
  readonly tokenKeyFile: string;
  /** Where notebooks answer, with `{namespace}` and `{service}` in it; if absent, at their Services. */
  readonly notebookUrl?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Of TCP; 0 is one that is free. */
const portOr = (preset: number): Range => ({ preset, from: 0, to: 65535 });

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'];

/** @throws Error that names the variable, if one is not what it should be. */
export function settingsFrom(environment: Environment, hostname: string): Settings {
  const file = environment.PLATFORM_FILE ?? `${PLATFORM_DIRECTORY}/${PLATFORM_FILE_NAME}`;
  return {
    version: environment.SUBSTRATUS_VERSION ?? '0.0.0',
    platform: readPlatform(file),
    identity: environment.POD_NAME ?? `${hostname}-${process.pid}`,
    namespace: environment.POD_NAMESPACE ?? 'substratus',
    leaseName: environment.LEASE_NAME ?? RECONCILER,
    leaderElect: booleanOf(environment, 'LEADER_ELECT', true),
    healthPort: integerOf(environment, 'HEALTH_PORT', portOr(HEALTH_PORT)),
    metricsPort: integerOf(environment, 'METRICS_PORT', portOr(METRICS_PORT)),
    rollOnUpgrade: booleanOf(environment, 'ROLL_ON_UPGRADE', false),
    watchNamespaces: (environment.WATCH_NAMESPACES ?? '').split(',').map((name) => name.trim()).filter(Boolean),
    concurrency: integerOf(environment, 'CONCURRENCY', { preset: DEFAULT_WORKERS, from: 1, to: 256 }),
    logLevel: oneOf(environment, 'LOG_LEVEL', LOG_LEVELS) as LogLevel,
    tokenKeyFile: environment.TOKEN_KEY_FILE ?? `${TOKEN_KEY_DIRECTORY}/${TOKEN_KEY_FILE_NAME}`,
    notebookUrl: environment.NOTEBOOK_URL,
  };
}

function readPlatform(file: string): PlatformSpec {
  const platform = parsed(file) as Partial<PlatformSpec> | null;
  const { cloud = '', clusterName, artifacts } = platform ?? {};
  if (!CLOUD_NAMES.includes(cloud) || !clusterName || !artifacts?.url) {
    throw new Error(`PLATFORM_FILE ${file} is not a platform: it needs a clusterName, artifacts.url, and as cloud one of ${CLOUD_NAMES.join(', ')}; `
      + 'mount the ConfigMap of the Reconciler there');
  }
  return platform as PlatformSpec;
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`PLATFORM_FILE ${file} cannot be read as JSON (${String(error)}); mount the ConfigMap of the Reconciler there`);
  }
}

function booleanOf(environment: Environment, name: string, preset: boolean): boolean {
  const value = environment[name];
  if (value === undefined || value === '') return preset;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new Error(`${name} is ${value}; it must be true or false`);
}

interface Range {
  readonly preset: number;
  readonly from: number;
  readonly to: number;
}

function integerOf(environment: Environment, name: string, { preset, from, to }: Range): number {
  const value = environment[name];
  if (value === undefined || value === '') return preset;
  if (/^\d+$/.test(value) && Number(value) >= from && Number(value) <= to) return Number(value);
  throw new Error(`${name} is ${value}; it must be a whole number from ${from} to ${to}`);
}

function oneOf(environment: Environment, name: string, values: readonly string[]): string {
  const value = environment[name] || 'info';
  if (values.includes(value)) return value;
  throw new Error(`${name} is ${value}; it must be one of ${values.join(', ')}`);
}
