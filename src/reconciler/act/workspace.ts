/**
 * A namespace in which something is to run is made a workspace where it is not one yet: its ServiceAccounts, its NetworkPolicies, and its
 * volumes on some clouds.
 */
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import { digest } from '../../api/digest';
import type { PlatformSpec } from '../../api/platform';
import { MADE_FROM_ANNOTATION } from '../../api/resource';
import { expandWorkspace, isUngranted, missingValues } from '../../expand';
import type { KubeObject } from '../../expand';
import { ApiError } from '../kube/api-error';
import type { Client } from '../kube/client';
import type { LiveMetadata, LiveObject } from '../kube/types';
import type { Caches, WorkspacePart } from '../observe/caches';
import { NETWORK_POLICIES, typeOf, VOLUMES } from '../types';

const CLAIM = 'PersistentVolumeClaim';

interface ClaimRef {
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
}

interface Volume extends LiveObject {
  readonly spec: { readonly claimRef?: ClaimRef };
}

export class Workspaces {
  /** ServiceAccounts and NetworkPolicies that are known to be there, regardless of who made them. */
  private readonly known = new Set<string>();
  /** NetworkPolicies that were brought up to date, though the news has not come yet: to which digest. */
  private readonly updated = new Map<string, string | undefined>();
  private readonly expanded = new Map<string, readonly KubeObject[]>();
  /** Claims whose volume is theirs, by uid. */
  private readonly settled = new Set<string>();

  constructor(private readonly client: Client, private readonly caches: Caches, private readonly platform: PlatformSpec) {}

  /**
   * Makes what is missing in a workspace, or in a namespace that one builds in, and brings its own NetworkPolicies up to date. What others
   * have made or changed stays as it is.
   */
  public async prepare(namespace: string): Promise<void> {
    for (const object of this.objectsOf(namespace)) {
      if (!this.isThere(object)) await this.create(object);
      else if (this.isOutdated(object)) await this.update(object);
      if (object.kind === CLAIM && !this.isSettled(object.metadata)) await this.settle(object as PersistentVolumeClaim);
    }
  }

  /** Whether a ServiceAccount of the namespace has gone, so that no pod can be made, or a NetworkPolicy has, or is of another platform. */
  public isIncomplete(namespace: string): boolean {
    return this.objectsOf(namespace).some((object) => (this.isPart(object) && !this.isThere(object)) || this.isOutdated(object));
  }

  /** Forgets a ServiceAccount or a NetworkPolicy that has been deleted. */
  public forget(kind: string, metadata: Pick<LiveMetadata, 'namespace' | 'name'>): void {
    this.known.delete(keyOfPart({ kind, metadata }));
    this.updated.delete(keyOfPart({ kind, metadata }));
  }

  /** What the cloud has not granted a namespace, and how to fix it; `undefined` if nothing is missing. */
  public grantProblem(namespace: string): string | undefined {
    const missing = missingValues(this.platform, namespace);
    if (missing.length > 0) return missing.join('; ');
    if (!isUngranted(this.platform, namespace)) return undefined;
    return `namespace ${namespace} is not a workspace of cluster ${this.platform.clusterName}, so that the cloud may have granted it nothing; `
      + `add cluster.addWorkspace('${namespace}') (or platform.addWorkspace('${namespace}')), deploy, and apply the Reconciler again`;
  }

  /** Whether the platform lacks values without which nothing can run in the namespace. */
  public isMissingValues(namespace: string): boolean {
    return missingValues(this.platform, namespace).length > 0;
  }

  /** A volume is there if it is its claim's; else it is tried. */
  private isThere({ kind, metadata = {}, ...rest }: KubeObject): boolean {
    if (kind === VOLUMES.kind) return this.isSettled((rest as unknown as Volume).spec.claimRef);
    const key = `${metadata.namespace}/${metadata.name}`;
    if (kind === CLAIM) return this.caches.children.get(CLAIM)?.get(key) !== undefined;
    return this.partOf({ kind, metadata }) !== undefined || this.known.has(keyOfPart({ kind, metadata }));
  }

