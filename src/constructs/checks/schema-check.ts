/** What the API server would refuse, said at synth: types, closed lists of values, and bounds. */
import type { Schema } from '../../api/crd-parts';
import { formatValue } from './format-value';

/** Why a value does not fit a schema, and how to fix it; `undefined` if it does. */
export function schemaProblem(field: string, value: unknown, schema: Schema): string | undefined {
  const found = findProblem(value, schema);
  return found && `${[...(field ? [field] : []), ...found.path].join('.')} ${found.words}`;
}

interface Problem {
  readonly path: readonly string[];
  readonly words: string;
}

function findProblem(value: unknown, schema: Schema): Problem | undefined {
  if (value === undefined) return undefined;
  const words = typeProblem(value, schema) ?? boundsProblem(value, schema);
  return words === undefined ? partsProblem(value, schema) : { path: [], words };
}

const TYPES: Readonly<Record<NonNullable<Schema['type']>, { readonly words: string; readonly holds: (value: unknown) => boolean }>> = {
  array: { words: 'a list', holds: (value) => Array.isArray(value) },
  boolean: { words: 'true or false', holds: (value) => typeof value === 'boolean' },
  integer: { words: 'a whole number', holds: (value) => Number.isSafeInteger(value) },
  object: { words: 'an object', holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value) },
  string: { words: 'a string', holds: (value) => typeof value === 'string' },
};

function typeProblem(value: unknown, { type, enum: values }: Schema): string | undefined {
  if (type && !TYPES[type].holds(value)) return `is ${formatValue(value)}; give ${TYPES[type].words}`;
  if (values && !values.includes(String(value))) return `is ${formatValue(value)}; use ${values.join(' or ')}`;
  return undefined;
}

function boundsProblem(value: unknown, schema: Schema): string | undefined {
  if (typeof value === 'string') return textProblem(value, schema);
  if (typeof value === 'number') return numberProblem(value, schema);
  const { maxItems, maxProperties } = schema;
  const most = maxItems ?? maxProperties;
  if (most === undefined || typeof value !== 'object' || value === null) return undefined;
  const size = Object.keys(value).length;
  return size > most ? `has ${size} entries; ${most} are allowed` : undefined;
}

function numberProblem(value: number, schema: Schema): string | undefined {
  const { minimum = -Infinity, maximum = schema.format === 'int32' ? 2 ** 31 - 1 : Infinity } = schema;
  if (!(value < minimum || value > maximum)) return undefined;
  return `is ${value}; give a number ${value < minimum ? `of at least ${minimum}` : `of at most ${maximum}`}`;
}

function textProblem(value: string, { minLength = 0, maxLength = Infinity, pattern }: Schema): string | undefined {
  if (value.length > maxLength) return `has ${value.length} characters; ${maxLength} are allowed`;
  if (value.length < minLength || (pattern && !new RegExp(pattern).test(value))) return `is ${formatValue(value)}; it must match ${pattern ?? '.+'}`;
  return undefined;
}

function partsProblem(value: unknown, { items, properties, additionalProperties }: Schema): Problem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!items && !properties && !additionalProperties) return undefined;
  for (const [key, part] of Object.entries(value)) {
    const schema = items ?? properties?.[key] ?? additionalProperties;
    const problem = schema && findProblem(part, schema);
    if (problem) return { ...problem, path: [key, ...problem.path] };
  }
  return undefined;
}
