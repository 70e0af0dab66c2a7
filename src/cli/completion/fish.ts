/** Completion for fish. Pure. */
import { KIND_WORDS } from './tree';
import type { Completable, CompletableOption } from './tree';

export function fishScript(commands: readonly Completable[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c substratus -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
    ...argumentLines(command),
    ...command.options.map((option) => optionLine(command, option)),
  ]);
  return `# fish completion of substratus:  substratus completion fish | source
complete -c substratus -f
${lines.join('\n')}
`;
}

function argumentLines({ name, argument, choices }: Completable): string[] {
  const words = argument === 'resource' ? KIND_WORDS : choices;
  if (words.length > 0) return [`complete -c substratus -n ${quoted(`__fish_seen_subcommand_from ${name}`)} -a ${quoted(words.join(' '))}`];
  return argument === 'file' ? [`complete -c substratus -n ${quoted(`__fish_seen_subcommand_from ${name}`)} -F`] : [];
}

function optionLine({ name }: Completable, { long, short, summary, takesValue, choices }: CompletableOption): string {
  const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ' -r -F';
  return `complete -c substratus -n ${quoted(`__fish_seen_subcommand_from ${name}`)} -l ${long.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}`
    + `${takesValue ? value : ''} -d ${quoted(summary)}`;
}

function quoted(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
}
