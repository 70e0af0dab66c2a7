/** Whether the nodes of a platform can mount the disks of a resource. Where a disk or a machine is not known, nothing is refused. */
import type { GpuPoolSpec, NodePoolSpec, PlatformSpec } from '../api/platform';
import { amountOf, gibibytes } from '../api/quantity';
import type { ArtifactSpec, NotebookSpec, Resource, ResourcesSpec, StorageSpec } from '../api/resource';
import type { Cloud, Disk, DiskFacts, GpuRequest } from '../clouds/cloud';
import { cloudNamed } from '../clouds/pods';
import { gpuRequestOf } from './gpus';
import { DEFAULT_STORAGE_GIB } from './notebook';
import { diskClassOf } from './placement';
import { hasCapacity, takenPools } from './pools';
import { choosesNodes } from './room';
import { defaultStagingGiB } from './staging';

/** Nodes of one kind: the machine types that they may have, none where that is not known. */
interface Nodes {
  readonly name: string;
  readonly machineTypes: readonly string[];
  readonly zones?: readonly string[];
}

/** The disk of a resource, and the field that its class is in. */
interface OwnDisk extends Disk {
  readonly field: string;
  readonly storageClassName: string;
}

/** Why a disk of the resource could not be mounted by a pod that needs it, with the remedy; `undefined` if each may. */
export function diskProblem(resource: Resource, platform: PlatformSpec): string | undefined {
  const cloud = cloudNamed(platform.cloud);
  const disk = diskOf(resource, platform, cloud);
  if (!disk || !cloud.disks || choosesNodes(resource.spec.pod, platform)) return undefined;
  const first = firstNodes(resource.spec.resources, platform, cloud);
  return attachProblem(disk, first, cloud.disks) ?? (resource.kind === 'Notebook' ? undefined : nextProblem(disk, first, { resource, platform, cloud }));
}

/** That of staging or of a Notebook, where its type is known. */
function diskOf({ kind, spec }: Resource, platform: PlatformSpec, { disks }: Cloud): OwnDisk | undefined {
  if (!disks || kind === 'Server') return undefined;
  const isNotebook = kind === 'Notebook';
  const storage: StorageSpec = (isNotebook ? (spec as NotebookSpec).storage : (spec as ArtifactSpec).staging) ?? {};
  const { storageClassName = diskClassOf(spec.resources, platform)?.storageClassName ?? disks.defaultClass } = storage;
  const byClass = { ...disks.byClass, ...platform.storageClasses };
  const type = storageClassName !== undefined && Object.hasOwn(byClass, storageClassName) ? byClass[storageClassName] : undefined;
  if (storageClassName === undefined || type === undefined) return undefined;
  const { size = isNotebook ? DEFAULT_STORAGE_GIB : defaultStagingGiB(spec as ArtifactSpec, platform) } = storage;
  return { field: isNotebook ? 'storage' : 'staging', storageClassName, type, sizeGiB: amountOf(gibibytes(size)) / 2 ** 30 };
}

/** Where the program can run, which the disk is made for. Empty where that is not known. */
function firstNodes(resources: ResourcesSpec = {}, platform: PlatformSpec, cloud: Cloud): Nodes[] {
  const request = gpuRequestOf(resources, platform);
  if (!request) return platform.autoProvisioning ? [] : otherNodes(platform, resources);
  const { capacity } = resources;
  const pools = takenPools(request, platform, capacity).map((pool) => gpuNodes(pool, cloud));
  return platform.autoProvisioning ? [...pools, anyMachine(request, cloud)] : pools;
}

function otherNodes({ nodePools = [] }: PlatformSpec, { capacity }: ResourcesSpec = {}): Nodes[] {
  return nodePools.filter((pool) => hasCapacity(pool, capacity)).map(({ name, machineType, zones }: NodePoolSpec) => ({
    name: `pool ${name}${machineType === undefined ? '' : ` (${machineType})`}`, machineTypes: machineType === undefined ? [] : [machineType], zones,
  }));
}

