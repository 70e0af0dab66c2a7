/** Parts of a placement that clouds share. */
import type { Affinity, NodeSelectorRequirement, Toleration } from 'kubernetes-types/core/v1';
import { API_GROUP } from '../api/resource';
import type { Capacity } from '../api/resource';
import type { GpuRequest, Placement } from './cloud';

/** The label of this library on every GPU pool that it makes; its value is the GPU's name in the catalog. */
export const GPU_LABEL = `${API_GROUP}/gpu`;

const DEFAULT_GPU_RESOURCE = 'nvidia.com/gpu';

/** The extended resource of a request. */
export function gpuResource({ gpu }: GpuRequest): string {
  return gpu?.resource ?? DEFAULT_GPU_RESOURCE;
}

/** GPU nodes are tainted by their resource's name everywhere; the taint's value differs, so it is not named. */
export function gpuToleration(request: GpuRequest): Toleration {
  return { key: gpuResource(request), operator: 'Exists', effect: 'NoSchedule' };
}

/** Nodes that carry the library's own label. */
export function labelledGpuNodes(request: GpuRequest): Placement {
  return {
    ...(request.gpu && { nodeSelector: { [GPU_LABEL]: request.gpu.name } }),
    tolerations: [gpuToleration(request)],
  };
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
