/** Which resources are to be looked at again, after something has changed. */
import { ARCHIVE_ROLE } from '../../api/archive';
import { canonicalJson } from '../../api/digest';
import { KINDS } from '../../api/resource';
import { keyOfResource } from '../../expand';
import type { Change } from '../kube/cache';
import { artifactsOf } from './applied';
import { allDependentsOf, dependentsOf, isDeletion, keyOfOwner, keyOfPod, leavingOf, resourcesIn, usersOfArchive } from './caches';
import type { Caches } from './caches';
import type { Observed, ObservedChild } from './observed';

export function addTriggers(caches: Caches, enqueue: (key: string) => void): void {
  const { homeOf } = caches;
  /* What is held back until its artifact is out of use. */
  const wakeLeaving = () => leavingOf(caches).forEach((resource) => enqueue(keyOfResource(resource)));
  for (const kind of KINDS) {
    caches.resources[kind].onChange(({ old, new: now, isOwn }) => {
      const resource = now ?? old;
      if (!resource) return;
      const key = keyOfResource(resource);
      if (!now || !old || differ(isOwn ? own : whole, old, now)) enqueue(key);
      for (const dependent of dependantsToWake(caches, key, { old, new: now })) enqueue(keyOfResource(dependent));
      if (!now || !old || now.metadata.deletionTimestamp || differ(use, old, now)) wakeLeaving();
    });
  }
  for (const cache of caches.children.values()) {
    cache.onChange(({ old, new: now, isOwn }) => {
      if (old?.applied && artifactsOf(old.applied).join() !== artifactsOf(now?.applied ?? {}).join()) wakeLeaving();
      if (!old || !now) wakeHeirs(caches, now ?? old, enqueue);
      if (isOwn) return; // the controller looks again after each of its writes
      const archive = now ?? old;
      if (archive?.role === ARCHIVE_ROLE) usersOfArchive(caches, archive).forEach((resource) => enqueue(keyOfResource(resource)));
      const owners = [old, now].flatMap((child) => (child ? keyOfOwner(child, homeOf) : []));
      for (const key of new Set(owners)) enqueue(key);
    });
  }
  for (const cache of caches.workspaceParts.values()) {
    cache.onChange(({ old, new: now }) => {
      if (old && !now) resourcesIn(caches, homeOf(old.metadata.namespace ?? '')).forEach((resource) => enqueue(keyOfResource(resource)));
    });
  }
  caches.pods.onChange(({ old, new: now }) => {
    const pod = now ?? old;
    const key = pod && keyOfPod(pod, homeOf);
    if (key !== undefined) enqueue(key);
  });
}

/** A Job that deletes an artifact has come or gone: those that have the same, or may have it, wait for that. */
function wakeHeirs({ resources }: Caches, child: ObservedChild | undefined, enqueue: (key: string) => void): void {
  if (!child?.owner || !isDeletion(child)) return;
  const { owner, applied, metadata: { namespace } } = child;
  const cache = resources[owner.kind];
  const unpublished = [...cache.list()].filter(({ metadata, status }) => metadata.namespace === namespace && !status?.artifact);
  const published = applied?.url === undefined ? [] : cache.by('artifact', applied.url);
  for (const resource of [...unpublished, ...published]) enqueue(keyOfResource(resource));
}

function differ(part: (resource: Observed) => unknown, old: Observed, now: Observed): boolean {
  return canonicalJson(part(old)) !== canonicalJson(part(now));
}

/** All that a decision may rest on; the generation stands for the spec. */
function whole({ metadata: { uid, generation, annotations, deletionTimestamp, finalizers }, status }: Observed): unknown {
  return { uid, generation, annotations, deletionTimestamp, finalizers, status };
}

/** After an own write: what there is more to do for, once the status says it. */
function own({ status }: Observed): unknown {
  return { ready: status?.ready === true, artifact: status?.artifact };
}

/** Those that look at it, and where another may come of it, or none, those that look at these: they plan with it. */
function dependantsToWake(caches: Caches, key: string, { old, new: now }: Change<Observed>): Iterable<Observed> {
  if (!now || !old || differ(plan, old, now)) return allDependentsOf(caches, key);
  return differ(seenByOthers, old, now) ? dependentsOf(caches, key) : [];
}

/** What tells which artifact will come of it. */
function plan({ metadata: { uid, generation, deletionTimestamp } }: Observed): unknown {
  return { uid, generation, deletionTimestamp };
}

/** Which artifacts it uses. */
function use({ metadata: { generation }, status }: Observed): unknown {
  return { generation, urls: [status?.artifact?.url, status?.artifacts?.url] };
}

/** What dependants look at: whether it is there, Ready, what it has published, with whom it is shared, and why it is stuck. */
function seenByOthers({ metadata: { uid, generation, deletionTimestamp }, status }: Observed): unknown {
  const stalled = status?.conditions?.find(({ type }) => type === 'Stalled');
  const { reason, message } = stalled ?? {};
  return { uid, generation, deletionTimestamp, ready: status?.ready === true, artifact: status?.artifact, reason, message };
}
