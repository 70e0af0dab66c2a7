import type { Construct } from 'constructs';
import { formatValue } from './format-value';
import { ValidationError } from './validation-error';

/** The path of a URL. */
export function checkPath(scope: Construct, field: string, path: unknown): void {
  if (path === undefined || (typeof path === 'string' && path.startsWith('/'))) return;
  throw new ValidationError(scope, `${field} is ${formatValue(path)}; start it with /`);
}
