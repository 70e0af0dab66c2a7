/** How the number of replicas of a Server follows the demand, in the wire format, and what is wrong with it. Pure. */
import { secondsOf } from './duration';
import { formatValue } from './format-value';

/** What a request gets that comes while no replica is ready. */
export type ColdStart = 'wait' | 'retryAfter';

/** With `cpu` or `metric` by a plain HorizontalPodAutoscaler, else by KEDA and its HTTP add-on. */
export interface AutoscalingSpec {
  /** Fewest replicas; with 0 nothing runs while there are no requests. Default: 1. */
  readonly min?: number;
  readonly max: number;
  /** Requests in flight for each replica. Default: 16. */
  readonly concurrency?: number;
  /** How long a replica that is not needed is kept; a duration such as `15m`. Default: `startupTimeout`. */
  readonly idle?: string;
  /** `wait`: the request is held until a replica answers; `retryAfter`: it gets 503 with `Retry-After`. Default: `wait`. */
  readonly coldStart?: ColdStart;
  /** What `Retry-After` says; a duration such as `30s`. Default: 30s. */
  readonly retryAfter?: string;
  /** Percentage of the CPU that the pods request, on average. */
  readonly cpu?: number;
  /** A metric of the pods that a metrics adapter serves. */
  readonly metric?: PodMetricSpec;
}

/** A metric of `custom.metrics.k8s.io`. */
export interface PodMetricSpec {
  readonly name: string;
  /** Value for each replica, on average: a number, or a quantity of Kubernetes. */
  readonly average: number | string;
}

/** The most replicas that a Server may ask for. */
export const MOST_REPLICAS = 1000;
export const DEFAULT_CONCURRENCY = 16;
export const DEFAULT_RETRY_AFTER = '30s';

/** Whether a plain HorizontalPodAutoscaler does it. */
export function isByHpa({ cpu, metric }: AutoscalingSpec): boolean {
  return cpu !== undefined || metric !== undefined;
}

/** Fields that KEDA alone has. */
const OF_KEDA = ['concurrency', 'idle', 'coldStart', 'retryAfter'] as const;

/** What is wrong with it, in words for its author; `undefined` if nothing is. */
export function autoscalingProblem(autoscaling: AutoscalingSpec, startupTimeout: string): string | undefined {
  const { min = 1, max } = autoscaling;
  for (const [field, value, least] of [['min', min, 0], ['max', max, 1]] as const) {
    if (!(Number.isInteger(value) && value >= least && value <= MOST_REPLICAS)) {
      return `autoscaling.${field} is ${formatValue(value)}; give a whole number from ${least} to ${MOST_REPLICAS}`;
    }
  }
  if (min > max) return `autoscaling.min is ${min} but autoscaling.max is ${max}; raise max, or lower min`;
  return isByHpa(autoscaling) ? hpaProblem(autoscaling) : requestsProblem(autoscaling, startupTimeout);
}

function hpaProblem(autoscaling: AutoscalingSpec): string | undefined {
  const { min = 1, cpu, metric } = autoscaling;
  if (cpu !== undefined && metric) return 'autoscaling has cpu and metric; leave one of them out';
  const other = OF_KEDA.find((field) => autoscaling[field] !== undefined);
  if (other) return `autoscaling has ${cpu === undefined ? 'metric' : 'cpu'} and ${other}, which counts requests; leave one of them out`;
  if (min === 0) {
    return `autoscaling.min is 0 with ${cpu === undefined ? 'metric' : 'cpu'}, which is not measured where nothing runs; `
      + 'give a min of 1, or scale by concurrency, which wakes at a request';
  }
  return undefined;
}

function requestsProblem(autoscaling: AutoscalingSpec, startupTimeout: string): string | undefined {
  const { min = 1, concurrency = DEFAULT_CONCURRENCY, idle, coldStart, retryAfter } = autoscaling;
  if (!(Number.isInteger(concurrency) && concurrency >= 1)) return `autoscaling.concurrency is ${formatValue(concurrency)}; give a whole number, 1 or more`;
  if (retryAfter !== undefined && coldStart !== 'retryAfter') {
    return 'autoscaling.retryAfter is set but coldStart is wait, which answers when a replica is ready; set coldStart to retryAfter, or leave retryAfter out';
  }
  if (coldStart !== undefined && min > 0) {
    return `autoscaling.coldStart is ${coldStart} but autoscaling.min is ${min}, with which there is no cold start; give a min of 0, or leave coldStart out`;
  }
  if (idle === undefined || min > 0 || (secondsOf(idle) ?? Infinity) >= (secondsOf(startupTimeout) ?? 0)) return undefined;
  return `autoscaling.idle is ${idle} but startupTimeout is ${startupTimeout}: a replica could be stopped before it has answered, and start again and again; `
    + `give an idle of ${startupTimeout} or more, or a shorter startupTimeout`;
}
