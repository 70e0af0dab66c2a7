/** Parts of a placement that clouds share. */
import type { Affinity, NodeSelectorRequirement, Toleration } from 'kubernetes-types/core/v1';
import { API_GROUP } from '../api/resource';
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

export function requireNodes(...matchExpressions: NodeSelectorRequirement[]): Affinity {
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } };
}

export function preferNodes(...matchExpressions: NodeSelectorRequirement[]): Affinity {
  return { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: { matchExpressions } }] } };
}

export interface SpotNodes {
  /** The label that spot nodes carry. */
  readonly label: string;
  readonly value: string;
  /** Whether they also carry it as a taint. */
  readonly tainted: boolean;
}

/** Placement by capacity on a cloud that labels its spot nodes. */
export function placeBySpotLabel({ label, value, tainted }: SpotNodes): Readonly<Record<'on-demand' | 'spot' | 'spot-first', Placement>> {
  const tolerations: Toleration[] = tainted ? [{ key: label, operator: 'Equal', value, effect: 'NoSchedule' }] : [];
  return {
    'on-demand': { affinity: requireNodes({ key: label, operator: 'NotIn', values: [value] }) },
    'spot': { nodeSelector: { [label]: value }, tolerations },
    'spot-first': { tolerations, affinity: preferNodes({ key: label, operator: 'In', values: [value] }) },
  };
}
