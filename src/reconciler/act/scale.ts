/** Gives the scale subresource of a Server a number to start from. */
import type { ServerSpec } from '../../api/resource';
import { servesItself } from '../decide/serving';
import { ApiError } from '../kube/api-error';
import type { Client } from '../kube/client';
import type { Caches } from '../observe/caches';
import { childrenOf } from '../observe/caches';
import { observeResource, SCALE_MANAGER } from '../observe/observed';
import type { Observed } from '../observe/observed';
import { RESOURCE_TYPES } from '../types';

/**
 * An autoscaler cannot read the scale of an object without `spec.replicas`
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#scale-subresource), and one that is
 * declared with `scaling: external` has none. So it is written here, under a name of its own, which gives it up as soon as anybody sets
 * another number. As long as it is ours it decides nothing.
 */
export async function seedScale(client: Client, caches: Caches, resource: Observed): Promise<void> {
  if (!needsSeed(resource)) return;
  const { apiVersion, kind, metadata: { name, namespace, uid } } = resource;
  const deployment = childrenOf(caches, resource).find(servesItself)?.deployment;
  const body = { apiVersion, kind, metadata: { name, namespace, uid }, spec: { replicas: Math.max(1, deployment?.replicas ?? 1) } };
  try {
    const live = await client.apply(RESOURCE_TYPES[kind], body, { force: false, fieldManager: SCALE_MANAGER });
    caches.resources[kind].observe(observeResource(live, kind));
  } catch (error) {
    if (!ApiError.isConflict(error) && !ApiError.isNotFound(error)) throw error; // someone has set one meanwhile
  }
}

function needsSeed({ kind, metadata, spec, isSeeded }: Observed): boolean {
  const { scaling, replicas } = spec as Partial<ServerSpec>;
  return kind === 'Server' && scaling === 'external' && replicas === undefined && !isSeeded && metadata.deletionTimestamp === undefined;
}
