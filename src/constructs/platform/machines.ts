/** What a cloud has of a GPU, and what to say where it has none. */
import { gpuNamed } from '../../catalog/gpus';
import type { Cloud, Machine } from '../../clouds/cloud';

/** Why the cloud cannot offer a GPU, with those of about its memory that it can offer; `undefined` if it does. A local cluster has any. */
export function noSuchGpu({ machines, title }: Cloud, gpu: string): string | undefined {
  if (machines.length === 0 || machines.some((machine) => machine.gpu === gpu)) return undefined;
  const wanted = gpuNamed(gpu)?.memoryGiB ?? 0;
  const offered = [...new Set(machines.filter(({ retired }) => !retired).map((machine) => machine.gpu))]
    .map((name) => ({ name, memoryGiB: gpuNamed(name)?.memoryGiB ?? 0 }))
    .sort((a, b) => Math.abs(a.memoryGiB - wanted) - Math.abs(b.memoryGiB - wanted) || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name, memoryGiB }) => `${name} (${memoryGiB} GiB)`);
  return `${title} has no machine with ${gpu} (${wanted} GiB); use the nearest that it has: ${offered.join(', ')}`;
}

/** Why no machine of the cloud can hold so many of a GPU; `undefined` if one can. */
export function noSuchMachine({ machines, title }: Cloud, gpu: string, count: number): string | undefined {
  if (machines.some((machine) => machine.gpu === gpu && machine.gpuCount >= count)) return undefined;
  const most = countsOf(machines, gpu).at(-1);
  if (most === undefined) return undefined;
  return `no machine of ${title} has ${count} ${gpu}; ask for at most ${most}`;
}

/** Why no machine of the cloud has just so many of a GPU; `undefined` if one has. Those that are attached come in other numbers too. */
export function noSuchNode({ machines, title }: Cloud, gpu: string, count: number): string | undefined {
  const counts = countsOf(machines, gpu);
  const isAttached = machines.some((machine) => machine.gpu === gpu && machine.attached);
  if (counts.length === 0 || isAttached || counts.includes(count)) return undefined;
  return `no machine of ${title} has ${count} ${gpu}; it has machines with ${counts.join(', ')}`;
}

function countsOf(machines: Cloud['machines'], gpu: string): number[] {
  const counts = machines.filter((machine) => machine.gpu === gpu).map(({ gpuCount }) => gpuCount);
  return [...new Set(counts)].sort((a, b) => a - b);
}

export interface MachineRequest {
  readonly gpu: string;
  readonly count: number;
  readonly machineType?: string;
}

/** The machine type that a pool gets: the cheapest one. A cloud that has no machine types has the machine that it is. */
export function chosenMachine(cloud: Cloud, request: MachineRequest & { readonly spot: boolean }): string | undefined {
  return cloud.machines.length === 0 ? cloud.name : cheapestMachine(cloud, request)?.machineType;
}

/** The cheapest machine with just so many of a GPU; one whose price is not known comes last. */
export function cheapestMachine({ machines }: Cloud, request: MachineRequest & { readonly spot: boolean }): Machine | undefined {
  const { gpu, count, spot } = request;
  const priceOf = ({ usdPerHour = Infinity, spotUsdPerHour }: Machine): number => (spot ? spotUsdPerHour ?? usdPerHour : usdPerHour);
  return machines
    .filter((machine) => machine.gpu === gpu && machine.gpuCount === count && !machine.retired)
    .sort((a, b) => priceOf(a) - priceOf(b) || (a.machineType < b.machineType ? -1 : 1))[0];
}

/** Why a machine type does not have just so many of a GPU; `undefined` if it does, or is not in the tables. */
export function machineProblem(cloud: Cloud, { gpu, count, machineType }: MachineRequest): string | undefined {
  const known = cloud.machines.filter((machine) => machine.machineType === machineType);
  if (known.length === 0 || known.some((machine) => machine.gpu === gpu && (machine.gpuCount === count || machine.attached))) {
    return noSuchGpu(cloud, gpu) ?? noSuchNode(cloud, gpu, count);
  }
  const has = known.map((machine) => `${machine.gpuCount} ${machine.gpu}`).join(' or ');
  return `machineType is ${machineType ?? ''}, which has ${has}, not ${count} ${gpu}; leave it out, or ask for what it has`;
}

/** Why none is chosen: the GPUs are attached to a machine in a number that is in no table, or the machines are retired. */
export function noMachineToChoose({ machines, title }: Cloud, gpu: string, count: number): string {
  const counts = countsOf(machines.filter(({ retired }) => !retired), gpu);
  const others = counts.length > 0 ? `, or ask for ${counts.join(' or ')}` : '';
  return `no machine of ${title} is chosen by itself for ${count} ${gpu}; name one by machineType${others}`;
}

/** Below it, no image of a node fits on the disk. */
const MIN_DISK_GIB = 20;

interface PoolSize {
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly diskGiB?: number;
}

/** Why a pool cannot have so many nodes; `undefined` if it can. */
export function poolSizeProblem({ minNodes, maxNodes, diskGiB = MIN_DISK_GIB }: PoolSize): string | undefined {
  if (!Number.isInteger(diskGiB) || diskGiB < MIN_DISK_GIB) return `diskGiB is ${diskGiB}; give a whole number of GiB, ${MIN_DISK_GIB} or more`;
  if (!Number.isInteger(minNodes) || minNodes < 0) return `minNodes is ${minNodes}; give a whole number, 0 or more`;
  if (!Number.isInteger(maxNodes) || maxNodes < 1) return `maxNodes is ${maxNodes}; give how many nodes there can be, a whole number, 1 or more`;
  return minNodes > maxNodes ? `minNodes is ${minNodes} and maxNodes ${maxNodes}; give a minimum that is no more than the maximum` : undefined;
}
