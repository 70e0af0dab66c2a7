/** Nodes as the GPU pools of a platform have them. */
import { digest, shortDigest } from '../../../src/api/digest';
import type { GpuPoolSpec, PlatformSpec } from '../../../src/api/platform';
import { gpuNamed } from '../../../src/catalog/gpus';
import type { Placement } from '../../../src/clouds/cloud';
import { cloudNamed } from '../../../src/clouds/pods';
import type { NodeOptions } from '../nodes';

const GPU = 'nvidia.com/gpu';
/** Several examples share a node. */
const GPUS = '256';

/** One a pool, with the labels and taints that its cloud gives it. The same pool of another platform has the same name. */
export function gpuNodes(platform: PlatformSpec): NodeOptions[] {
  return (platform.gpuPools ?? []).map((pool) => {
    const labels = labelsOf(pool, platform);
    return {
      name: `gpu-${shortDigest(digest(labels))}`,
      cpu: '1024', memory: '8Ti', ephemeralStorage: '40Ti',
      extended: { [pool.resource ?? GPU]: GPUS },
      labels,
      taints: [{ key: GPU, value: 'present', effect: 'NoSchedule' }],
    };
  });
}

function labelsOf(pool: GpuPoolSpec, platform: PlatformSpec): Record<string, string> {
  const { gpu, gpusPerNode, capacity = 'on-demand', nodeLabels } = pool;
  if (nodeLabels) return nodeLabels;
  const cloud = cloudNamed(platform.cloud);
  const request = { gpu: gpuNamed(gpu), count: gpusPerNode };
  const ofGpu = labelsFor(cloud.placePools?.(request, [pool], platform) ?? cloud.placeGpu(request, platform));
  return { ...ofGpu, ...labelsFor(cloud.placeCapacity(capacity)) };
}

/** Labels that a placement is content with. */
function labelsFor({ nodeSelector, affinity }: Placement): Record<string, string> {
  const [term] = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const wanted = (term?.matchExpressions ?? []).filter(({ operator }) => operator === 'In').map(({ key, values: [value = ''] = [] }) => [key, value]);
  return { ...nodeSelector, ...Object.fromEntries(wanted) as Record<string, string> };
}
