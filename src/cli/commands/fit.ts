import { fitsOf } from '../../state/fit';
import type { CommandModule } from '../command';
import { EXIT } from '../errors';
import { fitsText } from '../fit/view';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';
import { readState } from '../read-state';

const command: CommandModule<OutputOptions, [paths: string[]]> = {
  define: (definition) => outputOption(definition
    .description('Whether each Server, training and quantization of what was synthesized fits, with the arithmetic, and what to change where it does not. '
      + 'The exit code is 1 if one does not.')
    .argument('[paths...]', 'files or folders of manifests (default: what the app here has written)')),
  run({ args: [paths], options, context: { terminal, cwd } }) {
    const fits = fitsOf(readState(paths, { directory: cwd }));
    if (options.output === 'json') terminal.printJson(fits);
    else if (fits.length > 0) terminal.print(fitsText(fits, terminal));
    else terminal.note('no Server, training or quantization is among the manifests');
    return Promise.resolve(fits.some(({ verdict }) => verdict === 'no') ? EXIT.no : EXIT.ok);
  },
};

export default command;
