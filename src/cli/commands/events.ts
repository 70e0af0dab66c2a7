import { columns, wrapped } from '../../state/columns';
import { nameOf } from '../cluster/actions';
import { connect, connectOptions } from '../cluster/connect';
import type { ConnectOptions } from '../cluster/connect';
import { CHILD_SELECTOR, CHILD_TYPES, toldOf } from '../cluster/events';
import type { Child, KubeEvent, Told } from '../cluster/events';
import { parseName, resolve } from '../cluster/name';
import { listResources } from '../cluster/stored';
import type { CommandModule } from '../command';
import type { Kubectl } from '../kubectl';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';
import { age } from '../status/view';
import type { Terminal } from '../terminal';

interface Options extends ConnectOptions, OutputOptions {
  readonly warnings?: boolean;
}

const MARGIN = '    ';

const command: CommandModule<Options, [name?: string]> = {
  define: (definition) => outputOption(connectOptions(definition
    .description('What happened to resources and to their Jobs, pods and disks, the newest last. Kubernetes keeps Events for an hour.')
    .argument('[kind/name]', 'one resource, such as model/opt')
    .option('--warnings', 'only what went wrong'))),
  async run({ args: [name], options, context: { now, terminal }, context }) {
    const kubectl = await connect(options, context);
    const namespace = await kubectl.namespace();
    const wanted = name === undefined ? undefined : await nameFor(name, kubectl, namespace);
    const [events, children] = await Promise.all([
      kubectl.list<KubeEvent>('events', { namespace }),
      kubectl.list<Child>(CHILD_TYPES, { namespace, selector: CHILD_SELECTOR }),
    ]);
    const told = toldOf(events, children, now())
      .filter(({ resource, type }) => (wanted === undefined || resource === wanted) && (!options.warnings || type === 'Warning'));
    if (options.output === 'json') terminal.printJson(told);
    else if (told.length > 0) terminal.print(eventsText(told, terminal));
    else terminal.note(`no Events${wanted === undefined ? '' : ` of ${wanted}`} in namespace ${namespace}; Kubernetes keeps them for an hour`);
  },
};

export default command;

async function nameFor(name: string, kubectl: Kubectl, namespace: string): Promise<string> {
  return nameOf(resolve(parseName(name), await listResources(kubectl, { namespace }), namespace));
}

/** A line for each, and its message below. */
function eventsText(told: readonly Told[], { colours, width }: Terminal): string {
  const heads = columns(told.map(({ ageSeconds, type, reason, resource, object, count }) => [
    colours.dim(age(ageSeconds)),
    type === 'Warning' ? colours.yellow(reason) : reason,
    colours.bold(resource),
    colours.dim(`${object.toLowerCase() === resource ? '' : object}${count > 1 ? ` ×${count}` : ''}`.trim()),
  ]));
  return told.map(({ message }, index) => [heads[index], ...wrapped(message, width - MARGIN.length).map((line) => `${MARGIN}${colours.dim(line)}`)].join('\n')).join('\n');
}
