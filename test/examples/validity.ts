/** Every object of every example is what an API server takes, on the oldest Kubernetes and on the current one. */
import type { Schema } from '../../src/api/crd-parts';
import type { KubeObject } from '../../src/expand';
import { invalidFields, SCHEMAS } from '../api/custom-resources';
import { definitionErrors, isDefined } from '../schemas/definitions';
import { fields } from '../schemas/fields';
import { objectErrors } from '../schemas/object-rules';
import { schemaErrors } from '../schemas/validate';
import type { KubernetesVersion } from '../schemas/validate';
import { CASES, isResource, reconciled, synthesize, writtenOf } from './synthesized';
import type { Written } from './synthesized';

const LIMIT_BYTES = 256 * 1024;

/* Before 1.30, where the field came, the annotation was the only way, and BuildKit needs it. */
const ONLY_WAY = /annotations has the key "container\.apparmor\.security\.beta\.kubernetes\.io\/builder", which is deprecated$/;

export function validity(all: ReadonlyMap<string, Written>): void {
  test.each(CASES)('%s: every object is strictly valid on the current Kubernetes', (name) => {
    const errors = everyObject(writtenOf(all, name)).flatMap((object) => errorsOf(object, 'current'));
    expect(unique(errors)).toEqual([]);
  });

  test.each(CASES)('%s: where the platform says 1.27, what is newer is not written', (name, example, cloud) => {
    const { platform } = synthesize(example, cloud);
    const { objects } = writtenOf(all, name);
    if (platform.keda) { // which is not tested with one as old
      expect(() => reconciled(objects, { ...platform, kubernetesVersion: '1.27' })).toThrow('needs Kubernetes 1.33 or newer');
      return;
    }
    const older = reconciled(objects, { ...platform, kubernetesVersion: '1.27' });
    expect(older.length).toBeGreaterThan(0);
    const errors = older.flatMap((object) => [...errorsOf(object, '1.27'), ...errorsOf(object, 'current')]);
    expect(unique(errors.filter((error) => !ONLY_WAY.test(error)))).toEqual([]);
  });

  test.each(CASES)('%s: every resource is what our definitions say, and nothing of it is pruned', (name) => {
    const resources = writtenOf(all, name).objects.filter(isResource);
    expect(resources.length).toBeGreaterThan(0);
    expect(resources.flatMap(invalidFields)).toEqual([]);
    expect(resources.flatMap(({ kind, spec }) => unknownFields(spec, SCHEMAS.get(kind)?.properties?.spec))).toEqual([]);
  });

  test.each(CASES)('%s: no manifest is over 256 KiB', (name) => {
    const large = everyObject(writtenOf(all, name)).filter((object) => Buffer.byteLength(JSON.stringify(object)) > LIMIT_BYTES);
    expect(large.map(({ kind, metadata }) => `${kind} ${metadata?.name}`)).toEqual([]);
  });
}

/** By Kubernetes, or by the project that defines its kind. */
function errorsOf(object: KubeObject, version: KubernetesVersion): string[] {
  return isDefined(object) ? [...definitionErrors(object), ...objectErrors(fields(object))] : schemaErrors(object, version);
}

/** What is applied, previewed and ejected. */
function everyObject({ objects, previewed, ejected }: Written): KubeObject[] {
  expect(Math.min(objects.length, previewed.length, ejected.length)).toBeGreaterThan(0);
  return [...objects, ...previewed, ...ejected];
}

/** The fields that a server would drop, by their path. */
function unknownFields(value: unknown, schema: Schema = {}, path = 'spec'): string[] {
  const { properties, items, additionalProperties } = schema;
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownFields(item, items, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null || schema['x-kubernetes-preserve-unknown-fields']) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const known = properties?.[key] ?? additionalProperties;
    return known ? unknownFields(item, known, `${path}.${key}`) : [`${path}.${key}`];
  });
}

function unique(errors: readonly string[]): string[] {
  return [...new Set(errors)];
}
