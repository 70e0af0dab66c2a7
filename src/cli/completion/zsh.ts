/** Completion for zsh. Pure. */
import { KIND_WORDS } from './tree';
import type { Completable, CompletableOption } from './tree';

export function zshScript(commands: readonly Completable[]): string {
  return `#compdef substratus
# zsh completion of substratus:  source <(substratus completion zsh)
_substratus() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT -= 1 ))
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
}
if [ "$funcstack[1]" = "_substratus" ]; then _substratus; else compdef _substratus substratus; fi
`;
}

function commandCase(command: Completable): string {
  const { name, options } = command;
  const words = [...options.flatMap(optionWords), argumentWord(command)].filter((word) => word !== undefined);
  return `    ${name}) _arguments ${words.map(quoted).join(' ')} ;;`;
}

/** `--output[how it is written]:value:(text json)`, for each of its names. */
function optionWords({ long, short, summary, takesValue, choices }: CompletableOption): string[] {
  const value = takesValue ? `:value:${choices.length > 0 ? `(${choices.join(' ')})` : '_files'}` : '';
  return [long, ...short === undefined ? [] : [short]].map((word) => `${word}[${summary.replace(/[[\]:]/g, ' ')}]${value}`);
}

function argumentWord({ argument, choices }: Completable): string | undefined {
  if (argument === 'none') return undefined;
  if (choices.length > 0) return `1:argument:(${choices.join(' ')})`;
  return argument === 'resource' ? `1:resource:compadd -S "" -- ${KIND_WORDS.join(' ')}` : '*:file:_files';
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
