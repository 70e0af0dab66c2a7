/** What is said of a resource in one line. Pure. */
import type { Reason } from '../../api/status';
import { describe, gatesOf, inOrder, keyOf, keyOfResource, namespaceOf } from '../../expand';
import { conditionOf, isTrue } from '../cluster/stored';
import type { Stored } from '../cluster/stored';

export type State = 'suspended' | 'waiting' | 'working' | 'ready' | 'stalled' | 'unseen';

export interface Row {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly state: State;
  /** Whether it can be used, also while it moves on to something new. */
  readonly isReady: boolean;
  readonly reason: string;
  readonly message: string;
  readonly ageSeconds: number;
  /** What it refers to that is not Ready. */
  readonly waitsFor: readonly string[];
  /** What refers to it. */
  readonly neededBy: readonly string[];
  /** How far a ready-made program is. */
  readonly progress?: string;
  /** Where it answers, or its artifact is. */
  readonly url?: string;
  /** Why what runs is older than what is declared. */
  readonly outdated?: string;
}

const WORKING: readonly string[] = ['Building', 'Checking', 'Running', 'Publishing', 'Starting', 'RollingOut', 'Deleting'] satisfies Reason[];
const ASLEEP: readonly string[] = ['Suspended', 'Culled'] satisfies Reason[];

/** Each after what it waits for, by namespace. */
export function rowsOf(resources: readonly Stored[], nowMs: number): Row[] {
  const byKey = new Map(resources.map((each) => [keyOfResource(each), each]));
  const needed = new Map<string, string[]>();
  for (const each of resources) {
    for (const gate of gatesOf(each)) needed.set(keyOf(gate), [...needed.get(keyOf(gate)) ?? [], titleIn(each, gate.namespace)]);
  }
  return ordered(resources).map((each) => rowOf(each, { byKey, nowMs, neededBy: needed.get(keyOfResource(each)) ?? [] }));
}

/** Of resources that wait for each other, the order given. */
function ordered(resources: readonly Stored[]): Stored[] {
  const namespaces = [...new Set(resources.map(namespaceOf))].sort();
  return namespaces.flatMap((namespace) => {
    const own = resources.filter((each) => namespaceOf(each) === namespace);
    try {
      return inOrder(own) as Stored[];
    } catch {
      return own;
    }
  });
}

interface Surroundings {
  readonly byKey: ReadonlyMap<string, Stored>;
  readonly neededBy: readonly string[];
  readonly nowMs: number;
}

function rowOf(resource: Stored, { byKey, neededBy, nowMs }: Surroundings): Row {
  const { kind, metadata: { name, creationTimestamp }, status } = resource;
  const { reason = '', message = '', status: ready } = conditionOf(resource, 'Ready') ?? {};
  const isReady = ready === 'True';
  const waitsFor = isReady ? [] : gatesOf(resource).flatMap((gate) => {
    const target = byKey.get(keyOf(gate));
    return target && isTrue(target, 'Ready') ? [] : [gate.namespace === namespaceOf(resource) ? `${gate.kind} ${gate.name}` : describe(gate)];
  });
  const outdated = conditionOf(resource, 'Outdated');
  const url = status?.url ?? status?.artifact?.url;
  return {
    kind, name, reason, message, isReady, waitsFor, neededBy,
    namespace: namespaceOf(resource),
    state: stateOf(resource, { reason, isReady }),
    ageSeconds: creationTimestamp === undefined ? 0 : Math.max(0, Math.floor((nowMs - Date.parse(creationTimestamp)) / 1000)),
    ...status?.progress !== undefined && { progress: status.progress },
    ...url !== undefined && { url },
    ...outdated?.status === 'True' && { outdated: outdated.message },
  };
}

function titleIn(resource: Stored, namespace: string): string {
  const { kind, metadata: { name } } = resource;
  return namespaceOf(resource) === namespace ? `${kind} ${name}` : describe({ kind, namespace: namespaceOf(resource), name });
}

function stateOf(resource: Stored, { reason, isReady }: { readonly reason: string; readonly isReady: boolean }): State {
  if (reason === '') return 'unseen';
  if (ASLEEP.includes(reason)) return 'suspended';
  if (isTrue(resource, 'Stalled')) return 'stalled';
  if (isReady && !isTrue(resource, 'Reconciling')) return 'ready';
  return WORKING.includes(reason) || isReady ? 'working' : 'waiting';
}
