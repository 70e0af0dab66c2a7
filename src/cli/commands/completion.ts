import { Argument } from 'commander';
import type { CommandModule } from '../command';
import { bashScript } from '../completion/bash';
import { fishScript } from '../completion/fish';
import { completables } from '../completion/tree';
import { zshScript } from '../completion/zsh';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

type Shell = keyof typeof SCRIPTS;

const command: CommandModule<object, [shell: Shell]> = {
  define: (definition) => definition
    .description('The script that completes commands, options and kinds in a shell. In ~/.bashrc: source <(substratus completion bash); '
      + 'in ~/.zshrc: source <(substratus completion zsh); in ~/.config/fish/config.fish: substratus completion fish | source')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS))),
  async run({ args: [shell], context, program }) {
    context.terminal.write(SCRIPTS[shell](completables(program())));
  },
};

export default command;
