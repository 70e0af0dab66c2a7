/** Durations in fields of a resource. */
import { secondsOf } from '../api/duration';
import { ExpandError } from './error';

/** Seconds of a duration in a field, or an error that names the field. */
export function durationSeconds(field: string, value: string): number {
  const seconds = secondsOf(value);
  if (!seconds) throw new ExpandError(`${field} is ${value}, which is not a duration; write for example 90s, 30m or 12h`);
  return seconds;
}
