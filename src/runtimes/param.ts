/** Settings of a ready-made program: what there is, what each may be, and what it is where nobody says. */
import { nearest } from '../api/names';
import type { CommonSpec } from '../api/resource';

export type Setting = string | number | boolean;
export type Settings = Readonly<Record<string, Setting>>;
type Params = NonNullable<CommonSpec['params']>;

interface ParamBase {
  /** What it decides, for the docs. */
  readonly description: string;
  /** Whether there is no default. */
  readonly required?: true;
}

/** One setting. A list is text on the wire, with commas between its items. */
export type Param = ParamBase & (
  | { readonly type: 'text'; readonly default?: string; readonly values?: readonly string[]; readonly pattern?: RegExp; readonly example?: string }
  | { readonly type: 'list'; readonly default?: string; readonly example?: string }
  | { readonly type: 'integer' | 'number'; readonly default?: number; readonly minimum?: number; readonly maximum?: number }
  | { readonly type: 'boolean'; readonly default?: boolean }
);

export type ParamTable = Readonly<Record<string, Param>>;

/** Why the params are not settings of the program, and how to fix it; `undefined` if they are. */
export function paramsProblem(owner: string, table: ParamTable, params: Params = {}): string | undefined {
  const keys = Object.keys(table);
  for (const [key, value] of Object.entries(params)) {
    const param = Object.hasOwn(table, key) ? table[key] : undefined;
    if (!param) return `${owner} has no param ${key}; ${suggestion(key, keys)}`;
    const problem = valueProblem(param, value);
    if (problem) return `param ${key} of ${owner} is ${JSON.stringify(value)}; ${problem}`;
  }
  const missing = keys.find((key) => table[key]?.required && (params[key] === undefined || params[key] === ''));
  if (missing === undefined) return undefined;
  return `${owner} needs the param ${missing}; set it: ${(table[missing]?.description ?? '').replace(/\.$/, '')}`;
}

function suggestion(key: string, keys: readonly string[]): string {
  if (keys.length === 0) return 'leave it out, for it has none';
  const similar = nearest(key, [...keys]) ?? keys.find((name) => name.toLowerCase().includes(key.toLowerCase()));
  return similar === undefined ? `use one of ${keys.join(', ')}` : `did you mean ${similar}?`;
}

function valueProblem(param: Param, value: string | number): string | undefined {
  switch (param.type) {
    case 'boolean': return String(value) === 'true' || String(value) === 'false' ? undefined : 'give true or false';
    case 'list': return undefined;
    case 'text': return textProblem(param, String(value));
    default: return numberProblem(param, value);
  }
}

function textProblem({ values, pattern, example }: Extract<Param, { readonly type: 'text' }>, value: string): string | undefined {
  if (values && !values.includes(value)) {
    const similar = nearest(value, [...values]);
    return `${similar ? `did you mean ${similar}? ` : ''}give one of ${values.filter((each) => each !== '').join(', ')}`;
  }
  return pattern && value !== '' && !pattern.test(value) ? `give for example ${example ?? ''}` : undefined;
}

function numberProblem({ type, minimum, maximum }: Extract<Param, { readonly type: 'integer' | 'number' }>, value: string | number): string | undefined {
  const number = typeof value === 'number' ? value : value.trim() === '' ? NaN : Number(value);
  const isIn = number >= (minimum ?? -Infinity) && number <= (maximum ?? Infinity);
  if (Number.isFinite(number) && isIn && (type === 'number' || Number.isInteger(number))) return undefined;
  const range = minimum === undefined ? '' : maximum === undefined ? `, ${minimum} or more` : ` from ${minimum} to ${maximum}`;
  return `give ${type === 'integer' ? 'a whole number' : 'a number'}${range}`;
}

/** All settings of a program, with the defaults of those that the params leave out. To be called with params that have no problem. */
export function settingsOf(table: ParamTable, params: Params = {}): Settings {
  return Object.fromEntries(Object.entries(table).map(([key, param]) => {
    const value = params[key];
    return [key, value === undefined ? param.default ?? emptyOf(param) : typed(param, value)];
  }));
}

function emptyOf({ type }: Param): Setting {
  return type === 'boolean' ? false : type === 'text' || type === 'list' ? '' : 0;
}

function typed({ type }: Param, value: string | number): Setting {
  if (type === 'boolean') return String(value) === 'true';
  return type === 'text' || type === 'list' ? String(value) : Number(value);
}

/** Settings as a resource has them on the wire. */
export function wireParams(settings: Settings): Pick<CommonSpec, 'params' | 'literalParams'> {
  const entries = Object.entries(settings);
  const isLiteral = (value: Setting): boolean => typeof value === 'boolean' || (typeof value === 'number' && !Number.isInteger(value));
  const literalParams = entries.filter(([, value]) => isLiteral(value)).map(([key]) => key).sort();
  return {
    params: Object.fromEntries(entries.map(([key, value]) => [key, typeof value === 'boolean' || isLiteral(value) ? String(value) : value])) as Params,
    ...(literalParams.length > 0 && { literalParams }),
  };
}
