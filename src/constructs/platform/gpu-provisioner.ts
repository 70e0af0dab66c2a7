/** Nodes with GPUs that the cluster's own provisioner makes: of what machines, and how obtained. */
import { isDns1123Label } from '../../api/names';
import type { GpuPoolSpec, GpuProvisionerSpec, NodeProvisioningSpec } from '../../api/platform';
import type { Cloud } from '../../clouds/cloud';
import { formatValue } from '../checks/format-value';
import type { Gpu } from './gpu';
import { machineProblem, noMachineToChoose } from './machines';
import { provisioningCalls } from './node-provisioning';
import { PoolCapacity } from './pool-capacity';
import { marksProblem, zonesProblem } from './pool-marks';

/** Nodes with GPUs that come up for the pods that ask for them, and go when none does. */
export interface GpuProvisionerOptions {
  /** The GPU. */
  readonly gpu: Gpu;

  /**
   * How many of them a node has.
   *
   * @default 1
   */
  readonly gpusPerNode?: number;

  /**
   * Machine types that the nodes may have.
   *
   * @default - all of the cloud with this GPU and count
   */
  readonly machineTypes?: string[];

  /**
   * How they are obtained: the first of these that the cloud has, when a pod takes any. A resource of capacity on-demand or spot takes only
   * what is so, and one of `Capacity.SPOT_FIRST` takes the first that can be had.
   *
   * @default - spot, then on-demand
   */
  readonly capacities?: PoolCapacity[];

  /** Maximum number of nodes; this caps the cost. */
  readonly maxNodes: number;

  /**
   * Zones that they may be in.
   *
   * @default - those of the cluster
   */
  readonly zones?: string[];

  /**
   * Boot disk, in GiB: images and ephemeral storage.
   *
   * @default 200
   */
  readonly diskGiB?: number;

  /**
   * Labels of the nodes, by key.
   *
   * @default - `substratus.ai/gpu` and those of the cloud
   */
  readonly labels?: Record<string, string>;

  /**
   * Taints of the nodes, by key, each with the effect NoSchedule: only what tolerates them (`pod.tolerations`) runs there.
   *
   * @default - that of the GPU, such as `nvidia.com/gpu=present`
   */
  readonly taints?: Record<string, string>;
}

interface Provisioning {
  readonly cloud: Cloud;
  /** What the platform says that makes nodes. */
  readonly by?: NodeProvisioningSpec;
}

const DEFAULT_DISK_GIB = 200;

/**
 * A pool whose nodes a provisioner makes. Its GPU, number and size are checked as those of any pool.
 *
 * @throws Error without the name of the pool.
 */
export function provisionedPool(name: string, options: GpuProvisionerOptions, { cloud, by }: Provisioning): GpuPoolSpec {
  const { gpu, gpusPerNode = 1, maxNodes, zones, labels, taints, diskGiB = DEFAULT_DISK_GIB } = options;
  if (!by) throw new Error(noProvisioning(cloud));
  if (!isDns1123Label(name)) throw new Error('its name becomes that of an object of the cluster; use lower-case letters, digits and -');
  const asked = options.capacities ?? [PoolCapacity.spot(), PoolCapacity.onDemand()];
  const capacities = asked.map((capacity) => capacitySpec(capacity, { cloud, by }));
  if (capacities.length === 0) throw new Error('capacities is empty; give one, for example PoolCapacity.onDemand()');
  const problem = marksProblem({ labels, taints }) ?? zonesProblem(zones);
  if (problem) throw new Error(problem);
  return {
    name,
    gpu: gpu.name,
    gpusPerNode,
    maxNodes,
    diskGiB,
    ...(zones && { zones }),
    provisioner: { capacities, machineTypes: machineTypes(options, cloud), ...(labels && { labels }), ...(taints && { taints }) },
  };
}

function noProvisioning({ title, provisioners = {} }: Cloud): string {
  const [call] = provisioningCalls(provisioners);
  if (call === undefined) return `${title} has nothing that makes nodes as pods ask for them; declare a pool instead`;
  return `the cluster does not say what makes its nodes; give it nodeProvisioning, for example ${call}`;
}

function capacitySpec(capacity: unknown, { cloud, by }: Required<Provisioning>): GpuProvisionerSpec['capacities'][number] {
  if (!(capacity instanceof PoolCapacity)) throw new Error(`capacities has ${formatValue(capacity)}, which is not a PoolCapacity; write for example PoolCapacity.spot()`);
  const { kind } = capacity._spec;
  const taken = cloud.provisioners?.[by.kind] ?? [];
  if (kind === 'queued' || !taken.includes(kind)) throw new Error(`capacities has ${kind}, which it does not make; use ${taken.join(', ')}`);
  return { kind, ...('id' in capacity._spec && { id: capacity._spec.id }) };
}

function machineTypes({ gpu, gpusPerNode = 1, machineTypes: asked }: GpuProvisionerOptions, cloud: Cloud): string[] {
  if (asked === undefined) return allMachines(gpu.name, gpusPerNode, cloud);
  if (!Array.isArray(asked) || asked.length === 0) throw new Error(`machineTypes is ${formatValue(asked)}; give one, or leave it out`);
  for (const machineType of asked) {
    const problem = machineProblem(cloud, { gpu: gpu.name, count: gpusPerNode, machineType });
    if (problem) throw new Error(problem);
  }
  return [...new Set(asked)];
}

function allMachines(gpu: string, count: number, cloud: Cloud): string[] {
  const machines = cloud.machines.filter((machine) => machine.gpu === gpu && machine.gpuCount === count && !machine.retired);
  const types = [...new Set(machines.map(({ machineType }) => machineType))].sort();
  if (types.length === 0) throw new Error(noMachineToChoose(cloud, gpu, count));
  return types;
}
