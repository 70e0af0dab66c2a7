import type { CommandModule } from '../command';
import { copyOf, imagesOf, withHost } from '../images';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';
import { readState } from '../read-state';

interface Options extends OutputOptions {
  readonly to?: string;
}

const command: CommandModule<Options, [paths: string[]]> = {
  define: (definition) => outputOption(definition
    .description('Every image that what was synthesized needs, one a line: of programs, helpers, the reconciler and add-ons. '
      + 'With --to, or where the platform has imageMirrors, a line has source and copy, as crane copy and skopeo copy take them.')
    .argument('[paths...]', 'folders and files to read (default: what the app in this folder has written)')
    .option('--to <registry>', 'where copies go, such as registry.example.com/mirror')),
  async run({ args: [paths], options, context: { cwd, terminal } }) {
    const { images, problems, charts } = imagesOf(readState(paths, { directory: cwd }));
    const copied = images.map((use) => {
      if (options.to === undefined) return use;
      return { ...use, source: use.source ?? withHost(use.image), image: copyOf(use.source ?? use.image, options.to) };
    });
    if (options.output === 'json') terminal.printJson({ images: copied, problems, charts });
    else for (const { image, source } of copied) terminal.print(source === undefined ? image : `${source} ${image}`);
    for (const problem of problems) terminal.warn(`its images are not known: ${problem}`);
    for (const chart of charts) terminal.warn(`a chart has images of its own: ${chart}; helm template lists them`);
  },
};

export default command;
