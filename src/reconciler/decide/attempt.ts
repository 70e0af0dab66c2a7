/** The Jobs of one step: which of them counts, and how it stands. */
import type { Job } from 'kubernetes-types/batch/v1';
import { RETRY_ANNOTATION } from '../../api/resource';
import type { Resource } from '../../api/resource';
import type { Child, RetryTokens, Step } from '../../expand';
import { isJobOf } from '../observe/observed';
import type { ObservedChild } from '../observe/observed';
import type { ObservedPod } from '../observe/pods';
import { isLive } from './liveness';

/** Steps that are Jobs, in their order. */
export const JOB_STEPS = ['build', 'check', 'run', 'publish'] as const;

export type JobStep = (typeof JOB_STEPS)[number];

/** The Jobs of a step, the newest first; those on their way out do not count. */
export function jobsOf(children: readonly ObservedChild[], step: JobStep, recipe?: string): ObservedChild[] {
  return children
    .filter((child) => isJobOf(child, step, recipe) && !child.metadata.deletionTimestamp)
    .sort((a, b) => compare(b.metadata.creationTimestamp, a.metadata.creationTimestamp) || compare(b.metadata.name, a.metadata.name));
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What its retry annotation says. */
export function retryOf({ metadata: { annotations } }: Resource): string | undefined {
  return annotations?.[RETRY_ANNOTATION];
}

/** The same, unless a Job was made for it, or when it was there already. */
export function newRetryOf(resource: Resource, children: readonly ObservedChild[]): string | undefined {
  const wanted = retryOf(resource);
  const isUsed = children.some(({ job, retry, applied }) => job && (retry === wanted || applied?.retry === wanted));
  return isUsed ? undefined : wanted;
}

/**
 * Which tokens the steps of a resource have: those of their newest Jobs, and the annotation's for the step that has failed, unless
 * it was for another step already, or there before the step began.
 */
export function tokensOf(resource: Resource, children: readonly ObservedChild[], recipe?: string): RetryTokens {
  const wanted = newRetryOf(resource, children);
  const tokens: Partial<Record<Step, string>> = {};
  for (const step of JOB_STEPS) {
    const jobs = jobsOf(children, step, recipe);
    const [newest] = jobs;
    const isOver = newest !== undefined && (newest.job?.outcome === 'Failed' || isExhausted(newest));
    const canRetry = isOver && wanted !== undefined && jobs.every(({ job }) => job?.outcome !== 'Complete');
    const token = canRetry ? wanted : newest?.retry;
    if (token !== undefined) tokens[step] = token;
  }
  return tokens;
}

/** Whether disruptions have taken more of its pods than is worth going on. */
export function isExhausted({ job }: ObservedChild): boolean {
  return job !== undefined && job.outcome === undefined && job.disrupted.length >= job.maxDisruptions;
}

/** How a step stands. */
export type Attempt =
  | { readonly state: 'succeeded'; readonly job: ObservedChild }
  /** `isOutdated`: it was made for an older spec, and goes on because its pod would be lost. */
  | { readonly state: 'running'; readonly job: ObservedChild; readonly isOutdated?: boolean }
  | { readonly state: 'failed'; readonly job: ObservedChild }
  /** None that counts: the Job is to be made, once what is in its way is gone. */
  | { readonly state: 'absent'; readonly inTheWay: readonly ObservedChild[] };

export interface Wanted {
  readonly children: readonly ObservedChild[];
  readonly intent: string;
  readonly recipe?: string;
  readonly pods?: readonly ObservedPod[];
  /** Whether a Job that is not over goes on as it is, though another is asked for. */
  readonly goesOn?: (job: ObservedChild) => boolean;
}

/** Compares the Jobs of a step with the one that expansion asks for now. */
export function attemptOf(desired: Child, { children, intent, recipe, pods = [], goesOn = () => false }: Wanted): Attempt {
  const { name, namespace } = desired.object.metadata ?? {};
  const all = jobsOf(children, desired.step as JobStep, recipe);
  const jobs = all.filter((job) => job.metadata.namespace === namespace || hasOutlived(job, pods));
  const token = (desired.object as Job).metadata?.annotations?.[RETRY_ANNOTATION];
  const isAsked = ({ metadata, retry, applied }: ObservedChild) => (
    metadata.name === name || (retry === token && applied?.intent === intent)
  );
  /* A recipe says what a Job has made, whatever it was called; of a build only its name does. */
  const succeeded = jobs.find(({ job, metadata }) => job?.outcome === 'Complete' && (recipe !== undefined || metadata.name === name));
  if (succeeded) return begun(succeeded);
  const active = jobs.filter(({ job }) => job?.outcome === undefined);
  const leaving = children.filter((child) => isJobOf(child, desired.step, recipe) && child.metadata.deletionTimestamp);
  const moved = all.filter((job) => job.job?.outcome === undefined && !jobs.includes(job));
  const counts = active.find(isAsked) ?? active[0] ?? jobs.find(({ metadata }) => metadata.name === name) ?? jobs[0];
  if (counts && isAsked(counts)) return begun(counts);
  if (counts && active.includes(counts) && goesOn(counts)) return { state: 'running', job: counts, isOutdated: true };
  return { state: 'absent', inTheWay: [...active, ...moved, ...leaving] };
}

/**
 * Whether a Job counts in a namespace where none would be made any more, since its workspace has got one to build in: if it is done or at
 * work. What waits or has failed there may have no rights left, and is made where it belongs.
 */
function hasOutlived(job: ObservedChild, pods: readonly ObservedPod[]): boolean {
  return job.job?.outcome === 'Complete' || isLive(job, pods);
}

function begun(job: ObservedChild): Attempt {
  switch (job.job?.outcome) {
    case 'Complete': return { state: 'succeeded', job };
    case 'Failed': return { state: 'failed', job };
    default: return { state: 'running', job };
  }
}
