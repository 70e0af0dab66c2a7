/** The desired state: the outcome of looking at a resource, before anything is done. */
import type { PublishedArtifact, Reason, Status } from '../../api/status';
import type { KubeObject } from '../../expand';
import type { Latches } from '../observe/applied';
import type { ObservedChild } from '../observe/observed';
import type { ObservedPod } from '../observe/pods';

/** An object that must exist. */
export interface Desired extends Latches {
  readonly object: KubeObject;
  /** Whether its pod template stays as it is, if it is there. */
  readonly keepsTemplate?: boolean;
  /** Whether it is only brought up to date where it is there. */
  readonly onlyIfThere?: boolean;
}

/** What the status should say, before times and generations are filled in. */
export interface Verdict {
  readonly ready: boolean;
  readonly reason: Reason;
  readonly message: string;
  /** Whether something is going on that needs nobody. */
  readonly reconciling?: boolean;
  /** Whether a person is needed. */
  readonly stalled?: boolean;
  /** Conditions besides Ready, Reconciling and Stalled. */
  readonly conditions?: readonly { readonly type: string; readonly status: 'True' | 'False' | 'Unknown'; readonly reason: string; readonly message: string }[];
  readonly artifact?: PublishedArtifact;
  readonly fields?: Pick<Status, 'artifacts' | 'progress' | 'model' | 'url' | 'culledAt' | 'replicas' | 'selector'>;
}

export interface Decision {
  /** In the order in which they are applied. */
  readonly desired: readonly Desired[];
  /** What goes, once all of `desired` is there. */
  readonly obsolete: readonly ObservedChild[];
  /** Finished pods that hold what is obsolete. */
  readonly spent?: readonly ObservedPod[];
  /** What goes before anything else, because what is desired cannot be beside it. */
  readonly inTheWay?: readonly ObservedChild[];
  readonly verdict: Verdict;
  /** The Secret with a notebook's token, to be made if it is not there. */
  readonly secret?: { readonly name: string };
  /** Pods of a Job that a disruption has taken, to be remembered on it. */
  readonly disrupted?: { readonly job: ObservedChild; readonly pods: readonly string[] };
  /** Whether the finalizer must be present. */
  readonly finalizer?: boolean;
  /** A mistake of this program, because of which nothing could be decided. */
  readonly failure?: unknown;
  /** When to look again, though nothing may have happened. Milliseconds. */
  readonly lookAgainMs?: number;
}

export function stalled(reason: Reason, message: string, more: Partial<Verdict> = {}): Verdict {
  return { ready: false, reason, message, stalled: true, ...more };
}

export function inProgress(reason: Reason, message: string, more: Partial<Verdict> = {}): Verdict {
  return { ready: false, reason, message, reconciling: true, ...more };
}
