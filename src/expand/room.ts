/** Whether the machines of a platform have room for what a container asks for. Where a machine is not known, nothing is refused. */
import type { Container } from 'kubernetes-types/core/v1';
import type { GpuPoolSpec, NodePoolSpec, PlatformSpec } from '../api/platform';
import { amountOf } from '../api/quantity';
import type { CommonSpec, PodSpec, ResourcesSpec } from '../api/resource';
import type { Cloud, GpuRequest, Machine, NodeSize } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { gpuRequestOf } from './gpus';
import { hasCapacity, machinesOf, takenPools } from './pools';
import { resourceRequirements } from './resources';

const GIB = 2 ** 30;

/** Nodes of one kind, and what one has for pods; `undefined` where that is not known. */
interface Candidate {
  readonly name: string;
  readonly room: NodeSize | undefined;
}

interface Asked {
  readonly field: 'cpu' | 'memory' | 'disk';
  readonly quantity: string;
  /** Cores or GiB, with what the containers beside the program ask for. */
  readonly amount: number;
  readonly hasMore: boolean;
}

/** Why no node of the platform has room for a container, whatever else runs there; `undefined` if one may have. */
export function noRoomFor({ resources = {}, pod }: Pick<CommonSpec, 'resources' | 'pod'>, platform: PlatformSpec): string | undefined {
  const request = gpuRequestOf(resources, platform);
  const nodes = request ? gpuNodes(request, resources, platform) : choosesNodes(pod, platform) ? [] : otherNodes(resources, platform);
  if (nodes.length === 0) return undefined;
  const asked = askedOf(resources, { platform, pod });
  const lacks = nodes.map(({ name, room }) => ({ name, room, lacking: room ? asked.filter((each) => isMore(each, room)) : [] }));
  if (lacks.some(({ lacking }) => lacking.length === 0)) return undefined;
  const fields = asked.filter((each) => lacks.some(({ lacking }) => lacking.includes(each)));
  const has = lacks.flatMap(({ name, room, lacking }) => (room ? [`${name} has ${lacking.map((each) => shownRoom(each, room)).join(' and ')}`] : []));
  const larger = cloudNamed(platform.cloud).hasOwnNodes ? 'larger nodes' : `a larger machineType${fields.some(({ field }) => field === 'disk') ? ' or diskGiB' : ''}`;
  return `${fields.map(shownAsked).join(' and ')}, but ${has.join(', ')} for pods; ask for less, or add a pool with ${larger}`;
}

/** Whether a pod may run on nodes that the platform does not know: those with GPUs, or of someone else. */
export function choosesNodes(pod: PodSpec = {}, { podDefaults, workspaces = [] }: PlatformSpec): boolean {
  const { nodeSelector, tolerations, affinity, schedulerName } = pod;
  const rules = [podDefaults, ...workspaces.map((workspace) => workspace.podDefaults)];
  return [nodeSelector, tolerations, affinity, schedulerName, ...rules.flatMap((rule) => [rule?.nodeSelector, rule?.tolerations])]
    .some((chosen) => chosen !== undefined);
}

interface PodContext {
  readonly platform: PlatformSpec;
  readonly pod?: PodSpec;
}

/** What the pod as a whole asks for: its sidecars run beside the program, and each init container beside the sidecars. */
export function askedOf(resources: ResourcesSpec, { platform, pod: { sidecars = [], initContainers = [] } = {} }: PodContext): Asked[] {
  const { requests = {} } = resourceRequirements(resources, platform);
  const fields = [['cpu', 'cpu', 1], ['memory', 'memory', GIB], ['disk', 'ephemeral-storage', GIB]] as const;
  return fields.map(([field, name, unit]) => {
    const quantity = requests[name] ?? '0';
    const beside = sidecars.reduce((sum, container) => sum + requestOf(container, name), 0);
    const program = amountOf(quantity);
    const before = Math.max(0, ...initContainers.map((container) => requestOf(container, name)));
    const amount = (beside + Math.max(program, before)) / unit;
    return { field, quantity, amount, hasMore: amount > program / unit };
  });
}

/** A container that has a limit and no request asks for the limit. */
function requestOf({ resources = {} }: Container, name: string): number {
  const quantity = resources.requests?.[name] ?? resources.limits?.[name];
  return quantity === undefined ? 0 : amountOf(String(quantity));
}

