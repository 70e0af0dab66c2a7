/** A Model or Dataset that goes, and that takes its artifact with it because its deletionPolicy says so. */
import type { Job } from 'kubernetes-types/batch/v1';
import { recipeDigest } from '../../api/digest';
import { ARTIFACT_FINALIZER } from '../../api/resource';
import type { ArtifactResource } from '../../api/resource';
import { artifactOf, deletionJob } from '../../expand';
import type { Artifact } from '../../expand';
import { isDeletion } from '../observe/caches';
import { intentOf } from '../observe/intent';
import { isJobOf } from '../observe/observed';
import type { Observed, ObservedChild } from '../observe/observed';
import { JOB_STEPS } from './attempt';
import { inProgress, stalled } from './decision';
import type { Decision } from './decision';
import { resolve } from './gates';
import { failureOf, jobTrouble } from './job-report';
import { heirsOf, takesArtifact } from './twins';
import type { ArtifactView } from './view';

export function decideDeletion(view: ArtifactView): Decision {
  const decision = decideWithout(view);
  const { artifact, artifacts } = view.resource.status ?? {};
  return { ...decision, verdict: { ...decision.verdict, artifact, ...(artifacts && { fields: { artifacts } }) } };
}

/** All but what was published, which stays in the status to the last. */
function decideWithout(view: ArtifactView): Decision {
  const { resource } = view;
  if (!resource.metadata.finalizers?.includes(ARTIFACT_FINALIZER)) return letGo();
  const artifact = artifactToDelete(view);
  if (!takesArtifact(resource) || !artifact) return letGo();
  const [job] = view.children.filter((child) => isDeletion(child) && !child.metadata.deletionTimestamp);
  /* One that deletes already cannot be called back, and who inherits waits for it. */
  if ((!job || job.job?.outcome === 'Failed') && heirsOf(view, artifact).length > 0) return letGo();
  return job ? deleting(view, job) : beginDeletion(view, artifact);
}

function beginDeletion(view: ArtifactView, artifact: Artifact): Decision {
  const users = view.users();
  if (users.length > 0) {
    return { desired: [], obsolete: [], verdict: inProgress('StillUsed', `its artifact is deleted once it is not used by ${users.join(', ')}`) };
  }
  /* Those on their way out too: their pods may still write. */
  const working = view.children.filter((child) => child.job?.outcome === undefined && JOB_STEPS.some((step) => isJobOf(child, step)));
  if (working.length > 0) {
    return { desired: [], obsolete: [], inTheWay: working, verdict: inProgress('Deleting', 'its Jobs are stopped, before its artifact is deleted') };
  }
  const object: Job = deletionJob(view.resource, view.platform, artifact);
  const intent = intentOf(view.resource, {});
  return {
    desired: [{ object: object as Decision['desired'][number]['object'], intent, inputs: {}, url: artifact.url }],
    obsolete: [],
    verdict: inProgress('Deleting', 'deleting its artifact'),
  };
}

/** Nothing blocks its deletion, and nothing is made for it any more: who deletes it may do so from its children upwards, or leave them. */
export function letGo(): Decision {
  return { desired: [], obsolete: [], finalizer: false, verdict: inProgress('Deleting', 'being deleted') };
}

/** What was published, or what a run that has begun may have begun to publish; `undefined` where nothing has begun. */
function artifactToDelete(view: ArtifactView): Artifact | undefined {
  const { resource, platform, children } = view;
  const published = resource.status?.artifact;
  const latched = children.find(({ job, applied }) => job && applied?.inputs)?.applied?.inputs;
  if (published && recipeDigest(resource, published.inputs) === published.recipeDigest) {
    const { kind, metadata: { name, namespace } } = resource as Observed & ArtifactResource;
    return { kind, name, namespace, recipeDigest: published.recipeDigest, url: published.url };
  }
  if (!children.some(({ job, role }) => job && (role === 'run' || role === 'publish'))) return undefined;
  const resolution = resolve(view);
  const inputs = latched ?? ('inputs' in resolution ? resolution.inputs : undefined);
  return inputs && artifactOf(resource, platform, inputs);
}

function deleting(view: ArtifactView, job: ObservedChild): Decision {
  if (job.job?.outcome === 'Complete') return letGo();
  if (job.job?.outcome === 'Failed') {
    const why = failureOf(job, view.pods) ?? job.job.message ?? '';
    const message = `its artifact could not be deleted: ${why}; delete Job ${job.metadata.name} to try again, or set spec.deletionPolicy to Retain to leave it`;
    return { desired: [], obsolete: [], verdict: stalled('DeletionFailed', message) };
  }
  const trouble = jobTrouble(job, view);
  return {
    desired: [],
    obsolete: [],
    verdict: inProgress(trouble?.reason ?? 'Deleting', trouble ? `deleting its artifact: ${trouble.message}` : 'deleting its artifact'),
  };
}
