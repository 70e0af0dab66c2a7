/** Kubernetes quantities, and the plain integers of the original Substratus. */
import type { QuantityOrInteger } from './resource';

/** What Kubernetes accepts as a quantity that is not negative, such as `500m`, `1.5`, `64Gi` or `2e3`. */
export const QUANTITY_PATTERN = '^\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$';

const QUANTITY = new RegExp(QUANTITY_PATTERN);
const INTEGER = /^[0-9]+$/;

const FACTORS: Readonly<Record<string, number>> = {
  'n': 1e-9, 'u': 1e-6, 'm': 1e-3, '': 1, 'k': 1e3, 'M': 1e6, 'G': 1e9, 'T': 1e12, 'P': 1e15, 'E': 1e18,
  'Ki': 2 ** 10, 'Mi': 2 ** 20, 'Gi': 2 ** 30, 'Ti': 2 ** 40, 'Pi': 2 ** 50, 'Ei': 2 ** 60,
};

export function isQuantity(value: unknown): boolean {
  return typeof value === 'number' ? Number.isSafeInteger(value) && value >= 0 : typeof value === 'string' && QUANTITY.test(value);
}

/** CPU as a quantity: an integer is a number of cores. */
export function cores(value: QuantityOrInteger): string {
  return String(value);
}

/** Memory or disk as a quantity: an integer is a number of GiB. */
export function gibibytes(value: QuantityOrInteger): string {
  return INTEGER.test(String(value)) ? `${value}Gi` : String(value);
}

/** The amount in base units: cores, or bytes. */
export function amountOf(quantity: string): number {
  const match = /^\+?([0-9.]+)(.*)$/.exec(quantity);
  const [, digits = '0', suffix = ''] = match ?? [];
  const factor = FACTORS[suffix] ?? Number(`1${suffix}`);
  return Number(digits) * factor;
}
