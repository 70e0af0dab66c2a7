/** Which resources are to be looked at again, after something has changed. */
import { canonicalJson } from '../api/digest';
import { KINDS } from '../api/resource';
import { keyOf, keyOfResource } from '../expand';
import { dependentsOf, keyOfPod, leavingOf } from './caches';
import type { Caches } from './caches';
import type { Observed, ObservedChild } from './observed';

export function addTriggers(caches: Caches, enqueue: (key: string) => void): void {
  /* What is held back until its artifact is out of use. */
  const wakeLeaving = () => leavingOf(caches).forEach((resource) => enqueue(keyOfResource(resource)));
  for (const kind of KINDS) {
    caches.resources[kind].onChange((change) => {
      const resource = change.new ?? change.old;
      if (!resource) return;
      const key = keyOfResource(resource);
      if (!change.new || !change.old || concernsItself(change.old, change.new)) enqueue(key);
      if (!change.new || !change.old || concernsOthers(change.old, change.new)) {
        for (const dependent of dependentsOf(caches, key)) enqueue(keyOfResource(dependent));
      }
      if (!change.new || change.new.metadata.deletionTimestamp) wakeLeaving();
    });
  }
  for (const cache of caches.children.values()) {
    cache.onChange(({ old, new: now }) => {
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

/** Our own status writes need no second look. */
function concernsItself(old: Observed, now: Observed): boolean {
  return old.metadata.uid !== now.metadata.uid || part(old) !== part(now) || !sameStatus(old, now);
}

function part({ metadata: { generation, annotations, deletionTimestamp, finalizers } }: Observed): string {
  return canonicalJson({ generation, annotations, deletionTimestamp, finalizers });
}

function sameStatus(old: Observed, now: Observed): boolean {
  return canonicalJson(old.status ?? {}) === canonicalJson(now.status ?? {});
}

/** What dependants look at: whether it is there, Ready, what it has published, with whom it is shared. */
function concernsOthers(old: Observed, now: Observed): boolean {
  return old.metadata.uid !== now.metadata.uid || old.metadata.generation !== now.metadata.generation
    || old.metadata.deletionTimestamp !== now.metadata.deletionTimestamp || !sameStatus(old, now);
}

function keyOfOwner(child: ObservedChild | undefined): string | undefined {
  if (!child?.owner) return undefined;
  return keyOf({ kind: child.owner.kind, namespace: child.metadata.namespace ?? '', name: child.owner.name });
}
