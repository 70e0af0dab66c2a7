/** What the view shows of a resource. Pure. */
import type { Kind } from '../../src/api/resource';
import type { Condition, Reason, Status } from '../../src/api/status';

/** A stored resource, as much of it as is shown. */
export interface Shown {
  readonly kind?: Kind;
  readonly metadata: { readonly name: string; readonly uid: string; readonly creationTimestamp?: string; readonly generation?: number };
  readonly status?: Status;
}

export type State = 'waiting' | 'working' | 'ready' | 'stalled';

export interface Row {
  readonly kind: string;
  readonly name: string;
  readonly state: State;
  /** Whether it can be used, also while it moves on to something new. */
  readonly isReady: boolean;
  readonly reason: string;
  readonly message: string;
  readonly ageMs: number;
  /** Of `STEPS`. */
  readonly progress: number;
}

/** An artifact is checked, run and published; a server is gated, started and open. */
export const STEPS = 3;

const KIND_ORDER: readonly string[] = ['Dataset', 'Model', 'Server', 'Notebook'];

/** How many steps are behind a resource that is not done. One that waits for another has none behind it. */
const STEPS_BEFORE: Partial<Record<Reason, number>> = { Checking: 0, Building: 0, Running: 1, Publishing: 2, Starting: 1, RollingOut: 2 };

export function rowOf({ kind = 'Model', metadata, status = {} }: Shown, nowMs: number): Row {
  const ready = conditionOf(status, 'Ready');
  const { reason = '', message = '' } = ready ?? {};
  const isReady = ready?.status === 'True';
  const state = stateOf(status, { isReady, reason });
  const createdMs = metadata.creationTimestamp === undefined ? nowMs : Date.parse(metadata.creationTimestamp);
  return {
    kind, state, isReady, reason, message,
    name: metadata.name,
    ageMs: Math.max(0, nowMs - createdMs),
    progress: STEPS_BEFORE[reason as Reason] ?? (isReady ? STEPS : 0),
  };
}

/** In the order in which they depend on each other, and the older first. */
export function inOrder(rows: readonly Row[]): Row[] {
  const order = ({ kind }: Row): number => KIND_ORDER.indexOf(kind);
  return [...rows].sort((a, b) => order(a) - order(b) || b.ageMs - a.ageMs || (a.name < b.name ? -1 : 1));
}

function stateOf(status: Status, { isReady, reason }: { readonly isReady: boolean; readonly reason: string }): State {
  if (isTrue(status, 'Stalled')) return 'stalled';
  if (isReady && !isTrue(status, 'Reconciling')) return 'ready';
  return reason in STEPS_BEFORE ? 'working' : 'waiting';
}

function isTrue(status: Status, type: string): boolean {
  return conditionOf(status, type)?.status === 'True';
}

function conditionOf({ conditions = [] }: Status, type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}
