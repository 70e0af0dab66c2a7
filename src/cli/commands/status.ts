import type { CommandModule } from '../command';
import { Kubectl } from '../kubectl';
import { clusterOptions, outputOption } from '../options';
import type { ClusterOptions, OutputOptions } from '../options';

type Options = ClusterOptions & OutputOptions;

const command: CommandModule<Options, [name?: string]> = {
  define: (definition) => outputOption(clusterOptions(definition)),
  async run({ options, context }) {
    const kubectl = new Kubectl(options, context);
    const models = await kubectl.list<object>('models.substratus.ai');
    context.terminal.printJson(models);
  },
};

export default command;
