import { ExpandError, lentTooShort } from '../../expand';
import { warn } from '../checks/warning';
import type { CheckPass } from './check-pass';
import type { Declaration, Declarations } from './declarations';
import { resourceErrors } from './resource-checks';

/** Adds a resource to those of its App, to be checked with all others when the App is synthesized. */
export function declare(declaration: Declaration, all: Declarations): void {
  const told = new Set<string>();
  all.add(declaration, (pass) => {
    const errors = resourceErrors(declaration, all, pass);
    const warning = errors.length > 0 ? undefined : warningOf(declaration, pass);
    if (warning === undefined || told.has(warning)) return errors;
    told.add(warning);
    warn(declaration.construct, warning);
    return errors;
  });
}

/** What may go wrong with a resource that can be applied. */
function warningOf({ object: { rendered } }: Declaration, { platform }: CheckPass): string | undefined {
  try {
    return platform && lentTooShort(rendered, platform);
  } catch (error) {
    if (error instanceof ExpandError) return undefined; // it is an error of the expansion
    throw error;
  }
}
