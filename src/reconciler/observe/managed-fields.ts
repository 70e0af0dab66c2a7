/** Who owns which fields of an object, as the API server keeps it. */
import type { LiveObject, ManagedFieldsEntry } from '../kube/types';

/** `fieldsV1` of the API server. */
export type Fields = Readonly<Record<string, unknown>>;

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/** The part of an object that a manager has applied. */
export function ownedBy(live: LiveObject, manager: string): object {
  const entries = (live.metadata.managedFields ?? []).filter((entry) => isApplied(entry, manager));
  const [first = {}, ...more] = entries.map(({ fieldsV1 }): Fields => fieldsV1 ?? {});
  const fields = more.reduce(union, first);
  return Object.keys(fields).length > 0 ? project(live, fields) as object : {};
}

function isApplied({ manager, operation, subresource }: ManagedFieldsEntry, ours: string): boolean {
  return manager === ours && operation === 'Apply' && !subresource;
}

/** The fields that are in either. */
export function union(a: Fields, b: Fields): Fields {
  const merged: Record<string, unknown> = { ...a };
  for (const [name, fields] of Object.entries(b)) merged[name] = union((merged[name] ?? {}) as Fields, fields as Fields);
  return merged;
}

/**
 * `fieldsV1`: `f:<field>`, `k:<keys of a list's item>`, `v:<value of a set>`, and `.` for the thing itself. Items stay in their order:
 * a template that is applied with its containers or volumes in another is another one.
 */
function project(value: Json, fields: Fields): Json {
  const names = Object.keys(fields);
  if (names.length === 0) return value;
  if (Array.isArray(value)) {
    return value.flatMap((item: Json) => {
      const name = names.find((each) => isNamed(item, each));
      return name === undefined ? [] : [project(item, fields[name] as Fields)];
    });
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const object = value as JsonObject;
  const kept: Record<string, Json> = {};
  for (const name of names) {
    const field = name.slice(2);
    if (name.startsWith('f:') && object[field] !== undefined) kept[field] = project(object[field], fields[name] as Fields);
  }
  return kept;
}

function isNamed(item: Json, name: string): boolean {
  if (name.startsWith('v:')) return JSON.stringify(item) === name.slice(2);
  if (!name.startsWith('k:')) return false;
  return Object.entries(JSON.parse(name.slice(2)) as JsonObject).every(([key, wanted]) => (item as JsonObject)[key] === wanted);
}
