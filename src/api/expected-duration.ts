/** How long a run is expected to take, which nothing but the estimate of its cost is made from. */
import { DURATION_PATTERN, secondsOf } from './duration';
import { API_GROUP } from './resource';

/** On a Model or Dataset: how long its run takes, such as `2h`, or from at least to at most, such as `2h-5h`. */
export const EXPECTED_DURATION_ANNOTATION = `${API_GROUP}/expected-duration`;

/** In seconds. */
export interface ExpectedDuration {
  readonly min: number;
  readonly max: number;
}

const WRITTEN = new RegExp(DURATION_PATTERN);

/** What the annotation says; `undefined` if it does not say a duration. */
export function expectedDuration(text: string): ExpectedDuration | undefined {
  const [from = '', to = from, ...more] = text.split('-');
  if (more.length > 0 || ![from, to].every((part) => WRITTEN.test(part))) return undefined;
  const [min, max] = [secondsOf(from), secondsOf(to)];
  return min === undefined || max === undefined || min > max ? undefined : { min, max };
}