  /** A policy of ours that was made from another platform, or by another release. */
  private isOutdated({ kind, metadata }: KubeObject): boolean {
    if (kind !== NETWORK_POLICIES.kind) return false;
    const made = this.partOf({ kind, metadata })?.made;
    const wanted = metadata?.annotations?.[MADE_FROM_ANNOTATION];
    return made !== undefined && made !== wanted && this.updated.get(keyOfPart({ kind, metadata })) !== wanted;
  }

  private partOf({ kind = '', metadata }: KubeObject): WorkspacePart | undefined {
    return this.caches.workspaceParts.get(kind)?.get(`${metadata?.namespace}/${metadata?.name}`);
  }

  private isSettled({ namespace, name }: ClaimRef = {}): boolean {
    const claim = this.caches.children.get(CLAIM)?.get(`${namespace}/${name}`);
    return claim !== undefined && (claim.phase === 'Bound' || this.settled.has(claim.metadata.uid));
  }

  /** Expanded once, for the platform stays the same as long as the program runs. A volume, which is in no namespace, is the workspace's. */
  private objectsOf(namespace: string): readonly KubeObject[] {
    const home = this.caches.homeOf(namespace);
    const objects = this.expanded.get(namespace)
      ?? expandWorkspace(this.platform, home).filter(({ metadata }) => (metadata?.namespace ?? home) === namespace).map(withDigest);
    this.expanded.set(namespace, objects);
    return objects;
  }

  private isPart({ kind = '' }: KubeObject): boolean {
    return this.caches.workspaceParts.has(kind);
  }

  private async create(object: KubeObject): Promise<void> {
    try {
      await this.client.create(typeOf(object), object as KubeObject & { metadata: object });
    } catch (error) {
      if (!ApiError.isAlreadyExists(error)) throw error;
    }
    if (this.isPart(object)) this.known.add(keyOfPart(object));
  }

  /**
   * Whole, and as it was seen: by server-side apply a rule that is no longer there would stay, for what made the policy first was a
   * `create`, which goes on owning its fields.
   */
  private async update(object: KubeObject): Promise<void> {
    const { namespace, name = '', labels, annotations } = object.metadata ?? {};
    const body = [
      { op: 'replace', path: '/metadata/resourceVersion', value: this.partOf(object)?.metadata.resourceVersion },
      { op: 'add', path: '/metadata/labels', value: labels },
      { op: 'add', path: '/metadata/annotations', value: annotations },
      { op: 'add', path: '/spec', value: (object as { readonly spec?: object }).spec },
    ];
    await this.client.patch(typeOf(object), { namespace, name }, { type: 'json', body });
    this.updated.set(keyOfPart(object), annotations?.[MADE_FROM_ANNOTATION]);
  }

  /**
   * Takes the volume from the claim of a namespace that was deleted: Kubernetes keeps it for the uid that it was bound to, so that the
   * claim of a namespace created again would wait for it without end.
   */
  private async settle(claim: PersistentVolumeClaim): Promise<void> {
    const { namespace, name = '' } = claim.metadata ?? {};
    const { metadata: { uid } } = await this.client.get(typeOf(claim), { namespace, name });
    const ref = { name: claim.spec?.volumeName ?? '' };
    const { metadata: { resourceVersion }, spec: { claimRef } } = await this.client.get<Volume>(VOLUMES, ref);
    if (claimRef?.namespace !== namespace || claimRef?.name !== name) return;
    if (claimRef.uid !== undefined && claimRef.uid !== uid) {
      const body = { metadata: { resourceVersion }, spec: { claimRef: { uid: null, resourceVersion: null } } };
      await this.client.patch(VOLUMES, ref, { type: 'merge', body });
    }
    this.settled.add(uid);
  }
}

/** A policy of ours says from what it was made. */
function withDigest(object: KubeObject): KubeObject {
  if (object.kind !== NETWORK_POLICIES.kind) return object;
  const annotations = { ...object.metadata?.annotations, [MADE_FROM_ANNOTATION]: digest(object) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function keyOfPart({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata?.namespace}/${metadata?.name}`;
}
