import type { Construct } from 'constructs';
import { credentialIn, isSecretVariable } from '../../api/credentials';
import { isEnvName } from '../../api/names';
import { parseEnvValue } from '../../api/secret-expression';
import { shown } from '../checks/shown';
import { ValidationError } from '../checks/validation-error';

export function envSpec(scope: Construct, env: Record<string, string>, allowPlainText = false): Record<string, string> {
  for (const [name, value] of Object.entries(env)) {
    if (!isEnvName(name)) {
      throw new ValidationError(scope, `env ${name} is no name of an environment variable; use letters, digits and _, not first a digit`);
    }
    if (typeof value !== 'string') throw new ValidationError(scope, `env ${name} is ${shown(value)}, which is no string; ${typeof value === 'object' ? 'give one' : `write '${String(value)}'`}`);
    const parsed = parseEnvValue(value);
    if (parsed.type === 'malformed') throw new ValidationError(scope, `env ${name} is ${shown(value)}, which ${parsed.reason}`);
    if (parsed.type === 'literal' && !allowPlainText && (credentialIn(value) !== undefined || isSecretVariable(name, value))) {
      throw new ValidationError(scope, `env ${name} looks like a token or key in plain text; `
        + 'put it in a Secret and write ${{ secrets.<name>.<key> }}, or set allowPlainText: true');
    }
  }
  return env;
}
