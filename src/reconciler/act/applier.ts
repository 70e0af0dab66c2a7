/** Carries out a decision: makes what is missing, puts right what differs, and only then takes away what is not needed. */
import { randomBytes } from 'node:crypto';
import { MANAGED_BY } from '../../api/labels';
import { ARTIFACT_FINALIZER } from '../../api/resource';
import { WORKLOAD_KINDS } from '../../expand';
import type { KubeObject } from '../../expand';
import type { Decision } from '../decide/decision';
import { ApiError } from '../kube/api-error';
import type { Client, RemoveOptions } from '../kube/client';
import type { ObjectRef, ResourceType } from '../kube/types';
import type { Caches } from '../observe/caches';
import { childrenOf } from '../observe/caches';
import { DISRUPTED_ANNOTATION, observeResource } from '../observe/observed';
import type { Observed, ObservedChild } from '../observe/observed';
import { PODS, RESOURCE_TYPES, SECRETS, typeOf } from '../types';
import { differsFrom, ownerReference, throwIfMissing, write } from './apply';
import type { Workspaces } from './workspace';
import { NoBuildNamespace } from './write-error';
import { writeOf } from './writes';
import type { Write } from './writes';

export interface ApplierContext {
  readonly client: Client;
  readonly caches: Caches;
  readonly workspaces: Workspaces;
  /** The token of a notebook; `undefined` while the key is not there. */
  readonly tokenOf: (uid: string) => string | undefined;
  /** Told of what someone else had changed, and was put right. */
  readonly onRepair: (resource: Observed, child: ObservedChild) => void;
}

/** Kinds that pods come from, so that their namespace has to be a workspace. */
const NEED_WORKSPACE = ['Job', ...WORKLOAD_KINDS];

export class Applier {
  /** How the API server has made objects that it does not keep as they are applied, by uid. */
  private readonly accepted = new Map<string, string>();
  /** Objects that are deleted already, though the news has not come yet. */
  private readonly removed = new Set<string>();

  constructor(private readonly context: ApplierContext) {}

  /** Says whether anything was made or changed, so that it is worth another look. */
  public async apply(resource: Observed, decision: Decision): Promise<boolean> {
    if (decision.finalizer !== undefined && await this.setFinalizer(resource, decision.finalizer)) return true;
    for (const child of decision.inTheWay ?? []) await this.remove(child, 'Foreground', child.metadata.resourceVersion);
    const writes = this.writesOf(resource, decision);
    for (const namespace of this.unprepared(decision, writes)) {
      await inNamespace(resource, namespace, () => this.context.workspaces.prepare(namespace));
    }
    if (decision.secret) await this.makeSecret(resource, decision.secret.name);
    const refused = await this.writeAll(resource, writes);
    if (decision.disrupted) await this.noteDisruptions(decision.disrupted);
    if (refused !== undefined) throw refused;
    if (writes.length === 0) await this.tidyUp(decision);
    return writes.length > 0;
  }

  /** Removes what was made for a resource that is not there any more, and that Kubernetes does not collect. */
  public async collect(child: ObservedChild): Promise<void> {
    await this.remove(child, 'Background');
  }

  public forget(uid: string): void {
    this.accepted.delete(uid);
    this.removed.delete(uid);
  }

  /** The namespaces in which pods are about to be made, or cannot be made since a ServiceAccount has gone. */
  private unprepared({ desired }: Decision, writes: readonly Write[]): string[] {
    const makePods = new Set(writes.filter(({ object }) => NEED_WORKSPACE.includes(object.kind ?? '')).map(({ object }) => object.metadata?.namespace));
    const all = new Set(desired.flatMap(({ object }) => object.metadata?.namespace ?? []));
    return [...all].filter((namespace) => makePods.has(namespace) || this.context.workspaces.isIncomplete(namespace));
  }

  private writesOf(resource: Observed, { desired }: Decision): Write[] {
    const children = new Map(childrenOf(this.context.caches, resource).map((child) => [refOf(child), child]));
    return desired.flatMap((wanted) => {
      const child = children.get(refOf(wanted.object));
      return writeOf(wanted, child, (differing) => this.accepted.get(differing.metadata.uid) === fingerprint(differing)) ?? [];
    });
  }

