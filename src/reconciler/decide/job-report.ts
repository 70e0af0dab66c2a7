/** What there is to say of a Job that is not done, or has failed. */
import { fullVolume } from '../observe/full-volume';
import type { ObservedChild } from '../observe/observed';
import { describeEnding, newestFirst } from '../observe/pods';
import type { Ending, ObservedPod, Trouble } from '../observe/pods';
import type { View } from './view';

function podsOf(job: ObservedChild, pods: readonly ObservedPod[]): ObservedPod[] {
  return newestFirst(pods.filter(({ controller }) => controller === job.metadata.uid));
}

/** Why a Job does not get on; none if it does. */
export function jobTrouble(job: ObservedChild, { pods, warnings }: Pick<View, 'pods' | 'warnings'>): Trouble | undefined {
  const [newest] = podsOf(job, pods).filter(({ isEnding }) => !isEnding);
  if (newest) return newest.trouble ?? startTrouble(newest, warnings);
  const warning = warnings.get(job.metadata.uid);
  return warning === undefined ? undefined : podlessTrouble(warning);
}

/** What Events say of a pod that does not start, such as a volume that cannot be mounted. */
export function startTrouble({ metadata: { uid } }: ObservedPod, warnings: View['warnings']): Trouble | undefined {
  const message = warnings.get(uid);
  return message === undefined ? undefined : { reason: 'VolumePending', message: `the pod does not start: ${message}`, isStuck: false };
}

/** What an API server or a controller says of pods that it refuses to make. */
export function podlessTrouble(message: string): Trouble {
  if (/exceeded quota/.test(message)) return { reason: 'QuotaExceeded', message: `no pod can be made: ${message}`, isStuck: false };
  const isRejected = /forbidden/.test(message) && !/service ?account/i.test(message); // ServiceAccounts are made where they are missing
  return { reason: isRejected ? 'Rejected' : 'NoPods', message: `no pod can be made: ${message}`, isStuck: isRejected };
}

/** Why a Job has failed, with the last words of its container; none where no pod is left to tell. */
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
  return job.role === 'run' && podsOf(job, pods).some(({ ending, isDisrupted }) => !isDisrupted && ending && fullVolume(ending) !== undefined);
}

/** Pods that a disruption has taken and that are not noted on the Job yet. */
export function newlyDisrupted(job: ObservedChild, pods: readonly ObservedPod[]): string[] {
  return podsOf(job, pods)
    .filter(({ isDisrupted, metadata: { uid } }) => isDisrupted && !job.job?.disrupted.includes(uid))
    .map(({ metadata: { uid } }) => uid);
}
