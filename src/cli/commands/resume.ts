import { act, actingOn } from '../cluster/act';
import type { ActOptions } from '../cluster/act';
import { resumeOf } from '../cluster/actions';
import type { CommandModule } from '../command';

const command: CommandModule<ActOptions, [name: string]> = {
  define: (definition) => actingOn(definition
    .description('Lets a suspended resource go on, and starts a notebook that was stopped because nobody used it.')),
  run: ({ args: [name], options, context }) => act({ name, options, context }, (resource) => resumeOf(resource, context.now())),
};

export default command;
