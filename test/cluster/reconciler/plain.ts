/** Objects in one spelling, whoever wrote them. */
import { OWNER_LABEL } from '../../../src/api/labels';
import { amountOf } from '../../../src/api/quantity';
import type { KubeObject } from '../../../src/expand';
import { FIELD_MANAGER } from '../../../src/reconciler/kube/client';
import type { LiveObject } from '../../../src/reconciler/kube/types';
import { ownedBy } from '../../../src/reconciler/observe/managed-fields';

type Json = unknown;

const QUANTITIES = new Set(['requests', 'limits']);
/** What the reconciler adds to what is previewed. */
const OWN_ANNOTATION = 'substratus.ai/applied';
const IMAGE_DIGEST = 'substratus.ai/image-digest';

type Texts = Readonly<Record<string, string>>;

interface WithMetadata {
  readonly metadata?: { readonly annotations?: Texts; readonly labels?: Texts; readonly ownerReferences?: unknown };
  readonly spec?: { readonly template?: WithMetadata };
}

/** What the reconciler has applied of a live object, but for what it adds. */
export function applied(live: LiveObject): Json {
  const object = ownedBy(live, FIELD_MANAGER) as WithMetadata;
  const { ownerReferences: _, annotations, labels, ...metadata } = object.metadata ?? {};
  const own = { annotations: without(annotations, OWN_ANNOTATION), labels: without(labels, OWNER_LABEL) };
  return plain({ ...withoutDigest(object), metadata: { ...metadata, ...own } });
}

/** The same of what is previewed. Name and namespace are nobody's: they are what an object is looked up by. */
export function previewed(object: KubeObject): Json {
  const { apiVersion: _, kind: __, ...rest } = object;
  const { name: ___, namespace: ____, ...metadata } = object.metadata ?? {};
  return plain(withoutDigest({ ...rest, metadata } as WithMetadata));
}

function withoutDigest(object: WithMetadata): WithMetadata {
  const template = object.spec?.template;
  if (!template) return object;
  const metadata = { ...template.metadata, annotations: without(template.metadata?.annotations, IMAGE_DIGEST) };
  return { ...object, spec: { ...object.spec, template: { ...template, metadata } } };
}

function without(texts: Texts = {}, name: string): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => key !== name));
}

/** Without what is empty; quantities as numbers; objects of a list in the order of their text. */
function plain(value: Json, key = ''): Json {
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item));
    return items.some((item) => typeof item === 'object') ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, Json>;
  const entries = Object.keys(fields).sort().map((name) => [name, plainField(fields, { name, parent: key })] as const);
  return Object.fromEntries(entries.filter(([, item]) => !isEmpty(item)));
}

function plainField(object: Record<string, Json>, { name, parent }: { readonly name: string; readonly parent: string }): Json {
  if (parent === 'fieldRef' && name === 'apiVersion') return undefined; // the API server fills it in, and a fieldRef has but one owner
  if (name === 'readOnly' && object[name] === false) return undefined; // the API server leaves it out
  const isQuantity = name === 'sizeLimit' || QUANTITIES.has(parent);
  return isQuantity ? amountOf(String(object[name])) : plain(object[name], name);
}

function isEmpty(value: Json): boolean {
  return value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}
