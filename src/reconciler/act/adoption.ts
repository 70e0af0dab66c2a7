/** Taking over what was ejected and applied without a reconciler: only what is ours by its label, and as it would be written. */
import { MANAGED_BY_LABEL, MANAGER_NAME } from '../../api/labels';
import { IMAGE_DIGEST_ANNOTATION } from '../../expand';
import type { KubeObject } from '../../expand';
import type { Client } from '../kube/client';
import { FIELD_MANAGER } from '../kube/client';
import type { LiveObject, ManagedFieldsEntry, ResourceType } from '../kube/types';
import { union } from '../observe/managed-fields';
import type { Fields } from '../observe/managed-fields';
import { contains } from './contains';

/**
 * Whether an object may be taken over: nobody controls it, and it holds all that would be written. Which image has run is told to
 * `publish` by the maker of its Job, each in its own words.
 */
export function isAdoptable(live: LiveObject, object: KubeObject): boolean {
  const { labels = {}, ownerReferences = [], deletionTimestamp } = live.metadata;
  const isFree = ownerReferences.every(({ controller }) => !controller) && deletionTimestamp === undefined;
  return isFree && labels[MANAGED_BY_LABEL] === MANAGER_NAME && contains(live, withoutImageDigest(object));
}

interface Templated extends KubeObject {
  readonly spec?: { readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } } };
}

function withoutImageDigest(object: Templated): KubeObject {
  const { template } = object.spec ?? {};
  if (template?.metadata?.annotations?.[IMAGE_DIGEST_ANNOTATION] === undefined) return object;
  const { [IMAGE_DIGEST_ANNOTATION]: _, ...annotations } = template.metadata.annotations;
  return { ...object, spec: { ...object.spec, template: { ...template, metadata: { ...template.metadata, annotations } } } } as KubeObject;
}

/** Those who apply without the server's help, and so appear as editors. */
const CLIENT_SIDE_APPLIERS = /^(kubectl|argocd)/;

/**
 * Makes what others have applied of an object ours, so that a field that we leave out later goes. kubectl moves from client-side to
 * server-side apply in the same way.
 */
export async function adopt(client: Client, type: ResourceType, { metadata }: LiveObject): Promise<void> {
  const { name, namespace, resourceVersion, managedFields = [] } = metadata;
  const body = [
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
    { op: 'replace', path: '/metadata/managedFields', value: asOurs(managedFields) },
  ];
  await client.patch(type, { name, namespace }, { type: 'json', body });
}

function asOurs(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const isApplier = ({ manager = '', subresource, operation }: ManagedFieldsEntry) => !subresource
    && (operation === 'Apply' || CLIENT_SIDE_APPLIERS.test(manager));
  const appliers = entries.filter(isApplier);
  const [first] = appliers;
  if (!first) return [...entries];
  const fieldsV1 = appliers.reduce<Fields>((all, entry) => union(all, entry.fieldsV1 ?? {}), {});
  return [{ ...first, manager: FIELD_MANAGER, operation: 'Apply', fieldsV1 }, ...entries.filter((entry) => !isApplier(entry))];
}
