/** What the definitions of other projects, as they are pinned, would refuse or silently drop (refresh-definitions.mjs writes them). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { fields, pathOf, text } from './fields';
import { FORMATS } from './formats';

type Validators = ReadonlyMap<string, () => ValidateFunction>;

interface Definitions {
  readonly source: string;
  readonly version: string;
  readonly kinds: Readonly<Record<string, object>>;
}

const DIRECTORY = join(__dirname, 'definitions');

/** The versions that are pinned, or the newest ones, of the projects of which there are two. */
export type DefinitionVersion = 'pinned' | 'newest';

const validators = new Map<DefinitionVersion, Validators>();

/**
 * Says what is wrong in a custom resource of another project; empty if nothing. Stricter than the server: an unknown field is an error.
 *
 * @throws if no file has its kind.
 */
export function definitionErrors(object: unknown, version: DefinitionVersion = 'pinned'): string[] {
  const { apiVersion, kind, metadata } = fields(object);
  const validate = validatorsOf(version).get(`${String(apiVersion)}/${String(kind)}`)?.();
  if (!validate) throw new Error(`${String(apiVersion)} ${String(kind)} is in no file of test/schemas/definitions; add its project to refresh-definitions.mjs`);
  const { apiVersion: _, kind: __, metadata: ___, ...written } = fields(object);
  validate(written);
  return (validate.errors ?? []).map((error) => `${text(kind) ?? ''} ${text(fields(metadata).name) ?? ''}: ${sentence(error)}`);
}

/** Whether its kind is one of another project, which a file has. */
export function isDefined(object: unknown): boolean {
  const { apiVersion, kind } = fields(object);
  return validatorsOf('pinned').has(`${String(apiVersion)}/${String(kind)}`);
}

function validatorsOf(version: DefinitionVersion): Validators {
  const known = validators.get(version);
  if (known) return known;
  const fresh = compiled(version === 'pinned' ? [DIRECTORY] : [DIRECTORY, join(DIRECTORY, 'newest')]);
  validators.set(version, fresh);
  return fresh;
}

/** Of several directories the last one that has a kind decides. */
function compiled(directories: readonly string[]): Validators {
  const ajv = new Ajv({ allErrors: true, strict: false, formats: { ...FORMATS, duration: true, ipv4: true, ipv6: true } });
  const files = directories.flatMap((directory) => readdirSync(directory).filter((file) => file.endsWith('.json')).map((file) => join(directory, file)));
  const kinds = files.flatMap((file) => Object.entries((JSON.parse(readFileSync(file, 'utf8')) as Definitions).kinds));
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
