/**
 * What node auto-provisioning of AKS is told: Karpenter that Azure runs, of which the cluster has the definitions. Pure.
 *
 * @see https://learn.microsoft.com/azure/aks/node-auto-provisioning-node-pools
 * @see https://learn.microsoft.com/azure/aks/node-auto-provisioning-aksnodeclass
 */
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import { NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import type { AddonObject } from '../cloud';
import { nodePool, provisionedPools, resourceOf } from '../karpenter';
import type { ProvisionedPool } from '../karpenter';

/** NodePools that AKS makes for what needs no GPU, and for its own pods. */
const OF_AKS = ['default', 'system-surge'];

/** Sizes of disks that an AKSNodeClass takes. */
const DISK_GIB = { least: 30, most: 2048 };

const GROUP = 'karpenter.azure.com';
const NODE_CLASS = 'AKSNodeClass';

/**
 * A NodePool and an AKSNodeClass for each provisioner. Spot nodes get no taint here: AKS may give them its own, which pods of capacity
 * spot and spot-first tolerate, and those on demand are kept off by the label `kubernetes.azure.com/scalesetpriority`.
 */
export function provisioners(platform: PlatformSpec): AddonObject[] {
  return provisionedPools(platform).flatMap((pool) => {
    const problem = provisionerProblem(pool, platform);
    if (problem) throw new Error(`provisioner ${pool.name} ${problem}`);
    return [nodeClass(pool), nodePool(pool, {
      platform, nodeClassRef: { group: GROUP, kind: NODE_CLASS, name: pool.name }, zones: zonesOf(pool, platform),
    })];
  });
}

function provisionerProblem({ name, gpu, diskGiB = DISK_GIB.least }: ProvisionedPool, platform: PlatformSpec): string | undefined {
  const { least, most } = DISK_GIB;
  if (OF_AKS.includes(name)) return `has the name of a NodePool that AKS makes itself; use another than ${OF_AKS.join(' and ')}`;
  if (diskGiB < least || diskGiB > most) return `has disks of ${diskGiB} GiB; node auto-provisioning takes ${least} to ${most}`;
  if (resourceOf(gpu, platform) === NVIDIA_GPU_RESOURCE) return undefined;
  return `has GPUs ${gpu}, for which node auto-provisioning installs no driver; declare a GpuNodePool of a number of nodes that stays`;
}

/** `vnetSubnetID`, encryption and version of Kubernetes are those of the cluster. */
function nodeClass({ name, diskGiB }: ProvisionedPool): AddonObject {
  const spec = { imageFamily: 'Ubuntu', maxPods: 110, ...(diskGiB !== undefined && { osDiskSizeGB: diskGiB }) };
  return { apiVersion: `${GROUP}/v1beta1`, kind: NODE_CLASS, metadata: { name, labels: PART_OF }, spec } as AddonObject;
}

/** Nodes have their zone with the location: `eastus-1`. */
function zonesOf({ name, zones }: ProvisionedPool, { region }: PlatformSpec): string[] | undefined {
  if (!zones) return undefined;
  if (region === undefined) throw new Error(`provisioner ${name} is in zones ${zones.join(', ')}, but the platform has no location, which is part of a zone's name; add location`);
  return zones.map((zone) => `${region}-${zone}`);
}