function shownAsked({ field, quantity, amount, hasMore }: Asked): string {
  const whole = `${Math.ceil(100 * amount) / 100}${field === 'cpu' ? '' : ' GiB'}`;
  return `${field} is ${quantity}${hasMore ? ` (${whole} with pod.sidecars and pod.initContainers)` : ''}`;
}

export function roomOf({ field }: Asked, { vcpu, memoryGiB, diskGiB = Infinity }: NodeSize): number {
  return { cpu: vcpu, memory: memoryGiB, disk: diskGiB }[field];
}

function isMore(asked: Asked, room: NodeSize): boolean {
  return asked.amount > roomOf(asked, room);
}

function shownRoom(asked: Asked, room: NodeSize): string {
  const amount = Math.floor(100 * roomOf(asked, room)) / 100;
  return asked.field === 'cpu' ? `${amount} cores` : `${amount} GiB of ${asked.field}`;
}

/** The pools that can hold the request, and where nodes come up without a pool, the machines of the cloud. */
function gpuNodes(request: GpuRequest, { capacity }: ResourcesSpec, platform: PlatformSpec): Candidate[] {
  const cloud = cloudNamed(platform.cloud);
  const pools = takenPools(request, platform, capacity).map((pool) => gpuPoolNodes(pool, cloud));
  if (!platform.autoProvisioning) return pools;
  const machines = cloud.machines.filter(({ gpu, gpuCount }) => gpu === request.gpu?.name && gpuCount >= request.count);
  return [...pools, { name: `the largest machine of ${cloud.title} with ${request.count} ${request.gpu?.name ?? 'GPUs'}`, room: largest(machines, cloud) }];
}

function gpuPoolNodes(pool: GpuPoolSpec, cloud: Cloud): Candidate {
  const { name, gpu, gpusPerNode, machineType, machineTypes = [], diskGiB } = pool;
  const own = ownRoom(pool);
  if (own) return { name: `a node of pool ${name}`, room: own };
  const fitting = machinesOf(pool, cloud);
  if (machineType === undefined) return { name: `pool ${name} (the largest machine with ${gpusPerNode} ${gpu})`, room: largest(fitting, cloud, diskGiB) };
  const [machine = cloud.shapeOf(machineType)] = fitting.filter((each) => each.machineType === machineType);
  const smallest = machineTypes.length > 1 ? `, the smallest of ${machineTypes.length}` : '';
  return { name: `pool ${name} (${machineType}${smallest})`, room: machine && roomOn(machine, cloud, diskGiB) };
}

/** What a pool says that its nodes have for pods; `undefined` where it says nothing. */
export function ownRoom({ nodeCpu, nodeMemoryGiB, diskGiB }: GpuPoolSpec): NodeSize | undefined {
  if (nodeCpu === undefined && nodeMemoryGiB === undefined) return undefined;
  return { vcpu: nodeCpu ?? Infinity, memoryGiB: nodeMemoryGiB ?? Infinity, ...(diskGiB !== undefined && { diskGiB }) };
}

/** The pools without GPU, where these are all that there are. */
function otherNodes({ capacity }: ResourcesSpec, { cloud: cloudName, nodePools = [], autoProvisioning }: PlatformSpec): Candidate[] {
  if (autoProvisioning) return [];
  const cloud = cloudNamed(cloudName);
  return nodePools.filter((pool) => hasCapacity(pool, capacity)).map((pool) => nodePoolNodes(pool, cloud));
}

function nodePoolNodes({ name, machineType = '', diskGiB }: NodePoolSpec, cloud: Cloud): Candidate {
  const shape = cloud.shapeOf(machineType);
  return { name: `pool ${name} (${machineType})`, room: shape && roomOn(shape, cloud, diskGiB) };
}

function roomOn({ vcpu, memoryGiB }: NodeSize, cloud: Cloud, diskGiB?: number): NodeSize {
  return cloud.allocatable({ vcpu, memoryGiB, ...(diskGiB !== undefined && { diskGiB }) });
}

/** What the largest of the machines has of each; `undefined` where GPUs are attached to a machine of any size. */
function largest(machines: readonly Machine[], cloud: Cloud, diskGiB?: number): NodeSize | undefined {
  if (machines.length === 0 || machines.some(({ attached }) => attached)) return undefined;
  const most = (field: 'vcpu' | 'memoryGiB') => Math.max(...machines.map((machine) => machine[field]));
  return roomOn({ vcpu: most('vcpu'), memoryGiB: most('memoryGiB') }, cloud, diskGiB);
}
