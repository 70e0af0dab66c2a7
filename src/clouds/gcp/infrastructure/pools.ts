import type { ContainerNodePoolConfig, ContainerNodePoolNodeConfig } from '@cdktf/provider-google/lib/container-node-pool';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { GcpLocation, GpuPoolSpec, NodePoolSpec } from '../../infrastructure';
import { HYPERDISK_ONLY } from '../machines';
import { ContainerNodePool } from '../resources';
import { NEVER_COMPACT } from './accelerators';
import { gpuNodeConfig } from './gpu-nodes';
import { checkedName, labelsOf, zonesIn } from './names';
import { SCOPES, SHIELDED } from './nodes';
import { checkRegion } from './regions';

export interface PoolContext {
  readonly location: GcpLocation;
  /** Name of the cluster. */
  readonly cluster: string;
  /** Region or zone of the cluster. */
  readonly clusterLocation: string;
  /** E-mail address of the nodes' service account. */
  readonly nodes: string;
  /** What the disks of the nodes are encrypted with; if absent, a key of Google's. */
  readonly diskKey?: DiskKey;
}

/** A key of Cloud KMS that Compute Engine may use. */
export interface DiskKey {
  readonly key: string;
  readonly grant: ITerraformDependable;
}

export function nodePool(scope: Construct, spec: NodePoolSpec, context: PoolContext): ContainerNodePool {
  const { zones, taints = [] } = spec;
  return new ContainerNodePool(scope, 'Resource', {
    ...poolConfig(spec, context),
    ...(zones && { nodeLocations: zonesIn(context.location.region, zones) }),
    upgradeSettings: { strategy: 'SURGE', maxSurge: 1, maxUnavailable: 0 },
    nodeConfig: {
      ...nodeConfig(spec, context),
      spot: spec.spot,
      ...(taints.length > 0 && { taint: taints.map(({ key, value }) => ({ key, value, effect: 'NO_SCHEDULE' })) }),
    },
  });
}

export function gpuPool(scope: Construct, spec: GpuPoolSpec, context: PoolContext): ContainerNodePool {
  const { zones } = spec;
  if (!zones) checkRegion(spec.gpu, context.location.region);
  return new ContainerNodePool(scope, 'Resource', {
    ...poolConfig(spec, context),
    ...(zones && { nodeLocations: zonesIn(context.location.region, zones) }),
    ...(spec.compact && { placementPolicy: compactPlacement(spec) }),
    ...lifecycleOf(spec),
    nodeConfig: { ...nodeConfig(spec, context), ...gpuNodeConfig(spec) },
  });
}

type PoolLimits = Pick<NodePoolSpec, 'name' | 'minNodes' | 'maxNodes' | 'zones'>;

/** Limits count over all zones, so that a pool in three zones does not grow to three times its size. */
function poolConfig({ name, minNodes, maxNodes, zones }: PoolLimits, context: PoolContext): ContainerNodePoolConfig {
  return {
    name: checkedName('pool', name),
    cluster: context.cluster,
    location: context.clusterLocation,
    initialNodeCount: initialNodes(minNodes, { zones, ...context }),
    autoscaling: { totalMinNodeCount: minNodes, totalMaxNodeCount: maxNodes, locationPolicy: 'ANY' },
    management: { autoRepair: true, autoUpgrade: true },
    lifecycle: { ignoreChanges: ['initial_node_count'] },
    ...(context.diskKey && { dependsOn: [context.diskKey.grant] }),
  };
}

/** This one counts for each zone, and Google takes three where none are named. The autoscaler takes away what is too much. */
function initialNodes(minNodes: number, { zones, clusterLocation, location }: Pick<GpuPoolSpec, 'zones'> & PoolContext): number {
  const ofCluster = clusterLocation === location.region ? location.zones?.length ?? 3 : 1;
  return Math.ceil(minNodes / (zones?.length ?? ofCluster));
}

function nodeConfig(spec: Omit<NodePoolSpec, 'spot'>, { nodes, diskKey }: PoolContext): ContainerNodePoolNodeConfig {
  const { machineType, diskGiB, labels, tags } = spec;
  return {
    machineType,
    diskSizeGb: diskGiB,
    diskType: HYPERDISK_ONLY.test(machineType) ? 'hyperdisk-balanced' : 'pd-balanced',
    imageType: 'COS_CONTAINERD',
    ...(diskKey && { bootDiskKmsKey: diskKey.key }),
    serviceAccount: nodes,
    oauthScopes: SCOPES,
    labels: { ...labels },
    resourceLabels: labelsOf(tags),
    gvnic: { enabled: true },
    ...SHIELDED,
  };
}

function compactPlacement({ name, machineType, capacity: { kind } }: GpuPoolSpec): { type: string } {
  if (kind === 'queued') throw new Error(`pool ${name} is compact and queued, which gcp does not have together; leave compact out`);
  if (NEVER_COMPACT.test(machineType)) {
    throw new Error(`pool ${name} is compact, but gcp cannot place ${machineType} close to each other; leave compact out or take another machine`);
  }
  return { type: 'COMPACT' };
}

/**
 * Nodes that are lent for a time are neither repaired nor upgraded, for that would end what they were lent for. Of others an
 * upgrade takes one away before it brings the new one: there may be no spare GPU.
 */
function lifecycleOf({ name, capacity: { kind }, minNodes }: GpuPoolSpec): Partial<ContainerNodePoolConfig> {
  if (kind !== 'flex-start' && kind !== 'queued') return { upgradeSettings: { strategy: 'SURGE', maxSurge: 0, maxUnavailable: 1 } };
  if (minNodes > 0) throw new Error(`pool ${name} is ${kind}, which begins with no node, but minNodes is ${minNodes}; leave minNodes out`);
  return {
    management: { autoRepair: false, autoUpgrade: true },
    ...(kind === 'queued' && { queuedProvisioning: { enabled: true } }),
  };
}
