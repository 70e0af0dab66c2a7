/** Where the providers take tags, or labels, of their own: read from the typings of their packages, so that no type is forgotten. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PACKAGES: Readonly<Record<string, string>> = {
  aws: '@cdktf/provider-aws', azurerm: '@cdktf/provider-azurerm', google: '@cdktf/provider-google',
};

/** Arguments that tag a resource. `labels` of Google is one at the top alone: deeper, and with the others, these are of Kubernetes. */
const TAGS = ['tags', 'resourceTags', 'resourceLabels'];
const TAGS_AT_TOP: Readonly<Record<string, readonly string[]>> = { google: [...TAGS, 'labels'] };

/** Each interface of a file, with its properties and their types. */
type Interfaces = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Paths of the arguments of a type that take tags, such as `default_node_pool.tags`. */
export function tagPaths(type: string): string[] {
  const [provider = '', ...words] = type.split('_');
  const interfaces = interfacesIn(typings(join(packageFolder(provider), 'lib', words.join('-'))));
  /* Where a data source has the name already, it ends in an A. */
  const top = [`${pascal(words)}Config`, `${pascal(words)}AConfig`].find((name) => interfaces.has(name));
  if (top === undefined) throw new Error(`the typings of ${type} have no interface of its arguments; see how they name it now`);
  return pathsIn(interfaces, top, TAGS_AT_TOP[provider] ?? TAGS);
}

function packageFolder(provider: string): string {
  return dirname(require.resolve(`${PACKAGES[provider] ?? ''}/package.json`));
}

/** Of the largest resources the blocks are in files of their own. */
function typings(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'));
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
}

function interfacesIn(text: string): Interfaces {
  return new Map([...text.matchAll(/export interface (\w+)[^{]*\{([^]*?)\n\}/g)].map(([, name = '', body = '']) => [
    name, new Map([...body.matchAll(/readonly (\w+)\??: ([^;]+);/g)].map(([, property = '', of = '']) => [property, of])),
  ]));
}

function pathsIn(interfaces: Interfaces, name: string, tags: readonly string[]): string[] {
  return [...interfaces.get(name) ?? []].flatMap(([property, of]) => {
    if (tags.includes(property) && of.includes('[key: string]: string')) return [snake(property)];
    const [nested = ''] = /\w+/.exec(of) ?? [];
    return interfaces.has(nested) && nested !== name ? pathsIn(interfaces, nested, TAGS).map((path) => `${snake(property)}.${path}`) : [];
  });
}

function pascal(words: readonly string[]): string {
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function snake(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
