import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { fields, pathOf, text } from './fields';
import { FORMATS } from './formats';
import { objectErrors } from './object-rules';

export type KubernetesVersion = '1.27' | 'current';

/** What refresh.mjs writes. */
interface Schemas {
  readonly version: string;
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, object>>;
}

interface Compiled {
  readonly schemas: Schemas;
  readonly ajv: Ajv;
}

const FILES: Readonly<Record<KubernetesVersion, string>> = {
  1.27: 'kubernetes-1.27.json',
  current: 'kubernetes-1.37.json',
};

const OWN_GROUP = /^([a-z0-9.-]+\.)?substratus\.ai\//;

const compiled = new Map<KubernetesVersion, Compiled>();

/**
 * Says what an API server of that version would refuse, warn about or silently drop in an object; empty if nothing.
 *
 * Stricter than the server: unknown, deprecated and alpha fields are errors. Custom resources of our own group are not checked.
 */
export function schemaErrors(object: unknown, version: KubernetesVersion): string[] {
  const { apiVersion, kind, metadata } = fields(object);
  if (OWN_GROUP.test(text(apiVersion) ?? '')) return [];
  const validate = validatorFor(`${String(apiVersion)}/${String(kind)}`, version);
  const problems = validate === undefined
    ? [`${String(apiVersion)} ${String(kind)} is not among the kinds in ${FILES[version]}; add it to test/schemas/refresh.mjs`]
    : [...fieldErrors(validate, object), ...objectErrors(fields(object))];
  const subject = `${text(kind) ?? 'object'} ${text(fields(metadata).name) ?? 'without a name'}`;
  return [...new Set(problems)].map((problem) => `${subject}: ${problem}`);
}

function validatorFor(type: string, version: KubernetesVersion): ValidateFunction | undefined {
  const { schemas, ajv } = compiledFor(version);
  return Object.hasOwn(schemas.kinds, type) ? ajv.getSchema(`kubernetes#/definitions/${schemas.kinds[type]}`) : undefined;
}

function compiledFor(version: KubernetesVersion): Compiled {
  const known = compiled.get(version);
  if (known !== undefined) return known;
  const schemas = JSON.parse(readFileSync(join(__dirname, FILES[version]), 'utf8')) as Schemas;
  const fresh = { schemas, ajv: ajvOf(schemas) };
  compiled.set(version, fresh);
  return fresh;
}

function ajvOf({ definitions }: Schemas): Ajv {
  const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, strictTypes: false, formats: FORMATS });
  ajv.removeKeyword('deprecated');
  for (const keyword of ['deprecated', 'alpha']) {
    ajv.addKeyword({ keyword, schemaType: 'boolean', validate: (isMarked: boolean) => !isMarked, errors: false });
  }
  return ajv.addSchema({ $id: 'kubernetes', definitions });
}

function fieldErrors(validate: ValidateFunction, object: unknown): string[] {
  validate(object);
  return (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if').map(sentence);
}

function sentence({ keyword, instancePath, params, message, data }: ErrorObject): string {
  const at = instancePath.split('/').slice(1).map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
  const field = pathOf(at);
  const value = JSON.stringify(data);
  switch (keyword) {
    case 'additionalProperties': return `${pathOf([...at, String(params.additionalProperty)])} is unknown`;
    case 'required': return `${pathOf([...at, String(params.missingProperty)])} is required`;
    case 'deprecated': return `${field} is deprecated`;
    case 'alpha': return `${field} is alpha, which servers drop by default`;
    case 'enum': return `${field} is ${value} but must be one of ${params.allowedValues.join(', ')}`;
    case 'type': return `${field} is ${value} but must be of type ${[params.type].flat().join(' or ')}`;
    case 'format': return `${field} is ${value} but must be in format ${String(params.format)}`;
    default: return `${field} ${message ?? 'is invalid'}`;
  }
}
