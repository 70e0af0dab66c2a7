/** `${{ secrets.<name>.<key> }}`: how the value of an environment variable refers to a Secret of the namespace. */
import { hasNul, NUL_REASON } from './nul';

export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

export type EnvValue =
  | { readonly type: 'literal'; readonly value: string }
  | { readonly type: 'secret'; readonly secret: SecretKey }
  | { readonly type: 'malformed'; readonly reason: string };

/* A Secret's name is a DNS-1123 subdomain, in which dots are rare; so the name ends at the first dot and the key may hold more. */
const EXPRESSION = /^\$\{\{\s*secrets\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.([-._a-zA-Z0-9]+)\s*\}\}$/;

/** Reads a value: literal, reference, or something that was meant as a reference and is none. */
export function parseEnvValue(value: string): EnvValue {
  if (hasNul(value)) return { type: 'malformed', reason: NUL_REASON };
  const openings = value.split('${{').length - 1;
  if (openings === 0) return { type: 'literal', value };
  if (openings > 1) return { type: 'malformed', reason: 'holds several expressions; use one variable for each' };
  const match = EXPRESSION.exec(value.trim());
  if (match?.[1] && match[2]) return { type: 'secret', secret: { name: match[1], key: match[2] } };
  if (!/^\$\{\{[^}]*\}\}$/.test(value.trim()) && value.includes('}}')) {
    return { type: 'malformed', reason: 'has text around the expression; the value must be the expression alone' };
  }
  return { type: 'malformed', reason: 'is not a secret expression; write ${{ secrets.<name>.<key> }}' };
}
