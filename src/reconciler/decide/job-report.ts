/** What there is to say of a Job that is not done, or has failed. */
import { fullVolume } from '../observe/full-volume';
import type { ObservedChild } from '../observe/observed';
import { describeEnding, newestFirst } from '../observe/pods';
import type { Ending, ObservedPod, Trouble } from '../observe/pods';
import type { View } from './view';

function podsOf(job: ObservedChild, pods: readonly ObservedPod[]): ObservedPod[] {
  return newestFirst(pods.filter(({ controller }) => controller === job.metadata.uid));
}

/** Why a Job does not get on; `undefined` if it does. */
export function jobTrouble(job: ObservedChild, { pods, warnings }: Pick<View, 'pods' | 'warnings'>): Trouble | undefined {
  const [newest] = podsOf(job, pods).filter(({ isEnding }) => !isEnding);
  if (newest) return withPlace(newest.trouble ?? startTrouble(newest, warnings), job);
  const warning = warnings.get(job.metadata.uid);
  return warning === undefined ? undefined : podlessTrouble(warning, job.role);
}

/** What the kubelet says of an object that a pod needs: `secret "push" not found`, `configmap "ca" not found`. */
const NOT_FOUND = /\b(secret|configmap) "[^"]*" not found/i;

/** A build may run in another namespace than its resource, where who looks for a Secret does not look. */
function withPlace(trouble: Trouble | undefined, { role, metadata: { namespace } }: ObservedChild): Trouble | undefined {
  if (!trouble || role !== 'build' || !NOT_FOUND.test(trouble.message)) return trouble;
  return { ...trouble, message: `${trouble.message}; a build takes it from namespace ${namespace}: create it there` };
}

/** What Events say of a pod that does not start, such as a volume that cannot be mounted. */
export function startTrouble({ metadata: { uid } }: ObservedPod, warnings: View['warnings']): Trouble | undefined {
  const message = warnings.get(uid);
  return message === undefined ? undefined : { reason: 'VolumePending', message: `the pod does not start: ${message}`, isStuck: false };
}

/** What an API server says of a request above the limit that a LimitRange has set. */
const ABOVE_LIMIT = /must be less than or equal to (memory|cpu) limit/;

/** The roles of pods that run the user's program: what it asks for is said in the resource, of the others in the platform. */
const OF_USERS: readonly (string | undefined)[] = ['build', 'run', undefined];

/** What an API server or a controller says of pods that it refuses to make. */
export function podlessTrouble(message: string, role?: string): Trouble {
  if (/exceeded quota/.test(message)) return { reason: 'QuotaExceeded', message: `no pod can be made: ${message}`, isStuck: false };
  if (ABOVE_LIMIT.test(message)) {
    const field = OF_USERS.includes(role) ? 'resources.limits beside resources' : 'limits in podDefaults of the platform or of the workspace';
    const hint = `the limit is that of a LimitRange of the namespace: set ${field}, up to what it allows`;
    return { reason: 'Rejected', message: `no pod can be made: ${message}; ${hint}`, isStuck: true };
  }
  const isRejected = /forbidden/.test(message) && !/service ?account/i.test(message); // ServiceAccounts are made where they are missing
  return { reason: isRejected ? 'Rejected' : 'NoPods', message: `no pod can be made: ${message}`, isStuck: isRejected };
}

/** Why a Job has failed, with the last words of its container; `undefined` where no pod is left to tell. */
export function failureOf(job: ObservedChild, pods: readonly ObservedPod[]): string | undefined {
  const own = podsOf(job, pods);
  for (const { ending, failure } of own) {
    if (failure) return failure;
    if (ending && ending.exitCode !== 0) return describeFailure(job, ending);
  }
  return own.length > 0 ? job.job?.message : undefined;
}

function describeFailure({ role }: ObservedChild, ending: Ending): string {
  const full = role === 'run' ? fullVolume(ending) : undefined;
  return full === undefined ? describeEnding(ending) : `${full}: ${describeEnding(ending)}`;
}

/** Whether a run has failed for want of room on its volume, which another attempt finds as full as it was. */
export function hasFilledVolume(job: ObservedChild, pods: readonly ObservedPod[]): boolean {
  return job.role === 'run' && podsOf(job, pods).some(({ phase, ending, isDisrupted }) => phase === 'Failed' && !isDisrupted && ending && fullVolume(ending) !== undefined);
}

/** The Job controller waits for this long after the first failure, and twice as long after each more, but not for longer. */
const BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 600_000;

/**
 * Which attempt runs, or when the next one comes, and why the last one failed; `undefined` where none has failed yet.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy
 */
export function attemptWords(job: ObservedChild, pods: readonly ObservedPod[]): string | undefined {
  const { failed = 0, attempts = 1, outcome } = job.job ?? {};
  if (failed === 0 || outcome !== undefined) return undefined;
  const own = podsOf(job, pods);
  const last = own.find(({ phase }) => phase === 'Failed');
  const why = last && (last.failure ?? (last.ending && describeFailure(job, last.ending)));
  const isWaiting = own.every(({ phase }) => phase === 'Failed' || phase === 'Succeeded');
  const at = isWaiting ? nextAttempt(last, failed) : '';
  return `attempt ${failed + 1} of ${Math.max(attempts, failed + 1)}${at}${why === undefined ? '' : `; the last one failed: ${why}`}`;
}

function nextAttempt(last: ObservedPod | undefined, failed: number): string {
  const ended = Date.parse(last?.ending?.finishedAt ?? '');
  if (Number.isNaN(ended)) return ' comes soon';
  const at = new Date(ended + Math.min(LONGEST_BACKOFF_MS, BACKOFF_MS * 2 ** (failed - 1)));
  return ` comes at about ${at.toISOString().replace(/\.\d+Z$/, 'Z')}`;
}

/** Pods that a disruption has taken and that are not noted on the Job yet. */
export function newlyDisrupted(job: ObservedChild, pods: readonly ObservedPod[]): string[] {
  return podsOf(job, pods)
    .filter(({ isDisrupted, metadata: { uid } }) => isDisrupted && !job.job?.disrupted.includes(uid))
    .map(({ metadata: { uid } }) => uid);
}
