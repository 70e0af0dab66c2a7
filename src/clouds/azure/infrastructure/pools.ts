import type { KubernetesClusterNodePoolConfig } from '@cdktf/provider-azurerm/lib/kubernetes-cluster-node-pool';
import type { Construct } from 'constructs';
import type { AzureLocation, GpuPoolSpec, NodePoolSpec } from '../../infrastructure';
import { SHARING_LABEL, sharingLabelValue } from '../../labels';
import { renamed } from '../../renamed';
import { joinedName, poolName, rotationPoolName } from '../names';
import { KubernetesClusterNodePool, ProximityPlacementGroup } from '../resources';
import { checkClients, gpuInstance } from '../sharing';
import type { ClusterContext } from './cluster-context';
import { poolScale } from './node-provisioning';
import { checkZones } from './regions';
import { assignRole } from './roles';
import { GPU_UPGRADES, SURGE_UPGRADES } from './upgrades';

/** AKS puts these on spot nodes by itself; they are named, otherwise every plan would want to take them away. */
const SPOT_LABEL = 'kubernetes.azure.com/scalesetpriority';
const SPOT = {
  config: { priority: 'Spot', evictionPolicy: 'Delete', spotMaxPrice: -1 },
  labels: { [SPOT_LABEL]: 'spot' },
  taints: [`${SPOT_LABEL}=spot:NoSchedule`],
};
const REGULAR = { config: {}, labels: {}, taints: [] };

const RESERVATION_ID = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/capacityReservationGroups\/[^/]+$/i;
const DRIVERS = ['Install', 'None'];

export function nodePool(scope: Construct, spec: NodePoolSpec, context: ClusterContext): KubernetesClusterNodePool {
  const zones = spec.zones ?? context.location.zones;
  return new KubernetesClusterNodePool(scope, 'Resource', {
    ...poolConfig(spec, context),
    ...priority(spec, spec.spot),
    ...(zones && { zones: zonesOf(spec.name, zones, context.location) }),
    upgradeSettings: spec.spot ? undefined : SURGE_UPGRADES,
  });
}

/** AKS installs the driver; the device plugin is on the Kubernetes side (addons.ts). */
export function gpuPool(scope: Construct, spec: GpuPoolSpec, context: ClusterContext): KubernetesClusterNodePool {
  checkGpuPool(spec);
  const { capacity, compact, sharing, localSsdCount = 0 } = spec;
  const spot = capacity.kind === 'spot';
  const zones = spec.zones ?? (compact ? undefined : context.location.zones);
  const labels = { ...spec.labels, ...(sharing && { [SHARING_LABEL]: sharingLabelValue(sharing) }) };
  return new KubernetesClusterNodePool(scope, 'Resource', {
    ...poolConfig(spec, context),
    ...priority({ labels, taints: spec.taints }, spot),
    ...(zones && { zones: zonesOf(spec.name, zones, context.location) }),
    gpuDriver: gpuDriver(spec),
    ...(sharing?.kind === 'mig' && { gpuInstance: gpuInstance(spec, sharing.profile) }),
    /* How many there are is the machine's to say; they hold images and ephemeral storage. */
    ...(localSsdCount > 0 && { kubeletDiskType: 'Temporary' }),
    ...(compact && { proximityPlacementGroupId: placement(scope, spec, context).id }),
    ...reservation(scope, spec, context),
    upgradeSettings: spot ? undefined : GPU_UPGRADES,
  });
}

function poolConfig(spec: Omit<NodePoolSpec, 'spot' | 'labels'>, context: ClusterContext): KubernetesClusterNodePoolConfig {
  const { name, machineType, diskGiB, tags } = spec;
  return {
    name: poolName(name),
    temporaryNameForRotation: rotationPoolName(name),
    kubernetesClusterId: context.clusterId,
    vnetSubnetId: context.subnetId,
    ...(context.kubernetesVersion && { orchestratorVersion: context.kubernetesVersion }),
    mode: 'User',
    osSku: 'Ubuntu',
    vmSize: machineType,
    ...poolScale(spec, context),
    maxPods: 110,
    osDiskType: 'Managed',
    osDiskSizeGb: diskGiB,
    scaleDownMode: 'Delete',
    nodePublicIpEnabled: false,
    tags: { ...tags },
  };
}

function priority({ labels, taints = [] }: Pick<NodePoolSpec, 'labels'> & Partial<Pick<GpuPoolSpec, 'taints'>>, spot: boolean) {
  const { config, ...nodes } = spot ? SPOT : REGULAR;
  return {
    ...config,
    nodeLabels: { ...labels, ...nodes.labels },
    nodeTaints: [...taints.map(({ key, value }) => `${key}=${value}:NoSchedule`), ...nodes.taints],
  };
}

function checkGpuPool(spec: GpuPoolSpec): void {
  const { name, capacity, compact, imageStreaming, sharing, zones = [] } = spec;
  if (capacity.kind === 'block' || capacity.kind === 'flex-start' || capacity.kind === 'queued') {
    throw new Error(`pool ${name}: azure has no ${capacity.kind} capacity; use on-demand, spot or a reservation`);
  }
  if (capacity.kind === 'reservation' && !RESERVATION_ID.test(capacity.id)) {
    throw new Error(`reservation of pool ${name} is ${capacity.id}; give the id of a capacity reservation group, such as /subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/capacityReservationGroups/…`);
  }
  if (imageStreaming) throw new Error(`pool ${name}: azure has no image streaming in Terraform; leave imageStreaming out`);
  if (compact && zones.length > 1) throw new Error(`pool ${name} is compact and in zones ${zones.join(', ')}; give one zone, or none`);
  if (sharing) checkClients(spec, sharing);
}

/** Zones of Azure are numbers, the same in every region. */
export function zonesOf(pool: string, zones: readonly string[], location: AzureLocation): string[] {
  checkZones(`pool ${pool}`, zones, location);
  const wrong = zones.find((zone) => !/^[1-3]$/.test(zone));
  if (wrong !== undefined) throw new Error(`zone of pool ${pool} is ${wrong}; zones of azure are 1, 2 and 3`);
  return [...zones];
}

/** AKS has drivers of NVIDIA's only. */
function gpuDriver({ name, gpu, driver = gpu.startsWith('nvidia-') ? 'Install' : 'None' }: GpuPoolSpec): string {
  if (!DRIVERS.includes(driver)) throw new Error(`driver of pool ${name} is ${driver}; on azure it is ${DRIVERS.join(' or ')}`);
  return driver;
}

function placement(scope: Construct, spec: GpuPoolSpec, context: ClusterContext): ProximityPlacementGroup {
  const { name, machineType, zones = [], tags } = spec;
  const [zone] = zones;
  return new ProximityPlacementGroup(scope, 'Placement', {
    name: renamed(context, 'azurerm_proximity_placement_group', joinedName([context.clusterName, name], 80)),
    location: context.location.location,
    resourceGroupName: context.resourceGroup,
    ...(zone && { zone, allowedVmSizes: [machineType] }),
    tags: { ...tags },
  });
}

/** The cluster's identity has to be allowed to use a reservation that is not the cluster's. */
function reservation(scope: Construct, { capacity }: GpuPoolSpec, context: ClusterContext): Partial<KubernetesClusterNodePoolConfig> {
  if (capacity.kind !== 'reservation') return {};
  const role = assignRole(scope, 'ReservationRole', { role: 'Contributor', principalId: context.controlPlaneObjectId, on: capacity.id });
  return { capacityReservationGroupId: capacity.id, dependsOn: [role] };
}
