/** The command line: from arguments to an exit code. */
import { Command, CommanderError } from 'commander';
import { ExpandError } from '../api/expand-error';
import { StateError } from '../state/state-error';
import type { CommandModule, Context } from './command';
import { COMMANDS, GROUP } from './commands';
import type { CommandEntry } from './commands';
import { CliError, EXIT } from './errors';

const NAME = 'substratus';

/** Runs the command of `argv`, which begins with its name, and returns the exit code. Every error is written. */
export async function runCli(argv: readonly string[], context: Context): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = programFor(context, { argv, onEnd: (code) => { exitCode = code; } });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return context.signal.aborted ? EXIT.interrupted : exitCode;
  } catch (error) {
    return context.signal.aborted ? EXIT.interrupted : report(error, context);
  } finally {
    context.terminal.clearProgress();
  }
}

export interface ProgramOptions {
  /**
   * Only the commands that are named in it are loaded.
   *
   * @default - all are loaded, with their arguments and options
   */
  readonly argv?: readonly string[];
  /** Told the exit code of a command that has ended. */
  readonly onEnd?: (exitCode: number) => void;
}

/** The program with every command. */
export function programFor(context: Context, { argv, onEnd = () => undefined }: ProgramOptions = {}): Command {
  const program = new Command(NAME)
    .description('Models, datasets, servers and notebooks on Kubernetes: what a stack will do before it is applied, and what it does after.')
    .version(context.version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'how to use it')
    .addHelpCommand(new Command('help').argument('[command]').summary('how to use a command').description('How to use a command.').helpGroup(GROUP.program))
    .configureHelp({ showGlobalOptions: false, helpWidth: context.terminal.width })
    .configureOutput({ writeOut: (text) => context.terminal.write(text), writeErr: () => undefined })
    .exitOverride((error) => end(error, NAME));
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).summary(entry.summary).helpGroup(entry.group).helpOption('-h, --help', 'how to use it')
      .exitOverride((error) => end(error, `${NAME} ${entry.name}`));
    if (argv === undefined || argv.includes(entry.name)) addTo(command, { entry, context, onEnd });
  }
  return program;
}

interface Addition {
  readonly entry: CommandEntry;
  readonly context: Context;
  readonly onEnd: (exitCode: number) => void;
}

function addTo(command: Command, { entry, context, onEnd }: Addition): void {
  const module: CommandModule = entry.load().default;
  module.define(command).action(async (...all: unknown[]) => {
    const args = all.slice(0, -2); // behind them, the options and the command
    onEnd(await module.run({ args, options: command.opts(), context, program: () => programFor(context) }) ?? EXIT.ok);
  });
}

/** The parser has shown a help or the version, which is no error, or found the call wrong. */
function end(error: CommanderError, caller: string): never {
  if (error.exitCode === 0) throw error;
  if (error.code === 'commander.help') throw new CliError(`a command is missing; ${caller} --help lists them`);
  const words = error.message.replace(/^error: /, '').replace(/\.$/, '').replace(/\n?\(Did you mean (.*)\?\)$/, '; did you mean $1?');
  throw new CliError(/did you mean/.test(words) ? words : `${words}; see ${caller} --help`);
}

/** Says what went wrong, and returns the exit code for it. */
function report(error: unknown, { terminal, env }: Context): number {
  if (error instanceof CommanderError) return error.exitCode;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (env.SUBSTRATUS_DEBUG && stack) terminal.note(stack);
  const isDefect = ![CliError, ExpandError, StateError].some((known) => error instanceof known);
  terminal.error(isDefect ? `${message}\nthis is a defect of substratus; set SUBSTRATUS_DEBUG=1 to see where it is, and report it` : message);
  if (isDefect) return EXIT.defect;
  return error instanceof CliError ? error.exitCode : EXIT.usage;
}
