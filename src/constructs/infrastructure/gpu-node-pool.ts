import { Construct } from 'constructs';
import { gpuNamed } from '../../catalog/gpus';
import type { Cloud as CloudFacts } from '../../clouds/cloud';
import { SHARING_LABEL, sharingLabelValue } from '../../clouds/labels';
import { GPU_LABEL } from '../../clouds/placement';
import { cloudNamed } from '../../clouds/pods';
import { formatValue } from '../checks/format-value';
import { checkTokens } from '../checks/guard';
import { asValidation, ValidationError } from '../checks/validation-error';
import type { Fabric } from '../platform/fabric';
import { Gpu } from '../platform/gpu';
import type { GpuPoolOptions } from '../platform/gpu-pool-options';
import type { GpuSharing } from '../platform/gpu-sharing';
import { machineTypesProblem, smallestOf } from '../platform/machine-types';
import { chosenMachine, machineProblem, noMachineToChoose, poolSizeProblem } from '../platform/machines';
import { PoolCapacity, podCapacity } from '../platform/pool-capacity';
import { marksProblem, taintList, zonesProblem } from '../platform/pool-marks';
import { clusterOf } from './cluster-base';
import type { ClusterBase } from './cluster-base';
import type { ICluster } from './cluster-props';
import { checkReserved } from './reserved-props';

/** Nodes with GPUs. */
export interface GpuNodePoolProps {
  /** The cluster. */
  readonly cluster: ICluster;

  /** The GPU. */
  readonly gpu: Gpu;

  /**
   * How many of them a node has.
   *
   * @default 1
   */
  readonly gpusPerNode?: number;

  /**
   * Machine type. Another one replaces the nodes, and on AWS the pool.
   *
   * @default - the cheapest of the cloud with this GPU and count
   */
  readonly machineType?: string;

  /**
   * Several machine types that the nodes may be of, so that a node comes of whichever can be had (AWS). They have as many of the GPU, and
   * processors of the same kind; what fits is decided by the smallest. Spot nodes are of the type that is the least likely to be taken
   * back, at a low price; others of the first one that can be had. Not together with `machineType`, nor with a reservation or a capacity
   * block. Other ones replace the pool.
   *
   * @default - one, `machineType`
   */
  readonly machineTypes?: string[];

  /**
   * Name of the pool. Another one replaces it.
   *
   * @default - the construct id
   */
  readonly poolName?: string;

  /**
   * Minimum number of nodes.
   *
   * @default 0
   */
  readonly minNodes?: number;

  /**
   * Maximum number of nodes; this caps the cost. On AWS in each of the zones, since machines may be had in one only: name `zones` for a
   * lower bound.
   */
  readonly maxNodes: number;

  /**
   * Whether they are spot nodes. Not together with `capacity`.
   *
   * @default false
   */
  readonly spot?: boolean;

  /**
   * How they are obtained. Another one replaces the pool; on AWS a reservation replaces its nodes only.
   *
   * @default PoolCapacity.onDemand()
   */
  readonly capacity?: PoolCapacity;

  /**
   * Zones that have the GPU. Others are changed in place on Google Cloud, are other node groups on AWS, and rotate the nodes on Azure.
   *
   * @default - those of the cluster
   */
  readonly zones?: string[];

  /**
   * Boot disk, in GiB: images and ephemeral storage. Another size replaces the nodes.
   *
   * @default 200
   */
  readonly diskGiB?: number;

  /**
   * Local SSDs for ephemeral storage. Another number replaces the nodes, and on Google Cloud the pool.
   *
   * @default - none
   */
  readonly localSsdCount?: number;

  /**
   * How pods share a GPU. Another way replaces the pool on Google Cloud, and on Azure where it is from or to MIG.
   *
   * @default - a GPU is one pod's
   */
  readonly sharing?: GpuSharing;

  /**
   * Whether nodes are placed close to each other. Another answer replaces the pool, on AWS its nodes.
   *
   * @default false
   */
  readonly compact?: boolean;

  /**
   * The network between the GPUs of its nodes, for a Server on many nodes. With `Fabric.efa(count)` machines of AWS have all of their
   * adapters; the devices of any other fabric, and its device plugin everywhere, are yours. Another one replaces the nodes on AWS.
   *
   * @default - that of the pods, by TCP
   */
  readonly fabric?: Fabric;

  /**
   * Whether images start before they are pulled whole (Google Cloud). Another answer replaces the pool.
   *
   * @default false
   */
  readonly imageStreaming?: boolean;

  /**
   * Version of the driver, in the cloud's words (Google Cloud: `DEFAULT`, `LATEST`). Another one replaces the pool.
   *
   * @default - the cloud's default
   */
  readonly driver?: string;

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

/**
 * Nodes with GPUs, from none to as many as are needed.
 *
 * Another `poolName`, `spot` or `capacity` replaces the pool, another `gpu`, `gpusPerNode` or `machineType` at least its nodes;
 * `minNodes` and `maxNodes` are changed in place. Nodes that go are drained, but for Azure's where the pool stays.
 * `docs/google-cloud.md`, `docs/aws.md` and `docs/azure.md` list every prop.
 */
export class GpuNodePool extends Construct {
  /** Name of the pool. */
  public readonly poolName: string;

  /** Its machine type; the smallest of several; on a local cluster `local`. */
  public readonly machineType: string;

