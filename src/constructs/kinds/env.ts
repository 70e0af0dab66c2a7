import type { Construct } from 'constructs';
import { isEnvName } from '../../api/names';
import { parseEnvValue } from '../../api/secret-expression';
import { shown } from '../checks/shown';
import { ValidationError } from '../checks/validation-error';

/** Values that are credentials by their form: Hugging Face, OpenAI, AWS, GitHub, Google, Slack, JSON web tokens, private keys. */
const CREDENTIALS = [
  /^hf_[A-Za-z0-9]{16,}$/,
  /^sk-[A-Za-z0-9_-]{16,}$/,
  /^(AKIA|ASIA)[0-9A-Z]{16}$/,
  /^(gh[pousr]|github_pat)_[A-Za-z0-9_]{20,}$/,
  /^AIza[0-9A-Za-z_-]{30,}$/,
  /^xox[abprs]-[A-Za-z0-9-]{10,}$/,
  /^eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\./,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
];
const SECRET_NAME = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS?)$/i;
/** Of a variable that is named like a secret: neither short, nor a path, a URL or a number. */
const SECRET_VALUE = /^(?![/.~]|[a-z]+:\/\/|[0-9.]+$)\S{8,}$/;

export function envSpec(scope: Construct, env: Record<string, string>, allowPlainText = false): Record<string, string> {
  for (const [name, value] of Object.entries(env)) {
    if (!isEnvName(name)) {
      throw new ValidationError(scope, `env ${name} is no name of an environment variable; use letters, digits and _, not first a digit`);
    }
    if (typeof value !== 'string') throw new ValidationError(scope, `env ${name} is ${shown(value)}, which is no string; ${typeof value === 'object' ? 'give one' : `write '${String(value)}'`}`);
    const parsed = parseEnvValue(value);
    if (parsed.type === 'malformed') throw new ValidationError(scope, `env ${name} is ${shown(value)}, which ${parsed.reason}`);
    if (parsed.type === 'literal' && !allowPlainText && looksSecret(name, value)) {
      throw new ValidationError(scope, `env ${name} looks like a token or key in plain text; `
        + 'put it in a Secret and write ${{ secrets.<name>.<key> }}, or set allowPlainText: true');
    }
  }
  return env;
}

function looksSecret(name: string, value: string): boolean {
  return CREDENTIALS.some((pattern) => pattern.test(value)) || (SECRET_NAME.test(name) && SECRET_VALUE.test(value));
}
