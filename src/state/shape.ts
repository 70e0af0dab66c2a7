/** Whether what was written by hand has the shape that everything here relies on: that of the schemas of the kinds. */
import { mapOf } from '../api/crd-parts';
import type { Schema } from '../api/crd-parts';
import { SPEC_SCHEMAS } from '../api/crd-schema';
import { formatValue } from '../api/format-value';
import type { Resource } from '../api/resource';

const TEXTS = mapOf({ type: 'string' }, Number.MAX_SAFE_INTEGER, '');

const METADATA: Schema = { type: 'object', properties: { namespace: { type: 'string' }, labels: TEXTS, annotations: TEXTS } };

/** The first field of a resource whose value has another type than the API server takes, and what to give; `undefined` if all are well. */
export function shapeProblem({ kind, metadata, spec }: Resource): string | undefined {
  return problemIn(metadata, METADATA, 'metadata') ?? problemIn(spec, SPEC_SCHEMAS[kind], 'spec');
}

function problemIn(value: unknown, schema: Schema, path: string): string | undefined {
  const wanted = wantedInstead(value, schema);
  if (wanted !== undefined) return `${path} is ${formatValue(value)}; give ${wanted}`;
  if (Array.isArray(value)) return firstOf(value.entries(), (each, index) => schema.items && problemIn(each, schema.items, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return undefined;
  const missing = schema.required?.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return `${path} has no ${missing}; give it one`;
  return firstOf(Object.entries(value), (each, name) => {
    const field = schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : schema.additionalProperties;
    return field && problemIn(each, field, `${path}.${name}`);
  });
}

type Check<Key> = (value: unknown, key: Key) => string | undefined;

function firstOf<Key>(entries: Iterable<readonly [Key, unknown]>, problemOf: Check<Key>): string | undefined {
  for (const [key, value] of entries) {
    const problem = problemOf(value, key);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const WANTED: Readonly<Record<NonNullable<Schema['type']>, readonly [words: string, isOne: (value: unknown) => boolean]>> = {
  object: ['an object', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)],
  array: ['a list', Array.isArray],
  string: ['a string', (value) => typeof value === 'string'],
  integer: ['a whole number', Number.isInteger],
  boolean: ['true or false', (value) => typeof value === 'boolean'],
};

/** What is wanted where a value is of another type. */
function wantedInstead(value: unknown, { type, ...schema }: Schema): string | undefined {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'number' || typeof value === 'string' ? undefined : 'a number or a string';
  if (type === undefined) return undefined;
  const [words, isOne] = WANTED[type];
  return isOne(value) ? undefined : words;
}
