/** The desired state for a resource of any kind. Pure: the same view gives the same decision. */
import { isArtifactResource } from '../../api/resource';
import { ExpandError, gpuRequestOf, noPoolFor, noRoomFor } from '../../expand';
import type { Observed, ObservedChild } from '../observe/observed';
import { decideArtifact } from './decide-artifact';
import { decideDeletion, letGo } from './decide-deletion';
import { decideServing } from './decide-serving';
import { inProgress, stalled } from './decision';
import type { Decision, Verdict } from './decision';
import { takesArtifact } from './twins';
import type { ArtifactView, ServingView, View } from './view';

export function decide(view: View): Decision {
  try {
    const decision = decideKind(view);
    return { ...decision, verdict: withGrant(withPools(decision.verdict, view), view.grant) };
  } catch (error) {
    return undecided(view, error);
  }
}

/** What runs is left alone, unless it is to be suspended; what was published stays in the status, where `artifactToDelete` finds it. */
function undecided({ children, resource: { spec: { suspend }, status = {} } }: View, error: unknown): Decision {
  const ready = !suspend && children.some(({ deployment }) => (deployment?.available ?? 0) > 0);
  const base = { desired: [], obsolete: [], inTheWay: suspend ? children.filter(runs) : [] };
  const { artifact, artifacts, ready: wasReady = false } = status;
  const kept = { ...(artifact && { artifact }), ...(artifacts && { fields: { artifacts } }) };
  if (error instanceof ExpandError) return { ...base, verdict: stalled('InvalidSpec', error.message, { ready, ...kept }) };
  const message = `the reconciler has failed at this resource, which is not the fault of its spec: ${error instanceof Error ? error.message : String(error)}; `
    + 'it tries again by itself; its log says more';
  const verdict = inProgress('ReconcilerError', message, { ready: ready || (artifact !== undefined && wasReady), ...kept });
  return { ...base, verdict, failure: error };
}

function runs({ job, deployment }: ObservedChild): boolean {
  return (job?.outcome === undefined && job?.suspended === false) || (deployment?.replicas ?? 0) > 0;
}

function decideKind(view: View): Decision {
  const { grant, children, resource } = view;
  if (grant?.isFatal && children.length === 0 && !resource.metadata.deletionTimestamp) {
    return { desired: [], obsolete: [], verdict: stalled('NoWorkspace', grant.problem) };
  }
  if (!isArtifact(view)) return view.resource.metadata.deletionTimestamp ? letGo() : decideServing(view as ServingView);
  if (view.resource.metadata.deletionTimestamp) return decideDeletion(view);
  return { ...decideArtifact(view), finalizer: takesArtifact(view.resource) };
}

function isArtifact(view: View): view is ArtifactView {
  return isArtifactResource(view.resource as Observed);
}

/** No node fits, and none will: who wrote the resource or the platform can mend that. Without pools nobody knows which nodes there are. */
function withPools(verdict: Verdict, { platform, resource: { spec } }: View): Verdict {
  if (verdict.reason !== 'Unschedulable') return verdict;
  const request = gpuRequestOf(spec.resources, platform);
  const noPool = request && (platform.gpuPools ?? []).length > 0 ? noPoolFor(request, platform) : undefined;
  const problem = noPool ?? noRoomFor(spec, platform);
  return problem ? { ...verdict, message: `${verdict.message}; ${problem}`, reconciling: false, stalled: true } : verdict;
}

const FAILURES: readonly string[] = [
  'CheckFailed', 'RunFailed', 'PublishFailed', 'DeletionFailed', 'BuildFailed', 'CrashLooping', 'VolumePending',
];

/** Where something has failed, what the cloud may not have granted is worth saying. */
function withGrant(verdict: Verdict, grant: View['grant']): Verdict {
  if (!grant || verdict.ready || !FAILURES.includes(verdict.reason)) return verdict;
  return { ...verdict, message: `${verdict.message}; ${grant.problem}` };
}
