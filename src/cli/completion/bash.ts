/** Completion for bash 4 and later, which needs nothing else. Pure. */
import { KIND_WORDS } from './tree';
import type { Completable, CompletableOption } from './tree';

export function bashScript(commands: readonly Completable[]): string {
  return `# bash completion of substratus:  source <(substratus completion bash)
_substratus() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted([...commands.map(({ name }) => name), '--help', '--version'])} -- "$current"))
    return
  fi
  case "$command:$previous" in
${commands.flatMap((command) => command.options.filter(({ takesValue }) => takesValue).map((option) => valueCase(command, option))).join('\n')}
  esac
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _substratus substratus
`;
}

function valueCase({ name }: Completable, { long, short, choices }: CompletableOption): string {
  const pattern = [long, short].filter((word) => word !== undefined).map((word) => `${name}:${word}`).join('|');
  const reply = choices.length > 0 ? `COMPREPLY=($(compgen -W ${quoted(choices)} -- "$current"))` : 'COMPREPLY=($(compgen -f -- "$current"))';
  return `    ${pattern}) ${reply}; return ;;`;
}

function commandCase({ name, options, argument, choices }: Completable): string {
  const flags = quoted(options.map(({ long }) => long));
  const files = argument === 'file' && choices.length === 0 ? '; else COMPREPLY=($(compgen -f -- "$current"))' : '';
  const words = argument === 'resource' ? KIND_WORDS : choices;
  const others = words.length > 0 ? `; else COMPREPLY=($(compgen -W ${quoted(words)} -- "$current"))` : files;
  const noSpace = argument === 'resource' ? '; compopt -o nospace 2>/dev/null' : '';
  return `    ${name}) if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W ${flags} -- "$current"))${others}${others && noSpace}; fi ;;`;
}

function quoted(words: readonly string[]): string {
  return `'${words.join(' ')}'`;
}