  constructor(scope: Construct, id: string, props: GpuNodePoolProps) {
    super(scope, id);
    const { gpu, gpusPerNode = 1, maxNodes, minNodes = 0, spot, poolName = id } = props;
    const cluster = clusterOf(this, props.cluster);
    checkReserved(this, props, { cloudName: cluster.platform.cloudName, takes: cluster._cloud.takes?.gpuPool });
    validate(this, props);
    cluster._prepare(this, 'pool');
    const cloud = cloudNamed(cluster.platform.cloudName);
    const capacity = spot ? PoolCapacity.spot() : props.capacity ?? PoolCapacity.onDemand();
    const chosen = { gpu: gpu.name, count: gpusPerNode, spot: capacity._spec.kind === 'spot' };
    const machineTypes = this.severalTypes(props, cluster);
    const machineType = props.machineType ?? (machineTypes && smallestOf(cloud, machineTypes)) ?? chosenMachine(cloud, chosen);
    const problem = gpu._custom ? undefined : machineProblem(cloud, { gpu: gpu.name, count: gpusPerNode, machineType });
    if (problem || !machineType) throw new ValidationError(this, problem ?? noMachineToChoose(cloud, gpu.name, gpusPerNode));
    cluster._claimPool(this, poolName);
    this.poolName = poolName;
    this.machineType = machineType;
    const sharing = props.sharing?._spec;
    const labels = { [GPU_LABEL]: gpu.name, ...(sharing && { [SHARING_LABEL]: sharingLabelValue(sharing) }) };
    const { diskGiB = 200, zones } = props;
    const types = machineTypes && { machineType: undefined, machineTypes: [...machineTypes] };
    const nodes = { ...nodesOf(cloud, machineType, props), ...types };
    const knownZones = zones ?? (props.compact ? undefined : cluster._infrastructure.zones?.slice());
    const offered = {
      gpu, gpusPerNode, maxNodes, zones: knownZones, sharing: props.sharing, fabric: props.fabric, ...(sharing && { nodeLabels: labels }),
      ...nodes,
    };
    asValidation(this, () => cluster.platform._addGpuPool(poolName, offered, podCapacity(capacity)));
    asValidation(this, () => cluster._infrastructure.addGpuPool(this, {
      name: poolName, machineType, machineTypes, minNodes, maxNodes, gpusPerNode,
      gpu: gpu.name,
      ...(gpu._custom && { resource: gpu._custom.resource }),
      capacity: capacity._spec,
      diskGiB,
      labels: { ...props.labels, ...labels },
      taints: [{ key: gpu._custom?.resource ?? gpuNamed(gpu.name)?.resource ?? 'nvidia.com/gpu', value: 'present' }, ...taintList(props.taints)],
      tags: cluster._tags,
      compact: props.compact ?? false,
      imageStreaming: props.imageStreaming ?? false,
      zones,
      localSsdCount: props.localSsdCount,
      sharing,
      driver: props.driver,
      fabric: props.fabric?._resources,
    }));
  }

  /** The machine types, where they are more than one. */
  private severalTypes(props: GpuNodePoolProps, cluster: ClusterBase): readonly string[] | undefined {
    const { gpu, gpusPerNode: count = 1, machineType, machineTypes } = props;
    if (machineTypes === undefined) return undefined;
    const cloud = cloudNamed(cluster.platform.cloudName);
    const problem = cluster._cloud.severalMachineTypes
      ? machineTypesProblem(cloud, { gpu: gpu.name, count, isCustom: gpu._custom !== undefined, machineType, machineTypes })
      : `machineTypes is ${formatValue(machineTypes)}, but a pool on ${cloud.title} is of one machine type; name it by machineType, and make a pool for each`;
    if (problem !== undefined) throw new ValidationError(this, problem);
    return machineTypes;
  }
}

/** What is known of the nodes. Local disks, whose size is not known, take the place of the boot disk for what pods write. */
function nodesOf({ machines }: CloudFacts, machineType: string, props: GpuNodePoolProps): Pick<GpuPoolOptions, 'machineType' | 'diskGiB'> {
  if (machines.length === 0) return {};
  const { diskGiB = 200, localSsdCount = machines.find((machine) => machine.machineType === machineType)?.localSsdCount ?? 0 } = props;
  return { machineType, ...(localSsdCount === 0 && { diskGiB }) };
}

function validate(scope: Construct, props: GpuNodePoolProps): void {
  const { gpu, poolName, zones, minNodes = 0, maxNodes, gpusPerNode = 1, diskGiB, spot, capacity } = props;
  if (!(gpu instanceof Gpu)) {
    throw new ValidationError(scope, `gpu is ${formatValue(gpu)}, which is not a Gpu; write for example Gpu.NVIDIA_L4, or Gpu.of('nvidia-l4')`);
  }
  checkTokens(scope, { poolName, zones, machineTypes: props.machineTypes, labels: props.labels, taints: props.taints });
  const problem = poolSizeProblem({ minNodes, maxNodes, diskGiB }) ?? marksProblem(props) ?? zonesProblem(zones);
  if (problem) throw new ValidationError(scope, problem);
  if (!Number.isInteger(gpusPerNode) || gpusPerNode < 1) throw new ValidationError(scope, `gpusPerNode is ${gpusPerNode}; give a whole number, 1 or more`);
  if (spot && capacity) throw new ValidationError(scope, `spot is true and capacity is ${capacity._spec.kind}; leave one of them out`);
}
