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
 * The fields that differ, down to where a value is not an object. Of lists of objects that are equally long, the fields of the elements;
 * other lists are one value.
 */
export function changesBetween(from: unknown, to: unknown, field = ''): Change[] {
  if (isSame(from, to)) return [];
  if (isObjectOrAbsent(from) && isObjectOrAbsent(to)) {
    const [before, after]: [JsonObject, JsonObject] = [from ?? {}, to ?? {}];
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changesBetween(before[key], after[key], field === '' ? key : `${field}.${key}`));
  }
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length && [...from, ...to].every(isObject)) {
    return from.flatMap((element, index) => changesBetween(element, to[index], from.length === 1 ? field : `${field}[${index}]`));
  }
  return [{ field, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
}

function isObjectOrAbsent(value: unknown): value is JsonObject | undefined {
  return value === undefined || isObject(value);
}
