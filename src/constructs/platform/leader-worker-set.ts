import type { LeaderWorkerSetSpec } from '../../api/engines';
import { isLabelKey } from '../../api/names';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';

/** How LeaderWorkerSet, which runs a Server on many nodes, places the pods of a replica. */
export interface LeaderWorkerSetOptions {
  /**
   * Label of nodes that share a fast network, for example `cloud.google.com/gke-nodepool` or that of a rack. The pods of a replica are then
   * on nodes with the same value of it, on which no pods of other replicas are.
   *
   * @default - each pod is placed on its own
   */
  readonly exclusiveTopology?: string;
}

const OPTIONS = knownProps<LeaderWorkerSetOptions>({ exclusiveTopology: true });

/** @throws Error if a part of it cannot be. */
export function leaderWorkerSetSpec(options: LeaderWorkerSetOptions): LeaderWorkerSetSpec {
  const problem = optionsProblem('addLeaderWorkerSet', options, OPTIONS);
  if (problem) throw new Error(problem);
  const { exclusiveTopology } = options;
  if (exclusiveTopology === undefined) return {};
  if (typeof exclusiveTopology === 'string' && isLabelKey(exclusiveTopology)) return { exclusiveTopology };
  throw new Error(`exclusiveTopology is ${formatValue(exclusiveTopology)}; give the key of a label of nodes, for example cloud.google.com/gke-nodepool`);
}
