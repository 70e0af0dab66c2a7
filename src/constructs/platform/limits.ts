import type { Size } from 'cdk8s';
import type { LimitsSpec } from '../../api/resource';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';
import { quantityOf } from '../checks/size';

/** The most that a container may use. */
export interface LimitsOptions {
  /**
   * Cores, also parts of one. A container that wants more is slowed down.
   *
   * @default - no limit
   */
  readonly cpu?: number;

  /**
   * Memory. A container that takes more is killed.
   *
   * @default - no limit
   */
  readonly memory?: Size;
}

const LIMITS_PROPS = knownProps<LimitsOptions>({ cpu: true, memory: true });

/** The limits as the wire has them. @throws Error if they are none. */
export function limitsSpec(field: string, limits: LimitsOptions): LimitsSpec {
  const problem = optionsProblem(field, limits, LIMITS_PROPS);
  if (problem) throw new Error(problem);
  const { cpu, memory } = limits;
  if (cpu !== undefined && !(Number.isFinite(cpu) && cpu > 0)) {
    throw new Error(`${field}.cpu is ${formatValue(cpu)}; give a number of cores above 0, for example 2 or 0.5`);
  }
  return {
    ...(cpu !== undefined && { cpu: coresOf(cpu) }),
    ...(memory !== undefined && { memory: quantityOf(`${field}.memory`, memory) }),
  };
}

/** A whole number of cores, else millicores: not less than one, which is the least there is. */
export function coresOf(cpu: number): number | string {
  return Number.isInteger(cpu) ? cpu : `${Math.max(1, Math.round(cpu * 1000))}m`;
}
