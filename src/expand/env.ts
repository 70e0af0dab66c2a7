/** The environment of the user's container: `env` and `params`, sorted by name so that it never changes by itself. */
import type { EnvVar } from 'kubernetes-types/core/v1';
import { paramVariable } from '../api/names';
import { hasNul, NUL_REASON } from '../api/nul';
import type { CommonSpec } from '../api/resource';
import { parseEnvValue } from '../api/secret-expression';
import { ExpandError } from './error';

/** What Kubernetes accepts as the name of a variable. */
const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** `env` and `runtimeEnv` over `params` over `preset`, where they name the same variable. */
export function environment({ env = {}, runtimeEnv = {}, params = {} }: CommonSpec, preset: readonly EnvVar[] = []): EnvVar[] {
  const problem = runtimeEnvProblem({ env, runtimeEnv, params });
  if (problem) throw new ExpandError(problem);
  const variables = new Map<string, EnvVar>(preset.map((variable) => [variable.name, variable]));
  for (const variable of paramVariables(params)) variables.set(variable.name, variable);
  for (const [name, value] of Object.entries(env)) variables.set(name, envVariable(name, value));
  for (const [name, value] of Object.entries(runtimeEnv)) variables.set(name, envVariable(name, value, 'runtimeEnv'));
  return [...variables.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Why the environment outside the recipe would change what the recipe says; `undefined` if it does not. */
export function runtimeEnvProblem({ env = {}, runtimeEnv = {}, params = {} }: Pick<CommonSpec, 'env' | 'runtimeEnv' | 'params'>): string | undefined {
  const names = Object.keys(runtimeEnv);
  const twice = names.find((name) => env[name] !== undefined);
  if (twice !== undefined) return `runtimeEnv ${twice} is in env too; leave it out of env if it changes no result, else out of runtimeEnv`;
  const key = Object.keys(params).find((param) => names.includes(paramVariable(param)));
  return key === undefined ? undefined : `runtimeEnv ${paramVariable(key)} is the variable of param ${key}; change the param instead`;
}

function paramVariables(params: Record<string, number | string>): EnvVar[] {
  const keys = new Map<string, string>();
  return Object.entries(params).map(([key, value]) => {
    const name = paramVariable(key);
    const other = keys.get(name);
    if (other !== undefined) throw new ExpandError(`params ${other} and ${key} are both ${name} in the environment; rename one`);
    if (!VARIABLE.test(name)) {
      throw new ExpandError(`param ${key} cannot be the environment variable ${name}; use letters, digits and _ in its name`);
    }
    if (hasNul(String(value))) throw new ExpandError(`param ${key} ${NUL_REASON}`);
    keys.set(name, key);
    return { name, value: escapeReferences(String(value)) };
  });
}

/** A variable from its value, which may be a reference to a Secret; `field` is where it was written. */
export function envVariable(name: string, value: string, field = 'env'): EnvVar {
  if (!VARIABLE.test(name)) throw new ExpandError(`${field} ${name} is not a name of an environment variable; use letters, digits and _`);
  const parsed = parseEnvValue(value);
  if (parsed.type === 'malformed') throw new ExpandError(`${field} ${name} ${parsed.reason}`);
  if (parsed.type === 'secret') return { name, valueFrom: { secretKeyRef: { ...parsed.secret } } };
  return { name, value: escapeReferences(value) };
}

/** Kubernetes would expand `$(NAME)` and halve `$$` in a value; the program is to see what the author wrote. */
function escapeReferences(value: string): string {
  return value.replace(/\$+(?=\()|\${2,}/g, (dollars) => dollars + dollars);
}
