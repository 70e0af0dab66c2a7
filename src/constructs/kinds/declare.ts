import type { Declaration, Declarations } from './declarations';
import { resourceErrors } from './resource-checks';

/** Adds a resource to those of its App, to be checked with all others when the App is synthesized. */
export function declare(declaration: Declaration, all: Declarations): void {
  all.add(declaration, (pass) => resourceErrors(declaration, all, pass));
}
