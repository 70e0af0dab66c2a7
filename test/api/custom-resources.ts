/** Custom resources against the schemas of our own definitions. */
import { Ajv } from 'ajv';
import type { ErrorObject } from 'ajv';
import type { Schema } from '../../src/api/crd-parts';
import { customResourceDefinitions } from '../../src/api/crds';
import type { Kind } from '../../src/api/resource';
import { FORMATS } from '../schemas/formats';

export interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: Kind; readonly plural: string; readonly shortNames: string[]; readonly categories: string[] };
    readonly versions: [{
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
      readonly subresources: object;
      readonly additionalPrinterColumns: { readonly name: string; readonly priority?: number }[];
    }];
  };
}

export const DEFINITIONS = customResourceDefinitions() as Definition[];
export const SCHEMAS = new Map(DEFINITIONS.map(({ spec }) => [spec.names.kind, spec.versions[0].schema.openAPIV3Schema]));

const AJV = new Ajv({ allErrors: true, strict: false, formats: FORMATS });
const VALIDATORS = new Map([...SCHEMAS].map(([kind, schema]) => [kind, AJV.compile(jsonSchema(schema) as object)]));

/** The fields that an API server would refuse. */
export function invalidFields(object: { readonly kind: Kind }): string[] {
  const validate = VALIDATORS.get(object.kind);
  validate?.(withoutNulls(object));
  return [...new Set((validate?.errors ?? []).map(fieldOf))].sort();
}

function fieldOf({ instancePath, keyword, params }: ErrorObject): string {
  const missing = keyword === 'required' ? [String(params.missingProperty)] : [];
  return [...instancePath.split('/').slice(1), ...missing].join('.');
}

/** The API server drops nulls before it validates. */
function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, item: unknown) => (item === null ? undefined : item)));
}

/** The schema in the words of JSON Schema. */
function jsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(jsonSchema);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]) => (
    key === 'x-kubernetes-int-or-string' ? ['type', ['integer', 'string']] : [key, jsonSchema(item)]
  ));
  return Object.fromEntries(entries) as unknown;
}
