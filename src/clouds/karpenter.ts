/**
 * NodePools of Karpenter, which is the same on every cloud that has it: what a GPU provisioner of the platform says, in its words. Pure.
 *
 * @see https://karpenter.sh/docs/concepts/nodepools/
 */
import { PART_OF } from '../api/labels';
import type { GpuPoolSpec, GpuProvisionerSpec, NodeCapacityKind, PlatformSpec } from '../api/platform';
import { gpuNamed, NVIDIA_GPU_RESOURCE } from '../catalog/gpus';
import type { AddonObject } from './cloud';
import { GPU_LABEL } from './placement';

/** A pool of the platform that a provisioner makes. */
export type ProvisionedPool = GpuPoolSpec & { readonly provisioner: GpuProvisionerSpec; readonly maxNodes: number };

export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn';
  readonly values: readonly string[];
}

/** What differs from cloud to cloud. */
export interface CloudNodes {
  readonly platform: PlatformSpec;
  /** The object of the cloud that says what its nodes are beside their machines, by group, kind and name. */
  readonly nodeClassRef: { readonly group: string; readonly kind: string; readonly name: string };
  /** Zones, as the cloud's nodes have them in `topology.kubernetes.io/zone`. */
  readonly zones?: readonly string[];
  readonly requirements?: readonly Requirement[];
  /** How long a node lives. Default: until it is empty, or its image is outdated. */
  readonly life?: NodeLife;
}

export interface NodeLife {
  readonly expireAfter: string;
  /** How long after that what runs on it may go on. */
  readonly terminationGracePeriod?: string;
}

/** What Karpenter calls how nodes are obtained, in the order in which it takes them, whatever else is asked. */
const CAPACITY_TYPES = ['reserved', 'spot', 'on-demand'] as const;

const TYPE_OF: Readonly<Record<NodeCapacityKind, typeof CAPACITY_TYPES[number] | undefined>> = {
  'reservation': 'reserved', 'block': 'reserved', 'spot': 'spot', 'on-demand': 'on-demand', 'flex-start': undefined,
};

/** The pools of a platform that a provisioner makes. */
export function provisionedPools({ gpuPools = [] }: PlatformSpec): ProvisionedPool[] {
  return gpuPools.flatMap((pool) => (pool.provisioner && pool.maxNodes !== undefined
    ? [{ ...pool, provisioner: pool.provisioner, maxNodes: pool.maxNodes }] : []));
}

/**
 * The NodePool of a pool: one with all its capacities, so that its limit is that of the pool. Nodes that are empty go, others stay until
 * what runs on them ends, for a GPU that is moved is a model that is loaded again; those of an outdated image are replaced one by one.
 *
 * @throws Error if Karpenter would take capacities in another order.
 */
export function nodePool(pool: ProvisionedPool, nodes: CloudNodes): AddonObject {
  const { platform, nodeClassRef, zones, requirements = [], life = { expireAfter: 'Never' } } = nodes;
  const { name, gpu, gpusPerNode, maxNodes, provisioner: { machineTypes, labels, taints = {} } } = pool;
  const resource = resourceOf(gpu, platform);
  const spec = {
    template: {
      metadata: { labels: { ...labels, [GPU_LABEL]: gpu } },
      spec: {
        nodeClassRef,
        requirements: [
          { key: 'node.kubernetes.io/instance-type', operator: 'In', values: [...machineTypes] },
          { key: 'karpenter.sh/capacity-type', operator: 'In', values: capacityTypes(pool) },
          ...(zones ? [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [...zones] }] : []),
          ...requirements,
        ],
        taints: Object.entries({ [resource]: 'present', ...taints }).map(([key, value]) => ({ key, value, effect: 'NoSchedule' })),
        ...life,
      },
    },
    limits: { [resource]: maxNodes * gpusPerNode },
    disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '5m', budgets: [{ nodes: '1', reasons: ['Drifted'] }] },
  };
  return { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name, labels: PART_OF }, spec } as AddonObject;
}

/** The extended resource of a GPU, which is also its taint. */
export function resourceOf(gpu: string, { gpus = [] }: Pick<PlatformSpec, 'gpus'>): string {
  return gpus.find(({ name }) => name === gpu)?.resource ?? gpuNamed(gpu)?.resource ?? NVIDIA_GPU_RESOURCE;
}

function capacityTypes({ name, provisioner: { capacities } }: ProvisionedPool): string[] {
  const kinds = [...new Set(capacities.map(({ kind }) => kind))];
  const inOrder = [...kinds].sort((one, other) => rankOf(one) - rankOf(other));
  if (kinds.some((kind, index) => rankOf(kind) !== rankOf(inOrder[index] ?? kind))) {
    throw new Error(`capacities of provisioner ${name} are ${kinds.join(', ')}, but Karpenter takes ${inOrder[0]} first wherever it may; `
      + `give them as ${inOrder.join(', ')}, or one of them alone`);
  }
  return CAPACITY_TYPES.filter((type) => kinds.some((kind) => TYPE_OF[kind] === type));
}

function rankOf(kind: NodeCapacityKind): number {
  return CAPACITY_TYPES.findIndex((type) => type === TYPE_OF[kind]);
}
