import type { Construct } from 'constructs';
import { cloudNamed } from '../../clouds/pods';
import { formatValue } from '../checks/format-value';
import { ValidationError } from '../checks/validation-error';

interface Taking {
  readonly cloudName: string;
  /** The props that the cloud takes; if absent, all. */
  readonly takes?: readonly string[];
}

/** Fails where a prop asks for what the cloud knows nothing of. What asks for nothing may be said to any cloud. */
export function checkReserved(scope: Construct, props: object, { cloudName, takes }: Taking): void {
  const other = takes && Object.entries(props).find(([key, value]) => asksForSomething(value) && !takes.includes(key));
  if (!other) return;
  const [key, value] = other;
  throw new ValidationError(scope, `${key} is ${formatValue(value)}, but ${cloudNamed(cloudName).title} takes only ${takes.join(', ')}; leave it out`);
}

function asksForSomething(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}
