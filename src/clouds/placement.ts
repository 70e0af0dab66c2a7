/** Parts of a placement that clouds share. */
import type { Affinity, NodeSelectorRequirement, Toleration } from 'kubernetes-types/core/v1';
import { API_GROUP } from '../api/resource';
import type { Capacity } from '../api/resource';
import { NVIDIA_GPU_RESOURCE } from '../catalog/gpus';
import type { GpuRequest, Placement } from './cloud';
import { SHARING_LABEL } from './labels';

/** The label of this library on every GPU pool that it makes; its value is the GPU's name in the catalog. */
export const GPU_LABEL = `${API_GROUP}/gpu`;

/** The extended resource of a request. */
export function gpuResource({ gpu }: GpuRequest): string {
  return gpu?.resource ?? NVIDIA_GPU_RESOURCE;
}

/**
 * GPU nodes are tainted by their resource's name everywhere; the taint's value differs, so it is not named. Nodes whose GPUs are
 * offered by another name, such as `nvidia.com/mig-1g.10gb`, keep the taint of their vendor.
 */
export function gpuTolerations(request: GpuRequest): Toleration[] {
  const resource = gpuResource(request);
  const vendor = resource.startsWith('nvidia.com/') ? [NVIDIA_GPU_RESOURCE] : [];
  return [...new Set([resource, ...vendor])].map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' }));
}

/** Nodes that carry the library's own label, and that share their GPUs as the request says, or not at all. */
export function labelledGpuNodes(request: GpuRequest): Placement {
  const { gpu, sharing } = request;
  const labels = { ...(gpu && { [GPU_LABEL]: gpu.name }), ...(sharing && { [SHARING_LABEL]: sharing }) };
  return {
    ...(Object.keys(labels).length > 0 && { nodeSelector: labels }),
    tolerations: gpuTolerations(request),
    ...(!sharing && { affinity: withoutLabels(SHARING_LABEL) }),
  };
}

/** Nodes that have none of the labels. */
export function withoutLabels(...keys: readonly string[]): Affinity {
  return requireNodes(keys.map((key) => ({ key, operator: 'DoesNotExist' })));
}

/** Nodes that meet all requirements of one of the terms. */
export function requireNodes(...terms: readonly NodeSelectorRequirement[][]): Affinity {
  const nodeSelectorTerms = terms.map((matchExpressions) => ({ matchExpressions }));
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

/** Rather nodes that meet all requirements of one of the terms. */
export function preferNodes(...terms: readonly NodeSelectorRequirement[][]): Affinity {
  const preferred = terms.map((matchExpressions) => ({ weight: 100, preference: { matchExpressions } }));
  return { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } };
}

export interface SpotNodes {
  /** The label that spot nodes carry. */
  readonly label: string;
  readonly value: string;
  /** Whether they also carry it as a taint. */
  readonly tainted: boolean;
}

/** Placement by capacity on a cloud that labels its spot nodes: by one label, or by another where something else makes the nodes. */
export function placeBySpotLabel(...nodes: readonly SpotNodes[]): Readonly<Partial<Record<Capacity, Placement>>> {
  const tolerations: Toleration[] = nodes
    .filter(({ tainted }) => tainted)
    .map(({ label, value }) => ({ key: label, operator: 'Equal', value, effect: 'NoSchedule' }));
  const isSpot = nodes.map(({ label, value }) => ({ key: label, operator: 'In', values: [value] }));
  const [only, ...others] = nodes;
  return {
    'on-demand': { affinity: requireNodes(isSpot.map((requirement) => ({ ...requirement, operator: 'NotIn' }))) },
    'spot': only && others.length === 0
      ? { nodeSelector: { [only.label]: only.value }, tolerations }
      : { affinity: requireNodes(...isSpot.map((requirement) => [requirement])), tolerations },
    'spot-first': { tolerations, affinity: preferNodes(...isSpot.map((requirement) => [requirement])) },
  };
}
