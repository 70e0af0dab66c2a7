import type { LaunchTemplateConfig } from '@cdktf/provider-aws/lib/launch-template';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec, GpuPoolSpec, NodePoolSpec, PoolCapacity, Taint } from '../../infrastructure';
import { renamed } from '../../renamed';
import { terraform } from '../../terraform-classes';
import { AutoscalingGroupTagA, EksNodeGroup, LaunchTemplate, PlacementGroup } from '../resources';
import { isArm } from '../sizes';
import { nodeTemplateTags } from './autoscaler-tags';
import { adaptersOf, efaInterfaces } from './efa';
import { checkGpuPool, gpuResource, poolZones, sharedLabels, sizeOfSmallest, unitsPerNode } from './gpu-pools';
import { groupNamePrefix, joinedName } from './names';
import type { Subnets } from './network';

export interface PoolContext {
  readonly location: AwsLocation;
  /** Name of the cluster, concrete. */
  readonly clusterName: string;
  /** The same as node groups refer to it. */
  readonly cluster: string;
  readonly subnets: Subnets;
  readonly nodeRoleArn: string;
  /** Of Kubernetes, where it is chosen; EKS upgrades no nodes with the cluster by itself. */
  readonly kubernetesVersion?: string;
  /** That of a new cluster, which EKS makes. */
  readonly clusterSecurityGroup?: string;
  /** Security groups of the nodes; if absent, the cluster's own, which EKS sets. */
  readonly securityGroupIds?: readonly string[];
  /** ARN of the customer's key for the disks of the nodes; if absent, the account's default. */
  readonly diskKey?: string;
  /** Of a new cluster. */
  readonly nameOf?: ClusterSpec['nameOf'];
  /** False where no autoscaler adds nodes to a pool. */
  readonly isScaled?: boolean;
  /** What must be there before nodes can become ready. */
  readonly dependables: ITerraformDependable[];
}

/** A pool as both kinds have it. */
interface Pool extends Omit<NodePoolSpec, 'spot'> {
  readonly amiType: string;
  readonly capacityType: string;
  readonly taints: readonly Taint[];
  readonly zones: readonly string[];
  readonly machineTypes?: readonly string[];
  /** What the autoscaler cannot read from the first machine type: extended resources, and the size of a node that may be of another. */
  readonly resources: Readonly<Record<string, string>>;
  /** What the launch template has beside what all have. */
  readonly template: Partial<LaunchTemplateConfig>;
}

export function nodePool(scope: Construct, spec: NodePoolSpec, context: PoolContext): ITerraformDependable[] {
  return nodeGroups(scope, context, {
    ...spec,
    amiType: `AL2023_${isArm(spec.machineType) ? 'ARM_64' : 'x86_64'}_STANDARD`,
    capacityType: spec.spot ? 'SPOT' : 'ON_DEMAND',
    taints: spec.taints ?? [],
    zones: poolZones(spec, context.location),
    resources: {},
    template: {},
  });
}

export function gpuPool(scope: Construct, spec: GpuPoolSpec, context: PoolContext): ITerraformDependable[] {
  checkGpuPool(spec, context.location);
  const { capacity, localSsdCount = 0, compact } = spec;
  return nodeGroups(scope, context, {
    ...spec,
    labels: { ...spec.labels, ...sharedLabels(spec) },
    amiType: gpuAmiType(spec),
    capacityType: CAPACITY_TYPES[capacity.kind] ?? 'ON_DEMAND',
    zones: poolZones(spec, context.location),
    resources: { [gpuResource(spec)]: String(unitsPerNode(spec)), ...sizeOfSmallest(spec), ...spec.fabric },
    template: {
      ...capacityTemplate(capacity, spec.machineType),
      ...(localSsdCount > 0 && { userData: localDisksScript(scope) }),
      ...(compact && { placement: { groupName: placement(scope, spec, context).name } }),
      ...(adaptersOf(spec) > 0 && { networkInterfaces: efaInterfaces(adaptersOf(spec), groupsForEfa(spec, context)) }),
    },
  });
}

