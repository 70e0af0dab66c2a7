/** The providers' plugins at hand: a folder laid out as Terraform's mirrors are, `<host>/hashicorp/<provider>/<version>/<platform>/`. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const PROVIDERS = ['google', 'aws', 'azurerm'] as const;
export type Provider = typeof PROVIDERS[number];

export interface Plugin {
  readonly provider: Provider;
  /** Host, namespace and provider, as a stack refers to it. */
  readonly source: string;
  /** Those in the folder, the newest first. */
  readonly versions: readonly string[];
}

/** Terraform and OpenTofu each look for `hashicorp` on a host of their own, so that the stack is told where it was found. */
export function pluginsIn(folder: string): Plugin[] {
  const hosts = existsSync(folder) ? readdirSync(folder) : [];
  return PROVIDERS.flatMap((provider) => {
    const found = hosts.map((host) => pluginAt(folder, { provider, source: `${host}/hashicorp/${provider}` }));
    return found.filter(({ versions }) => versions.length > 0).slice(0, 1);
  });
}

function pluginAt(folder: string, plugin: Omit<Plugin, 'versions'>): Plugin {
  const path = join(folder, plugin.source);
  const names = existsSync(path) ? readdirSync(path) : [];
  /* Unpacked a version is a folder, packed it is part of an archive's name. */
  const versions = names.flatMap((name) => /^(?:terraform-provider-\w+?_)?(\d+\.\d+\.\d+)(?:_.*\.zip)?$/.exec(name)?.[1] ?? []);
  return { ...plugin, versions: [...new Set(versions)].sort((a, b) => compare(b, a)) };
}

/** Whether a version is in a range such as `>= 6.25.0, < 7.0.0`. */
export function isIn(range: string, version: string): boolean {
  return range.split(', ').every((bound) => {
    const [operator, limit = ''] = bound.split(' ');
    if (operator !== '>=' && operator !== '<') throw new Error(`range is ${range}; give bounds with >= and < only`);
    return operator === '>=' ? compare(version, limit) >= 0 : compare(version, limit) < 0;
  });
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const differences = (left ?? []).map((part, index) => part - (right?.[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
