/** Events about resources, and about what runs for them. Pure. */
import { MANAGED_BY_LABEL, MANAGER_NAME } from '../../api/labels';
import { API_GROUP, KINDS } from '../../api/resource';
import type { Kind } from '../../api/resource';

/** As much of an Event of Kubernetes as is read. */
export interface KubeEvent {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly metadata: { readonly namespace?: string; readonly creationTimestamp?: string };
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly involvedObject: Involved;
}

interface Involved {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
}

/** An object that runs for a resource. */
export interface Child {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

export interface Told {
  /** Seconds since it was seen last. */
  readonly ageSeconds: number;
  readonly type: string;
  readonly reason: string;
  /** The resource that it is about in the end. */
  readonly resource: string;
  readonly namespace: string;
  /** What it is about itself, such as a Pod. */
  readonly object: string;
  readonly count: number;
  readonly message: string;
}

/** Types of what can have Events; for one call of kubectl. */
export const CHILD_TYPES = 'pods,jobs.batch,deployments.apps,replicasets.apps,persistentvolumeclaims';
export const CHILD_SELECTOR = `${MANAGED_BY_LABEL}=${MANAGER_NAME}`;

/** Those of our resources, the oldest first. Also of a child that is gone, where its name begins with that of one that is there. */
export function toldOf(events: readonly KubeEvent[], children: readonly Child[], nowMs: number): Told[] {
  const owners = new Map(children.flatMap((child) => {
    const owner = ownerOf(child);
    return owner === undefined ? [] : [[child.metadata.uid, owner] as const, [nameKey(child.kind, child.metadata), owner] as const];
  }));
  const timed = events.flatMap((event) => {
    const resource = resourceOf(event, owners);
    return resource === undefined ? [] : [{ event, resource, seenMs: seenMsOf(event) }];
  });
  return timed.sort((a, b) => a.seenMs - b.seenMs).map(({ event, resource, seenMs }) => ({
    ageSeconds: Math.max(0, Math.floor((nowMs - seenMs) / 1000)),
    type: event.type ?? 'Normal',
    reason: event.reason ?? '',
    resource,
    namespace: event.involvedObject.namespace ?? event.metadata.namespace ?? '',
    object: `${event.involvedObject.kind}/${event.involvedObject.name}`,
    count: event.series?.count ?? event.count ?? 1,
    message: event.message ?? '',
  }));
}

function resourceOf({ involvedObject }: KubeEvent, owners: ReadonlyMap<string, string>): string | undefined {
  const { kind = '', name = '', namespace, uid = '', apiVersion = '' } = involvedObject;
  if (apiVersion.startsWith(`${API_GROUP}/`) && KINDS.some((each) => each === kind)) return `${kind.toLowerCase()}/${name}`;
  return owners.get(uid) ?? owners.get(nameKey(kind, { name, namespace })) ?? (kind === 'Pod' ? ofJob({ name, namespace }, owners) : undefined);
}

/** A pod that is gone is that of a Job or ReplicaSet which is there. */
function ofJob({ name, namespace }: Named, owners: ReadonlyMap<string, string>): string | undefined {
  const controller = name.replace(/-[0-9a-z]{5}$/, '');
  return owners.get(nameKey('Job', { name: controller, namespace })) ?? owners.get(nameKey('ReplicaSet', { name: controller, namespace }));
}

interface Named {
  readonly name: string;
  readonly namespace?: string;
}

function nameKey(kind: string, { name, namespace = '' }: Named): string {
  return `${kind} ${namespace}/${name}`;
}

/** By its labels: `model: opt`. */
export function ownerOf({ metadata: { labels = {} } }: Pick<Child, 'metadata'>): string | undefined {
  const kind = KINDS.find((each: Kind) => labels[each.toLowerCase()] !== undefined);
  return kind && `${kind.toLowerCase()}/${labels[kind.toLowerCase()]}`;
}

function seenMsOf({ series, lastTimestamp, eventTime, metadata }: KubeEvent): number {
  return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0;
}
