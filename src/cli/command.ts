/** What a file in commands/ exports, and what it is called with. */
import type { Command } from 'commander';
import type { Terminal } from './terminal';

/** The world around a call. Nothing else of the process is read by a command, so that tests can give another world. */
export interface Context {
  readonly terminal: Terminal;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Of this program. */
  readonly version: string;
}

export interface Call<Options = object, Args extends readonly unknown[] = readonly unknown[]> {
  /** In the order of `command.argument`. */
  readonly args: Args;
  /** By their long names, in camel case. */
  readonly options: Options;
  readonly context: Context;
  /** The whole program, with all its commands loaded. */
  readonly program: () => Command;
}

/** The default export of a file in commands/. */
export interface CommandModule<Options = object, Args extends readonly unknown[] = readonly unknown[]> {
  /** Adds description, arguments and options; its name and summary are in the table. */
  define(command: Command): Command;

  /** Does it. Returns the exit code, by default 0; a `CliError` is a message without a stack trace. */
  run(call: Call<Options, Args>): Promise<number | void>;
}
