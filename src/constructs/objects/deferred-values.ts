import { missingValues } from '../../expand';
import type { Platform } from '../platform/platform';

/** What is known of a workspace only after the deployment and not yet, and how to fix it; `undefined` if all is. */
export function deferredProblem(platform: Platform, namespace: string): string | undefined {
  const missing = missingValues(platform._spec, namespace);
  if (missing.length === 0) return undefined;
  const verb = missing.length === 1 ? 'is' : 'are';
  return `${missing.join(', ')} ${verb} not known yet; ${platform._lateHint(namespace)}`;
}
