import { Declarations } from './declarations';
import type { Declaration } from './declarations';
import { resourceErrors } from './resource-checks';

/** Adds a resource to those of its App, to be checked with all others when the App is synthesized. */
export function declare(declaration: Declaration): void {
  const all = Declarations.of(declaration.construct);
  all.add(declaration, () => resourceErrors(declaration, all));
}
