/** Writes children, and never overwrites what belongs to someone else. */
import { OWNER_LABEL } from '../../api/labels';
import { APPLIED_ANNOTATION } from '../../api/resource';
import { engineOf } from '../../expand';
import type { Engine, KubeObject } from '../../expand';
import { ApiError } from '../kube/api-error';
import type { Client } from '../kube/client';
import { FIELD_MANAGER } from '../kube/client';
import type { LiveMetadata, LiveObject, ObjectRef, OwnerReference } from '../kube/types';
import { latchesOf, writeApplied } from '../observe/applied';
import type { Fingerprint } from '../observe/fingerprint';
import { fingerprintOf } from '../observe/fingerprint';
import { ownedBy } from '../observe/managed-fields';
import { observeChild } from '../observe/observed';
import type { Observed, ObservedChild } from '../observe/observed';
import { typeOf } from '../types';
import { adopt, isAdoptable } from './adoption';
import { writeOf } from './writes';
import type { Write } from './writes';

/** An object of that name is there, and is not ours. */
export class NameConflict extends Error {
  constructor(object: KubeObject) {
    super(`${object.kind} ${object.metadata?.name} already exists and belongs to someone else; rename it, or this resource`);
  }
}

/** The cluster does not have the type of an object, though its platform says so. */
export class EngineMissing extends Error {
  constructor({ kind }: KubeObject, public readonly engine: Engine) {
    super(`the cluster has no ${kind}, which ${engine.feature} needs; install ${engine.name}: ${engine.install}`);
  }
}

/** @throws EngineMissing if a write was refused for want of a type that an engine brings. */
export function throwIfMissing(error: unknown, object: KubeObject): void {
  const engine = engineOf(object.kind);
  if (engine && ApiError.isNotFound(error) && (error as ApiError).details?.kind !== 'namespaces') throw new EngineMissing(object, engine);
}

/** An object of that name is there, and is about to go. */
export class NotYetGone extends Error {
  constructor(object: KubeObject) {
    super(`waiting for the previous ${object.kind} ${object.metadata?.name} to go`);
  }
}

/** Makes or changes a child, and says what is there then. */
export async function write(client: Client, owner: Observed, { object, applied, child, keepsTemplate }: Write): Promise<ObservedChild> {
  const type = typeOf(object);
  const ref = { namespace: object.metadata?.namespace, name: object.metadata?.name ?? '' };
  if (!child) return make(client, owner, { object, applied, keepsTemplate, isRepair: false });
  const whole = keepsTemplate ? withTemplateOf(await client.get(type, ref), object) : object;
  const body = withMetadata(whole, { owner, text: writeApplied(applied), uid: child.metadata.uid });
  return observeChild(await client.apply(type, body, { force: true }), type.kind);
}

/**
 * The resource version of no object. What is applied with it is made where there is nothing of that name, and refused where there is
 * something, in one step: etcd counts from 1, which is its own first version.
 */
const NO_VERSION = '1';

/** Never touches what is there already, but to bring our own up to date or to take over what is equal. */
async function make(client: Client, owner: Observed, change: Write): Promise<ObservedChild> {
  const { object, applied } = change;
  const type = typeOf(object);
  let live: LiveObject | undefined;
  try {
    const body = withMetadata(object, { owner, text: writeApplied(applied), resourceVersion: NO_VERSION });
    return observeChild(await client.apply(type, body, { force: false }), type.kind);
  } catch (error) {
    if (!ApiError.isConflict(error)) throw error;
    live = await find(client, object);
    if (!live) throw error; // it has gone since
  }
  const child = observeChild(live, type.kind);
  if (child.owner?.uid === owner.metadata.uid) return bringUpToDate(client, owner, { change, child });
  if (isLeaving(child, owner)) throw new NotYetGone(object);
  if (!isAdoptable(live, object)) throw new NameConflict(object);
  await adopt(client, type, live);
  return bringUpToDate(client, owner, { change, child });
}

interface Found {
  readonly change: Write;
  readonly child: ObservedChild;
}

/** On its way out, or of a resource of the same name that was there before: it is collected. */
function isLeaving({ metadata, owner: former }: ObservedChild, { kind, metadata: { name } }: Observed): boolean {
  return metadata.deletionTimestamp !== undefined || (former?.kind === kind && former.name === name);
}

/** Ours, but not in the cache yet, or ours from now on. The template of a Job cannot change. */
async function bringUpToDate(client: Client, owner: Observed, { change, child }: Found): Promise<ObservedChild> {
  const { object, applied } = change;
  const next = writeOf({ object, ...latchesOf(applied), keepsTemplate: object.kind === 'Job' }, child, () => false);
  return next ? write(client, owner, next) : child;
}

async function find(client: Client, object: KubeObject): Promise<LiveObject | undefined> {
  const ref: ObjectRef = { namespace: object.metadata?.namespace, name: object.metadata?.name ?? '' };
  try {
    return await client.get(typeOf(object), ref);
  } catch (error) {
    if (ApiError.isNotFound(error)) return undefined;
    throw error;
  }
}

interface MetadataToWrite {
  readonly owner: Observed;
  readonly text: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

function withMetadata(object: KubeObject, { owner, text, uid, resourceVersion }: MetadataToWrite): KubeObject & { metadata: object } {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      annotations: { ...metadata?.annotations, [APPLIED_ANNOTATION]: text },
      ...ownership(owner, metadata),
    },
  };
}

/** By which an object is the owner's: Kubernetes knows owners in the same namespace only. */
export function ownership(owner: Observed, { namespace, labels }: KubeObject['metadata'] = {}): Pick<LiveMetadata, 'labels' | 'ownerReferences'> {
  if (namespace === owner.metadata.namespace) return { ownerReferences: [ownerReference(owner)] };
  return { labels: { ...labels, [OWNER_LABEL]: owner.metadata.uid } };
}

export function ownerReference({ apiVersion, kind, metadata: { name, uid } }: Observed): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The object with the pod template that we have applied before. */
function withTemplateOf(live: LiveObject, object: KubeObject): KubeObject {
  const owned = ownedBy(live, FIELD_MANAGER) as { spec?: { template?: unknown; leaderWorkerTemplate?: unknown } };
  const { spec } = object as { spec?: object };
  const { template, leaderWorkerTemplate } = owned.spec ?? {};
  const kept = leaderWorkerTemplate === undefined ? { template } : { leaderWorkerTemplate };
  return { ...object, spec: { ...spec, ...kept } } as KubeObject;
}

/** Whether the API server keeps something else than what was applied, such as where it does not know a field. */
export function differsFrom(child: ObservedChild, { object, keepsTemplate }: Pick<Write, 'object' | 'keepsTemplate'>): boolean {
  const wanted: Fingerprint = fingerprintOf(object);
  return child.live.rest !== wanted.rest || (!keepsTemplate && child.live.template !== wanted.template);
}
