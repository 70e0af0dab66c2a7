/** The status of a resource: a verdict, with generations and times. */
import { canonicalJson } from '../../api/digest';
import type { Condition, Status } from '../../api/status';
import type { Observed } from '../observe/observed';
import type { Verdict } from './decision';

/** The status to write, or nothing where it says so already. */
export function changedStatus({ metadata, status: before = {} }: Observed, verdict: Verdict, now: string): Status | undefined {
  const generation = metadata.generation ?? 0;
  const conditions = conditionsOf(verdict).map((condition) => ({
    ...condition,
    observedGeneration: generation,
    lastTransitionTime: sinceWhen(before.conditions, condition) ?? now,
  }));
  const status: Status = {
    ready: verdict.ready,
    observedGeneration: generation,
    conditions,
    ...(verdict.artifact && { artifact: verdict.artifact }),
    ...verdict.fields,
  };
  return canonicalJson(status) === canonicalJson(before) ? undefined : status;
}

type Draft = Omit<Condition, 'lastTransitionTime' | 'observedGeneration'>;

/** Ready always; Reconciling and Stalled only while they hold; in the order of their names, as the API server keeps them anyhow. */
function conditionsOf({ ready, reason, message, reconciling, stalled, conditions = [] }: Verdict): Draft[] {
  const all: Draft[] = [
    { type: 'Ready', status: ready ? 'True' : 'False', reason, message },
    ...(reconciling ? [{ type: 'Reconciling', status: 'True' as const, reason, message }] : []),
    ...(stalled ? [{ type: 'Stalled', status: 'True' as const, reason, message }] : []),
    ...conditions,
  ];
  return all.map((condition) => ({ ...condition, message: condition.message.slice(0, LONGEST_MESSAGE) }));
}

/** As `Condition` of meta/v1 has it. */
const LONGEST_MESSAGE = 32768;

function sinceWhen(before: readonly Condition[] = [], { type, status }: Draft): string | undefined {
  const same = before.find((condition) => condition.type === type);
  return same?.status === status ? same.lastTransitionTime : undefined;
}
