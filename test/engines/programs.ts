/** The programs of engines and their definitions, KEDA's and its HTTP add-on's here: built once, and kept outside the checkout. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cachePath } from '../cluster/assets';

/** A Go module (`binary/<name>`) whose `tool` lines name programs of others, and where definitions are. */
export interface EngineModule {
  readonly name: string;
  readonly programs: readonly string[];
  /** Files of a program of our own. */
  readonly sources?: readonly string[];
  /** Modules, and directories in them. */
  readonly definitions: readonly { readonly module: string; readonly directory: string }[];
}

const DIRECTORY = 'config/crd/bases';
const MODULES: readonly EngineModule[] = [
  { name: 'http-add-on', programs: ['interceptor', 'scaler'], definitions: [{ module: 'github.com/kedacore/http-add-on', directory: DIRECTORY }] },
  { name: 'keda', programs: ['adapter', 'operator'], definitions: [{ module: 'github.com/kedacore/keda/v2', directory: DIRECTORY }] },
];

export interface EnginePrograms {
  readonly adapter: string;
  readonly interceptor: string;
  readonly operator: string;
  readonly scaler: string;
  /** Files with the CustomResourceDefinitions, YAML. */
  readonly definitions: readonly string[];
}

/** The programs of KEDA, or undefined if they are not built. */
export function findEngines(): EnginePrograms | undefined {
  return findModules(MODULES) as EnginePrograms | undefined;
}

/** The programs of modules by their names, and `definitions`; or undefined if they are not built. */
export function findModules(modules: readonly EngineModule[]): Readonly<Record<string, string | readonly string[]>> | undefined {
  if (!modules.every((module) => fs.existsSync(directoryOf(module)))) return undefined;
  const programs = modules.flatMap((module) => module.programs.map((program) => [program, path.join(directoryOf(module), program)]));
  const definitions = modules.flatMap((module) => {
    const directory = path.join(directoryOf(module), 'definitions');
    if (module.definitions.length === 0) return [];
    return fs.readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml')).map((file) => path.join(directory, file));
  });
  return { ...Object.fromEntries(programs) as Record<string, string>, definitions };
}

/** Why they cannot be built here, or undefined. Fetches the sources. */
export function cannotBuildEngines(modules: readonly EngineModule[] = MODULES): string | undefined {
  try {
    for (const module of modules) go(module, 'mod', 'download');
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    return `the Go modules cannot be fetched (${(stderr?.trim() || message).split('\n')[0] ?? ''})`;
  }
}

/** Builds what is missing, beside the target and then renamed, so that an interrupted build leaves none; with the least priority. */
export function buildEngines(say: (line: string) => void, modules: readonly EngineModule[] = MODULES): void {
  for (const module of modules) {
    const target = directoryOf(module);
    if (fs.existsSync(target)) continue;
    const unfinished = `${target}.${process.pid}`;
    say(`building ${module.programs.join(' and ')} of ${module.name}`);
    fs.mkdirSync(unfinished, { recursive: true });
    try {
      goInBackground(module, 'build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', `${unfinished}/`, 'tool');
      for (const { module: source, directory } of module.definitions) {
        const sources = go(module, 'list', '-m', '-f', '{{.Dir}}', source).trim();
        fs.cpSync(path.join(sources, directory), path.join(unfinished, 'definitions'), { recursive: true });
      }
      fs.renameSync(unfinished, target);
    } finally {
      fs.rmSync(unfinished, { recursive: true, force: true });
    }
  }
}

function directoryOf(module: EngineModule): string {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['go.mod', 'go.sum', ...module.sources ?? []]) hash.update(fs.readFileSync(path.join(sourcesOf(module), file)));
  return cachePath('engines', module.name, hash.digest('hex').slice(0, 16));
}

function sourcesOf({ name }: EngineModule): string {
  return path.join(__dirname, 'binary', name);
}

function go(module: EngineModule, ...args: string[]): string {
  return execFileSync('go', args, { cwd: sourcesOf(module), env: environment(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function goInBackground(module: EngineModule, ...args: string[]): void {
  execFileSync('nice', ['-n', '19', 'go', ...args], { cwd: sourcesOf(module), env: environment(), stdio: ['ignore', 'ignore', 'inherit'] });
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0' };
}
