import type { Construct } from 'constructs';
import { credentialIn, isSecretVariable } from '../../api/credentials';
import { isEnvName } from '../../api/names';
import { parseEnvValue } from '../../api/secret-expression';
import { runtimeEnvProblem } from '../../expand';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';

interface EnvOptions {
  readonly allowPlainText?: boolean;
  /** Where the variables were written. */
  readonly field?: string;
}

export function envSpec(scope: Construct, env: Record<string, string>, { allowPlainText, field = 'env' }: EnvOptions = {}): Record<string, string> {
  for (const [name, value] of Object.entries(env)) {
    if (!isEnvName(name)) {
      throw new ValidationError(scope, `${field} ${name} is not a name of an environment variable; use letters, digits and _, not first a digit`);
    }
    if (typeof value !== 'string') throw new ValidationError(scope, `${field} ${name} is ${formatValue(value)}, which is not a string; ${typeof value === 'object' ? 'give one' : `write '${String(value)}'`}`);
    const parsed = parseEnvValue(value);
    if (parsed.type === 'malformed') throw new ValidationError(scope, `${field} ${name} is ${formatValue(value)}, which ${parsed.reason}`);
    if (parsed.type === 'literal' && !allowPlainText && (credentialIn(value) !== undefined || isSecretVariable(name, value))) {
      throw new ValidationError(scope, `${field} ${name} looks like a token or key in plain text; `
        + 'put it in a Secret and write ${{ secrets.<name>.<key> }}, or set allowPlainText: true');
    }
  }
  return env;
}

interface RuntimeEnvProps {
  readonly env?: Record<string, string>;
  readonly runtimeEnv?: Record<string, string>;
  readonly params?: object;
  readonly allowPlainText?: boolean;
}

/** The environment outside the recipe, which may change nothing that is in it. */
export function runtimeEnvSpec(scope: Construct, props: RuntimeEnvProps): Record<string, string> {
  const { env, runtimeEnv = {}, params = {}, allowPlainText } = props;
  const spec = envSpec(scope, runtimeEnv, { allowPlainText, field: 'runtimeEnv' });
  const keys = Object.fromEntries(Object.keys(params).map((key) => [key, '']));
  const problem = runtimeEnvProblem({ env, runtimeEnv, params: keys });
  if (problem) throw new ValidationError(scope, problem);
  return spec;
}