  /** A claim that cannot be as large as asked keeps nothing else from being done, such as a suspend. Says why it cannot. */
  private async writeAll(resource: Observed, writes: readonly Write[]): Promise<Error | undefined> {
    let refused: Error | undefined;
    for (const change of writes) {
      try {
        await inNamespace(resource, change.object.metadata?.namespace, () => this.write(resource, change));
      } catch (error) {
        throwIfMissing(error, change.object);
        if (!change.child || change.object.kind !== 'PersistentVolumeClaim' || !(error instanceof ApiError)) throw error;
        refused ??= error;
      }
    }
    return refused;
  }

  private async write(resource: Observed, change: Write): Promise<void> {
    const child = await write(this.context.client, resource, change);
    this.context.caches.children.get(child.kind)?.observe(child);
    if (differsFrom(child, change)) this.accepted.set(child.metadata.uid, fingerprint(child));
    if (change.isRepair) this.context.onRepair(resource, child);
  }

  /** @param resourceVersion removes it as it was seen only: a Job that has succeeded since is not to be run again. */
  private async remove(
    child: ObservedChild, propagationPolicy: RemoveOptions['propagationPolicy'], resourceVersion?: string,
  ): Promise<void> {
    const { uid, name, namespace, deletionTimestamp } = child.metadata;
    if (deletionTimestamp !== undefined) return;
    await this.removeOnce(typeOf(child), { name, namespace }, { uid, propagationPolicy, resourceVersion });
  }

  /** The news that it has gone may come before the answer. */
  private async removeOnce(type: ResourceType, ref: ObjectRef, options: RemoveOptions): Promise<void> {
    if (this.removed.has(options.uid)) return;
    this.removed.add(options.uid);
    try {
      await this.context.client.remove(type, ref, options);
    } catch (error) {
      this.removed.delete(options.uid);
      throw error;
    }
  }

  private async tidyUp({ obsolete, spent = [] }: Decision): Promise<void> {
    for (const child of obsolete) await this.remove(child, 'Background');
    for (const { metadata: { uid, name, namespace } } of spent) {
      await this.removeOnce(PODS, { name, namespace }, { uid, propagationPolicy: 'Background' });
    }
  }

  private async makeSecret(resource: Observed, name: string): Promise<void> {
    const token = this.context.tokenOf(resource.metadata.uid) ?? randomBytes(24).toString('base64url');
    const { namespace } = resource.metadata;
    const metadata = { name, namespace, labels: MANAGED_BY, ownerReferences: [ownerReference(resource)] };
    try {
      await this.context.client.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata, immutable: true, stringData: { token } } as never);
    } catch (error) {
      if (!ApiError.isAlreadyExists(error)) throw error;
    }
  }

  private async noteDisruptions({ job, pods }: NonNullable<Decision['disrupted']>): Promise<void> {
    const { name, namespace, uid } = job.metadata;
    const body = { metadata: { uid, annotations: { [DISRUPTED_ANNOTATION]: pods.join() } } };
    await this.context.client.patch(typeOf(job), { name, namespace }, { type: 'merge', body });
  }

  /** Says whether it was changed. */
  private async setFinalizer(resource: Observed, wanted: boolean): Promise<boolean> {
    const { finalizers = [], resourceVersion, name, namespace } = resource.metadata;
    if (finalizers.includes(ARTIFACT_FINALIZER) === wanted) return false;
    const value = wanted ? [...finalizers, ARTIFACT_FINALIZER] : finalizers.filter((finalizer) => finalizer !== ARTIFACT_FINALIZER);
    const body = { metadata: { resourceVersion, finalizers: value } };
    const live = await this.context.client.patch(RESOURCE_TYPES[resource.kind], { name, namespace }, { type: 'merge', body });
    if (wanted) this.context.caches.resources[resource.kind].observe(observeResource(live, resource.kind));
    return wanted;
  }
}

/** What a child is told from others by: two namespaces may have Jobs of the same name. */
function refOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata?.namespace}/${metadata?.name}`;
}

/** A namespace that is missing beside the resource's own does not mean that this one is going away. */
async function inNamespace<T>(resource: Observed, namespace: string | undefined, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (namespace === undefined || namespace === resource.metadata.namespace || !NoBuildNamespace.isCauseOf(error)) throw error;
    throw new NoBuildNamespace(namespace, resource.metadata.namespace);
  }
}

function fingerprint({ live, applied }: ObservedChild): string {
  return `${live.rest}/${live.template}/${applied?.rest}/${applied?.template}`;
}