function localDisksScript(scope: Construct): string {
  const { Fn } = terraform(scope);
  return Fn.base64encode(Fn.rawString(LOCAL_SSD));
}

/** EKS adds no group to interfaces of a template: those of the nodes, or the cluster's own, which lets its nodes talk by EFA. */
function groupsForEfa({ name }: GpuPoolSpec, { securityGroupIds, clusterSecurityGroup }: PoolContext): readonly string[] {
  const groups = securityGroupIds ?? (clusterSecurityGroup === undefined ? [] : [clusterSecurityGroup]);
  if (groups.length > 0) return groups;
  throw new Error(`pool ${name}: fabric takes the security groups of the nodes, and the cluster exists; give securityGroupIds to its attributes`);
}

/** The images have driver and container toolkit; the device plugin comes with ../addons.ts. */
function gpuAmiType(spec: GpuPoolSpec): string {
  if (gpuResource(spec) === 'aws.amazon.com/neuron') return 'AL2023_x86_64_NEURON';
  return `AL2023_${isArm(spec.machineType) ? 'ARM_64' : 'x86_64'}_NVIDIA`;
}

const CAPACITY_TYPES: Readonly<Partial<Record<PoolCapacity['kind'], string>>> = { spot: 'SPOT', block: 'CAPACITY_BLOCK' };

/** A capacity block wants the machine type in the template, and none in the node group. */
function capacityTemplate(capacity: PoolCapacity, machineType: string): Partial<LaunchTemplateConfig> {
  if (capacity.kind !== 'reservation' && capacity.kind !== 'block') return {};
  const target = capacity.id.startsWith('arn:')
    ? { capacityReservationResourceGroupArn: capacity.id }
    : { capacityReservationId: capacity.id };
  return {
    capacityReservationSpecification: { capacityReservationTarget: target },
    ...(capacity.kind === 'block' && { instanceType: machineType, instanceMarketOptions: { marketType: 'capacity-block' } }),
  };
}

/** All local disks of the machine, however many it has, as one, for images, logs and emptyDirs. */
const LOCAL_SSD = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  instance:
    localStorage:
      strategy: RAID0

