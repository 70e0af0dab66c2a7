/** Does what a user asks of a resource, and says so. */
import type { Command } from 'commander';
import type { Context } from '../command';
import { outputOption } from '../options';
import type { OutputOptions } from '../options';
import type { Action } from './actions';
import type { ConnectOptions } from './connect';
import { findOne, oneResource, patchResource } from './one';
import type { Stored } from './stored';

export type ActOptions = ConnectOptions & OutputOptions;

interface Acting {
  readonly name: string;
  readonly options: ActOptions;
  readonly context: Context;
}

export function actingOn(command: Command): Command {
  return outputOption(oneResource(command));
}

export async function act({ name, options, context }: Acting, decide: (resource: Stored) => Action): Promise<void> {
  const { kubectl, resource } = await findOne(name, options, context);
  const { patch, words } = decide(resource);
  if (patch) await patchResource(kubectl, resource, patch);
  const { kind, metadata: { namespace, name: whole } } = resource;
  if (options.output === 'json') context.terminal.printJson({ kind, namespace, name: whole, isChanged: patch !== undefined, message: words });
  else context.terminal.print(words);
}
