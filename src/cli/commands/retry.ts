import { act, actingOn } from '../cluster/act';
import type { ActOptions } from '../cluster/act';
import { retryOf } from '../cluster/actions';
import type { CommandModule } from '../command';

interface Options extends ActOptions {
  readonly force?: boolean;
}

const command: CommandModule<Options, [name: string]> = {
  define: (definition) => actingOn(definition
    .description('Repeats the step that has failed, once; the steps that succeeded are not repeated. What is Outdated takes the change now.'))
    .option('--force', 'also if that stops what runs: an attempt, or the kernels of a notebook'),
  run: ({ args: [name], options, context }) => act({ name, options, context }, (resource) => retryOf(resource, context.now(), options)),
};

export default command;
