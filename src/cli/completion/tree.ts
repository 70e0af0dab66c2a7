/** The commands, options and choices of the program, as its parser has them: what can be completed. Pure. */
import type { Command } from 'commander';

export interface Completable {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletableOption[];
  /** What its first argument is. */
  readonly argument: 'resource' | 'file' | 'command' | 'none';
  /** What its first argument may be, where that is a closed list. */
  readonly choices: readonly string[];
}

export interface CompletableOption {
  /** Such as `--output`. */
  readonly long: string;
  /** Such as `-o`. */
  readonly short?: string;
  readonly summary: string;
  readonly takesValue: boolean;
  /** What its value may be; empty where that is not a closed list. */
  readonly choices: readonly string[];
}

/** Kinds, as a resource's name begins. */
export const KIND_WORDS: readonly string[] = ['model/', 'dataset/', 'server/', 'notebook/'];

export function completables(program: Command): readonly Completable[] {
  const commands = program.commands.filter(({ _hidden }: Command & { readonly _hidden?: boolean }) => !_hidden).map(completable);
  const help: Completable = { name: 'help', summary: 'how to use a command', options: [], argument: 'command', choices: commands.map(({ name }) => name) };
  return [...commands, help];
}

function completable(command: Command): Completable {
  const [first] = command.registeredArguments;
  const name = first?.name() ?? '';
  return {
    name: command.name(),
    summary: command.summary(),
    options: [...command.options.map(({ long, short, description, required, optional, argChoices }) => ({
      long: long ?? short ?? '', ...short !== undefined && long !== undefined && { short },
      summary: firstClause(description), takesValue: required || optional, choices: argChoices ?? [],
    })), { long: '--help', short: '-h', summary: 'how to use it', takesValue: false, choices: [] }],
    argument: first === undefined ? 'none' : argumentOf(name),
    choices: first?.argChoices ?? [],
  };
}

function argumentOf(name: string): Completable['argument'] {
  return /^(kind\/name|model|server|notebook)$/.test(name) ? 'resource' : 'file';
}

/** What fits beside an option in a list. */
function firstClause(description: string): string {
  return description.split(/[;(]/)[0]?.trim() ?? '';
}
