/**
 * How much text a resource may hold. The reconciler keeps every resource in memory, of all tenants, so that the sum is bounded and not
 * each value alone. Only what is new or changes is held to it.
 */

/** Most characters of a field's keys and values together. */
export const MOST_TEXT = 32_768;
/** Of a command or its arguments: a program may be given as one. */
export const MOST_WORDS = 65_536;

/** Says which field holds too much; `undefined` if none does. */
export function textProblem(spec: object): string | undefined {
  const fields = spec as Partial<Record<'env' | 'runtimeEnv' | 'params' | 'literalParams' | 'command' | 'args', object>>;
  const { annotations } = (spec as { readonly pod?: { readonly annotations?: object } }).pod ?? {};
  const { command, args, env, runtimeEnv, params } = fields;
  const literalParams = Object.values(fields.literalParams ?? {});
  for (const [field, value] of Object.entries({ env, runtimeEnv, params, literalParams, 'pod.annotations': annotations })) {
    const size = sizeOf(value);
    if (size > MOST_TEXT) return tooMuch(field, size, MOST_TEXT);
  }
  for (const [field, value] of Object.entries({ command, args })) {
    const size = sizeOf(Object.values(value ?? {}));
    if (size > MOST_WORDS) return tooMuch(field, size, MOST_WORDS);
  }
  return undefined;
}

function tooMuch(field: string, size: number, most: number): string {
  return `${field} has ${size} characters together, and ${most} are allowed; put long texts in the image, or in a file of a ConfigMap`;
}

function sizeOf(value: object = {}): number {
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return [...keys, ...Object.values(value)].reduce<number>((sum, text) => sum + [...String(text)].length, 0);
}
