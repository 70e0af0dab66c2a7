/** Values that are secrets, which are not told: a diff is printed to terminals, to the logs of CI and to comments that many people read. */
import { credentialIn, isSecretVariable } from '../api/credentials';

/** What stands in the place of a secret. */
export const SECRET = '(a secret)';

/** A field on both sides. */
interface Sides {
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** The same change without secrets. Where one side is a secret, so is the other. */
export function masked<T extends Sides>(change: T): T {
  const name = nameOf(change.field);
  const [from, to] = [change.from, change.to].map((value) => withoutSecrets(value, name));
  return from === SECRET || to === SECRET ? hidden(change) : { ...change, ...('from' in change && { from }), ...('to' in change && { to }) };
}

/** Tells that there is a value, and not which. */
export function hidden<T extends Sides>(change: T): T {
  return { ...change, ...(change.from !== undefined && { from: SECRET }), ...(change.to !== undefined && { to: SECRET }) };
}

/** The variable that a field holds: `API_TOKEN` of `env.API_TOKEN` and of `containers.env[API_TOKEN].value`. */
function nameOf(field: string): string {
  const names = field.split(/[.[\]]+/).filter((part) => part !== '');
  return (names.at(-1) === 'value' ? names.at(-2) : names.at(-1)) ?? '';
}

function withoutSecrets(value: unknown, name: string): unknown {
  if (typeof value === 'string') return isSecret(value, name) ? SECRET : value;
  if (Array.isArray(value)) return value.map((element) => withoutSecrets(element, name));
  if (typeof value !== 'object' || value === null) return value;
  const variable = 'name' in value && typeof value.name === 'string' ? value.name : name;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutSecrets(part, key === 'value' ? variable : key)]));
}

/** A reference to a secret is not the secret. */
const REFERENCE = /^\$\{.*\}$/;

function isSecret(value: string, name: string): boolean {
  return credentialIn(value) !== undefined || (isSecretVariable(name, value) && !REFERENCE.test(value));
}
