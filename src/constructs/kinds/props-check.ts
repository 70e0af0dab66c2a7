import type { Construct } from 'constructs';
import { formatValue } from '../checks/format-value';
import { tokenProblem } from '../checks/guard';
import { unknownProp } from '../checks/known-props';
import type { KnownProps } from '../checks/known-props';
import { ValidationError } from '../checks/validation-error';
import { Platform } from '../platform/platform';

/** What is said of props before they are read: for callers without types, that they are there and known; and that they hold no token. */
export function checkProps(scope: Construct, props: unknown, known: KnownProps): void {
  if (typeof props !== 'object' || props === null) {
    throw new ValidationError(scope, `props are ${formatValue(props)}; give an object`);
  }
  const problem = unknownProp(ownerOf(scope), props, known) ?? tokenProblem(props);
  if (problem) throw new ValidationError(scope, problem);
}

function ownerOf({ constructor: { name } }: Construct): string {
  return name.startsWith('Imported') ? name.slice('Imported'.length) : name;
}

/** A platform is a value that no caller without types can make up. */
export function checkPlatformProp(scope: Construct, platform: unknown): asserts platform is Platform {
  if (platform instanceof Platform) return;
  throw new ValidationError(scope, `platform is ${formatValue(platform)}; give one of Platform.gcp, Platform.aws, Platform.azure and Platform.local`);
}
