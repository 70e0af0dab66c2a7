/**
 * What makes the nodes of GPU provisioners on EKS: objects of Karpenter, which is installed in the cluster, or run by AWS as EKS Auto Mode.
 * Pure.
 *
 * After the definitions of karpenter-provider-aws v1.14.1, and https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
 * (2026-11).
 */
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { PART_OF } from '../../api/labels';
import type { GpuPoolSpec, GpuProvisionerSpec, NodeCapacityKind, NodeProvisioningSpec, PlatformSpec } from '../../api/platform';
import { gpuNamed, NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { GPU_LABEL } from '../placement';
import { MACHINES } from './machines';
import { isArm } from './sizes';

export interface ProvisionerObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: object;
}

/** A pool whose nodes are made as pods ask for them. */
interface Provisioned extends GpuPoolSpec {
  readonly provisioner: GpuProvisionerSpec;
}

/** What decides a class of nodes. */
type ClassPool = Pick<Provisioned, 'name' | 'diskGiB' | 'provisioner'>;

interface Context {
  readonly platform: PlatformSpec;
  readonly by: NodeProvisioningSpec;
}

/** By what is found what a new network has; it is on its private subnets. */
export const DISCOVERY_TAG = 'karpenter.sh/discovery';

/** What the nodes of each kind are made by, and how long one lives. */
const KINDS = {
  'karpenter': {
    nodeClass: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass' },
    /* The default, after which a node is drained: what must not be evicted holds it up until it has ended. */
    life: { expireAfter: '720h' },
  },
  'eks-auto-mode': {
    nodeClass: { group: 'eks.amazonaws.com', kind: 'NodeClass' },
    /* AWS ends a node after 21 days. https://docs.aws.amazon.com/eks/latest/userguide/automode.html */
    life: { expireAfter: '336h', terminationGracePeriod: '168h' },
  },
} as const;

/**
 * Nodes for what has no GPU, where Karpenter takes the place of the autoscaler: the same machines as those of the system pool, which it
 * cannot enlarge. Auto Mode has its own.
 */
const GENERAL = { name: 'general', machineType: 'm7i.xlarge', vcpu: 4, maxNodes: 10, diskGiB: 100 } as const;

/** A class and a NodePool for each provisioner of the platform, in their order. */
export function provisionerObjects(platform: PlatformSpec): ProvisionerObject[] {
  const { nodeProvisioning: by, gpuPools = [] } = platform;
  if (!by) return [];
  const context = { platform, by };
  return [
    ...by.queue === undefined ? [] : generalNodes(context),
    ...gpuPools.filter(isProvisioned).flatMap((pool) => {
      checkCapacities(pool, by);
      return [nodeClass(pool, context), gpuNodePool(pool, context)];
    }),
  ];
}

function generalNodes(context: Context): ProvisionerObject[] {
  const { name, machineType, vcpu, maxNodes, diskGiB } = GENERAL;
  const onDemand: GpuProvisionerSpec = { capacities: [{ kind: 'on-demand' }], machineTypes: [machineType] };
  const template = { requirements: requirements({ provisioner: onDemand }) };
  return [
    nodeClass({ name, diskGiB, provisioner: onDemand }, context),
    nodePool({ name, template, limits: { cpu: String(vcpu * maxNodes) } }, context.by),
  ];
}

/** Karpenter has an order of its own. https://karpenter.sh/docs/concepts/nodepools/#capacity-type */
const ORDER: readonly NodeCapacityKind[] = ['reservation', 'block', 'spot', 'on-demand'];

function checkCapacities({ name, provisioner: { capacities } }: Provisioned, { kind }: NodeProvisioningSpec): void {
  const ranks = capacities.map((each) => Math.max(1, ORDER.indexOf(each.kind)));
  if (ranks.some((rank, index) => rank < (ranks[index - 1] ?? 0))) {
    const title = kind === 'eks-auto-mode' ? 'EKS Auto Mode' : 'Karpenter';
    throw new Error(`GPU provisioner ${name} has capacities ${capacities.map((each) => each.kind).join(', ')}, but ${title} takes reservations, `
      + 'then spot, then on-demand; give them in that order');
  }
  const wrong = capacities.find(({ id }) => id !== undefined && !/^cr-[0-9a-f]+$/.test(id));
  if (!wrong) return;
  throw new Error(`GPU provisioner ${name}: ${wrong.kind} is ${wrong.id ?? ''}; use the id of a capacity reservation, such as cr-0123456789abcdef0`);
}

function isProvisioned(pool: GpuPoolSpec): pool is Provisioned {
  return pool.provisioner !== undefined;
}

function kindOf({ kind }: NodeProvisioningSpec): typeof KINDS[keyof typeof KINDS] {
  return kind === 'eks-auto-mode' ? KINDS[kind] : KINDS.karpenter;
}

function gpuNodePool(pool: Provisioned, { platform, by }: Context): ProvisionerObject {
  const { name, gpu, gpusPerNode, maxNodes = 0, provisioner: { labels, taints = {} } } = pool;
  const resource = resourceOf(gpu, platform);
  const allTaints = { [resource]: 'present', ...taints };
  return nodePool({
    name,
    labels: { ...labels, [GPU_LABEL]: gpu },
    template: {
      requirements: requirements(pool),
      taints: Object.entries(allTaints).map(([key, value]) => ({ key, value, effect: 'NoSchedule' })),
    },
    limits: { [resource]: String(maxNodes * gpusPerNode) },
  }, by);
}

interface NodePool {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly template: object;
  readonly limits: Readonly<Record<string, string>>;
}

