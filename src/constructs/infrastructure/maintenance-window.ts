import type { Construct } from 'constructs';
import { isDns1123Label } from '../../api/names';
import type { ExclusionSpec, MaintenanceSpec } from '../../clouds/infrastructure';
import { formatValue } from '../checks/format-value';
import { checkTokens } from '../checks/guard';
import { ValidationError } from '../checks/validation-error';

/** A day of the week. */
export enum Weekday {
  /** Sunday. */
  SUNDAY = 'Sunday',
  /** Monday. */
  MONDAY = 'Monday',
  /** Tuesday. */
  TUESDAY = 'Tuesday',
  /** Wednesday. */
  WEDNESDAY = 'Wednesday',
  /** Thursday. */
  THURSDAY = 'Thursday',
  /** Friday. */
  FRIDAY = 'Friday',
  /** Saturday. */
  SATURDAY = 'Saturday',
}

/** Days on which the cloud leaves a cluster as it is, such as those of a long training. */
export interface MaintenanceExclusion {
  /** Name, of lower-case letters, digits and hyphens. */
  readonly name: string;

  /** The first day, such as `2026-12-18`. */
  readonly from: string;

  /** The last day, such as `2027-01-04`. */
  readonly to: string;
}

/** A time of each week at which the cloud may upgrade a cluster by itself. */
export interface MaintenanceWindow {
  /** Day of the week on which it begins. */
  readonly day: Weekday;

  /** When it begins, in UTC, such as `02:00`. */
  readonly startTime: string;

  /**
   * How many hours it lasts: on Google Cloud 12 to 24, on Azure 4 to 24.
   *
   * @default 12
   */
  readonly hours?: number;

  /**
   * Days on which nothing is upgraded although it is time. On Google Cloud patches of the control plane still are.
   *
   * @default - none
   */
  readonly exclusions?: MaintenanceExclusion[];
}

const WEEKDAYS = Object.values(Weekday);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** @throws if it is not a time of a week, or an exclusion not a time. */
export function maintenanceSpec(scope: Construct, window: MaintenanceWindow): MaintenanceSpec {
  const { day, startTime, hours = 12, exclusions = [] } = window;
  checkTokens(scope, { maintenanceWindow: window });
  const problem = windowProblem({ day, startTime, hours }) ?? exclusionsProblem(exclusions);
  if (problem) throw new ValidationError(scope, `maintenanceWindow ${problem}`);
  return { day, startTime, hours, ...firstWindow({ day, startTime, hours }), exclusions: exclusions.map(exclusionSpec) };
}

/** In a week of 2026 that begins with a Sunday: a plan does not change with the day on which it is made. */
function firstWindow({ day, startTime, hours }: WeeklyTime): Pick<MaintenanceSpec, 'start' | 'end'> {
  const [hour = 0, minute = 0] = startTime.split(':').map(Number);
  const start = Date.UTC(2026, 0, 4 + WEEKDAYS.indexOf(day), hour, minute);
  return { start: rfc3339(start), end: rfc3339(start + hours * HOUR) };
}

function exclusionSpec({ name, from, to }: MaintenanceExclusion): ExclusionSpec {
  const [start, end] = [Date.parse(from), Date.parse(to) + DAY];
  return { name, start: rfc3339(start), end: rfc3339(end), days: (end - start) / DAY };
}

function rfc3339(time: number): string {
  return new Date(time).toISOString().replace('.000', '');
}

type WeeklyTime = Required<Pick<MaintenanceWindow, 'day' | 'startTime' | 'hours'>>;

function windowProblem({ day, startTime, hours }: WeeklyTime): string | undefined {
  if (!WEEKDAYS.some((each) => each === day)) return `begins on ${formatValue(day)}; give a day of the week, for example Weekday.SATURDAY`;
  if (typeof startTime !== 'string' || !TIME.test(startTime)) return `begins at ${formatValue(startTime)}; give hours and minutes in UTC, for example '02:00'`;
  return Number.isInteger(hours) && hours >= 1 && hours <= 24 ? undefined : `has ${formatValue(hours)} hours; give a whole number, 24 or less`;
}

function exclusionsProblem(exclusions: readonly MaintenanceExclusion[]): string | undefined {
  const names = exclusions.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `has two exclusions ${formatValue(twice)}; give each a name of its own`;
  for (const { name, from, to } of exclusions) {
    if (typeof name !== 'string' || !isDns1123Label(name)) return `has an exclusion ${formatValue(name)}; name it with lower-case letters, digits and hyphens`;
    const wrong = [from, to].find((date) => !isDate(date));
    if (wrong !== undefined) return `has an exclusion ${name} with the day ${formatValue(wrong)}; give one such as '2026-12-18'`;
    if (from > to) return `has an exclusion ${name} from ${from} to ${to}; give a last day that is not before the first one`;
  }
  return undefined;
}

function isDate(text: string): boolean {
  return typeof text === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
}
