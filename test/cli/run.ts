/** Runs the command line in this process, in a world of the test's. */
import { Readable } from 'node:stream';
import { runCli } from '../../src/cli/program';
import { Terminal } from '../../src/cli/terminal';

export interface World {
  /** @default - the PATH of this process, and nothing else */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default - the root of the repository */
  readonly cwd?: string;
  /** @default - empty */
  readonly stdin?: string;
  /** Columns of a terminal; without it, the output goes to a file. */
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** @default - 2026-11-27T12:00:00Z */
  readonly nowMs?: number;
  /** @default '1.2.3' */
  readonly version?: string;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const NOW_MS = Date.parse('2026-11-27T12:00:00Z');

export async function substratus(args: readonly string[], world: World = {}): Promise<Ran> {
  const { env = { PATH: process.env.PATH }, cwd = process.cwd(), stdin = '', columns, signal = new AbortController().signal, nowMs = NOW_MS } = world;
  const { version = '1.2.3' } = world;
  const texts = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof texts) => ({
    write: (text: string) => { texts[name] += text; },
    ...columns === undefined ? {} : { isTTY: true, columns, rows: 50 },
  });
  const terminal = new Terminal({ stdout: stream('stdout'), stderr: stream('stderr'), env });
  const context = { terminal, cwd, env, stdin: Readable.from([stdin]), signal, now: () => nowMs, version };
  return { exitCode: await runCli(args, context), ...texts };
}
