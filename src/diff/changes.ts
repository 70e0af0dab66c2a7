/** Which fields of two JSON values differ. */
import { canonicalJson } from '../api/digest';
import type { Change } from './effect';

type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values are the same JSON, in which what is absent and what is empty are the same. */
export function isSame(from: unknown, to: unknown): boolean {
  return canonicalJson(from) === canonicalJson(to);
}

/**
 * The fields that differ, down to where a value is not an object. Of lists of objects that have names, those that go or come, and the
 * fields of those that stay; of other lists of objects that are equally long, the fields of the elements; other lists are one value.
 */
export function changesBetween(from: unknown, to: unknown, field = ''): Change[] {
  if (isSame(from, to)) return [];
  if (isObjectOrAbsent(from) && isObjectOrAbsent(to)) {
    const [before, after]: [JsonObject, JsonObject] = [from ?? {}, to ?? {}];
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changesBetween(before[key], after[key], field === '' ? key : `${field}.${key}`));
  }
  const named = changesByName(from, to, field);
  if (named.length > 0) return named;
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length && [...from, ...to].every(isObject)) {
    return from.flatMap((element, index) => changesBetween(element, to[index], from.length === 1 ? field : `${field}[${index}]`));
  }
  return [{ field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
}

/** None where elements have no names, or only their order differs. One that is alone may have another name, unless it is a variable. */
function changesByName(from: unknown, to: unknown, field: string): Change[] {
  const [before, after] = [byName(from), byName(to)];
  if (!before || !after || (before.size === 1 && after.size === 1 && ![...before.values()].every(isVariable))) return [];
  const names = [...new Set([...after.keys(), ...before.keys()])];
  return names.flatMap((name) => {
    const [one, other] = [before.get(name), after.get(name)];
    if (one && other) return changesBetween(one, other, `${field}[${name}]`);
    return [{ field: `${field}[${name}]`, ...(one && { from: one }), ...(other && { to: other }) }];
  });
}

/** The elements of a list by their names; `undefined` where not each has one of its own. */
function byName(list: unknown): ReadonlyMap<string, JsonObject> | undefined {
  if (!Array.isArray(list)) return undefined;
  const named = new Map(list.flatMap((each: unknown) => (isObject(each) && typeof each.name === 'string' ? [[each.name, each] as const] : [])));
  return named.size === list.length ? named : undefined;
}

function isVariable(element: JsonObject): boolean {
  return 'value' in element || 'valueFrom' in element;
}

function isObjectOrAbsent(value: unknown): value is JsonObject | undefined {
  return value === undefined || isObject(value);
}
