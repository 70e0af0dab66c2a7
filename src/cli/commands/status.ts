import type { Command } from 'commander';
import { connect, connectOptions } from '../cluster/connect';
import type { ConnectOptions } from '../cluster/connect';
import { parseName, resolve } from '../cluster/name';
import { listResources } from '../cluster/stored';
import type { CommandModule, Context } from '../command';
import type { Kubectl } from '../kubectl';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';
import { LiveStatus } from '../status/live';
import { rowsOf } from '../status/row';
import type { Row } from '../status/row';
import { detailsText, statusText } from '../status/view';
import { watchResources } from '../status/watch';

interface Options extends ConnectOptions, OutputOptions {
  readonly allNamespaces?: boolean;
  readonly watch?: boolean;
}

function define(command: Command): Command {
  return outputOption(connectOptions(command
    .description('What there is, whether it is Ready and why not, and who waits for whom; with a name, all that is known of that one.')
    .argument('[kind/name]', 'one resource, such as model/opt')
    .option('-w, --watch', 'go on, and show what changes, until Ctrl-C')
    .option('-A, --all-namespaces', 'of every namespace')));
}

const command: CommandModule<Options, [name?: string]> = {
  define,
  async run({ args: [name], options, context }) {
    const kubectl = await connect(options, context);
    const namespace = options.allNamespaces ? undefined : await kubectl.namespace();
    if (options.watch && name === undefined) return watch(kubectl, { namespace, options, context });
    const resources = await listResources(kubectl, namespace === undefined ? { allNamespaces: true } : { namespace });
    const rows = rowsOf(resources, context.now());
    if (name === undefined) return showAll(rows, { namespace, options, context });
    const { kind, metadata } = resolve(parseName(name), resources, namespace ?? 'any');
    const isIt = (row: Row): boolean => row.kind === kind && row.name === metadata.name && row.namespace === metadata.namespace;
    if (options.watch) return watch(kubectl, { namespace, options, context }, isIt);
    const found = rows.filter(isIt);
    if (options.output === 'json') context.terminal.printJson(found[0]);
    else context.terminal.print(found.map((row) => detailsText(row, context.terminal)).join('\n'));
  },
};

export default command;

interface Showing {
  readonly options: Options;
  readonly context: Context;
  readonly namespace?: string;
}

function showAll(rows: readonly Row[], { namespace, options, context: { terminal } }: Showing): void {
  if (options.output === 'json') terminal.printJson(rows);
  else if (rows.length > 0) terminal.print(statusText(rows, terminal));
  else terminal.note(nothingIn(namespace));
}

function nothingIn(namespace?: string): string {
  return namespace === undefined ? 'no Model, Dataset, Server or Notebook in any namespace'
    : `no Model, Dataset, Server or Notebook in namespace ${namespace}; -n names another, -A shows all`;
}

async function watch(kubectl: Kubectl, { namespace, options, context }: Showing, isShown = (_: Row): boolean => true): Promise<void> {
  const live = new LiveStatus({ context, isJson: options.output === 'json', isShown, empty: nothingIn(namespace) });
  const onTrouble = (message: string): void => context.terminal.progress(message);
  await watchResources(kubectl, { namespace, onChange: (all) => live.change(all), onTrouble }).finally(() => live.end());
}
