/** Synthesizes an app by its own commands, those of cdk8s.yaml and cdktf.json, to a folder of ours. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseDocument } from 'yaml';
import type { State } from '../state/state';
import type { Context } from './command';
import { CliError } from './errors';
import type { Git } from './git';
import { readState } from './read-state';

/** What git leaves out and an app may need: it is taken from the working copy. */
const LINKED = ['node_modules', '.venv', '.gen', 'imports', 'outputs.json'];
const TAIL_LINES = 20;

/** How cdk8s-cli and cdktf-cli start an app, each for its half. */
const HALVES = [
  { settings: 'cdk8s.yaml', folder: 'dist', outdir: 'CDK8S_OUTDIR', context: undefined },
  { settings: 'cdktf.json', folder: 'cdktf.out', outdir: 'CDKTF_OUTDIR', context: 'CDKTF_CONTEXT_JSON' },
] as const;

type Half = typeof HALVES[number];

/** What an app in the working copy would be synthesized to. */
export async function workingState(context: Context): Promise<State> {
  return inTemporary((temporary) => synthesized({ directory: context.cwd, title: 'the working copy', temporary }, context));
}

export interface TreeOptions {
  /** The revision, for people. */
  readonly title: string;
  readonly context: Context;
}

/** What an app is synthesized to at a commit. The working tree is removed in any case. */
export async function stateAt(commit: string, git: Git, { title, context }: TreeOptions): Promise<State> {
  return inTemporary(async (temporary) => {
    const tree = path.join(temporary, 'tree');
    git.addTree(commit, tree);
    try {
      linkIgnored(git, tree);
      return await synthesized({ directory: path.join(tree, git.prefix), title, temporary }, context);
    } finally {
      git.removeTree(tree);
    }
  });
}

async function inTemporary<T>(use: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'substratus-diff-'));
  try {
    return await use(temporary);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** From the root of the repository to the folder of the app. */
function linkIgnored({ root, prefix }: Git, tree: string): void {
  const parts = prefix === '' ? [] : prefix.split('/');
  const folders = ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
  for (const folder of folders) {
    for (const name of LINKED) {
      const [source, target] = [path.join(root, folder, name), path.join(tree, folder, name)];
      if (fs.existsSync(source) && !fs.existsSync(target) && fs.existsSync(path.dirname(target))) fs.symlinkSync(source, target);
    }
  }
}

interface App {
  readonly directory: string;
  /** For people: the revision. */
  readonly title: string;
  readonly temporary: string;
}

async function synthesized(app: App, context: Context): Promise<State> {
  const runs = HALVES.flatMap((half) => runsOf(app, half));
  if (runs.length === 0) {
    throw new CliError(`${app.title} has neither cdk8s.yaml nor cdktf.json with an app here; go to the folder of the app, `
      + 'or name folders to compare, such as dist');
  }
  for (const { settings, command, env } of runs) {
    context.terminal.progress(`synthesizing ${app.title}: ${command}`);
    const ran = await run(command, { cwd: app.directory, env: { ...context.env, ...env }, signal: context.signal });
    if (context.signal.aborted) throw new CliError('interrupted');
    if (ran.code !== 0) throw new CliError(failure(app, { settings, command, ...ran }));
  }
  const written = runs.map(({ folder }) => folder).filter((folder) => fs.existsSync(path.join(app.temporary, folder)));
  if (written.length > 0) return readState(written, { directory: app.temporary });
  throw new CliError(`${app.title} does not synthesize: ${runs.map(({ command }) => command).join(' and ')} wrote nothing; call synth() in the app`);
}

interface Run {
  readonly settings: string;
  readonly folder: string;
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The `app` of a file of settings, with what it is told; empty where there is none. */
function runsOf({ directory, title, temporary }: App, { settings, folder, outdir, context }: Half): Run[] {
  const file = path.join(directory, settings);
  if (!fs.existsSync(file)) return [];
  const document = parseDocument(fs.readFileSync(file, 'utf8'));
  const [error] = document.errors;
  if (error) throw new CliError(`${title} does not synthesize: ${settings} cannot be read (${error.message.split('\n')[0]?.replace(/:$/, '')})`);
  const { app, context: given } = (document.toJS() ?? {}) as { readonly app?: unknown; readonly context?: unknown };
  const told: Record<string, string> = context !== undefined && given !== undefined ? { [context]: JSON.stringify(given) } : {};
  return typeof app === 'string' ? [{ settings, folder, command: app, env: { ...told, [outdir]: path.join(temporary, folder) } }] : [];
}

interface Ran {
  readonly code: number;
  readonly output: string;
}

function failure({ title }: App, { settings, command, code, output }: Ran & Pick<Run, 'settings' | 'command'>): string {
  const lines = output.trimEnd().split('\n');
  const tail = lines.slice(-TAIL_LINES).map((line) => `  ${line}`.trimEnd());
  const head = `${title} does not synthesize: the app of ${settings}, ${command}, ended with exit code ${code}`;
  if (output.trim() === '') return `${head} and said nothing`;
  return [`${head}; the end of its output:`, ...tail].join('\n');
}

interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** In a process group of its own, which ends as a whole with Ctrl-C. */
function run(command: string, { cwd, env, signal }: RunOptions): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const detached = process.platform !== 'win32';
    const child = spawn(command, { cwd, env: { ...env }, shell: true, detached, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { output += chunk.toString('utf8'); });
    const stop = (): void => { stopGroup(child.pid); };
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve({ code: code ?? 1, output });
    });
  });
}

function stopGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGTERM');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has ended by itself
  }
}
