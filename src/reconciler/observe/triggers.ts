/** Which resources are to be looked at again, after something has changed. */
import { canonicalJson } from '../../api/digest';
import { KINDS } from '../../api/resource';
import { keyOf, keyOfResource } from '../../expand';
import { dependentsOf, keyOfPod, leavingOf } from './caches';
import type { Caches } from './caches';
import type { Observed, ObservedChild } from './observed';

export function addTriggers(caches: Caches, enqueue: (key: string) => void): void {
  /* What is held back until its artifact is out of use. */
  const wakeLeaving = () => leavingOf(caches).forEach((resource) => enqueue(keyOfResource(resource)));
  for (const kind of KINDS) {
    caches.resources[kind].onChange(({ old, new: now, isOwn }) => {
      const resource = now ?? old;
      if (!resource) return;
      const key = keyOfResource(resource);
      if (!now || !old || differ(isOwn ? own : whole, old, now)) enqueue(key);
      if (!now || !old || differ(seenByOthers, old, now)) {
        for (const dependent of dependentsOf(caches, key)) enqueue(keyOfResource(dependent));
      }
      if (!now || now.metadata.deletionTimestamp) wakeLeaving();
    });
  }
  for (const cache of caches.children.values()) {
    cache.onChange(({ old, new: now, isOwn }) => {
      if (isOwn) return; // who has written it looks again by itself
      for (const key of new Set([old, now].map(keyOfOwner))) if (key !== undefined) enqueue(key);
      if (!now && old?.deployment) wakeLeaving();
    });
  }
  caches.pods.onChange(({ old, new: now }) => {
    const pod = now ?? old;
    const key = pod && keyOfPod(pod);
    if (key !== undefined) enqueue(key);
  });
}

function differ(part: (resource: Observed) => unknown, old: Observed, now: Observed): boolean {
  return canonicalJson(part(old)) !== canonicalJson(part(now));
}

/** All that a decision may rest on. */
function whole({ metadata: { uid, generation, annotations, deletionTimestamp, finalizers }, status }: Observed): unknown {
  return { uid, generation, annotations, deletionTimestamp, finalizers, status };
}

/** After an own write: what there is more to do for, once the status says it. */
function own({ status }: Observed): unknown {
  return { ready: status?.ready === true, artifact: status?.artifact };
}

/** What dependants look at: whether it is there, Ready, what it has published, with whom it is shared, and why it is stuck. */
function seenByOthers({ metadata: { uid, generation, deletionTimestamp }, status }: Observed): unknown {
  const stalled = status?.conditions?.find(({ type }) => type === 'Stalled');
  const { reason, message } = stalled ?? {};
  return { uid, generation, deletionTimestamp, ready: status?.ready === true, artifact: status?.artifact, reason, message };
}

function keyOfOwner(child: ObservedChild | undefined): string | undefined {
  if (!child?.owner) return undefined;
  return keyOf({ kind: child.owner.kind, namespace: child.metadata.namespace ?? '', name: child.owner.name });
}
