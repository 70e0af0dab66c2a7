const CONTROL = /\p{Cc}/gu;

/** A value as an error shows it: a string in quotes and on one line, so that it is not taken for a number; an instance by its class. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(CONTROL, (character) => JSON.stringify(character).slice(1, -1))}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (!Array.isArray(value) && value.constructor !== undefined && value.constructor !== Object) return `a ${value.constructor.name}`;
  try {
    return JSON.stringify(value);
  } catch {
    return 'an object'; /* Of constructs, which refer to each other. */
  }
}
