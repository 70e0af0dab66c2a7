import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { NotebookResource } from '../../api/resource';
import { notebookName } from '../../expand';
import { opened } from '../clients/notebook';
import { nameOf, resumeOf } from '../cluster/actions';
import { connectOptions } from '../cluster/connect';
import type { ConnectOptions } from '../cluster/connect';
import { titleOf } from '../cluster/name';
import { findOfKind } from '../cluster/one';
import { typeOf } from '../cluster/stored';
import type { Stored } from '../cluster/stored';
import type { CommandModule, Context } from '../command';
import { CliError, EXIT } from '../errors';
import type { Kubectl } from '../kubectl';
import { LocalFolder } from '../sync/local';
import { ConnectionEnded, RemoteFolder } from '../sync/remote';
import { SyncSession } from '../sync/session';

interface Options extends ConnectOptions {
  readonly to?: string;
  readonly once?: boolean;
}

const WORK = '/content/work';
const ROUND_MS = 1500;
/** What follows from a round, such as a file that was written meanwhile, is in the next. */
const MOST_ROUNDS = 5;
const MOST_ATTEMPTS = 3;
const AGAIN = 'the connection has ended; connecting again';

function define(command: Command): Command {
  return connectOptions(command
    .description('Keeps a folder of this machine and one of a Notebook the same, both ways, until Ctrl-C. What was changed on both sides is never '
      + 'overwritten, and what is deleted in the notebook stays here. Not synced: what .gitignore and .substratusignore say, links, files of more than 64 MiB.')
    .argument('<notebook>', 'the Notebook, such as lab')
    .argument('[dir]', 'the folder of this machine (default: the current one)'))
    .option('--to <folder>', `the folder in the notebook (default: that of the same name in ${WORK})`)
    .option('--once', 'end when both are the same; exit code 1 if they cannot be');
}

const command: CommandModule<Options, [notebook: string, directory?: string]> = {
  define,
  async run({ args: [name, given = '.'], options, context }) {
    const directory = folderOf(given, context);
    const { kubectl, resource } = await findOfKind('Notebook', name, { options, context });
    const target = path.posix.resolve(WORK, options.to ?? path.basename(directory));
    const { terminal } = context;
    const session = new SyncSession({
      local: new LocalFolder(directory), onDone: (text) => terminal.print(text), onProblem: (text) => terminal.warn(text),
    });
    const syncing = { notebook: resource, directory, target, session, kubectl, context };
    if (!options.once) return stay(syncing);
    await settled(syncing);
    return session.problems.length > 0 ? EXIT.no : EXIT.ok;
  },
};

export default command;

interface Syncing {
  readonly notebook: Stored;
  readonly directory: string;
  readonly target: string;
  readonly session: SyncSession;
  readonly kubectl: Kubectl;
  readonly context: Context;
}

function folderOf(given: string, { cwd }: Context): string {
  const directory = path.resolve(cwd, given);
  const stats = fs.statSync(directory, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) throw new CliError(`${given} is ${stats ? 'a file' : 'not there'}; give a folder, which is looked for in ${cwd}`);
  if ([os.homedir(), path.parse(directory).root].includes(directory)) throw new CliError(`${directory} is too much to sync; give the folder of a project`);
  return directory;
}

/** Connects again where the connection ends, for it may be the pod that was replaced. */
async function settled(syncing: Syncing): Promise<void> {
  const { session, notebook, context: { signal, terminal } } = syncing;
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      const remote = await connected(syncing);
      if (remote) await settle(session, remote).finally(() => remote.close());
      return;
    } catch (error) {
      if (!(error instanceof ConnectionEnded) || signal.aborted) throw error;
      if (attempt === MOST_ATTEMPTS) throw new CliError(`the connection to ${titleOf(notebook)} ends again and again: ${error.message}`, EXIT.cluster);
      terminal.note(`${AGAIN}: ${error.message}`);
    }
  }
}

async function settle(session: SyncSession, remote: RemoteFolder): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) if (await session.round(remote) === 0) return;
}

/** Until Ctrl-C, or until the notebook is stopped. */
async function stay(syncing: Syncing): Promise<void> {
  const { session, context: { signal, terminal }, notebook, kubectl } = syncing;
  while (!signal.aborted) {
    try {
      const remote = await connected(syncing);
      if (remote) await rounds(session, remote, signal).finally(() => remote.close());
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof ConnectionEnded)) throw error;
      const now = await kubectl.get<Stored>({ type: typeOf('Notebook'), ...notebook.metadata });
      if (isStopped(now)) {
        terminal.note(`${titleOf(now)} was stopped, and what was changed since stays where it is; go on with: substratus open ${now.metadata.name}, and sync again`);
        return;
      }
      terminal.note(AGAIN);
    }
  }
}

async function rounds(session: SyncSession, remote: RemoteFolder, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await session.round(remote);
    await sleep(ROUND_MS, undefined, { signal }).catch(() => undefined);
  }
}

function isStopped(notebook: Stored): boolean {
  return resumeOf(notebook, 0).patch !== undefined;
}

/** It starts no notebook: that may take a GPU. */
async function connected({ notebook, directory, target, kubectl, context }: Syncing): Promise<RemoteFolder | undefined> {
  const now = await kubectl.get<Stored>({ type: typeOf('Notebook'), ...notebook.metadata });
  if (isStopped(now)) throw new CliError(`${titleOf(now)} does not run; start it with: substratus resume ${nameOf(now)}`, EXIT.no);
  const found = await opened(now, { kubectl, context });
  if (!found) return undefined;
  const remote = await RemoteFolder.open(kubectl, {
    namespace: found.metadata.namespace ?? '', deployment: notebookName(found as NotebookResource), directory: target,
  });
  context.terminal.note(`${directory} and ${remote.root} of ${titleOf(found)}`);
  return remote;
}
