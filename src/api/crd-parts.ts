/** The words in which the schemas of the kinds are written. */
import { DURATION_PATTERN } from './duration';
import { QUANTITY_PATTERN } from './quantity';
import { MOST_TEXT, MOST_WORDS } from './text-size';

/** The part of `JSONSchemaProps` that we use. */
export interface Schema {
  readonly 'description'?: string;
  readonly 'type'?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly 'format'?: 'date-time' | 'int32' | 'int64';
  readonly 'default'?: unknown;
  readonly 'enum'?: readonly string[];
  readonly 'pattern'?: string;
  readonly 'minLength'?: number;
  readonly 'maxLength'?: number;
  readonly 'minimum'?: number;
  readonly 'maximum'?: number;
  readonly 'maxItems'?: number;
  readonly 'maxProperties'?: number;
  readonly 'items'?: Schema;
  readonly 'properties'?: Readonly<Record<string, Schema>>;
  readonly 'additionalProperties'?: Schema;
  readonly 'required'?: readonly string[];
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-list-type'?: 'map';
  readonly 'x-kubernetes-map-type'?: 'atomic';
  readonly 'x-kubernetes-preserve-unknown-fields'?: true;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}

/** A rule in the Common Expression Language. Its `reason` and `fieldPath` are newer than Kubernetes 1.27. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
}

/** One schema for each field of a wire type, so that none is forgotten. */
export type Fields<T> = { readonly [Field in keyof Required<T>]: Schema };

/** Longest name of any Kubernetes object. */
export const LONGEST_NAME = 253;
/** What Linux takes as one argument or environment variable (MAX_ARG_STRLEN). */
export const LONGEST_ARGUMENT = 131072;
export const LONGEST_URL = 2048;
export const LONGEST_PATH = 4096;
/** Kubernetes' limit on all annotations of an object together. */
export const LONGEST_ANNOTATION = 262144;

export function objectOf<T>(description: string, properties: Fields<T>, more: Schema = {}): Schema {
  return { description, type: 'object', properties, ...more };
}

export function text(description: string, maxLength: number, more: Schema = {}): Schema {
  return { description, type: 'string', maxLength, ...more };
}

export function listOf(items: Schema, maxItems: number, description: string): Schema {
  return { description, type: 'array', maxItems, items };
}

export function flag(description: string): Schema {
  return { description, type: 'boolean' };
}

export function mapOf(additionalProperties: Schema, maxProperties: number, description: string): Schema {
  return { description, type: 'object', maxProperties, additionalProperties };
}

/**
 * Bounds the text of a map or list as a whole, as `textProblem` does at synth. A rule of the field, so that an object with more that
 * was stored before is accepted as long as the field stays: Kubernetes 1.30 and newer do not apply a rule to what has not changed.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-ratcheting
 */
export function limited(schema: Schema, field: string, most = schema.type === 'array' ? MOST_WORDS : MOST_TEXT): Schema {
  const value = schema.additionalProperties?.['x-kubernetes-int-or-string'] ? '(type(self[each]) == int ? 20 : size(self[each]))' : 'size(self[each])';
  const size = schema.type === 'array' ? 'self.map(each, size(each))' : `self.map(each, size(each) + ${value})`;
  return {
    ...schema, 'x-kubernetes-validations': [{
      rule: `${size}.sum() <= ${most}`,
      message: `${field} has too much text, of which ${most} characters are allowed together; put long texts in the image, or in a ConfigMap`,
    }],
  };
}

export function oneOf(values: readonly string[], description: string): Schema {
  return { description, type: 'string', enum: values };
}

export function atLeast(minimum: number, description: string, more: Schema = {}): Schema {
  return { description, type: 'integer', format: 'int32', minimum, ...more };
}

export function quantity(description: string): Schema {
  return { description, 'x-kubernetes-int-or-string': true, 'minimum': 0, 'pattern': QUANTITY_PATTERN, 'maxLength': 32 };
}

export function duration(description: string): Schema {
  return text(description, 18, { pattern: DURATION_PATTERN, minLength: 2 });
}

/** A type of Kubernetes: kept as it is, for the API server checks it in the pod. */
export function kubernetesType(description: string): Schema {
  return { description, 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true };
}
