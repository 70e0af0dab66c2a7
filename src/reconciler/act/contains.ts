/** Whether a live object holds all that another says, however either writes it. */
import { amountOf } from '../../api/quantity';
import { isOmitted, isQuantity } from '../observe/wire-form';

/** Kept by who writes an object; no two need agree on them. */
const LOOSE_METADATA = ['annotations', 'ownerReferences'];

export function contains(live: unknown, wanted: object): boolean {
  const { metadata, ...rest } = wanted as { metadata?: Record<string, unknown> };
  const strict = Object.fromEntries(Object.entries(metadata ?? {}).filter(([field]) => !LOOSE_METADATA.includes(field)));
  return holds(live, { ...rest, metadata: strict });
}

function holds(live: unknown, wanted: unknown, key = ''): boolean {
  if (isOmitted(key, wanted)) return true;
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((item, index) => holds(live[index], item));
  }
  if (typeof wanted !== 'object' || wanted === null) return live === wanted;
  return Object.entries(wanted).every(([name, value]) => {
    const there = (live as Record<string, unknown> | undefined)?.[name];
    if (isQuantity(name, key)) return there !== undefined && amountOf(String(there)) === amountOf(String(value));
    return holds(there, value, name);
  });
}
