/** What a pool says of nodes that are the user's own, and not a machine type of a cloud. */
import { Size, SizeRoundingBehavior } from 'cdk8s';
import { isLabelKey } from '../../api/names';
import type { GpuPoolSpec } from '../../api/platform';
import type { Cloud } from '../../clouds/cloud';
import { formatValue } from '../checks/format-value';
import type { GpuPoolOptions } from './gpu-pool-options';
import { marksProblem } from './pool-marks';

const OWN = ['nodeCpu', 'nodeMemory', 'resourceName', 'taints'] as const;

/** Why it cannot be said of the nodes of a cloud; `undefined` if it can. */
export function ownNodesProblem(options: GpuPoolOptions, { title, hasOwnNodes }: Cloud): string | undefined {
  const given = OWN.find((field) => options[field] !== undefined);
  if (given === undefined) return undefined;
  if (!hasOwnNodes) return `${given} is set, which is for clusters on premises: nodes of ${title} are known by their machine type; leave it out`;
  const { nodeCpu, nodeMemory, resourceName, taints } = options;
  if (nodeCpu !== undefined && !(Number.isFinite(nodeCpu) && nodeCpu > 0)) return `nodeCpu is ${formatValue(nodeCpu)}; give a number of cores above 0`;
  if (nodeMemory !== undefined && !(nodeMemory instanceof Size)) return `nodeMemory is ${formatValue(nodeMemory)}, which is not a Size; write for example Size.gibibytes(2048)`;
  if (resourceName !== undefined && !(typeof resourceName === 'string' && resourceName.includes('/') && isLabelKey(resourceName))) {
    return `resourceName is ${formatValue(resourceName)}; give the extended resource that the nodes offer, for example nvidia.com/mig-1g.10gb`;
  }
  return taints && marksProblem({ taints });
}

/** The same as expansion needs it. */
export function ownNodesSpec({ nodeCpu, nodeMemory, resourceName, taints }: GpuPoolOptions): Partial<GpuPoolSpec> {
  return {
    ...(nodeCpu !== undefined && { nodeCpu }),
    ...(nodeMemory && { nodeMemoryGiB: nodeMemory.toGibibytes({ rounding: SizeRoundingBehavior.NONE }) }),
    ...(resourceName !== undefined && { resource: resourceName }),
    ...(taints && { taints: { ...taints } }),
  };
}
