import type { ContainerNodePoolNodeConfig, ContainerNodePoolNodeConfigTaint } from '@cdktf/provider-google/lib/container-node-pool';
import { NVIDIA_GPU_RESOURCE } from '../../../catalog/gpus';
import type { GpuPoolSpec, GpuSharing, PoolCapacity } from '../../infrastructure';
import { GPU_LABEL } from '../../placement';
import { GKE_ACCELERATORS, MACHINES } from '../machines';
import { MIG_PROFILES, OPTIONAL_SSDS, SHARED_CLIENTS } from './accelerators';

/** The taint that GKE gives to GPU nodes, where there are other nodes already. */
const GPU_TAINT = { key: NVIDIA_GPU_RESOURCE, value: 'present' };

const DRIVERS = ['LATEST', 'DEFAULT', 'INSTALLATION_DISABLED'];

/** A week, the longest there is. */
const LENT_FOR = '604800s';

/** What makes nodes of a pool GPU nodes. */
export function gpuNodeConfig(spec: GpuPoolSpec): Partial<ContainerNodePoolNodeConfig> {
  const { gpu, gpusPerNode, labels, imageStreaming } = spec;
  const localSsdCount = localSsds(spec);
  return {
    guestAccelerator: [{
      type: acceleratorOf(gpu),
      count: gpusPerNode,
      gpuDriverInstallationConfig: { gpuDriverVersion: driverOf(spec) },
      ...sharingConfig(spec),
    }],
    ...capacityConfig(spec.capacity),
    ...(localSsdCount > 0 && { ephemeralStorageLocalSsdConfig: { localSsdCount } }),
    ...(imageStreaming && { gcfsConfig: { enabled: true } }),
    labels: { ...labels, [GPU_LABEL]: gpu },
    taint: taintsOf(spec),
  };
}

function acceleratorOf(gpu: string): string {
  const accelerator = GKE_ACCELERATORS[gpu];
  if (!accelerator) throw new Error(`gcp has no ${gpu}; use one of ${Object.keys(GKE_ACCELERATORS).join(', ')}`);
  return accelerator;
}

function driverOf({ name, driver = 'LATEST' }: GpuPoolSpec): string {
  if (!DRIVERS.includes(driver)) throw new Error(`driver of pool ${name} is ${driver}; give one of ${DRIVERS.join(', ')}`);
  return driver;
}

/**
 * GKE's own taint, written out: GKE adds it only if other nodes are there first, which Terraform does not promise. The same taint
 * twice is one; with another value GKE refuses the pool.
 */
function taintsOf({ name, taints }: GpuPoolSpec): ContainerNodePoolNodeConfigTaint[] {
  const clash = taints.find(({ key, value }) => key === GPU_TAINT.key && value !== GPU_TAINT.value);
  if (clash) throw new Error(`pool ${name} has the taint ${clash.key}=${clash.value}, but GKE sets ${clash.key}=present itself; leave the taint out`);
  const others = taints.filter(({ key }) => key !== GPU_TAINT.key);
  return [GPU_TAINT, ...others].map(({ key, value }) => ({ key, value, effect: 'NO_SCHEDULE' }));
}

function localSsds({ name, machineType, localSsdCount }: GpuPoolSpec): number {
  const bundled = MACHINES.find((machine) => machine.machineType === machineType)?.localSsdCount;
  if (localSsdCount === undefined) return bundled ?? 0;
  if (bundled !== undefined && bundled !== localSsdCount) {
    throw new Error(`localSsdCount of pool ${name} is ${localSsdCount}, but ${machineType} comes with ${bundled}; leave it out`);
  }
  const allowed = OPTIONAL_SSDS[machineType];
  if (allowed && localSsdCount !== 0 && !allowed.includes(localSsdCount)) {
    throw new Error(`localSsdCount of pool ${name} is ${localSsdCount}, but ${machineType} takes ${allowed.join(' or ')}; give that or leave it out`);
  }
  return localSsdCount;
}

function sharingConfig({ name, gpu, sharing }: GpuPoolSpec): object {
  if (!sharing) return {};
  if (sharing.kind === 'mig') return { gpuPartitionSize: checkedProfile(gpu, sharing.profile) };
  const gpuSharingStrategy = sharing.kind === 'mps' ? 'MPS' : 'TIME_SHARING';
  return { gpuSharingConfig: { gpuSharingStrategy, maxSharedClientsPerGpu: checkedClients(name, sharing) } };
}

function checkedProfile(gpu: string, profile: string): string {
  const profiles = MIG_PROFILES[gpu];
  if (!profiles) throw new Error(`${gpu} cannot be partitioned; share it by time-slicing or mps, or use one of ${Object.keys(MIG_PROFILES).join(', ')}`);
  if (!profiles.includes(profile)) throw new Error(`${gpu} has no MIG profile ${profile}; it has ${profiles.join(', ')}`);
  return profile;
}

function checkedClients(name: string, { kind, clients }: Exclude<GpuSharing, { kind: 'mig' }>): number {
  const { least, most } = SHARED_CLIENTS;
  if (!Number.isInteger(clients) || clients < least || clients > most) {
    throw new Error(`${kind} of pool ${name} is for ${clients} clients, but gcp shares a GPU between ${least} and ${most}; give a whole number in that range`);
  }
  return clients;
}

const NO_RESERVATION = { reservationAffinity: { consumeReservationType: 'NO_RESERVATION' } };

function capacityConfig(capacity: PoolCapacity): Partial<ContainerNodePoolNodeConfig> {
  switch (capacity.kind) {
    case 'on-demand': return {};
    case 'spot': return { spot: true };
    /* A queued pool is one of flex-start that gets all nodes of a request or none. */
    case 'flex-start':
    case 'queued': return { flexStart: true, maxRunDuration: LENT_FOR, ...NO_RESERVATION };
    case 'block': throw new Error('gcp has no capacity blocks; use reservation, flex-start or queued');
    case 'reservation': return {
      reservationAffinity: {
        consumeReservationType: 'SPECIFIC_RESERVATION',
        key: 'compute.googleapis.com/reservation-name',
        values: [capacity.id],
      },
    };
  }
}
