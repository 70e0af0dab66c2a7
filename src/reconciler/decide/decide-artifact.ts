/** Models and Datasets: check, run, publish, each when the one before it has said so; and nothing once it is published. */
import { recipeDigest } from '../../api/digest';
import { sourceOf } from '../../api/resource';
import type { PublishedArtifact } from '../../api/status';
import { artifactOf, artifactUrl, namespaceOf, QUEUE_ROLE } from '../../expand';
import type { Child, Inputs, UsedArchive } from '../../expand';
import { intentOf } from '../observe/intent';
import type { ObservedChild } from '../observe/observed';
import type { ObservedPod } from '../observe/pods';
import { missingArchive } from './archives';
import { publishedVerdict, referencedVerdict, suspendedVerdict, waitingVerdict } from './artifact-verdict';
import { attemptOf, jobsOf, JOB_STEPS, newRetryOf, tokensOf } from './attempt';
import type { Attempt, JobStep } from './attempt';
import type { Decision } from './decision';
import { stalled } from './decision';
import { resolve } from './gates';
import type { Closed } from './gates';
import { desiredOf, pending } from './job-step';
import type { Progress } from './job-step';
import { isLive } from './liveness';
import { outcomeOf } from './outcome';
import type { Outcome } from './outcome';
import { awaitDeletion } from './twins';
import type { ArtifactView } from './view';

/** The archives that steps need. */
const ARCHIVES: Partial<Record<JobStep, UsedArchive['field']>> = { build: 'build.archive', run: 'code' };

/** How long the news of a pod may lag behind that of its Job. */
const NEWS_MS = 5000;

export function decideArtifact(view: ArtifactView): Decision {
  if (sourceOf(view.resource)) return refer(view);
  const published = publishedBefore(view);
  if (!published) return make(view);
  const waiting = awaitDeletion(view, published);
  if (waiting) return waiting;
  if (published.url === urlHere(view, published)) return done(view, published);
  const decision = make(view, published);
  return { ...decision, verdict: { ...decision.verdict, artifact: decision.verdict.artifact ?? published } };
}

/** Files that are there already: that they can be read is all that there is to find out. */
function refer({ resource, platform, expand }: ArtifactView): Decision {
  expand(resource, { platform, inputs: {} }); // it has no children, but fails where the files cannot be read
  return { desired: [], obsolete: [], verdict: referencedVerdict(artifactOf(resource, platform, {}), resource.spec.deletionPolicy) };
}

/** What the status says was published, as long as the spec still says the same. */
function publishedBefore({ resource }: ArtifactView): PublishedArtifact | undefined {
  const published = resource.status?.artifact;
  return published && recipeDigest(resource, published.inputs) === published.recipeDigest ? published : undefined;
}

/** Where it would be published now: the platform may have another bucket than it had. */
function urlHere({ resource, platform }: ArtifactView, { recipeDigest: digest }: PublishedArtifact): string {
  return artifactUrl(platform, { kind: resource.kind, namespace: namespaceOf(resource), recipeDigest: digest });
}

/** @param elsewhere what was published to another bucket than the platform has now. */
function make(view: ArtifactView, elsewhere?: PublishedArtifact): Decision {
  const latched = latchedInputs(view.children);
  if (latched) return advance(view, { inputs: latched, elsewhere });
  const resolution = resolve(view);
  return resolution.state === 'open' ? advance(view, { inputs: resolution.inputs, elsewhere }) : waitFor(view, resolution.closed);
}

interface Start {
  readonly inputs: Inputs;
  readonly elsewhere?: PublishedArtifact;
}

/** A run keeps the inputs that it was started with, whatever becomes of them. */
function latchedInputs(children: readonly ObservedChild[]): Inputs | undefined {
  const jobs = JOB_STEPS.flatMap((step) => jobsOf(children, step));
  return jobs.find(({ applied }) => applied?.inputs)?.applied?.inputs;
}

function waitFor({ resource }: ArtifactView, closed: Closed): Decision {
  const verdict = waitingVerdict(closed);
  return { desired: [], obsolete: [], verdict: resource.spec.suspend ? suspendedVerdict(verdict) : verdict };
}

/**
 * The published artifact stays as it is; of what made it, only the disk and what asked for its nodes go, once the status says what was
 * published. The finished pods go with it: as long as there is a pod that names it, Kubernetes keeps a claim.
 */
function done({ resource, children, pods }: ArtifactView, artifact: PublishedArtifact): Decision {
  const verdict = publishedVerdict(artifact);
  const isLeft = ({ role, kind }: ObservedChild) => (kind === 'PersistentVolumeClaim' && role === 'staging') || role === QUEUE_ROLE;
  const left = children.filter(isLeft);
  if (resource.status?.artifact?.url !== artifact.url || left.length === 0) return { desired: [], obsolete: [], verdict };
  return { desired: [], obsolete: left, spent: pods.filter(isSpent), verdict };
}

/** Whether a pod has ended that had the staging volume. */
function isSpent({ role, phase, isEnding }: ObservedPod): boolean {
  return (role === 'run' || role === 'publish') && (phase === 'Succeeded' || phase === 'Failed') && !isEnding;
}

