/** Whether something would be lost with the pods that run now: a computation, or the kernels of a notebook. */
import type { ObservedChild } from '../observe/observed';
import type { ObservedPod } from '../observe/pods';

/** Whether a Job computes: it has a pod on a node that is not stuck. What the cache does not know of yet counts too. */
export function isLive({ job, metadata: { uid } }: ObservedChild, pods: readonly ObservedPod[]): boolean {
  if (!job || job.outcome !== undefined || job.suspended) return false;
  const own = pods.filter(({ controller }) => controller === uid);
  return own.length === 0 ? job.active > 0 : own.some(isAtWork);
}

/**
 * Whether it has a node, and nothing keeps its containers from running. One that is being deleted may still save its work, and one that
 * has succeeded has done it: its Job says so only later.
 */
function isAtWork({ phase, isScheduled, trouble }: ObservedPod): boolean {
  return phase === 'Running' || phase === 'Succeeded' || (phase === 'Pending' && isScheduled && !trouble?.isStuck);
}