--//--
`;

function placement(scope: Construct, { name, tags }: GpuPoolSpec, { clusterName, nameOf }: PoolContext): PlacementGroup {
  const groupName = renamed({ nameOf }, 'aws_placement_group', `${clusterName}-${name}`);
  return new PlacementGroup(scope, 'Placement', { name: groupName, strategy: 'cluster', tags: { ...tags } });
}

/**
 * A node group a zone: volumes are zonal, and the autoscaler knows only of a group with one zone where its next node will be. A run that
 * was preempted could else wait forever for a node where its volume is. Each may have all nodes of the pool, for the machines may be had
 * in one zone only; so many in every zone are what it can come to at most. AWS has no limit over several groups.
 */
function nodeGroups(scope: Construct, context: PoolContext, pool: Pool): ITerraformDependable[] {
  checkScaled(pool, context);
  const template = launchTemplate(scope, context, pool);
  return pool.zones.map((zone, index) => {
    const limits = { minSize: share(pool.minNodes, pool.zones.length, index), maxSize: pool.maxNodes };
    return nodeGroup(scope, context, { pool, template, zone, limits });
  });
}

/** Two that add nodes would get in each other's way, so that Karpenter is alone, and pools of Terraform stay as they are. */
function checkScaled({ name, minNodes, maxNodes }: Pool, { clusterName, isScaled = true }: PoolContext): void {
  if (isScaled || minNodes === maxNodes) return;
  throw new Error(`pool ${name} has minNodes ${minNodes} and maxNodes ${maxNodes}, but cluster ${clusterName} has Karpenter in place of the autoscaler, `
    + 'so that none would ever be added; give both the same number, or declare nodes with GPUs by platform.addGpuProvisioner');
}

/** The part of `total` that the zone at `index` of `zones` gets: the first ones one more where it does not divide. */
function share(total: number, zones: number, index: number): number {
  return Math.floor(total / zones) + (index < total % zones ? 1 : 0);
}

/** A new version of the template rolls the nodes, one by one. */
function launchTemplate(scope: Construct, context: PoolContext, { name, diskGiB, tags, template }: Pool): LaunchTemplate {
  const { securityGroupIds, diskKey, nameOf } = context;
  const nodeName = renamed({ nameOf }, 'aws_launch_template', joinedName([context.clusterName, name], 120));
  const nodeTags = { ...tags, Name: nodeName };
  return new LaunchTemplate(scope, 'Template', {
    name: nodeName,
    updateDefaultVersion: true,
    /*
     * One hop, which ends at the machine: a pod that reached the metadata would have the identity of its node. Add-ons do without: drivers
     * fall back to the Node object and have the region in the mount options, and Pod Identity sets AWS_REGION in what else asks for it.
     * https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html
     */
    metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [{
      deviceName: '/dev/xvda',
      /* Images of 10 GiB are usual: more than the 125 MiB/s that come for free. */
      ebs: { volumeSize: diskGiB, volumeType: 'gp3', throughput: 250, encrypted: 'true', ...(diskKey && { kmsKeyId: diskKey }), deleteOnTermination: 'true' },
    }],
    tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({ resourceType, tags: nodeTags })),
    /* Or those of its interfaces: EC2 takes one of the two. */
    ...(securityGroupIds && !template.networkInterfaces && { vpcSecurityGroupIds: [...securityGroupIds] }),
    tags: { ...tags },
    ...template,
  });
}

interface Group {
  readonly pool: Pool;
  readonly template: LaunchTemplate;
  readonly zone: string;
  readonly limits: { readonly minSize: number; readonly maxSize: number };
}

function nodeGroup(scope: Construct, context: PoolContext, { pool, template, zone, limits }: Group): EksNodeGroup {
  const { name, machineType, machineTypes = [machineType], amiType, capacityType, labels, taints, tags } = pool;
  const group = new EksNodeGroup(scope, `Group-${zone}`, {
    clusterName: context.cluster,
    nodeGroupNamePrefix: groupNamePrefix(context.location, name, zone),
    nodeRoleArn: context.nodeRoleArn,
    subnetIds: [subnetOf(context, zone)],
    amiType,
    ...(context.kubernetesVersion && { version: context.kubernetesVersion }),
    capacityType,
    ...(capacityType !== 'CAPACITY_BLOCK' && { instanceTypes: [...machineTypes] }),
    launchTemplate: { id: template.id, version: terraform(scope).Token.asString(template.interpolationForAttribute('latest_version')) },
    scalingConfig: { ...limits, desiredSize: limits.minSize },
    labels: { ...labels },
    taint: taints.map(({ key, value }) => ({ key, value, effect: 'NO_SCHEDULE' })),
    updateConfig: { maxUnavailable: 1 },
    nodeRepairConfig: { enabled: true },
    tags: { ...tags },
    /* The autoscaler decides how many nodes there are. */
    lifecycle: { createBeforeDestroy: true, ignoreChanges: ['scaling_config[0].desired_size'] },
    dependsOn: context.dependables,
  });
  tagForAutoscaler(scope, group, { pool, zone });
  return group;
}

/** Tags of a node group do not reach the group that the autoscaler reads. */
function tagForAutoscaler(scope: Construct, group: EksNodeGroup, { pool, zone }: { pool: Pool; zone: string }): void {
  const autoscalingGroupName = group.resources.get(0).autoscalingGroups.get(0).name;
  for (const [key, value] of nodeTemplateTags(pool, zone)) {
    new AutoscalingGroupTagA(scope, `Tag-${zone}-${key}`, { autoscalingGroupName, tag: { key, value, propagateAtLaunch: false } });
  }
}

function subnetOf({ subnets }: PoolContext, zone: string): string {
  const subnet = subnets.get(zone);
  if (subnet === undefined) throw new Error(`zone ${zone} has no subnet; use ${[...subnets.keys()].join(', ')}`);
  return subnet;
}
