/** What a resource waits for, and what its references resolve to. */
import { recipeDigest } from '../../api/digest';
import { isArtifactResource, sourceOf } from '../../api/resource';
import type { ArtifactResource } from '../../api/resource';
import type { Reason } from '../../api/status';
import { CycleError, describe, gatesOf, isOpenTo, keyOf, keyOfResource, located, namespaceOf } from '../../expand';
import type { Artifact, Gate, Inputs } from '../../expand';
import type { Observed } from '../observe/observed';
import type { View } from './view';

/** Why a gate is closed. */
export interface Closed {
  readonly reason: Reason;
  readonly message: string;
  /** Whether it can never open as things are. */
  readonly isFinal?: boolean;
}

export type Resolution =
  /** All are Ready. */
  | { readonly state: 'open'; readonly inputs: Inputs }
  /** All are there and may be used, but not all are Ready; what they will be is known already. */
  | { readonly state: 'waiting'; readonly inputs: Inputs; readonly closed: Closed }
  | { readonly state: 'closed'; readonly closed: Closed };

export function resolve({ resource, find, platform }: Pick<View, 'resource' | 'find' | 'platform'>): Resolution {
  const cycle = cycleFrom(resource, find);
  if (cycle) return { state: 'closed', closed: { reason: 'DependencyCycle', message: new CycleError(cycle).message, isFinal: true } };
  const inputs: Record<string, Artifact> = {};
  let waiting: Closed | undefined;
  for (const gate of gatesOf(resource)) {
    const target = find(gate);
    const reference = { target, from: namespaceOf(resource), find };
    const refused = refusal(gate, reference);
    if (refused || !target) return { state: 'closed', closed: refused ?? notFound(gate, reference) };
    const artifact = publishedBy(target) ?? plannedBy(target, { find, platform });
    waiting ??= isPublished(target) ? undefined : notReady(gate, target, reference.from);
    if (!artifact) return { state: 'closed', closed: waiting ?? notReady(gate, target, reference.from) };
    inputs[gate.field] = artifact;
  }
  return waiting ? { state: 'waiting', inputs, closed: waiting } : { state: 'open', inputs };
}

interface Reference extends Pick<View, 'find'> {
  readonly target: Observed | undefined;
  readonly from: string;
}

/** Nothing tells whether a resource exists that one may not refer to. */
function refusal(gate: Gate, reference: Reference): Closed | undefined {
  const { target, from } = reference;
  if (gate.namespace !== from && !(target && isOpenTo(target, from))) {
    return {
      reason: 'ReferenceNotPermitted',
      message: `${describe(gate)} is not shared with namespace ${from}; its owner adds ${from} to spec.sharing.namespaces, if it exists`,
    };
  }
  return target && !target.metadata.deletionTimestamp ? undefined : notFound(gate, reference);
}

function notFound(gate: Gate, { from, find }: Reference): Closed {
  const other: Gate = { ...gate, kind: gate.kind === 'Model' ? 'Dataset' : 'Model' };
  const hint = gate.namespace === from && find(other) ? `, but there is ${describe(other)}` : '';
  return { reason: `${gate.kind}NotFound`, message: `waiting for ${describe(gate)}, which does not exist${hint}` };
}

/**
 * Says what keeps it where that takes a person; its progress it tells itself, and not a thousand Servers with it. The message may have
 * the output of its container in it, which is not for other namespaces.
 */
function notReady(gate: Gate, { status }: Observed, from: string): Closed {
  const stalled = status?.conditions?.find(({ type }) => type === 'Stalled');
  const details = gate.namespace === from ? `: ${stalled?.message}` : '; its owner can see why';
  const why = stalled ? `${stalled.reason}${details}` : 'not ready yet';
  return { reason: `${gate.kind}NotReady`, message: `waiting for ${describe(gate)} (${why})` };
}

function isPublished(target: Observed): boolean {
  return target.status?.ready === true && target.status.artifact !== undefined;
}

/** What a Ready resource has published. */
function publishedBy(target: Observed): Artifact | undefined {
  const { status, kind, metadata: { name, namespace } } = target;
  if (!isPublished(target) || !status?.artifact || (kind !== 'Model' && kind !== 'Dataset')) return undefined;
  const { recipeDigest: digest, url } = status.artifact;
  const source = sourceOf(target);
  return { kind, name, namespace, recipeDigest: digest, url, ...(source && { source }) };
}

/** What a resource will publish, told from its recipe and from those of its inputs. */
export function plannedBy(target: Observed, { find, platform }: Pick<View, 'find' | 'platform'>): Artifact | undefined {
  const digest = plannedDigest(target, find, []);
  if (!digest || !isArtifactResource(target)) return undefined;
  const { kind, metadata: { name } } = target;
  const source = sourceOf(target);
  return located(platform, { kind, name, namespace: namespaceOf(target), recipeDigest: digest, ...(source && { source }) });
}

/** `path`: what is on the way here, for others may go in a circle. */
function plannedDigest(target: Observed, find: View['find'], path: readonly Observed[]): string | undefined {
  if (target.status?.artifact) return target.status.artifact.recipeDigest;
  if (target.withheld) return target.withheld.recipe;
  if (path.includes(target)) return undefined;
  const digests: Record<string, string> = {};
  for (const gate of gatesOf(target)) {
    const next = find(gate);
    const digest = next && plannedDigest(next, find, [...path, target]);
    if (!digest) return undefined;
    digests[gate.field] = digest;
  }
  return recipeDigest(target as ArtifactResource, digests);
}

/** Where one may not look, there is nothing to be found: a circle would tell what is there. */
function openTo(current: Observed, target: Observed | undefined): Observed | undefined {
  return target && isOpenTo(target, namespaceOf(current)) ? target : undefined;
}

/** The way from a resource back to itself; `undefined` where it does not lead there. */
function cycleFrom(resource: Observed, find: View['find']): Observed[] | undefined {
  const start = keyOfResource(resource);
  const visit = (current: Observed, path: readonly Observed[]): Observed[] | undefined => {
    for (const gate of gatesOf(current)) {
      if (keyOf(gate) === start) return [...path];
      const next = openTo(current, find(gate));
      const found = next && !path.includes(next) ? visit(next, [...path, next]) : undefined;
      if (found) return found;
    }
    return undefined;
  };
  return isArtifactResource(resource) ? visit(resource, [resource]) : undefined;
}
