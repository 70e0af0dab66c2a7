/** Whether a resource fits, as far as the facts of its model are known. */
import type { Resource } from '../api/resource';
import { ExpandError, fitOf } from '../expand';
import { gib } from '../sizing/fit';
import type { Fit } from '../sizing/fit';
import type { ServingFit } from '../sizing/serving';
import { factsFor } from '../state/facts';
import type { ClusterState } from '../state/state';
import type { NodeFit } from './model';

/** `undefined` where nothing is computed, or where the resource cannot run: that is told otherwise. */
export function fitFor(cluster: ClusterState, resource: Resource): NodeFit | undefined {
  const fit = sizing(cluster, resource);
  if (!fit) return undefined;
  const { verdict, reason, usableGiB, parts } = fit;
  const room = roomOf(fit);
  return { verdict, reason, ...(room && { room }), ...(usableGiB !== undefined && { usableGiB }), parts };
}

/** Of a server how much it serves at once; of others how much of the memory they take. */
function roomOf(fit: Fit | ServingFit): string | undefined {
  if ('concurrency' in fit && fit.concurrency !== undefined && fit.contextLength !== undefined) {
    return `${fit.concurrency < 10 ? fit.concurrency.toFixed(1) : Math.floor(fit.concurrency)} × ${fit.contextLength} tokens`;
  }
  const { parts, usableGiB } = fit;
  if (parts.length === 0 || usableGiB === undefined) return undefined;
  return `${gib(parts.reduce((sum, part) => sum + part.gib, 0))} of ${gib(usableGiB)} GiB`;
}

function sizing(cluster: ClusterState, resource: Resource): Fit | undefined {
  try {
    const facts = factsFor(cluster, resource);
    return facts && cluster.platform && fitOf(resource, facts, cluster.platform);
  } catch (error) {
    if (error instanceof ExpandError) return undefined;
    throw error;
  }
}
