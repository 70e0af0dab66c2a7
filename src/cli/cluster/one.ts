/** The one resource that a command is about. */
import type { Command } from 'commander';
import type { Kind } from '../../api/resource';
import type { Context } from '../command';
import { CliError } from '../errors';
import type { Kubectl } from '../kubectl';
import { connect, connectOptions } from './connect';
import type { ConnectOptions } from './connect';
import { parseName, resolve } from './name';
import { listResources, typeOf } from './stored';
import type { Stored } from './stored';

export interface Found {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly resource: Stored;
  /** All of its namespace, in which it is. */
  readonly resources: readonly Stored[];
}

/** Adds the argument and the options that `findOne` takes. */
export function oneResource(command: Command, argument = '<kind/name>'): Command {
  return connectOptions(command.argument(argument, 'the resource, such as model/opt; the digest at the end of a name may be left out'));
}

/** Finds it by the name that a user has written. */
export async function findOne(name: string, options: ConnectOptions, context: Context): Promise<Found> {
  const wanted = parseName(name);
  const kubectl = await connect(options, context);
  const namespace = await kubectl.namespace();
  const resources = await listResources(kubectl, { namespace });
  return { kubectl, namespace, resources, resource: resolve(wanted, resources, namespace) };
}

export interface Asking {
  readonly options: ConnectOptions;
  readonly context: Context;
}

/** Finds one of a kind, by its name, with or without the kind before it. */
export async function findOfKind(kind: Kind, name: string, { options, context }: Asking): Promise<Found> {
  const wanted = parseName(name, kind);
  if (wanted.kind !== kind) throw new CliError(`${name} is not a ${kind}; give the name of one, such as ${kind.toLowerCase()}/${wanted.name}`);
  const kubectl = await connect(options, context);
  const namespace = await kubectl.namespace();
  const resources = await listResources(kubectl, { namespace });
  return { kubectl, namespace, resources, resource: resolve(wanted, resources, namespace) };
}

/** Changes this object, and none of its name that came since. */
export async function patchResource(kubectl: Kubectl, { kind, metadata: { name, namespace, uid } }: Stored, patch: Patch): Promise<void> {
  const { annotations, spec } = patch;
  await kubectl.patch({ type: typeOf(kind), name, namespace }, {
    metadata: { uid, ...annotations && { annotations } },
    ...spec && { spec },
  });
}

export interface Patch {
  readonly annotations?: Readonly<Record<string, string>>;
  /** `null` removes a field. */
  readonly spec?: Readonly<Record<string, unknown>>;
}
