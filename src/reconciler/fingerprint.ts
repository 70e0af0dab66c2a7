/**
 * Whether an object in the cluster is as it was applied, told from two short digests. The API server keeps, for each manager, which
 * fields it owns; a field that somebody else sets to another value is ours no more. So what is left of an object when only the
 * fields that we own are kept is what we applied, or else it has drifted. Nothing of the object itself needs to be remembered.
 */
import { createHash } from 'node:crypto';
import { amountOf } from '../api/quantity';
import { APPLIED_ANNOTATION } from '../api/resource';
import type { LiveObject, ManagedFieldsEntry } from './kube/types';
import { isOmitted } from './omitted';

/** The pod template apart, for it decides whether pods start anew. */
export interface Fingerprint {
  readonly rest: string;
  /** Absent where the object has no pod template. */
  readonly template?: string;
}

type Json = unknown;
type Fields = Readonly<Record<string, unknown>>;
type JsonObject = Readonly<Record<string, Json>>;

/** Maps whose values are quantities, which the API server writes in its own way: `0.5` becomes `500m`. */
const QUANTITY_MAPS = new Set(['requests', 'limits']);
const QUANTITIES = new Set(['sizeLimit']);

/** The fingerprint of an object that shall be applied. */
export function fingerprintOf(object: object): Fingerprint {
  return fingerprint(object as JsonObject);
}

/** The fingerprint of what a manager owns of a live object. */
export function liveFingerprint(live: LiveObject, manager: string): Fingerprint {
  return fingerprint(ownedBy(live, manager) as JsonObject);
}

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

function fingerprint({ apiVersion: _, kind: __, status: ___, metadata, spec, ...rest }: JsonObject): Fingerprint {
  const { labels, annotations = {} } = (metadata ?? {}) as { labels?: Json; annotations?: Record<string, string> };
  const { [APPLIED_ANNOTATION]: ____, ...otherAnnotations } = annotations;
  const { template, ...restOfSpec } = (spec ?? {}) as JsonObject;
  return {
    rest: hash({ labels, annotations: otherAnnotations, spec: restOfSpec, ...rest }),
    ...(template !== undefined && { template: hashOfTemplate(template) }),
  };
}

/** Of a template that is the same object there is one hash: it is large, and looked at several times. */
const KNOWN_HASHES = new WeakMap<object, string>();

function hashOfTemplate(template: Json): string {
  if (typeof template !== 'object' || template === null) return hash(template);
  const known = KNOWN_HASHES.get(template) ?? hash(template);
  KNOWN_HASHES.set(template, known);
  return known;
}

/** Of 60 bits: it is compared with one other. */
function hash(value: Json): string {
  return createHash('sha256').update(textOf(value) ?? '').digest('base64url').slice(0, 10);
}

/** The same for all ways to write the same: keys in order, nothing that is empty, and objects of a list in any order. */
function textOf(value: Json, key = ''): string | undefined {
  if (isOmitted(key, value)) return undefined;
  if (QUANTITIES.has(key)) return String(amountOf(String(value)));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return textOfList(value);
  const isQuantity = QUANTITY_MAPS.has(key);
  let whole = '';
  for (const name of Object.keys(value).sort()) {
    const item = (value as JsonObject)[name];
    const text = isQuantity ? String(amountOf(String(item))) : textOf(item, name);
    if (text !== undefined) whole += `${JSON.stringify(name)}:${text},`;
  }
  return whole === '' ? undefined : `{${whole}}`;
}

/** Of words the order counts: they are a command. The order of objects is left to the API server. */
function textOfList(values: readonly Json[]): string | undefined {
  const texts = values.map((value) => textOf(value) ?? 'null');
  if (values.some((value) => typeof value === 'object')) texts.sort();
  return texts.length > 0 ? `[${texts.join()}]` : undefined;
}

function union(a: Fields, b: Fields): Fields {
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