/** Goes through the steps until one is not done. A step has begun only because the one before it was done. */
function advance(all: ArtifactView, { inputs, elsewhere }: Start): Decision {
  const { resource, platform } = all;
  const artifact = artifactOf(resource, platform, inputs);
  const waiting = awaitDeletion(all, artifact);
  if (waiting) return waiting;
  const view = elsewhere ? { ...all, children: all.children.filter(isOfBucket(artifact.url)) } : all;
  const tokens = tokensOf(resource, view.children, artifact.recipeDigest);
  const children = view.expand(resource, { platform, inputs, tokens });
  const progress: Progress = { view, artifact, inputs, intent: intentOf(resource, inputs), children };
  const steps = JOB_STEPS.filter((step) => children.some((child) => child.step === step));
  const begun = steps.filter((step) => jobsOf(view.children, step, artifact.recipeDigest).length > 0).pop();
  for (const step of steps.slice(begun ? steps.indexOf(begun) : 0)) {
    const attempt = attemptAt(progress, step);
    const archive = attempt.state === 'absent' ? ARCHIVES[step] : undefined;
    const missing = archive && missingArchive(view, archive);
    if (missing) return waitForArchive(progress, missing);
    if (attempt.state !== 'succeeded') return pending(progress, { step, attempt });
    const outcome = step === 'check' || step === 'publish' ? outcomeOf(attempt.job, view.pods) : undefined;
    if (outcome?.state === 'unknown') return askAgain(progress, { step, job: attempt.job });
    if (outcome?.published) return done(view, publishedBy(progress, attempt.job, outcome));
    if (elsewhere && step === 'check') return moved(progress, { elsewhere, check: attempt.job });
  }
  return vanished(progress);
}

function waitForArchive(progress: Progress, missing: Closed): Decision {
  const fields = { artifacts: { url: progress.artifact.url } };
  const verdict = { ...waitingVerdict(missing), fields };
  return {
    desired: desiredOf(progress, 'prepare'), obsolete: [],
    verdict: progress.view.resource.spec.suspend ? suspendedVerdict(verdict) : verdict,
  };
}

/** What Jobs have said of another bucket says nothing of this one. */
function isOfBucket(url: string): (child: ObservedChild) => boolean {
  return ({ job, applied }) => job === undefined || applied?.url === url;
}

interface Moved {
  readonly elsewhere: PublishedArtifact;
  readonly check: ObservedChild;
}

/** The platform has another bucket than when it was published: nothing is computed again for that alone. */
function moved(progress: Progress, { elsewhere, check }: Moved): Decision {
  const message = `it was published to ${elsewhere.url}, but the platform has ${progress.artifact.url} now, and it is not there; `
    + `copy it, then delete Job ${check.metadata.name} to look again, or create the resource again to produce it again`;
  return { desired: desiredOf(progress, 'prepare'), obsolete: [], verdict: stalled('BucketChanged', message) };
}

/** All steps have succeeded, and yet the bucket has nothing. */
function vanished(progress: Progress): Decision {
  const message = `${progress.artifact.url} was published but no longer exists; create the resource again to produce it again`;
  return { desired: desiredOf(progress, 'prepare'), obsolete: [], verdict: stalled('PublishFailed', message) };
}

function attemptAt({ view, artifact, intent, children }: Progress, step: JobStep): Attempt {
  const desired = children.find((child) => child.step === step && child.object.kind === 'Job') as Child;
  if (step === 'build') return attemptOf(desired, { children: view.children, intent, pods: view.pods });
  const isRetried = newRetryOf(view.resource, view.children) !== undefined;
  const goesOn = (job: ObservedChild) => !isRetried && isLive(job, view.pods);
  return attemptOf(desired, { children: view.children, intent, recipe: artifact.recipeDigest, goesOn });
}

function publishedBy(progress: Progress, { job, applied }: ObservedChild, outcome: Outcome): PublishedArtifact {
  const { artifact, inputs: { model, dataset } } = progress;
  const { contentDigest, bytes, files } = outcome as Extract<Outcome, { published: true }>;
  return {
    recipeDigest: artifact.recipeDigest,
    url: applied?.url ?? artifact.url,
    contentDigest, bytes, files,
    completedAt: job?.finishedAt,
    ...((model ?? dataset) && { inputs: { model: model?.recipeDigest, dataset: dataset?.recipeDigest } }),
  };
}

/** A Job has succeeded but nobody is left to say with what: the bucket knows, so that `check` runs again. */
function askAgain(progress: Progress, { step, job }: { readonly step: JobStep; readonly job: ObservedChild }): Decision {
  const { view, artifact } = progress;
  if (view.askedFor(job.metadata.uid) < NEWS_MS) return { ...pending(progress, { step, attempt: { state: 'running', job } }), lookAgainMs: NEWS_MS };
  const checks = jobsOf(view.children, 'check', artifact.recipeDigest);
  const fresh = checks.find(({ metadata }) => metadata.uid !== job.metadata.uid && (metadata.creationTimestamp ?? '') >= (job.job?.finishedAt ?? ''));
  if (!fresh) return pending(progress, { step: 'check', attempt: { state: 'absent', inTheWay: checks } });
  const attempt = attemptAt(progress, 'check');
  if (attempt.state !== 'succeeded') return pending(progress, { step: 'check', attempt });
  const outcome = outcomeOf(fresh, view.pods);
  if (outcome.state === 'unknown') return askAgain(progress, { step: 'check', job: fresh });
  if (outcome.published) return done(view, publishedBy(progress, fresh, outcome));
  return vanished(progress);
}
