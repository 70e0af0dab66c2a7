/** A step of a Model or Dataset that is not done: what must exist, and what to report. */
import type { Job, JobSpec } from 'kubernetes-types/batch/v1';
import { IMAGE_DIGEST_ANNOTATION, QUEUE_ROLE } from '../../expand';
import type { Artifact, Child, Inputs, KubeObject } from '../../expand';
import type { Observed, ObservedChild } from '../observe/observed';
import { newestFirst } from '../observe/pods';
import type { ObservedPod } from '../observe/pods';
import { failedVerdict, outdatedVerdict, stepVerdict, suspendedVerdict } from './artifact-verdict';
import { isExhausted, jobsOf, retryOf } from './attempt';
import type { Attempt, JobStep } from './attempt';
import { stalled } from './decision';
import type { Decision, Desired, Verdict } from './decision';
import { attemptWords, failureOf, hasFilledVolume, jobTrouble, newlyDisrupted } from './job-report';
import { isLive } from './liveness';
import { queueNeeds, withoutSpentRequests } from './queue';
import type { QueueNeeds } from './queue';
import type { ArtifactView } from './view';

/** How far a Model or Dataset is. */
export interface Progress {
  readonly view: ArtifactView;
  readonly artifact: Artifact;
  readonly inputs: Inputs;
  readonly intent: string;
  /** What expansion asks for. */
  readonly children: readonly Child[];
}

interface Pending {
  readonly step: JobStep;
  readonly attempt: Exclude<Attempt, { state: 'succeeded' }>;
}

export function desiredOf({ view, children, intent, inputs, artifact: { url } }: Progress, step: Child['step']): Desired[] {
  return children.filter((child) => child.step === step).map(({ object }) => ({
    object, intent, inputs, url, ...(object.kind === 'Job' && { retry: retryOf(view.resource) }),
  }));
}

export function pending(progress: Progress, { step, attempt }: Pending): Decision {
  if (attempt.state === 'running') return running(progress, { step, job: attempt.job, isOutdated: attempt.isOutdated });
  const decision = attempt.state === 'failed' ? failed(progress, { step, job: attempt.job }) : absent(progress, { step, inTheWay: attempt.inTheWay });
  return withoutSpentRequests(decision, progress.view.children);
}

interface Absent {
  readonly step: JobStep;
  readonly inTheWay: readonly ObservedChild[];
}

function absent(progress: Progress, { step, inTheWay }: Absent): Decision {
  const { view: { resource }, artifact: { url } } = progress;
  const prepared = desiredOf(progress, 'prepare');
  const fields = { artifacts: { url } };
  const { suspend } = resource.spec;
  if (inTheWay.length > 0) {
    const verdict = { ...stepVerdict(step, url), message: `${step} will restart once the previous Job is deleted` };
    return { desired: prepared, obsolete: [], inTheWay, verdict: suspend ? suspendedVerdict({ fields }) : verdict };
  }
  if (suspend) return { desired: prepared, obsolete: [], verdict: suspendedVerdict({ fields }) };
  return { desired: [...prepared, ...stepObjects(progress, step)], obsolete: [], verdict: stepVerdict(step, url) };
}

/** The objects of a step; `publish` is told which image has run. */
function stepObjects(progress: Progress, step: JobStep): Desired[] {
  return desiredOf(progress, step).map((desired) => (
    step === 'publish' && desired.object.kind === 'Job' ? { ...desired, object: withImageDigest(desired.object, ranImage(progress)) } : desired
  ));
}

function ranImage({ view: { children, pods }, artifact }: Progress): string {
  const runs = jobsOf(children, 'run', artifact.recipeDigest).filter(({ job }) => job?.outcome === 'Complete');
  const own = newestFirst(pods).filter(({ controller }) => runs.some(({ metadata }) => metadata.uid === controller));
  return own.find(({ phase, imageDigest }) => phase === 'Succeeded' && imageDigest)?.imageDigest ?? '';
}

function withImageDigest(object: KubeObject, imageDigest: string): KubeObject {
  const job = object as Job;
  const template = job.spec?.template;
  const annotations = { ...template?.metadata?.annotations, [IMAGE_DIGEST_ANNOTATION]: imageDigest };
  return { ...job, spec: { ...job.spec, template: { ...template, metadata: { ...template?.metadata, annotations } } } } as KubeObject;
}

