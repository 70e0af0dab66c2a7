/** How many replicas of a Server run, and by which rules: what changes, in words. */
import { DEFAULT_CONCURRENCY, DEFAULT_RETRY_AFTER, isByHpa } from '../../api/autoscaling';
import type { AutoscalingSpec } from '../../api/autoscaling';
import type { Resource, ServerSpec } from '../../api/resource';
import { replicaRange } from '../../expand';
import { isSame } from '../changes';

/** Fields of a Server that decide how many replicas run. */
const FIELDS: readonly string[] = ['replicas', 'suspend', 'scaling', 'autoscaling'];

/** Whether a changed field decides how many replicas run: `replicas`, `autoscaling.max`. */
export function isOfScaling(field: string): boolean {
  return FIELDS.includes(field.split('.')[0] ?? '');
}

/** How many replicas there are: `undefined` where an autoscaler says. */
export function replicasOf({ spec }: Resource): number | undefined {
  const { replicas, scaling, autoscaling, suspend } = spec as ServerSpec;
  if (suspend) return 0;
  return scaling === 'external' || autoscaling ? undefined : replicas ?? 1;
}

/** What becomes of the replicas of a Server that goes on; `undefined` if nothing does. */
export function scalingWords(from: Resource, to: Resource): string | undefined {
  const [before, after] = [replicasOf(from), replicasOf(to)];
  const { autoscaling } = to.spec as ServerSpec;
  const { autoscaling: former, suspend } = from.spec as ServerSpec;
  if (before === after && (after === 0 || isSame(former, autoscaling))) return undefined;
  if (autoscaling) return autoscalingWords(suspend ? undefined : former, autoscaling);
  if (after === undefined) return 'scales by an autoscaler from now on';
  return before === undefined ? `scales to ${after}, and no longer by an autoscaler` : `scales from ${before} to ${after} replicas`;
}

function autoscalingWords(from: AutoscalingSpec | undefined, to: AutoscalingSpec): string {
  const { min, max } = replicaRange({ autoscaling: to });
  const isOfSameRange = from !== undefined && isSame(replicaRange({ autoscaling: from }), { min, max });
  return isOfSameRange ? `scales by other rules, and restarts nothing: ${otherRules(from, to).join('; ')}`
    : `scales between ${min} and ${max} replicas, as there is demand`;
}

/** Each in words, as it is with everything filled in. */
const RULES: readonly ((spec: AutoscalingSpec) => string | undefined)[] = [
  (spec) => (isByHpa(spec) ? measured(spec) : `a replica for each ${spec.concurrency ?? DEFAULT_CONCURRENCY} requests in flight`),
  (spec) => (isByHpa(spec) ? undefined : `one that is not needed is kept for ${spec.idle ?? 'as long as its startupTimeout'}`),
  (spec) => coldStartWords(spec),
];

function otherRules(from: AutoscalingSpec, to: AutoscalingSpec): string[] {
  return RULES.flatMap((rule) => (rule(from) === rule(to) ? [] : rule(to) ?? []));
}

function measured({ cpu, metric }: AutoscalingSpec): string {
  return metric ? `${metric.name} of ${metric.average} for each replica` : `${cpu} % of the CPU that its pods request`;
}

function coldStartWords({ min = 1, coldStart, retryAfter = DEFAULT_RETRY_AFTER }: AutoscalingSpec): string | undefined {
  if (min > 0) return undefined;
  return coldStart === 'retryAfter' ? `503 and Retry-After ${retryAfter} while it starts` : 'requests are held while it starts';
}
