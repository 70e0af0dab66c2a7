/** The day on which an app is synthesized: whether something is over depends on it, what is written never does. */
import type { Construct } from 'constructs';
import { isDay } from '../../api/keys';
import { formatValue } from './format-value';
import { ValidationError } from './validation-error';

/** Of an App, for a synth that is repeated later: `app.node.setContext('substratus.ai/today', '2026-11-27')`. */
export const TODAY_CONTEXT = 'substratus.ai/today';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Such as `2026-11-27`, in UTC. */
export function today(scope: Construct): string {
  const given: unknown = scope.node.tryGetContext(TODAY_CONTEXT);
  if (given === undefined) return new Date().toISOString().slice(0, 'YYYY-MM-DD'.length);
  if (isDay(given)) return given;
  throw new ValidationError(scope, `the context ${TODAY_CONTEXT} is ${formatValue(given)}; give a day, such as 2026-11-27`);
}

/** From one day to another, negative for an earlier one. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}
