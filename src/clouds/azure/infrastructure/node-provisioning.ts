/**
 * Node auto-provisioning: Karpenter that AKS runs. It is never beside the autoscaler, so that all pools have a number of nodes that stays.
 *
 * @see https://learn.microsoft.com/azure/aks/node-auto-provisioning#limitations-and-unsupported-features
 */
import type { KubernetesCluster, KubernetesClusterDefaultNodePool } from '@cdktf/provider-azurerm/lib/kubernetes-cluster';
import type { KubernetesClusterNodePoolConfig } from '@cdktf/provider-azurerm/lib/kubernetes-cluster-node-pool';
import type { NodePoolSpec } from '../../infrastructure';
import type { ClusterContext } from './cluster-context';

const SYSTEM_NODES = { least: 2, most: 5 };

/**
 * Whether AKS makes nodes by itself: from azurerm 4.57 on, later than the typings. From 5 on it has to be said. With `Auto` AKS brings
 * NodePools for what needs no GPU (`default`) and for its own pods (`system-surge`).
 *
 * @see https://github.com/hashicorp/terraform-provider-azurerm/pull/30517
 */
export function sayNodeProvisioning(cluster: KubernetesCluster, provisions: boolean): void {
  cluster.addOverride('node_provisioning_profile', { mode: provisions ? 'Auto' : 'Manual' });
}

/** How many nodes the cluster's own pods have. */
export function systemScale(provisions: boolean): Partial<KubernetesClusterDefaultNodePool> {
  const { least, most } = SYSTEM_NODES;
  return provisions ? { autoScalingEnabled: false, nodeCount: least } : { autoScalingEnabled: true, minCount: least, maxCount: most };
}

/** @throws if a pool would scale beside what makes nodes already. */
export function poolScale({ name, minNodes, maxNodes }: Pick<NodePoolSpec, 'name' | 'minNodes' | 'maxNodes'>, { provisionsNodes }: ClusterContext):
Pick<KubernetesClusterNodePoolConfig, 'autoScalingEnabled' | 'minCount' | 'maxCount' | 'nodeCount' | 'lifecycle'> {
  if (!provisionsNodes) return { autoScalingEnabled: true, minCount: minNodes, maxCount: maxNodes, lifecycle: { ignoreChanges: ['node_count'] } };
  if (minNodes === maxNodes) return { autoScalingEnabled: false, nodeCount: maxNodes };
  throw new Error(`pool ${name} has ${minNodes} to ${maxNodes} nodes, but no pool scales beside node auto-provisioning of AKS; give minNodes and maxNodes one number, `
    + 'or leave the pool out: AKS makes nodes for what needs no GPU, and platform.addGpuProvisioner declares those with GPUs');
}
