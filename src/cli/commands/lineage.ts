import { connect, connectOptions } from '../cluster/connect';
import type { ConnectOptions } from '../cluster/connect';
import { parseName, resolve } from '../cluster/name';
import { listResources } from '../cluster/stored';
import type { CommandModule } from '../command';
import { gather } from '../lineage/gather';
import { lineageOf } from '../lineage/lineage';
import { lineageText } from '../lineage/view';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';

const command: CommandModule<ConnectOptions & OutputOptions, [name: string]> = {
  define: (definition) => outputOption(connectOptions(definition
    .description('What a Model was made of, and what that was made of: programs, images by digest, params with revisions, data, and the digests '
      + 'of what was published. From the cluster, and from the manifest of an artifact where this machine can read it.')
    .argument('<model>', 'a Model; or kind/name, such as server/chat'))),
  async run({ args: [name], options, context }) {
    const wanted = parseName(name, 'Model');
    const kubectl = await connect(options, context);
    const namespace = await kubectl.namespace();
    const resources = await listResources(kubectl, { namespace });
    const resource = resolve(wanted, resources, namespace);
    const root = lineageOf(resource, await gather(kubectl, resource, resources));
    if (options.output === 'json') context.terminal.printJson(root);
    else context.terminal.print(lineageText(root, context.terminal));
  },
};

export default command;
