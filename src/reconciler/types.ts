/** The types of objects that the reconciler deals with. */
import type { EnginesSpec } from '../api/engines';
import { API_GROUP, KINDS, PLURALS } from '../api/resource';
import type { Kind } from '../api/resource';
import { CHILD_TYPES, ENGINE_TYPES, PICKER_ACCESS_TYPES } from '../expand';
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

export const PODS = core('Pod', 'pods');
export const SECRETS = core('Secret', 'secrets');
export const EVENTS = core('Event', 'events');
export const SERVICE_ACCOUNTS = core('ServiceAccount', 'serviceaccounts');
export const NETWORK_POLICIES: ResourceType = {
  group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies', kind: 'NetworkPolicy', namespaced: true,
};
export const VOLUMES: ResourceType = { group: '', version: 'v1', plural: 'persistentvolumes', kind: 'PersistentVolume', namespaced: false };

/** What a workspace has beside its volumes; made where it is missing, and watched for that. */
export function workspaceParts({ inferenceExtension }: EnginesSpec): readonly ResourceType[] {
  return [SERVICE_ACCOUNTS, NETWORK_POLICIES, ...(inferenceExtension ? PICKER_ACCESS_TYPES : [])];
}

const BY_KIND = new Map<string, ResourceType>(
  [...CHILD_TYPES, ...ENGINE_TYPES, SERVICE_ACCOUNTS, NETWORK_POLICIES, ...PICKER_ACCESS_TYPES, VOLUMES].map((type) => [type.kind, type]),
);

/** The type of an object that expansion produces. */
export function typeOf(object: { readonly kind?: string }): ResourceType {
  const type = BY_KIND.get(object.kind ?? '');
  if (!type) throw new Error(`kind ${object.kind} is none that expansion produces`);
  return type;
}
