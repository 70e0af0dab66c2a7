/**
 * A stack in Terraform's own language. In its JSON a block looks like a map: trivy and tfsec take blocks for maps, and see nothing of
 * what is in them.
 */

type Json = string | number | boolean | null | readonly Json[] | JsonObject;

interface JsonObject {
  readonly [key: string]: Json;
}

/** Arguments whose value is a map. All other objects are blocks. */
const MAPS = ['labels', 'metadata', 'node_labels', 'resource_labels', 'tags'];

/** The same in Terraform's own language. */
export function hcl(json: string): string {
  const { resource = {}, provider = {} } = JSON.parse(json) as Record<string, JsonObject>;
  return [
    ...Object.entries(provider).flatMap(([name, blocks]) => blocksOf(`provider ${quoted(name)}`, blocks)),
    ...Object.entries(resource).flatMap(([type, resources]) => Object.entries(resources as JsonObject).flatMap(
      ([id, block]) => blocksOf(`resource ${quoted(type)} ${quoted(id)}`, block),
    )),
  ].join('\n');
}

function blocksOf(head: string, value: Json): string[] {
  return [value].flat().map((block) => `${head} {\n${body(block as JsonObject)}\n}`);
}

function body(block: JsonObject): string {
  return Object.entries(block).filter(([name]) => name !== '//').flatMap(([name, value]) => argument(name, value)).join('\n');
}

function argument(name: string, value: Json): string[] {
  return isBlock(name, value) ? blocksOf(name, value) : [`${name} = ${expression(value)}`];
}

function isBlock(name: string, value: Json): boolean {
  const values = [value].flat();
  return !MAPS.includes(name) && values.length > 0 && values.every((each) => typeof each === 'object' && each !== null);
}

function expression(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(expression).join(', ')}]`;
  if (typeof value === 'string') return template(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return `{\n${Object.entries(value).map(([key, each]) => `${quoted(key)} = ${expression(each)}`).join('\n')}\n}`;
}

/** Quotes and line breaks are escaped, but not those of the expressions in it. */
function template(text: string): string {
  return `"${text.split(/(\$\{[^}]*\})/).map((part) => (part.startsWith('${') ? part : quoted(part).slice(1, -1))).join('')}"`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