function gpuNodes({ name, gpu, gpusPerNode, machineType, machineTypes, zones }: GpuPoolSpec, { machines }: Cloud): Nodes {
  if (machineTypes) return { name: `pool ${name} (${machineTypes.join(', ')})`, machineTypes, zones };
  if (machineType !== undefined) return { name: `pool ${name} (${machineType})`, machineTypes: [machineType], zones };
  const fitting = machines.filter((machine) => machine.gpu === gpu && (machine.gpuCount === gpusPerNode || machine.attached));
  return { name: `pool ${name}`, machineTypes: fitting.map((machine) => machine.machineType), zones };
}

function anyMachine({ gpu, count }: GpuRequest, { title, machines }: Cloud): Nodes {
  const fitting = machines.filter((machine) => machine.gpu === gpu?.name && machine.gpuCount >= count);
  return { name: `any machine of ${title} with ${count} ${gpu?.name ?? 'GPUs'}`, machineTypes: fitting.map(({ machineType }) => machineType) };
}

/** Why a kind of nodes cannot attach the disk; `undefined` if one of its machine types can, or none is known. */
function refusal({ machineTypes, zones }: Nodes, disk: Disk, facts: DiskFacts): string | undefined {
  const reasons = machineTypes.map((machineType) => facts.refuses({ machineType, zones }, disk));
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

/** The nodes with why each refuses the disk; `undefined` if one takes it, or none is known. */
function refusals(nodes: readonly Nodes[], disk: Disk, facts: DiskFacts): string | undefined {
  const reasons = nodes.map((each) => ({ name: each.name, reason: refusal(each, disk, facts) }));
  if (reasons.length === 0 || reasons.some(({ reason }) => reason === undefined)) return undefined;
  return reasons.map(({ name, reason }) => `${name} cannot attach it: ${reason}`).join(', ');
}

function attachProblem(disk: OwnDisk, nodes: readonly Nodes[], facts: DiskFacts): string | undefined {
  const reasons = refusals(nodes, disk, facts);
  return reasons && `${shown(disk)}, but ${reasons}; give ${disk.field}.storageClassName a class of other disks, or the pool another machineType`;
}

interface Publishing {
  readonly resource: Resource;
  readonly platform: PlatformSpec;
  readonly cloud: Cloud;
}

/** What is written on one node is published from another: one without GPU, where nothing sends it back to the nodes with that GPU. */
function nextProblem(disk: OwnDisk, first: readonly Nodes[], { resource, platform, cloud }: Publishing): string | undefined {
  const { spec: { resources = {} } } = resource;
  if (platform.autoProvisioning || !gpuRequestOf(resources, platform) || diskClassOf(resources, platform)) return undefined;
  const next = otherNodes(platform);
  if (!cloud.disks || next.length === 0) return undefined;
  const reasons = refusals(next, disk, cloud.disks);
  if (reasons) {
    return `${shown(disk)}, which is published from a node without GPU, but ${reasons}; give ${disk.field}.storageClassName a class of other disks, `
      + 'or add a pool of another machineType';
  }
  return cloud.disks.isZonal(disk.type) ? zoneProblem(disk, first, next) : undefined;
}

/** The disk is made in the zone of its first pod, and mounted there only. */
function zoneProblem(disk: OwnDisk, first: readonly Nodes[], next: readonly Nodes[]): string | undefined {
  const reached = next.flatMap(({ zones }) => zones ?? []);
  if (next.some(({ zones }) => !zones || zones.length === 0)) return undefined;
  for (const { name, zones = [] } of first) {
    const lost = zones.find((zone) => !reached.includes(zone));
    if (lost === undefined) continue;
    return `${shown(disk)}, which in zone ${lost} of ${name} could never be published, for the pools without GPU are in ${[...new Set(reached)].join(', ')}; `
      + `give ${name} zones among those, or ${disk.field}.storageClassName a class of disks that all zones have`;
  }
  return undefined;
}

function shown({ field, storageClassName, type }: OwnDisk): string {
  return `${field} is a disk of class ${storageClassName}${type === storageClassName ? '' : ` (${type})`}`;
}
