import { Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import type { Construct } from 'constructs';
import { durationOf } from '../../api/duration';
import { isQuantity } from '../../api/quantity';
import type { QuantityOrInteger } from '../../api/resource';
import { formatValue } from './format-value';
import { asValidation, ValidationError } from './validation-error';

const FLOOR = { rounding: SizeRoundingBehavior.FLOOR };

/** A size as the wire has it: whole GiB as an integer, others in MiB or KiB. */
export function quantity(scope: Construct, field: string, size: Size): QuantityOrInteger {
  return asValidation(scope, () => quantityOf(field, size));
}

/** The same where there is no construct to name. */
export function quantityOf(field: string, size: Size): QuantityOrInteger {
  if (!(size instanceof Size)) {
    const hint = isQuantity(size) ? 'a Size' : 'a quantity';
    throw new Error(`${field} is ${formatValue(size)}, which is not ${hint}; write for example Size.gibibytes(16)`);
  }
  const kibibytes = size.toKibibytes(FLOOR);
  if (!(kibibytes >= 2 ** 10)) throw new Error(`${field} is ${kibibytes} KiB; give 1 MiB or more, for example Size.gibibytes(16)`);
  if (kibibytes % 2 ** 20 === 0) return kibibytes / 2 ** 20;
  return kibibytes % 2 ** 10 === 0 ? `${kibibytes / 2 ** 10}Mi` : `${kibibytes}Ki`;
}

/** What is usual for a field, where it is not hours. */
const USUAL: Readonly<Record<string, string>> = {
  probeTimeout: 'Duration.seconds(5)', startupTimeout: 'Duration.minutes(30)', terminationGracePeriod: 'Duration.seconds(75)',
};

/** A duration as the wire has it. */
export function duration(scope: Construct, field: string, value: Duration): string {
  const { [field]: usual = 'Duration.hours(2)' } = USUAL;
  if (!(value instanceof Duration)) {
    throw new ValidationError(scope, `${field} is ${formatValue(value)}, which is not a Duration; write for example ${usual}`);
  }
  const seconds = value.toSeconds({ integral: false });
  if (!(Number.isSafeInteger(seconds) && seconds > 0)) throw new ValidationError(scope, `${field} is ${seconds} s; give whole seconds, 1 or more, for example ${usual}`);
  return durationOf(seconds);
}
