/** A namespace in which something is to run is made a workspace, if it is none: its ServiceAccounts, and its volumes on some clouds. */
import { WORKSPACE_ROLES } from '../../api/platform';
import type { PlatformSpec } from '../../api/platform';
import { expandWorkspace, isUngranted, missingValues } from '../../expand';
import type { KubeObject } from '../../expand';
import { ApiError } from '../kube/api-error';
import type { Client } from '../kube/client';
import type { Caches } from '../observe/caches';
import { SERVICE_ACCOUNTS, typeOf } from '../types';

export class Workspaces {
  /** Objects that are known to be there, whoever made them. Claims go with their namespace, and are looked for each time. */
  private readonly known = new Set<string>();

  constructor(private readonly client: Client, private readonly caches: Caches, private readonly platform: PlatformSpec) {}

  /** Makes what is missing. What somebody else has made stays as it is. */
  public async prepare(namespace: string): Promise<void> {
    for (const object of expandWorkspace(this.platform, namespace)) {
      if (this.isThere(object)) continue;
      await this.create(object);
      this.known.add(keyOf(object));
    }
  }

  /** Whether a ServiceAccount of the namespace has gone, so that no pod can be made. */
  public isIncomplete(namespace: string): boolean {
    return WORKSPACE_ROLES.some((name) => !this.isThere({ kind: SERVICE_ACCOUNTS.kind, metadata: { namespace, name } }));
  }

  /** Forgets a ServiceAccount that has been deleted. */
  public forget(namespace: string, name: string): void {
    this.known.delete(`${SERVICE_ACCOUNTS.kind}/${namespace}/${name}`);
  }

  /** What the cloud has not granted a namespace, with the way out; none if nothing is missing. */
  public grantProblem(namespace: string): string | undefined {
    const missing = missingValues(this.platform, namespace);
    if (missing.length > 0) return missing.join('; ');
    if (!isUngranted(this.platform, namespace)) return undefined;
    return `namespace ${namespace} is no workspace of cluster ${this.platform.clusterName}, so that the cloud may have granted it nothing; `
      + `add cluster.addWorkspace('${namespace}') (or platform.addWorkspace('${namespace}')), deploy, and apply the Reconciler anew`;
  }

  /** Whether the platform lacks values without which nothing can run in the namespace. */
  public isMissingValues(namespace: string): boolean {
    return missingValues(this.platform, namespace).length > 0;
  }

  private isThere(object: KubeObject): boolean {
    const { namespace, name } = object.metadata ?? {};
    const watched = object.kind === SERVICE_ACCOUNTS.kind ? this.caches.serviceAccounts : this.caches.children.get(object.kind ?? '');
    const isSeen = watched?.get(`${namespace}/${name}`) !== undefined;
    return isSeen || (object.kind !== 'PersistentVolumeClaim' && this.known.has(keyOf(object)));
  }

  private async create(object: KubeObject): Promise<void> {
    try {
      await this.client.create(typeOf(object), object as KubeObject & { metadata: object });
    } catch (error) {
      if (!ApiError.isAlreadyExists(error)) throw error;
    }
  }
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata?.namespace ?? ''}/${metadata?.name}`;
}
