import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { NotebookResource } from '../../api/resource';
import { notebookName, runtimeOf } from '../../expand';
import { openUrl, started } from '../clients/browser';
import { opened, tokenOf } from '../clients/notebook';
import { nameOf, suspendOf } from '../cluster/actions';
import { connectOptions } from '../cluster/connect';
import type { ConnectOptions } from '../cluster/connect';
import { titleOf } from '../cluster/name';
import { findOfKind, patchResource } from '../cluster/one';
import { portForward } from '../cluster/port-forward';
import type { Stored } from '../cluster/stored';
import type { CommandModule, Context } from '../command';
import { Kubectl } from '../kubectl';

interface Options extends ConnectOptions {
  readonly browser: boolean;
  readonly vscode?: boolean;
  readonly port?: number;
  readonly suspend?: boolean;
}

/** Of Jupyter. */
const PORT = 8888;

function define(command: Command): Command {
  return connectOptions(command
    .description('Opens a Notebook in the browser, and stays connected until Ctrl-C. One that is suspended is started first.')
    .argument('<notebook>', 'the Notebook, such as lab'))
    .option('--no-browser', 'write the address, with its token, and open nothing')
    .option('--vscode', 'write the address for the Jupyter extension of VS Code, and open VS Code here; of the workbench vscode, open VS Code in the browser')
    .option('--port <number>', 'the port of this machine (default: one that is free)', portOf)
    .option('--suspend', 'suspend the notebook at the end');
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new InvalidArgumentError('it is not a whole number from 1 to 65535');
  return port;
}

const command: CommandModule<Options, [notebook: string]> = {
  define,
  async run({ args: [name], options, context }) {
    const { kubectl, resource } = await findOfKind('Notebook', name, { options, context });
    try {
      await stayOpen(resource, { kubectl, options, context });
    } finally {
      await leave(resource, options, context);
    }
  },
};

export default command;

interface Opening {
  readonly kubectl: Kubectl;
  readonly options: Options;
  readonly context: Context;
}

/** Connects again when the pod is replaced, at the same port, so that the page in the browser goes on. */
async function stayOpen(notebook: Stored, { kubectl, options, context }: Opening): Promise<void> {
  const { terminal, signal } = context;
  let localPort = options.port;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const found = await opened(notebook, { kubectl, context });
    if (!found) return;
    const token = await tokenOf(found, kubectl);
    const service = notebookName(found as NotebookResource);
    const forwarded = await portForward(kubectl, { namespace: found.metadata.namespace ?? '', service, port: PORT, localPort });
    localPort = forwarded.port;
    if (isFirst) await show(found, { url: forwarded.url, token }, { options, context });
    await forwarded.ended;
    if (!signal.aborted) terminal.note(`the connection to ${titleOf(found)} has ended; connecting again`);
  }
}

interface Address {
  readonly url: string;
  readonly token: string;
}

/** The token is written only where a user has to copy it. */
async function show(notebook: Stored, { url, token }: Address, { options, context }: Omit<Opening, 'kubectl'>): Promise<void> {
  const { terminal } = context;
  const isVscode = runtimeOf(notebook)?.name === 'vscode';
  const page = `${url}${options.vscode && isVscode ? '/vscode/' : '/lab/tree/work'}?token=${encodeURIComponent(token)}`;
  const title = titleOf(notebook);
  if (options.vscode && !isVscode) {
    terminal.print(`${url}/?token=${encodeURIComponent(token)}`);
    terminal.note('in VS Code, with the extension Jupyter: open a notebook, Select Kernel, Existing Jupyter Server, and paste the address above');
    if (options.browser && !await started(['code', context.cwd], context)) terminal.note('the command code is not in the PATH; open VS Code by yourself');
  } else if (options.browser && await openUrl(page, context)) {
    terminal.print(`${title} is open at ${url}`);
  } else {
    terminal.print(page);
    if (options.browser) terminal.note('no browser could be started here; open the address above');
  }
  terminal.note('connected until Ctrl-C');
}

/** What is left behind; Ctrl-C has ended all processes, so that this takes another. */
async function leave(notebook: Stored, options: Options, context: Context): Promise<void> {
  const { terminal } = context;
  if (!options.suspend) {
    terminal.note(`${titleOf(notebook)} may be running still; stop it with: substratus suspend ${nameOf(notebook)}`);
    return;
  }
  const { patch, words } = suspendOf({ ...notebook, spec: { ...notebook.spec, suspend: false } } as Stored);
  if (patch) await patchResource(new Kubectl(options, { ...context, signal: new AbortController().signal }), notebook, patch);
  terminal.note(words);
}
