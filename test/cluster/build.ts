/** Builds the binary of a Go module, once: it takes minutes. */
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import { binaryPath } from './assets';
import type { BinaryModule } from './assets';

const EVERY_MS = 10_000;
const VERSION_VARIABLES = 'k8s.io/component-base/version';

/** Why it cannot be built here, or undefined. Fetches the sources. */
export function cannotBuild(module: BinaryModule): string | undefined {
  try {
    go(module, 'version');
  } catch (error) {
    return `no Go here (${firstLine(error)})`;
  }
  try {
    go(module, 'mod', 'download');
    return undefined;
  } catch (error) {
    return `the Go modules cannot be fetched (${firstLine(error)})`;
  }
}

/** Builds beside the target and renames, so that an interrupted build leaves none. */
export async function build(module: BinaryModule, report: (line: string) => void): Promise<void> {
  const target = binaryPath(module);
  const unfinished = `${target}.${process.pid}`;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  try {
    await compile(module, unfinished, report);
    fs.renameSync(unfinished, target);
  } finally {
    fs.rmSync(unfinished, { force: true });
  }
}

async function compile(module: BinaryModule, output: string, report: (line: string) => void): Promise<void> {
  const total = go(module, 'list', '-deps', '.').trim().split('\n').length;
  const args = ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', linkerFlags(module), '-o', output, '.'];
  const child = spawn('go', args, { cwd: module.directory, env: goEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const start = Date.now();
  const timer = setInterval(() => report(`${seconds(start)} s, ${lines.length} of at most ${total} packages compiled`), EVERY_MS);
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(timer));
  if (status !== 0) throw new Error(`go build failed:\n${lines.slice(-20).join('\n')}`);
  report(`built in ${seconds(start)} s`);
}

/** What `kubectl version` shows is not in the source. */
function linkerFlags({ directory }: BinaryModule): string {
  const requirements = fs.readFileSync(path.join(directory, 'go.mod'), 'utf8');
  const [, version = '', major = '', minor = ''] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/.exec(requirements) ?? [];
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor };
  return ['-s', '-w', ...Object.entries(variables).map(([name, value]) => `-X ${VERSION_VARIABLES}.${name}=${value}`)].join(' ');
}

function go({ directory }: BinaryModule, ...args: string[]): string {
  const options = { cwd: directory, env: goEnvironment(), maxBuffer: 64 * 1024 ** 2 };
  return execFileSync('go', args, { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, CGO_ENABLED: '0' };
}

function seconds(start: number): number {
  return Math.round((Date.now() - start) / 1000);
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  return (stderr?.trim() ? stderr : message).trim().split('\n')[0] ?? '';
}
