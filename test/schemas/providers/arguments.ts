/** The arguments that a provider takes of each Terraform type, read from classes that were generated from its schema. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** By name: `null` is a value, and the rest are blocks. A name with `!` at its end is required. */
export interface Arguments { readonly [name: string]: Arguments | null }

interface Property {
  readonly name: string;
  readonly isRequired: boolean;
  readonly type: string;
}

/** The properties of each class of arguments, by its name. */
type Classes = ReadonlyMap<string, readonly Property[]>;

/** `resource`, `data` or `provider`, as a stack has them. */
export type Section = 'resource' | 'data' | 'provider';

/** Of a prebuilt package of cdktf or CDK Terrain: of `aws_eks_cluster` its `lib/eks-cluster`. `undefined` where it has no such type. */
export function ofPackage(directory: string, section: Section, type: string): Arguments | undefined {
  const module = join(directory, 'lib', section === 'provider' ? 'provider' : moduleOf(section, type));
  if (!existsSync(module)) return undefined;
  const files = readdirSync(module, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'));
  const text = files.map((file) => readFileSync(join(module, file), 'utf8')).join('\n');
  const [, main = ''] = /export interface (\w+Config) extends \w+\.TerraformMetaArguments/.exec(text) ?? /export interface (\w+ProviderConfig) /.exec(text) ?? [];
  return treeOf(main, declared(text));
}

function moduleOf(section: Section, type: string): string {
  const name = type.replace(/_/g, '-');
  return section === 'data' ? `data-${name}` : name.replace(/^[a-z]+-/, '');
}

/** The name that Terraform has for a property is in the link to its documentation. */
function declared(text: string): Classes {
  const interfaces = [...text.matchAll(/export interface (\w+)[^{]*\{([\s\S]*?)\n\}/g)];
  return new Map(interfaces.map(([, name = '', body = '']) => [
    name,
    [...body.matchAll(/#(\w+) \w+#\1\}[\s\S]*?readonly \w+(\??): ([^;]+);/g)]
      .map(([, property = '', optional, type = '']) => ({ name: property, isRequired: optional === '', type })),
  ]));
}

/** Of a module of Pulumi's Python package for the same provider: the class `<Type>Args`, and what it refers to in `_inputs.py`. */
export function ofPulumi(directory: string, module: string, className: string): Arguments {
  const parts = [join(directory, `${module}.py`), join(directory, module, '..', '_inputs.py')];
  const text = parts.filter(existsSync).map((file) => readFileSync(file, 'utf8')).join('\n');
  const classes = new Map([...text.matchAll(/^class (\w+Args):\n {4}def __init__\(__self__, \*,\n([\s\S]*?)\):\n/gm)].map(([, name = '', body = '']) => [
    name,
    [...body.matchAll(/^\s+(\w+): (.*?)( = None)?,?$/gm)]
      .map(([, property = '', type = '', optional]) => ({ name: property, isRequired: optional === undefined, type })),
  ]));
  if (!classes.has(`${className}Args`)) throw new Error(`${module} of ${directory} has no ${className}Args`);
  return treeOf(`${className}Args`, classes);
}

function treeOf(className: string, classes: Classes, above: readonly string[] = []): Arguments {
  if (above.includes(className)) return {};
  const entries = (classes.get(className) ?? []).map(({ name, isRequired, type }) => {
    const block = [...type.matchAll(/\w+/g)].map(([word]) => word).find((word) => classes.has(word));
    return [isRequired ? `${name}!` : name, block === undefined ? null : treeOf(block, classes, [...above, className])] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** With the names that Terraform has, where Pulumi made a plural of them. */
export function singular(args: Arguments, known: Arguments | null | undefined): Arguments {
  const names = new Map(Object.keys(known ?? {}).map((name) => [plural(bare(name)), bare(name)]));
  return Object.fromEntries(Object.entries(args).map(([key, block]) => {
    const name = known && !has(known, bare(key)) ? names.get(bare(key)) ?? bare(key) : bare(key);
    return [key.endsWith('!') ? `${name}!` : name, block && singular(block, known && get(known, name))];
  }));
}

function plural(name: string): string {
  if (/[^aeiou]y$/.test(name)) return name.replace(/y$/, 'ies');
  return /(s|x|ch|sh)$/.test(name) ? `${name}es` : `${name}s`;
}

function bare(name: string): string {
  return name.replace(/!$/, '');
}

function has(args: Arguments, name: string): boolean {
  return name in args || `${name}!` in args;
}

function get(args: Arguments, name: string): Arguments | null | undefined {
  return name in args ? args[name] : args[`${name}!`];
}

type Block = Readonly<Record<string, unknown>>;

/** What Terraform itself takes of every block. */
const META = ['//', 'lifecycle', 'depends_on', 'provider', 'alias', 'count', 'for_each', 'connection', 'provisioner'];

/** What a block has that the provider does not take, and what it lacks that the provider requires, with the names above it. */
export function differences(block: Block, args: Arguments): { readonly unknown: string[]; readonly missing: string[] } {
  const present = Object.entries(block).filter(([name, value]) => !META.includes(name) && value !== null);
  const inside = present.flatMap(([name, value]) => {
    const below = get(args, name);
    return below ? blocksOf(value).map((each) => ({ name, ...differences(each, below) })) : [];
  });
  const at = (name: string, names: readonly string[]): string[] => names.map((each) => `${name}.${each}`);
  return {
    unknown: [
      ...present.map(([name]) => name).filter((name) => !has(args, name)),
      ...inside.flatMap(({ name, unknown }) => at(name, unknown)),
    ],
    missing: [
      ...Object.keys(args).filter((name) => name.endsWith('!') && !(bare(name) in block)).map(bare),
      ...inside.flatMap(({ name, missing }) => at(name, missing)),
    ],
  };
}

function blocksOf(value: unknown): Block[] {
  return [value].flat().filter((each): each is Block => typeof each === 'object' && each !== null);
}
