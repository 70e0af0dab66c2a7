/** EKS Auto Mode: AWS runs Karpenter, the drivers of disks and GPUs, and load balancers, and makes all nodes. */
import type { EksClusterConfig } from '@cdktf/provider-aws/lib/eks-cluster';
import type { ClusterSpec } from '../../infrastructure';

/** What the role of the cluster does for it. https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html (2026-11) */
export const AUTO_MODE_CLUSTER_POLICIES = [
  'AmazonEKSBlockStoragePolicy', 'AmazonEKSComputePolicy', 'AmazonEKSLoadBalancingPolicy', 'AmazonEKSNetworkingPolicy',
];

/** https://docs.aws.amazon.com/eks/latest/userguide/auto-create-node-role.html (2026-11) */
export const AUTO_MODE_NODE_POLICIES = ['AmazonEC2ContainerRegistryPullOnly', 'AmazonEKSWorkerNodeMinimalPolicy'];

export function isAutoMode({ nodeProvisioning }: Pick<ClusterSpec, 'nodeProvisioning'>): boolean {
  return nodeProvisioning?.kind === 'eks-auto-mode';
}

/**
 * Compute, disks and load balancers agree (those in cluster.ts): EKS refuses one without the others.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
 */
export function autoModeConfig(nodeRoleArn: string): Pick<EksClusterConfig, 'computeConfig' | 'storageConfig'> {
  return {
    /* The first for what is small, and the second for what the cluster cannot do without. GPUs have pools of their own. */
    computeConfig: { enabled: true, nodePools: ['general-purpose', 'system'], nodeRoleArn },
    storageConfig: { blockStorage: { enabled: true } },
  };
}

/** @throws Error whatever it is: a disk of Auto Mode is mounted on its nodes alone, and so is the device plugin there. */
export function refusePools(clusterName: string, what: string): never {
  throw new Error(`cluster ${clusterName} is in EKS Auto Mode, whose disks and device plugins are on nodes that it makes itself; ${what}`);
}
