/** Props that nothing reads, as callers without types misspell them. */
import { nearest } from '../../api/names';
import { formatValue } from './format-value';

export type KnownProps = ReadonlySet<string>;

/** The props of an interface. A table of another interface's does not compile. */
export function knownProps<T>(props: Readonly<Record<keyof T, true>>): KnownProps {
  return new Set(Object.keys(props));
}

/** The first prop that nothing reads, and how to fix it; `undefined` if all are known. */
export function unknownProp(owner: string, props: object, known: KnownProps): string | undefined {
  for (const key of Object.keys(props)) {
    if (known.has(key)) continue;
    const similar = nearest(key, [...known]) ?? [...known].find((prop) => prop.toLowerCase().includes(key.toLowerCase()));
    return `${owner} has no prop ${key}; ${similar ? `did you mean ${similar}?` : `use one of ${[...known].join(', ')}`}`;
  }
  return undefined;
}

/** The same for props nested in others, which may not be an object at all. */
export function optionsProblem(field: string, options: unknown, known: KnownProps): string | undefined {
  if (typeof options !== 'object' || options === null || Array.isArray(options) || (options.constructor ?? Object) !== Object) {
    return `${field} is ${formatValue(options)}; give an object with any of ${[...known].join(', ')}`;
  }
  return unknownProp(field, options, known);
}
