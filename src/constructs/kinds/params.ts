import type { Construct } from 'constructs';
import { isEnvName, paramVariable } from '../../api/names';
import { hasNul, NUL_REASON } from '../../api/nul';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';

const SECRET = /\$\{\{\s*secrets\./;

type ParamValue = string | number | boolean;

/**
 * A number that is not an integer and a boolean are strings on the wire: the CustomResourceDefinition locks params by comparing them, for
 * which each needs a type (decision 0035).
 */
export function paramsSpec(scope: Construct, params: Record<string, ParamValue>): Record<string, string | number> {
  const keys = new Map<string, string>();
  for (const key of Object.keys(params)) {
    const variable = paramVariable(key);
    if (!isEnvName(variable)) {
      throw new ValidationError(scope, `param ${key} cannot be the environment variable ${variable}; use letters, digits and _ in its name`);
    }
    const other = keys.get(variable);
    if (other !== undefined) throw new ValidationError(scope, `params ${other} and ${key} are both ${variable} in the environment; rename one`);
    keys.set(variable, key);
  }
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, paramValue(scope, key, value)]));
}

/** Those that are no strings in the program, but are on the wire. */
export function literalParams(params: Record<string, ParamValue>): string[] {
  return Object.entries(params)
    .filter(([, value]) => typeof value === 'boolean' || (typeof value === 'number' && !Number.isInteger(value)))
    .map(([key]) => key)
    .sort();
}

function paramValue(scope: Construct, key: string, value: ParamValue): string | number {
  if (typeof value === 'string') {
    if (hasNul(value)) throw new ValidationError(scope, `param ${key} is ${formatValue(value)}, which ${NUL_REASON}`);
    if (!SECRET.test(value)) return value;
    throw new ValidationError(scope, `param ${key} is ${formatValue(value)}, but params are not secret; put it in env`);
  }
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ValidationError(scope, `param ${key} is ${formatValue(value)}; give a string, a number or a boolean`);
  }
  if (!Number.isInteger(value)) return String(value);
  if (!Number.isSafeInteger(value)) {
    throw new ValidationError(scope, `param ${key} is ${value}, an integer that cannot be written exactly; write it as a string`);
  }
  return value;
}
