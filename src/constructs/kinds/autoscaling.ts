import type { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import type { AutoscalingSpec, ColdStart as WireColdStart } from '../../api/autoscaling';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';
import { duration } from '../checks/size';
import { ValidationError } from '../checks/validation-error';

/** What a request gets that comes while no replica is ready. */
export enum ColdStart {
  /** It is held until a replica answers it. The client has to wait that long: many give up after 10 minutes. */
  WAIT = 'wait',

  /** It gets 503 with `Retry-After`, and starts a replica all the same. */
  RETRY_AFTER = 'retryAfter',
}

/** How a Server is scaled by the requests that it has in flight. */
export interface ConcurrencyOptions {
  /**
   * Fewest replicas. With 0 nothing runs while there are no requests, and the next request starts a replica.
   *
   * @default 1
   */
  readonly min?: number;

  /** Most replicas. */
  readonly max: number;

  /**
   * Requests in flight for each replica, beyond which another one starts. Those that are held count.
   *
   * @default 16
   */
  readonly target?: number;

  /**
   * How long a replica that is not needed is kept. With a `min` of 0 it may not be shorter than `startupTimeout`.
   *
   * @default - `startupTimeout`
   */
  readonly idle?: Duration;

  /**
   * What a request gets that comes while no replica is ready. With a `min` of 0 only.
   *
   * @default ColdStart.WAIT
   */
  readonly coldStart?: ColdStart;

  /**
   * When a client should come back. With `ColdStart.RETRY_AFTER` only.
   *
   * @default Duration.seconds(30)
   */
  readonly retryAfter?: Duration;
}

/** How a Server is scaled by a HorizontalPodAutoscaler. Exactly one of `cpu` and `metricName` is given. */
export interface HpaOptions {
  /**
   * Fewest replicas, 1 or more.
   *
   * @default 1
   */
  readonly min?: number;

  /** Most replicas. */
  readonly max: number;

  /**
   * Percentage of the CPU that the pods request, on average. The cluster needs its metrics server for that.
   *
   * @default - `metricName` decides
   */
  readonly cpu?: number;

  /**
   * A metric of the pods, such as `vllm:num_requests_waiting`, which an adapter for `custom.metrics.k8s.io` serves. With `metricAverage`.
   *
   * @default - `cpu` decides
   */
  readonly metricName?: string;

  /**
   * Value of that metric for each replica, on average.
   *
   * @default - `cpu` decides
   */
  readonly metricAverage?: number;
}

const CONCURRENCY = knownProps<ConcurrencyOptions>({ min: true, max: true, target: true, idle: true, coldStart: true, retryAfter: true });
const HPA = knownProps<HpaOptions>({ min: true, max: true, cpu: true, metricName: true, metricAverage: true });

/** How the number of replicas of a Server follows the demand. */
export class Autoscaling {
  /**
   * By the requests in flight, to zero too: by KEDA and its HTTP add-on, which the platform says that the cluster has (`addKeda`). Clients
   * reach the Server by the name of its Service, as ever, and go through the interceptor of the add-on.
   */
  public static concurrency(options: ConcurrencyOptions): Autoscaling {
    return new Autoscaling((scope) => concurrencySpec(scope, options));
  }

  /** By the CPU or a metric of the pods: by a plain HorizontalPodAutoscaler, where KEDA is not wanted. Never to zero. */
  public static hpa(options: HpaOptions): Autoscaling {
    return new Autoscaling((scope) => hpaSpec(scope, options));
  }

  private constructor(private readonly spec: (scope: Construct) => AutoscalingSpec) {}

  /** As the resource has it. @internal */
  public _spec(scope: Construct): AutoscalingSpec {
    return this.spec(scope);
  }
}

/** The field of a Server. */
export function autoscalingSpec(scope: Construct, autoscaling: Autoscaling): AutoscalingSpec {
  if (autoscaling instanceof Autoscaling) return autoscaling._spec(scope);
  throw new ValidationError(scope, `autoscaling is ${formatValue(autoscaling)}; write for example Autoscaling.concurrency({ min: 0, max: 4 })`);
}

function concurrencySpec(scope: Construct, options: ConcurrencyOptions): AutoscalingSpec {
  check(scope, optionsProblem('Autoscaling.concurrency', options, CONCURRENCY));
  const { min, max, target, idle, coldStart, retryAfter } = options;
  return {
    ...(min !== undefined && { min }),
    max,
    ...(target !== undefined && { concurrency: target }),
    ...(idle !== undefined && { idle: duration(scope, 'autoscaling.idle', idle) }),
    ...(coldStart !== undefined && { coldStart: coldStart as WireColdStart }),
    ...(retryAfter !== undefined && { retryAfter: duration(scope, 'autoscaling.retryAfter', retryAfter) }),
  };
}

function hpaSpec(scope: Construct, options: HpaOptions): AutoscalingSpec {
  check(scope, optionsProblem('Autoscaling.hpa', options, HPA) ?? metricProblem(options));
  const { min, max, cpu, metricName: name, metricAverage: average } = options;
  return {
    ...(min !== undefined && { min }),
    max,
    ...(cpu !== undefined && { cpu }),
    ...(name !== undefined && average !== undefined && { metric: { name, average } }),
  };
}

function metricProblem({ cpu, metricName, metricAverage }: HpaOptions): string | undefined {
  if ((metricName === undefined) !== (metricAverage === undefined)) {
    const [given, missing] = metricName === undefined ? ['metricAverage', 'metricName'] : ['metricName', 'metricAverage'];
    return `autoscaling has ${given} but no ${missing}; give both`;
  }
  return cpu === undefined && metricName === undefined ? 'autoscaling has neither cpu nor metricName; give one of them' : undefined;
}

function check(scope: Construct, problem: string | undefined): void {
  if (problem) throw new ValidationError(scope, problem);
}
