/** Arguments of Terraform resources, in which a block may be an object or a list with one. */
import type { TerraformArguments, TerraformJson } from '../../state/state';

function isObject(value: unknown): value is TerraformArguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The blocks of a name. */
export function blocksOf(args: TerraformArguments, name: string): TerraformArguments[] {
  const value = args[name];
  return (Array.isArray(value) ? value : [value]).filter(isObject);
}

/** The first block at a path of names; empty if there is none. */
export function blockOf(args: TerraformArguments, ...path: readonly string[]): TerraformArguments {
  return path.reduce<TerraformArguments>((block, name) => blocksOf(block, name)[0] ?? {}, args);
}

/** A string that refers to nothing. */
export function textIn(args: TerraformArguments, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' && !value.includes('${') ? value : undefined;
}

/** A number, also where it is written as a string. */
export function numberIn(args: TerraformArguments, name: string): number | undefined {
  const value = args[name];
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function textsIn(args: TerraformArguments, name: string): string[] {
  const value = args[name];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

const REFERENCE = /^\$\{([a-z0-9_]+)\.([^.}]+)\.[a-z_]+\}$/;

/** What an argument refers to, where it is in the same stack. */
export function referredTo(args: TerraformArguments, name: string, { resource = {} }: TerraformJson): TerraformArguments | undefined {
  const value = args[name];
  const [, type = '', id = ''] = typeof value === 'string' ? REFERENCE.exec(value) ?? [] : [];
  return resource[type]?.[id];
}

/** The arguments of all resources of a type. */
export function allOf({ resource = {} }: TerraformJson, type: string): TerraformArguments[] {
  return Object.values(resource[type] ?? {});
}
