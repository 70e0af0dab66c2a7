/** The types of objects that the reconciler deals with. */
import { API_GROUP, KINDS, PLURALS } from '../api/resource';
import type { Kind } from '../api/resource';
import type { ResourceType } from './kube/types';

function core(kind: string, plural: string): ResourceType {
  return { group: '', version: 'v1', plural, kind, namespaced: true };
}

function typeOfKind(kind: Kind): ResourceType {
  return { group: API_GROUP, version: 'v1', plural: PLURALS[kind], kind, namespaced: true };
}

/** The four kinds. */
export const RESOURCE_TYPES: Readonly<Record<Kind, ResourceType>> = Object.fromEntries(
  KINDS.map((kind) => [kind, typeOfKind(kind)]),
) as Record<Kind, ResourceType>;

export const JOBS: ResourceType = { group: 'batch', version: 'v1', plural: 'jobs', kind: 'Job', namespaced: true };
export const DEPLOYMENTS: ResourceType = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true };
export const CONFIG_MAPS = core('ConfigMap', 'configmaps');
export const CLAIMS = core('PersistentVolumeClaim', 'persistentvolumeclaims');
export const SERVICES = core('Service', 'services');
export const DISRUPTION_BUDGETS: ResourceType = {
  group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', namespaced: true,
};
export const PODS = core('Pod', 'pods');
export const SECRETS = core('Secret', 'secrets');
export const EVENTS = core('Event', 'events');
export const SERVICE_ACCOUNTS = core('ServiceAccount', 'serviceaccounts');
export const VOLUMES: ResourceType = { group: '', version: 'v1', plural: 'persistentvolumes', kind: 'PersistentVolume', namespaced: false };

/** What a resource has as children, known by its uid in their owner references. */
export const CHILD_TYPES: readonly ResourceType[] = [JOBS, DEPLOYMENTS, CONFIG_MAPS, CLAIMS, SERVICES, DISRUPTION_BUDGETS];

const BY_KIND = new Map([...CHILD_TYPES, SERVICE_ACCOUNTS, VOLUMES].map((type) => [type.kind, type]));

/** The type of an object that expansion produces. */
export function typeOf(object: { readonly kind?: string }): ResourceType {
  const type = BY_KIND.get(object.kind ?? '');
  if (!type) throw new Error(`kind ${object.kind} is none that expansion produces`);
  return type;
}
