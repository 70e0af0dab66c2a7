/**
 * Whether an object in the cluster is as it was applied, told from two short digests. The API server keeps, for each manager, which
 * fields it owns; a field that another writer sets to another value is no longer ours. So what is left of an object when only the
 * fields that we own are kept is what we applied, or else it has drifted. Nothing of the object itself needs to be remembered.
 */
import { createHash } from 'node:crypto';
import { OWNER_LABEL } from '../../api/labels';
import { amountOf } from '../../api/quantity';
import { APPLIED_ANNOTATION } from '../../api/resource';
import { isOmitted, isQuantity } from './wire-form';

/** The pod template apart, or those of a LeaderWorkerSet, because it decides whether pods restart. */
export interface Fingerprint {
  readonly rest: string;
  /** Absent where the object has no pod template. */
  readonly template?: string;
}

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;
type Texts = Readonly<Record<string, string>>;

/** Remembered for as long as the object is: an object of expansion is never changed, and looked at several times in a row. */
const KNOWN = new WeakMap<object, Fingerprint>();

/** The fingerprint of an object to apply. */
export function fingerprintOf(object: object): Fingerprint {
  const known = KNOWN.get(object) ?? fingerprint(object as JsonObject);
  KNOWN.set(object, known);
  return known;
}

/** The fingerprint of what is owned of a live object. */
export function liveFingerprint(owned: object): Fingerprint {
  return fingerprint(owned as JsonObject);
}

function fingerprint({ apiVersion: _, kind: __, status: ___, metadata, spec, ...rest }: JsonObject): Fingerprint {
  const { labels: allLabels = {}, annotations = {} } = (metadata ?? {}) as { labels?: Texts; annotations?: Texts };
  const { [OWNER_LABEL]: _____, ...labels } = allLabels;
  const { [APPLIED_ANNOTATION]: ____, ...otherAnnotations } = annotations;
  const { template: ofPods, leaderWorkerTemplate: ofGroups, ...restOfSpec } = (spec ?? {}) as JsonObject;
  const template = ofPods ?? ofGroups;
  return {
    rest: hash({ labels, annotations: otherAnnotations, spec: restOfSpec, ...rest }),
    ...(template !== undefined && { template: hash(template) }),
  };
}

/** Of 60 bits: it is compared with one other. */
function hash(value: Json): string {
  return createHash('sha256').update(textOf(value) ?? '').digest('base64url').slice(0, 10);
}

/** The same for all ways to write the same: keys in order, nothing that is empty, and objects of a list in any order. */
function textOf(value: Json, key = '', parent = ''): string | undefined {
  if (isOmitted(key, value)) return undefined;
  if (isQuantity(key, parent)) return String(amountOf(String(value)));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return textOfList(value);
  let whole = '';
  for (const name of Object.keys(value).sort()) {
    const text = textOf((value as JsonObject)[name], name, key);
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
