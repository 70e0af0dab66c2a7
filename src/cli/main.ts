/** Starts the command line in this process. How commands are made: README.md in this directory. */
import type { Context } from './command';
import { EXIT } from './errors';
import { runCli } from './program';
import { Terminal } from './terminal';

function contextOf({ cwd, env, stdin, stdout, stderr }: NodeJS.Process, signal: AbortSignal): Context {
  const terminal = new Terminal({ stdout, stderr, env });
  /* The bundle has the version written in, in place of the variable. */
  return { terminal, cwd: cwd(), env, stdin, signal, now: Date.now, version: process.env.SUBSTRATUS_VERSION ?? '0.0.0' };
}

function main(): void {
  const stopping = new AbortController();
  process.on('SIGINT', () => (stopping.signal.aborted ? process.exit(EXIT.interrupted) : stopping.abort()));
  process.on('SIGTERM', () => stopping.abort());
  // The reader has seen enough, as in `substratus status | head -1`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => { if (error.code === 'EPIPE') process.exit(EXIT.ok); });
  void runCli(process.argv.slice(2), contextOf(process, stopping.signal)).then((exitCode) => { process.exitCode = exitCode; });
}

main();
