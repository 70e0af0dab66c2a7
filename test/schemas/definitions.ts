/** What the definitions of other projects, as they are pinned, would refuse or silently drop (refresh-definitions.mjs writes them). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { fields, pathOf, text } from './fields';
import { FORMATS } from './formats';

interface Definitions {
  readonly source: string;
  readonly version: string;
  readonly kinds: Readonly<Record<string, object>>;
}

const DIRECTORY = join(__dirname, 'definitions');

let validators: ReadonlyMap<string, () => ValidateFunction> | undefined;

/**
 * Says what is wrong in a custom resource of another project; empty if nothing. Stricter than the server: an unknown field is an error.
 *
 * @throws if no file has its kind.
 */
export function definitionErrors(object: unknown): string[] {
  const { apiVersion, kind, metadata } = fields(object);
  validators ??= compiled();
  const validate = validators.get(`${String(apiVersion)}/${String(kind)}`)?.();
  if (!validate) throw new Error(`${String(apiVersion)} ${String(kind)} is in no file of test/schemas/definitions; add its project to refresh-definitions.mjs`);
  const { apiVersion: _, kind: __, metadata: ___, ...written } = fields(object);
  validate(written);
  return (validate.errors ?? []).map((error) => `${text(kind) ?? ''} ${text(fields(metadata).name) ?? ''}: ${sentence(error)}`);
}

function compiled(): ReadonlyMap<string, () => ValidateFunction> {
  const ajv = new Ajv({ allErrors: true, strict: false, formats: { ...FORMATS, duration: true } });
  const kinds = readdirSync(DIRECTORY).flatMap((file) => Object.entries((JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8')) as Definitions).kinds));
  const done = new Map<string, ValidateFunction>();
  return new Map(kinds.map(([kind, schema]) => [kind, () => {
    const validate = done.get(kind) ?? ajv.compile(schema);
    done.set(kind, validate);
    return validate;
  }]));
}

function sentence({ keyword, instancePath, params, message }: ErrorObject): string {
  const at = instancePath.split('/').slice(1).map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));
  if (keyword === 'additionalProperties') return `${pathOf([...at, String(params.additionalProperty)])} is unknown`;
  return `${pathOf(at)} ${message ?? 'is invalid'}${keyword === 'enum' ? `: ${String(params.allowedValues)}` : ''}`;
}
