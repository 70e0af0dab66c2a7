import { act, actingOn } from '../cluster/act';
import type { ActOptions } from '../cluster/act';
import { suspendOf } from '../cluster/actions';
import type { CommandModule } from '../command';

const command: CommandModule<ActOptions, [name: string]> = {
  define: (definition) => actingOn(definition
    .description('Stops what runs of a resource, and keeps its disks. What applies its manifest again (Argo CD, Flux) may resume it: set suspend there too.')),
  run: ({ args: [name], options, context }) => act({ name, options, context }, suspendOf),
};

export default command;
