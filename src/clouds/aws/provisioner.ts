/**
 * What makes the nodes of GPU provisioners on EKS: objects of Karpenter, which is installed in the cluster, or run by AWS as EKS Auto Mode.
 * Pure.
 *
 * The NodePools are those of ../karpenter.ts. The classes are after the definitions of karpenter-provider-aws v1.14.1,
 * https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html (2026-11).
 */
import { PART_OF } from '../../api/labels';
import type { NodeProvisioningSpec, PlatformSpec } from '../../api/platform';
import type { AddonObject } from '../cloud';
import { nodePool, provisionedPools } from '../karpenter';
import type { NodeLife, ProvisionedPool, Requirement } from '../karpenter';
import { MACHINES } from './machines';
import { isArm } from './sizes';

/** What decides a class of nodes. */
type ClassPool = Pick<ProvisionedPool, 'name' | 'diskGiB'> & { readonly provisioner: Pick<ProvisionedPool['provisioner'], 'capacities'> };

interface Context {
  readonly platform: PlatformSpec;
  readonly by: NodeProvisioningSpec;
}

/** By what is found what a new network has; it is on its private subnets. */
export const DISCOVERY_TAG = 'karpenter.sh/discovery';

/** What the nodes of each kind are made by, and how long one lives where that is not ours to say. */
const KINDS: Readonly<Record<'karpenter' | 'eks-auto-mode', Kind>> = {
  'karpenter': { nodeClass: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass' } },
  'eks-auto-mode': {
    nodeClass: { group: 'eks.amazonaws.com', kind: 'NodeClass' },
    /* AWS ends a node after 21 days. https://docs.aws.amazon.com/eks/latest/userguide/automode.html */
    life: { expireAfter: '336h', terminationGracePeriod: '168h' },
  },
};

interface Kind {
  readonly nodeClass: { readonly group: string; readonly kind: string };
  readonly life?: NodeLife;
}

/**
 * Nodes for what has no GPU, where Karpenter takes the place of the autoscaler: the same machines as those of the system pool, which it
 * cannot enlarge. Auto Mode has its own.
 */
const GENERAL = { name: 'general', machineType: 'm7i.xlarge', vcpu: 4, maxNodes: 10, diskGiB: 100 } as const;

/** A class and a NodePool for each provisioner of the platform, in their order. */
export function provisionerObjects(platform: PlatformSpec): AddonObject[] {
  const { nodeProvisioning: by } = platform;
  if (!by) return [];
  const context = { platform, by };
  return [...by.queue === undefined ? [] : generalNodes(context), ...provisionedPools(platform).flatMap((pool) => gpuNodes(pool, context))];
}

function gpuNodes(pool: ProvisionedPool, context: Context): AddonObject[] {
  const { name, zones, provisioner: { capacities, machineTypes } } = pool;
  const wrong = capacities.find(({ id }) => id !== undefined && !/^cr-[0-9a-f]+$/.test(id));
  if (wrong) throw new Error(`GPU provisioner ${name}: ${wrong.kind} is ${wrong.id ?? ''}; use the id of a capacity reservation, such as cr-0123456789abcdef0`);
  const { nodeClass: { group, kind }, life } = kindOf(context.by);
  const nodes = { platform: context.platform, nodeClassRef: { group, kind, name }, zones, requirements: ofMachines(machineTypes), life };
  return [nodeClass(pool, context), nodePool(pool, nodes)];
}

/** Of an older image they are replaced one by one, as those with GPUs are. */
function generalNodes(context: Context): AddonObject[] {
  const { name, machineType, vcpu, maxNodes, diskGiB } = GENERAL;
  const { nodeClass: { group, kind } } = kindOf(context.by);
  const requirements = [
    isOneOf('node.kubernetes.io/instance-type', [machineType]), isOneOf('karpenter.sh/capacity-type', ['on-demand']), ...ofMachines([machineType]),
  ];
  const spec = {
    template: { spec: { nodeClassRef: { group, kind, name }, requirements, expireAfter: 'Never' } },
    limits: { cpu: vcpu * maxNodes },
    disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '5m', budgets: [{ nodes: '1', reasons: ['Drifted'] }] },
  };
  const pool = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name, labels: PART_OF }, spec };
  return [nodeClass({ name, diskGiB, provisioner: { capacities: [{ kind: 'on-demand' }] } }, context), pool as AddonObject];
}

function kindOf({ kind }: NodeProvisioningSpec): Kind {
  return kind === 'eks-auto-mode' ? KINDS[kind] : KINDS.karpenter;
}

/** Images are for one kind of processor, and for Linux. */
function ofMachines(machineTypes: readonly string[]): Requirement[] {
  return [isOneOf('kubernetes.io/arch', machineTypes.map(architectureOf)), isOneOf('kubernetes.io/os', ['linux'])];
}

function isOneOf(key: string, values: readonly string[]): Requirement {
  return { key, operator: 'In', values: [...new Set(values)] };
}

function architectureOf(machineType: string): string {
  const known = MACHINES.find((machine) => machine.machineType === machineType);
  return known?.architecture ?? (isArm(machineType) ? 'arm64' : 'amd64');
}

function nodeClass(pool: ClassPool, context: Context): AddonObject {
  const { nodeClass: { group, kind } } = kindOf(context.by);
  const spec = context.by.kind === 'eks-auto-mode' ? autoClass(pool, context) : ec2Class(pool, context);
  return { apiVersion: `${group}/v1`, kind, metadata: { name: pool.name, labels: PART_OF }, spec } as AddonObject;
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
