/** How far a Server or Notebook is. */
import { PICKER_ROLE, WORKLOAD_KINDS } from '../../expand';
import type { Inputs } from '../../expand';
import type { DeploymentState, ObservedChild } from '../observe/observed';
import type { Closed } from './gates';
import type { ServingView } from './view';

/** What a Server or Notebook is on its way to. */
export interface Serving {
  readonly view: ServingView;
  /** What runs its pods: a Deployment, or a LeaderWorkerSet. */
  readonly deployment?: ObservedChild;
  /** What has run them before the Server was given another number of `nodes`, and does as yet. */
  readonly former?: ObservedChild;
  readonly inputs: Inputs;
  /** Why the next revision has to wait; `undefined` if it need not. */
  readonly closed?: Closed;
  /** Whether the pods stay as they are for now, for another model is asked for, which is not Ready. */
  readonly isHeld: boolean;
  readonly culledAt?: string;
}

/** Whether a child is what runs the pods that serve. */
export function servesItself({ kind, role }: ObservedChild): boolean {
  return WORKLOAD_KINDS.includes(kind) && role !== PICKER_ROLE;
}

/** Whether all pods are of the latest revision, and answer. */
export function isComplete({ isObserved, updated, current, replicas, available }: DeploymentState): boolean {
  return isObserved && updated >= replicas && current === updated && available >= replicas;
}
