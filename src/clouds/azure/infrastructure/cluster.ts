import type { KubernetesClusterConfig, KubernetesClusterDefaultNodePool } from '@cdktf/provider-azurerm/lib/kubernetes-cluster';
import type { Construct } from 'constructs';
import type { AzureLocation, ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import { output } from '../../stack';
import { versionOutput } from '../../version-output';
import { checkClusterName, resourceGroupName } from '../names';
import { KubernetesCluster, ResourceGroup, UserAssignedIdentity } from '../resources';
import type { ClusterContext } from './cluster-context';
import { checkDiskEncryption, diskEncryptionRole } from './disk-encryption';
import { logCluster, logs } from './logs';
import type { LogsOptions } from './logs';
import { maintenanceWindows } from './maintenance';
import { network } from './network';
import type { Network } from './network';
import { sayNodeProvisioning, systemScale } from './node-provisioning';
import { zonesOf } from './pools';
import { assignRole } from './roles';
import { SYSTEM_UPGRADES } from './upgrades';

/** What runs the cluster's own pods, and nothing else: its taint keeps the rest away. */
const SYSTEM_POOL = {
  name: 'system',
  temporaryNameForRotation: 'systemtmp',
  vmSize: 'Standard_D4ds_v5',
  onlyCriticalAddonsEnabled: true,
  maxPods: 110,
  osSku: 'Ubuntu',
  osDiskType: 'Ephemeral',
  upgradeSettings: SYSTEM_UPGRADES,
};

/** Whether all traffic to the control plane is through the network, or some of it through the internet. */
const PRIVATE = { privateClusterEnabled: true, privateDnsZoneId: 'System', privateClusterPublicFqdnEnabled: false };

/** Security and upkeep that no prop turns off. */
const HARDENED = {
  skuTier: 'Standard',
  oidcIssuerEnabled: true,
  workloadIdentityEnabled: true,
  localAccountDisabled: true,
  roleBasedAccessControlEnabled: true,
  runCommandEnabled: false,
  azurePolicyEnabled: true,
  costAnalysisEnabled: true,
  automaticUpgradeChannel: 'patch',
  nodeOsUpgradeChannel: 'NodeImage',
  imageCleanerEnabled: true,
  imageCleanerIntervalHours: 48,
  storageProfile: { blobDriverEnabled: true, diskDriverEnabled: true, snapshotControllerEnabled: true },
  keyVaultSecretsProvider: { secretRotationEnabled: true },
};

/** The scratch space of a notebook or a loader must not keep a node alive. */
const AUTOSCALER = { autoScalerProfile: { skipNodesWithLocalStorage: false } };

const NETWORKING = {
  networkPlugin: 'azure',
  networkPluginMode: 'overlay',
  networkDataPlane: 'cilium',
  networkPolicy: 'cilium',
};

/**
 * A private AKS cluster: Azure's directory decides who may do what, workload identity, Cilium enforces
 * network policies, and the drivers for disks and blobs.
 *
 * Secrets are encrypted at rest with Azure's key. A key of one's own would take a key vault, whose keys only a deployer with rights
 * on its data can make.
 */
export function cluster(scope: Construct, spec: ClusterSpec, location: AzureLocation): ClusterContext {
  const { protect, encryptionKey } = spec;
  const provisions = spec.nodeProvisioning !== undefined;
  checkAdmins(spec);
  if (encryptionKey !== undefined) checkDiskEncryption(encryptionKey, location);
  const tags = { ...spec.tags };
  const group = new ResourceGroup(scope, 'ResourceGroup', {
    name: resourceGroupName(checkClusterName(spec.name)),
    location: location.location,
    tags,
    lifecycle: { preventDestroy: protect },
  });
  const common = { name: spec.name, location: location.location, resourceGroupName: group.name, tags };
  const net = network(scope, common, spec);
  const identity = new UserAssignedIdentity(scope, 'Identity', { ...common, name: renamed(spec, 'azurerm_user_assigned_identity', `${spec.name}-control-plane`) });
  const nodeSubnetRole = assignRole(scope, 'NodeSubnetRole', { role: 'Network Contributor', principalId: identity.principalId, on: net.subnetId });
  const diskRoles = encryptionKey === undefined ? [] : [diskEncryptionRole(scope, encryptionKey, identity.principalId)];
  const workspace = logs(scope, common, spec);
  const resource = new KubernetesCluster(scope, 'Resource', {
    ...common,
    ...clusterConfig(spec, location, net),
    identity: { type: 'UserAssigned', identityIds: [identity.id] },
    omsAgent: { logAnalyticsWorkspaceId: workspace.id, msiAuthForMonitoringEnabled: true },
    lifecycle: { preventDestroy: protect, ...(!provisions && { ignoreChanges: ['default_node_pool[0].node_count'] }) },
    dependsOn: [nodeSubnetRole, ...diskRoles, ...net.dependables],
  });
  sayNodeProvisioning(resource, provisions);
  output(scope, versionOutput(spec.name), resource.currentKubernetesVersion);
  logCluster(scope, resource.id, { ...common, workspaceId: workspace.id, names: spec });
  return contextOf(scope, { spec, location, common, net, resource, controlPlaneObjectId: identity.principalId, logsId: workspace.id });
}

function clusterConfig(
  { name, kubernetesVersion, maintenance, allowedCidrs, admins, encryptionKey, nodeProvisioning, tags }: ClusterSpec,
  location: AzureLocation,
  { subnetId, egressAddress, overlay, outboundType }: Network,
): Omit<KubernetesClusterConfig, 'name' | 'location' | 'resourceGroupName'> {
  const { tenantId, zones } = location;
  const defaultNodePool: KubernetesClusterDefaultNodePool = {
    ...SYSTEM_POOL,
    ...systemScale(nodeProvisioning !== undefined),
    vnetSubnetId: subnetId,
    ...(kubernetesVersion && { orchestratorVersion: kubernetesVersion }),
    tags: { ...tags },
    ...(zones && { zones: zonesOf('system', zones, location) }),
  };
  return {
    ...HARDENED,
    ...(!nodeProvisioning && AUTOSCALER),
    dnsPrefix: name,
    nodeResourceGroup: `${name}-nodes`,
    ...(kubernetesVersion && { kubernetesVersion }),
    ...(maintenance && maintenanceWindows(name, maintenance)),
    ...(encryptionKey && { diskEncryptionSetId: encryptionKey }),
    /* Nodes reach a control plane that is not private from where their traffic leaves. */
    ...(allowedCidrs.length === 0 ? PRIVATE : { apiServerAccessProfile: { authorizedIpRanges: [...allowedCidrs, ...(egressAddress ? [`${egressAddress}/32`] : [])] } }),
    azureActiveDirectoryRoleBasedAccessControl: { azureRbacEnabled: true, tenantId, adminGroupObjectIds: [...admins] },
    networkProfile: { ...NETWORKING, outboundType, ...overlay },
    defaultNodePool,
  };
}

const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Without any, those who assign roles in the subscription give «Azure Kubernetes Service RBAC Cluster Admin» to whom it is for. */
function checkAdmins({ name, admins }: ClusterSpec): void {
  const wrong = admins.find((admin) => !OBJECT_ID.test(admin));
  if (wrong === undefined) return;
  throw new Error(`admin ${wrong} of cluster ${name} is not the object id of a group, such as aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee`);
}

interface Made {
  readonly spec: ClusterSpec;
  readonly location: AzureLocation;
  readonly common: LogsOptions;
  readonly net: Network;
  readonly resource: KubernetesCluster;
  readonly controlPlaneObjectId: string;
  readonly logsId: string;
}

function contextOf(scope: Construct, { spec, location, common, net, resource, controlPlaneObjectId, logsId }: Made): ClusterContext {
  return {
    scope,
    location,
    clusterName: spec.name,
    resourceGroup: common.resourceGroupName,
    clusterId: resource.id,
    kubernetesVersion: spec.kubernetesVersion,
    provisionsNodes: spec.nodeProvisioning !== undefined,
    oidcIssuerUrl: resource.oidcIssuerUrl,
    kubeletObjectId: resource.kubeletIdentity.objectId,
    controlPlaneObjectId,
    subnetId: net.subnetId,
    privateEndpointSubnetId: net.privateEndpointSubnetId,
    virtualNetworkId: net.virtualNetworkId,
    logsId,
    dnsZoneIds: net.dnsZoneIds,
    tags: spec.tags,
    nameOf: spec.nameOf,
  };
}
