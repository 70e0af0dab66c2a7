/** What a pool of GPUs on AWS can be, and what not. */
import { gpuNamed, NVIDIA_GPU_RESOURCE } from '../../../catalog/gpus';
import type { AwsLocation, GpuPoolSpec } from '../../infrastructure';
import { SHARING_LABEL, sharingLabelValue } from '../../labels';
import { MACHINES } from '../machines';
import { arnProblem } from '../partition';
import { checkEfa } from './efa';

/** The extended resource of the pool's accelerator. */
export function gpuResource({ gpu, resource = gpuNamed(gpu)?.resource ?? NVIDIA_GPU_RESOURCE }: Pick<GpuPoolSpec, 'gpu' | 'resource'>): string {
  return resource;
}

/** How many containers that each ask for one GPU a node takes. */
export function unitsPerNode({ gpusPerNode, sharing }: GpuPoolSpec): number {
  return gpusPerNode * (sharing?.kind === 'time-slicing' ? sharing.clients : 1);
}

/**
 * Of several machine types the autoscaler takes the first one for all, so that a node could come up on which its pod has no room.
 *
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
 */
export function sizeOfSmallest({ machineType, machineTypes = [] }: Pick<GpuPoolSpec, 'machineType' | 'machineTypes'>): Record<string, string> {
  const smallest = machineTypes.length < 2 ? undefined : MACHINES.find((machine) => machine.machineType === machineType);
  return smallest ? { cpu: String(smallest.vcpu), memory: `${smallest.memoryGiB}Gi` } : {};
}

/**
 * Labels beside those that the pool was given. Time slicing is the device plugin's business: the label tells it on which nodes, and
 * among how many. The other one lets the autoscaler wait until the plugin has found the GPUs of a new node, instead of adding one more.
 */
export function sharedLabels(spec: GpuPoolSpec): Record<string, string> {
  return {
    ...(gpuResource(spec) === NVIDIA_GPU_RESOURCE && { 'k8s.amazonaws.com/accelerator': spec.gpu }),
    ...(spec.sharing?.kind === 'time-slicing' && { [SHARING_LABEL]: sharingLabelValue(spec.sharing) }),
  };
}

/** @throws if one is none of the cluster's. */
export function poolZones({ name, zones = [] }: Pick<GpuPoolSpec, 'name' | 'zones'>, location: AwsLocation): readonly string[] {
  const strange = zones.find((zone) => !location.zones.includes(zone));
  if (strange !== undefined) throw new Error(`pool ${name}: zone ${strange} is none of the cluster's; use ${location.zones.join(', ')}`);
  return zones.length > 0 ? zones : location.zones;
}

export function checkGpuPool(spec: GpuPoolSpec, location: AwsLocation): void {
  const { name, capacity, sharing, imageStreaming, driver } = spec;
  if (capacity.kind === 'flex-start' || capacity.kind === 'queued') {
    throw new Error(`pool ${name}: aws has no ${capacity.kind} capacity; use on-demand, spot, reservation or block`);
  }
  if (sharing && sharing.kind !== 'time-slicing') {
    throw new Error(`pool ${name}: aws node groups cannot share GPUs by ${sharing.kind}; use time-slicing`);
  }
  if (sharing && (!Number.isInteger(sharing.clients) || sharing.clients < 2)) {
    throw new Error(`pool ${name}: ${sharing.clients} cannot take turns on a GPU; give a whole number, 2 or more`);
  }
  if (sharing && gpuResource(spec) !== NVIDIA_GPU_RESOURCE) throw new Error(`pool ${name}: ${spec.gpu} cannot be shared; leave out sharing`);
  if (imageStreaming) throw new Error(`pool ${name}: aws has no image streaming; leave it out, and give nodes a large disk instead`);
  if (driver !== undefined) throw new Error(`pool ${name}: driver is ${driver}, but on aws it comes with the machine image; leave it out`);
  checkCapacityId(spec, location);
  checkMachineTypes(spec);
  checkEfa(spec);
  checkZones(spec, location);
}

function checkCapacityId({ name, capacity }: GpuPoolSpec, { region }: AwsLocation): void {
  if (capacity.kind !== 'reservation' && capacity.kind !== 'block') return;
  const problem = arnProblem(capacity.id, region);
  if (problem !== undefined) throw new Error(`pool ${name}: ${capacity.kind} ${problem}; give one of that partition`);
  if (/^(cr-[0-9a-f]+|arn:[a-z-]+:resource-groups:.+)$/.test(capacity.id)) return;
  throw new Error(`pool ${name}: ${capacity.kind} is ${capacity.id}; use the id of a capacity reservation, such as cr-0123456789abcdef0`);
}

/** What was reserved or bought is of one type. */
function checkMachineTypes({ name, capacity, machineTypes = [] }: GpuPoolSpec): void {
  if (machineTypes.length < 2 || (capacity.kind !== 'reservation' && capacity.kind !== 'block')) return;
  const what = capacity.kind === 'block' ? 'a capacity block' : 'a reservation';
  throw new Error(`pool ${name}: machineTypes has ${machineTypes.join(', ')}, but ${what} is of one machine type; name it by machineType`);
}

function checkZones(spec: GpuPoolSpec, location: AwsLocation): void {
  const zones = poolZones(spec, location);
  const reason = zonalReason(spec);
  if (reason && zones.length !== 1) throw new Error(`pool ${spec.name}: ${reason} is in one zone; set zones to one of ${zones.join(', ')}`);
}

function zonalReason({ compact, capacity }: GpuPoolSpec): string | undefined {
  if (compact) return 'compact placement';
  if (capacity.kind === 'reservation') return 'a reservation';
  return capacity.kind === 'block' ? 'a capacity block' : undefined;
}
