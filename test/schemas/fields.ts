/** An object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; empty if it is none, for the schema reports that. */
export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};
}

/** The value as a list of objects; empty if it is none. */
export function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

/** The value as a string, if it is one. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The string in each of the objects under `key`. */
export function texts(objects: readonly Fields[], key: string): string[] {
  return objects.flatMap((object) => text(object[key]) ?? []);
}

/** The values that occur more than once, each once. */
export function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** Joins keys as a reader would write them: `containers[0].env`, `matchLabels["app.kubernetes.io/name"]`. */
export function pathOf(keys: readonly string[]): string {
  return keys.reduce((path, key) => {
    if (/^\d+$/.test(key)) return `${path}[${key}]`;
    if (!/^[\w$-]+$/.test(key)) return `${path}["${key}"]`;
    return path === '' ? key : `${path}.${key}`;
  }, '') || 'the object';
}