function running(progress: Progress, { step, job, isOutdated }: Begun): Decision {
  const { view, artifact: { url } } = progress;
  const { suspend } = view.resource.spec;
  const pods = newlyDisrupted(job, view.pods);
  const disrupted = pods.length > 0 && { disrupted: { job, pods: [...job.job?.disrupted ?? [], ...pods] } };
  const isOver = isExhausted(job);
  const queue = queueOf(progress, { step, job });
  const { inTheWay } = queue;
  const desired = [...desiredOf(progress, 'prepare'), ...queue.desired, ...kept(progress, { step, job, change: endOf(job, view.pods) })];
  const verdict = suspend ? suspendedVerdict({ fields: { artifacts: { url } } })
    : isOver ? stalled('TooManyDisruptions', tooManyDisruptions(job), { fields: { artifacts: { url } } })
      : withAttempt(stepVerdict(step, url, courseOf(view, { step, job, queue })), attemptWords(job, view.pods));
  const decision = {
    desired, obsolete: [], verdict: isOutdated && !suspend ? outdatedVerdict(verdict) : verdict, ...disrupted,
    ...(inTheWay.length > 0 && { inTheWay }), ...(queue.lookAgainMs !== undefined && { lookAgainMs: queue.lookAgainMs }),
  };
  return withoutSpentRequests(decision, view.children, queue.kept);
}

/** What a run asks for its nodes by; nothing where it must not go on. */
function queueOf(progress: Progress, { step, job }: Begun): QueueNeeds {
  const { view } = progress;
  const waits = step === 'run' && !view.resource.spec.suspend && !isExhausted(job);
  return waits ? queueNeeds(view, job, desiredOf(progress, step).filter(isOfQueue)) : { desired: [], inTheWay: [], kept: [] };
}

function isOfQueue({ object }: Desired): boolean {
  return object.metadata?.labels?.role === QUEUE_ROLE;
}

function courseOf(view: ArtifactView, { step, job, queue }: Begun & { readonly queue: QueueNeeds }): Parameters<typeof stepVerdict>[2] {
  return { trouble: queue.trouble ?? jobTrouble(job, view), ...(step === 'run' && { progress: view.progress }) };
}

/** What ends a Job that must not try again: suspension where it may go on later, no more attempts where another would fail alike. */
function endOf(job: ObservedChild, pods: readonly ObservedPod[]): Pick<JobSpec, 'suspend' | 'backoffLimit'> | undefined {
  if (isExhausted(job)) return { suspend: true };
  /* Not below an attempt that runs: the Job controller would end it. */
  return !isLive(job, pods) && hasFilledVolume(job, pods) ? { backoffLimit: 0 } : undefined;
}

function withAttempt(verdict: Verdict, words: string | undefined): Verdict {
  return words === undefined ? verdict : { ...verdict, message: `${verdict.message}; ${words}` };
}

function tooManyDisruptions({ job }: ObservedChild): string {
  return `its pods were taken away ${job?.disrupted.length} times, as happens to spot machines; use resources.capacity on-demand, `
    + 'or give annotation substratus.ai/retry another value to go on';
}

interface Begun {
  readonly step: JobStep;
  readonly job: ObservedChild;
  readonly isOutdated?: boolean;
}

/** The step's objects, with the Job that is there under its own name, and its template as it is: it cannot change. */
function kept(progress: Progress, { step, job, change }: Begun & { readonly change?: Pick<JobSpec, 'suspend' | 'backoffLimit'> }): Desired[] {
  return desiredOf(progress, step).filter((desired) => !isOfQueue(desired)).map((desired) => {
    if (desired.object.kind !== 'Job') return desired;
    const { metadata, spec, ...rest } = desired.object as Job;
    const { name, namespace } = job.metadata;
    const object = { ...rest, metadata: { ...metadata, name, namespace }, spec: { ...spec, ...change } };
    return { ...desired, object: object as KubeObject, keepsTemplate: true };
  });
}

function failed(progress: Progress, { step, job }: Begun): Decision {
  const { view: { resource, pods }, artifact: { url } } = progress;
  const verdict = failedVerdict(step, url, `${step} failed${attempts(job)}: ${failureOf(job, pods) ?? job.job?.message ?? 'its pods are gone, so the cause is unknown'}`);
  return { desired: desiredOf(progress, 'prepare'), obsolete: [], verdict: pods.some(isOf(job)) ? verdict : asBefore(resource, verdict) };
}

function attempts({ job }: ObservedChild): string {
  return (job?.failed ?? 0) > 1 ? ` after ${job?.failed} attempts` : '';
}

function isOf({ metadata: { uid } }: ObservedChild): (pod: ObservedPod) => boolean {
  return ({ controller }) => controller === uid;
}

/** Once the pods are gone, what was said of them is all that is known. */
function asBefore({ status }: Observed, verdict: Verdict): Verdict {
  const before = status?.conditions?.find(({ type, reason }) => type === 'Ready' && reason === verdict.reason);
  return before ? { ...verdict, message: before.message } : verdict;
}
