/** The programs of KEDA and of its HTTP add-on, and their definitions: built once, and kept outside the checkout. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { cachePath } from '../cluster/assets';

/** A Go module whose `tool` lines name programs of another, which has the definitions. */
interface EngineModule {
  readonly name: string;
  readonly source: string;
  readonly programs: readonly string[];
}

const MODULES: readonly EngineModule[] = [
  { name: 'http-add-on', source: 'github.com/kedacore/http-add-on', programs: ['interceptor', 'scaler'] },
  { name: 'keda', source: 'github.com/kedacore/keda/v2', programs: ['adapter', 'operator'] },
];
const DEFINITIONS = 'config/crd/bases';

export interface EnginePrograms {
  readonly adapter: string;
  readonly interceptor: string;
  readonly operator: string;
  readonly scaler: string;
  /** Files with the CustomResourceDefinitions, YAML. */
  readonly definitions: readonly string[];
}

/** The programs, or undefined if they are not built. */
export function findEngines(): EnginePrograms | undefined {
  if (!MODULES.every((module) => fs.existsSync(directoryOf(module)))) return undefined;
  const programs = MODULES.flatMap((module) => module.programs.map((program) => [program, path.join(directoryOf(module), program)]));
  const definitions = MODULES.flatMap((module) => {
    const directory = path.join(directoryOf(module), 'definitions');
    return fs.readdirSync(directory).map((file) => path.join(directory, file));
  });
  return { ...Object.fromEntries(programs), definitions } as EnginePrograms;
}

/** Why they cannot be built here, or undefined. Fetches the sources. */
export function cannotBuildEngines(): string | undefined {
  try {
    for (const module of MODULES) go(module, 'mod', 'download');
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    return `the Go modules cannot be fetched (${(stderr?.trim() || message).split('\n')[0] ?? ''})`;
  }
}

/** Builds what is missing, beside the target and then renamed, so that an interrupted build leaves none; with the least priority. */
export function buildEngines(say: (line: string) => void): void {
  for (const module of MODULES) {
    const target = directoryOf(module);
    if (fs.existsSync(target)) continue;
    const unfinished = `${target}.${process.pid}`;
    say(`building ${module.programs.join(' and ')} of ${module.name}`);
    fs.mkdirSync(unfinished, { recursive: true });
    try {
      goInBackground(module, 'build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', `${unfinished}/`, 'tool');
      const source = go(module, 'list', '-m', '-f', '{{.Dir}}', module.source).trim();
      fs.cpSync(path.join(source, DEFINITIONS), path.join(unfinished, 'definitions'), { recursive: true });
      fs.renameSync(unfinished, target);
    } finally {
      fs.rmSync(unfinished, { recursive: true, force: true });
    }
  }
}

function directoryOf(module: EngineModule): string {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['go.mod', 'go.sum']) hash.update(fs.readFileSync(path.join(sourcesOf(module), file)));
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
