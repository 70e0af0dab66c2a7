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
  const { literalParams } = fields;
  return tooMuch('env', env, MOST_TEXT)
    ?? tooMuch('runtimeEnv', runtimeEnv, MOST_TEXT)
    ?? tooMuch('params', params, MOST_TEXT)
    ?? tooMuch('literalParams', literalParams, MOST_TEXT)
    ?? tooMuch('pod.annotations', annotations, MOST_TEXT)
    ?? tooMuch('command', command, MOST_WORDS)
    ?? tooMuch('args', args, MOST_WORDS);
}

/** Characters are counted only where there may be too many: a text has no more of them than it has UTF-16 units, whose number it knows. */
function tooMuch(field: string, value: object | undefined, most: number): string | undefined {
  if (value === undefined) return undefined;
  const texts = Array.isArray(value) ? value : [...Object.keys(value), ...Object.values(value)];
  if (texts.reduce<number>((sum, text) => sum + String(text).length, 0) <= most) return undefined;
  const size = texts.reduce<number>((sum, text) => sum + [...String(text)].length, 0);
  if (size <= most) return undefined;
  return `${field} has ${size} characters together, and ${most} are allowed; put long texts in the image, or in a file of a ConfigMap`;
}
