/** What is assumed where nothing declares it. Each is shown in the output, with its value. */
import { formatValue } from '../api/format-value';
import { nearest } from '../api/names';
import { PriceError } from './price-error';

/** Amounts a month. */
export interface Assumptions {
  readonly monthlyHours: number;
  readonly bucketGb: number;
  readonly registryGb: number;
  readonly natGb: number;
  readonly egressGb: number;
  readonly logsGb: number;
}

export type AssumptionName = keyof Assumptions;

export const DEFAULT_ASSUMPTIONS: Assumptions = {
  monthlyHours: 730, bucketGb: 500, registryGb: 50, natGb: 500, egressGb: 100, logsGb: 50,
};

const MOST_HOURS = 31 * 24;

const SHOWN: Readonly<Record<AssumptionName, (amount: string) => string>> = {
  monthlyHours: (amount) => `${amount} hours`,
  bucketGb: (amount) => `${amount} GB in each bucket`,
  registryGb: (amount) => `${amount} GB in each registry`,
  natGb: (amount) => `${amount} GB through NAT`,
  egressGb: (amount) => `${amount} GB to the internet`,
  logsGb: (amount) => `${amount} GB of logs`,
};

/** The defaults with what is given over them. */
export function assumptionsWith(given: Partial<Assumptions> = {}): Assumptions {
  for (const [name, value] of Object.entries(given)) {
    if (!isName(name)) {
      const meant = nearest(name, NAMES);
      throw new PriceError(`assumption ${name} does not exist; ${meant === undefined ? 'use one of' : `did you mean ${meant}? There are`} ${NAMES.join(', ')}`);
    }
    if (value !== undefined && !(typeof value === 'number' && Number.isFinite(value) && value >= 0)) {
      throw new PriceError(`assumption ${name} is ${formatValue(value)}; give a number, 0 or more, for example ${DEFAULT_ASSUMPTIONS[name]}`);
    }
    if (name === 'monthlyHours' && value !== undefined && !(value > 0 && value <= MOST_HOURS)) {
      throw new PriceError(`assumption ${name} is ${value}; give more than 0 and at most ${MOST_HOURS}, which are the hours of 31 days`);
    }
  }
  return { ...DEFAULT_ASSUMPTIONS, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

export const NAMES = Object.keys(DEFAULT_ASSUMPTIONS) as AssumptionName[];

function isName(name: string): name is AssumptionName {
  return Object.hasOwn(DEFAULT_ASSUMPTIONS, name);
}

/** Each in words, such as `500 GB in each bucket`. */
export function shownAssumptions(assumptions: Assumptions): string[] {
  return NAMES.map((name) => SHOWN[name](String(assumptions[name])));
}