function nodePool({ name, labels, template, limits }: NodePool, by: NodeProvisioningSpec): ProvisionerObject {
  const { nodeClass: { group, kind }, life } = kindOf(by);
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name, labels: PART_OF },
    spec: {
      template: {
        ...(labels && { metadata: { labels } }),
        spec: { nodeClassRef: { group, kind, name }, ...template, ...life },
      },
      /* A pod is never moved to save money: a model takes minutes to load. Nodes of an older image go one by one. */
      disruption: {
        consolidationPolicy: 'WhenEmpty',
        consolidateAfter: '5m',
        budgets: [{ nodes: '100%', reasons: ['Empty'] }, { nodes: '1', reasons: ['Drifted'] }],
      },
      limits,
    },
  };
}

/** Its extended resource, whose name is also that of the taint. */
function resourceOf(gpu: string, { gpus = [] }: PlatformSpec): string {
  return gpus.find(({ name }) => name === gpu)?.resource ?? gpuNamed(gpu)?.resource ?? NVIDIA_GPU_RESOURCE;
}

/** What Karpenter calls each way to obtain a node. */
const CAPACITY_TYPES: Readonly<Partial<Record<NodeCapacityKind, string>>> = {
  'reservation': 'reserved', 'block': 'reserved', 'spot': 'spot', 'on-demand': 'on-demand',
};

function requirements({ zones = [], provisioner: { capacities, machineTypes } }: Pick<Provisioned, 'zones' | 'provisioner'>): object[] {
  const types = capacities.flatMap(({ kind }) => CAPACITY_TYPES[kind] ?? []);
  const isOneOf = (key: string, values: readonly string[]): object => ({ key, operator: 'In', values: [...new Set(values)] });
  return [
    isOneOf('karpenter.sh/capacity-type', types),
    isOneOf('node.kubernetes.io/instance-type', machineTypes),
    isOneOf('kubernetes.io/arch', machineTypes.map(architectureOf)),
    isOneOf('kubernetes.io/os', ['linux']),
    ...zones.length > 0 ? [isOneOf('topology.kubernetes.io/zone', zones)] : [],
  ];
}

function architectureOf(machineType: string): string {
  const known = MACHINES.find((machine) => machine.machineType === machineType);
  return known?.architecture ?? (isArm(machineType) ? 'arm64' : 'amd64');
}

function nodeClass(pool: ClassPool, context: Context): ProvisionerObject {
  const { nodeClass: { group, kind } } = kindOf(context.by);
  const spec = context.by.kind === 'eks-auto-mode' ? autoClass(pool, context) : ec2Class(pool, context);
  return { apiVersion: `${group}/v1`, kind, metadata: { name: pool.name, labels: PART_OF }, spec };
}

/** The image for the machine's GPU is found by the machine: https://karpenter.sh/docs/concepts/nodeclasses/#specamiselectorterms. */
function ec2Class(pool: ClassPool, context: Context): object {
  const { nodeRole, instanceProfile, diskKey, tags } = context.by;
  return {
    amiSelectorTerms: [{ alias: 'al2023@latest' }],
    ...instanceProfile === undefined ? { role: roleOf(nodeRole, context) } : { instanceProfile },
    ...whereabouts(pool, context),
    /* One hop, which ends at the machine, as in infrastructure/pools.ts. */
    metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [{
      deviceName: '/dev/xvda',
      rootVolume: true,
      ebs: { ...sizeOf(pool), volumeType: 'gp3', throughput: 250, encrypted: true, ...(diskKey && { kmsKeyID: diskKey }), deleteOnTermination: true },
    }],
    ...(tags && { tags }),
  };
}

function sizeOf({ diskGiB = 200 }: ClassPool): { readonly volumeSize: string } {
  return { volumeSize: `${diskGiB}Gi` };
}

/** Metadata, encryption and images are AWS's own. */
function autoClass(pool: ClassPool, context: Context): object {
  const { nodeRole, diskKey } = context.by;
  return {
    role: roleOf(nodeRole, context),
    ...whereabouts(pool, context),
    networkPolicy: 'DefaultAllow',
    ephemeralStorage: { size: sizeOf(pool).volumeSize, iops: 3000, throughput: 250, ...(diskKey && { kmsKeyID: diskKey }) },
  };
}

function roleOf(nodeRole: string | undefined, { platform, by }: Context): string {
  if (nodeRole !== undefined) return nodeRole;
  const call = by.kind === 'eks-auto-mode' ? 'eksAutoMode' : 'karpenter';
  throw new Error(`cluster ${platform.clusterName} has GPU provisioners, but it does not say which role their nodes have; `
    + `give nodeRole to NodeProvisioning.${call}`);
}

/** Subnets and security groups, and what was reserved there. EKS tags the security group of a cluster by its name. */
function whereabouts({ provisioner: { capacities } }: ClassPool, { platform: { clusterName }, by }: Context): object {
  const { subnetIds, securityGroupIds } = by;
  const byId = (ids: readonly string[]): object[] => ids.map((id) => ({ id }));
  const reserved = capacities.flatMap(({ id }) => id ?? []);
  return {
    subnetSelectorTerms: subnetIds ? byId(subnetIds) : [{ tags: { [DISCOVERY_TAG]: clusterName } }],
    securityGroupSelectorTerms: securityGroupIds ? byId(securityGroupIds) : [{ tags: { 'aws:eks:cluster-name': clusterName } }],
    ...(reserved.length > 0 && { capacityReservationSelectorTerms: byId(reserved) }),
  };
}
