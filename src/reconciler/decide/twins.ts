/**
 * Twins: resources of the same recipe in one namespace, which have the same artifact. It belongs to all of them, and goes with the last
 * one, if none of those that are there then would keep it.
 */
import { sourceOf } from '../../api/resource';
import type { ArtifactResource } from '../../api/resource';
import type { Artifact } from '../../expand';
import type { Observed } from '../observe/observed';
import { stepVerdict, suspendedVerdict } from './artifact-verdict';
import { jobsOf } from './attempt';
import type { Decision } from './decision';
import { plannedBy } from './gates';
import type { ArtifactView } from './view';

/** Whether a resource takes its artifact with it: never files that were there before it. */
export function takesArtifact(resource: Pick<ArtifactResource, 'kind' | 'spec'>): boolean {
  return resource.spec.deletionPolicy === 'Delete' && sourceOf(resource) === undefined;
}

/** Who has the artifact when the resource goes: twins that stay, and those that go but leave it. */
export function heirsOf({ peers, find, platform }: ArtifactView, { url }: Artifact): readonly Observed[] {
  const isHeir = (peer: Observed) => !peer.metadata.deletionTimestamp || !takesArtifact(peer as ArtifactResource);
  const hasIt = (peer: Observed) => {
    const { artifact, artifacts } = peer.status ?? {};
    return [artifact?.url, artifacts?.url].includes(url) || plannedBy(peer, { find, platform })?.url === url;
  };
  return peers().filter((peer) => isHeir(peer) && hasIt(peer));
}

/**
 * What to do while a former twin's artifact is being deleted, which is this one's: nothing. What its own Jobs have seen in the bucket
 * meanwhile is void, and they go.
 */
export function awaitDeletion(view: ArtifactView, { recipeDigest: recipe, url }: Pick<Artifact, 'recipeDigest' | 'url'>): Decision | undefined {
  const [deletion] = view.deletions(recipe);
  if (!deletion) return undefined;
  const { owner, metadata: { name } } = deletion;
  const whose = owner ? `${owner.kind} ${owner.name}` : `Job ${name}`;
  const message = `waiting for ${whose}, which deletes the same artifact, ${url}`;
  return {
    desired: [],
    obsolete: [],
    inTheWay: (['check', 'publish'] as const).flatMap((step) => jobsOf(view.children, step, recipe)),
    verdict: view.resource.spec.suspend ? suspendedVerdict({ fields: { artifacts: { url } } }) : { ...stepVerdict('check', url), message },
  };
}
