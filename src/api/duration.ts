/** Durations as in the Gateway API (GEP-2257): whole numbers with the units h, m and s, such as `1h30m`. */

export const DURATION_PATTERN = '^([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}s)?$';

const DURATION = new RegExp(DURATION_PATTERN);

/** Seconds of a duration, or `undefined` if it is not one. */
export function secondsOf(duration: string): number | undefined {
  const match = DURATION.exec(duration);
  if (!match || duration === '') return undefined;
  const [hours, minutes, seconds] = [1, 2, 3].map((group) => Number.parseInt(match[group] ?? '0', 10));
  return (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}

/** The shortest way to write a whole number of seconds. */
export function durationOf(seconds: number): string {
  const parts = [[Math.floor(seconds / 3600), 'h'], [Math.floor((seconds % 3600) / 60), 'm'], [seconds % 60, 's']] as const;
  return parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`).join('') || '0s';
}
