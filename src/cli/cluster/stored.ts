/** Resources as the cluster has them. */
import { API_GROUP, PLURALS } from '../../api/resource';
import type { Kind, Metadata, Resource } from '../../api/resource';
import type { Condition, Status } from '../../api/status';
import type { Kubectl, ListOptions } from '../kubectl';

/** A resource of the cluster, with what the API server adds. */
export type Stored = Resource & { readonly metadata: StoredMetadata; readonly status?: Status };

interface StoredMetadata extends Metadata {
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly resourceVersion?: string;
}

/** In the order in which they depend on each other. */
export const KIND_ORDER: readonly Kind[] = ['Dataset', 'Model', 'Server', 'Notebook'];

/** As kubectl is told a type. */
export function typeOf(kind: Kind): string {
  return `${PLURALS[kind]}.${API_GROUP}`;
}

/** All resources, by one call. */
export function listResources(kubectl: Kubectl, options: ListOptions = {}): Promise<readonly Stored[]> {
  return kubectl.list<Stored>(KIND_ORDER.map(typeOf).join(','), options);
}

export function conditionOf({ status }: Pick<Stored, 'status'>, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

export function isTrue(resource: Pick<Stored, 'status'>, type: string): boolean {
  return conditionOf(resource, type)?.status === 'True';
}
