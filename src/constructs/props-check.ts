import type { Construct } from 'constructs';
import { tokenProblem } from './guard';
import { ValidationError } from './validation-error';

/** What is said of props before anything in them is read: that they are there, for callers without types, and hold no token. */
export function checkProps(scope: Construct, props: unknown): void {
  if (typeof props !== 'object' || props === null) {
    throw new ValidationError(scope, `props are ${String(props)}; give an object`);
  }
  const problem = tokenProblem(props);
  if (problem) throw new ValidationError(scope, problem);
}
