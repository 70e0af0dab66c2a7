import type { Construct } from 'constructs';
import type { AzureLocation, ExistingClusterSpec } from '../../infrastructure';
import type { ClusterContext } from './cluster-context';

interface Existing {
  readonly location: AzureLocation;
  readonly spec: ExistingClusterSpec;
}

/**
 * A cluster that exists already, with the OIDC issuer, workload identity and the Blob CSI driver on. Its attributes, each
 * asked for when something needs it:
 *
 * - `resourceGroup`: name of the cluster's resource group, in which the rest is made too
 * - `oidcIssuerUrl`: for identities
 * - `subnetId`: id of the nodes' subnet, for pools
 * - `kubeletObjectId`: object id of the nodes' identity, for a registry
 * - `controlPlaneObjectId`: object id of the cluster's identity, for pools from a reservation
 * - `privateEndpointSubnetId`, `virtualNetworkId`: ids, for a bucket or a registry
 * - `blobDnsZoneId`, `registryDnsZoneId`: ids of the private DNS zones, where the network has them already
 * - `logAnalyticsWorkspaceId`: id, where changes in a bucket are to be logged
 */
export function existingContext(scope: Construct, { location, spec }: Existing): ClusterContext {
  const optional = (name: string): string | undefined => textOf(spec, name);
  const needed = (name: string): string => {
    const value = optional(name);
    if (!value) throw new Error(`cluster ${spec.name} has no attribute ${name}, which this needs; add it to the attributes of the cluster`);
    return value;
  };
  return {
    scope,
    location,
    clusterName: spec.name,
    get resourceGroup() { return needed('resourceGroup'); },
    get clusterId() {
      return `/subscriptions/${location.subscriptionId}/resourceGroups/${needed('resourceGroup')}/providers/Microsoft.ContainerService/managedClusters/${spec.name}`;
    },
    provisionsNodes: spec.nodeProvisioning !== undefined,
    get oidcIssuerUrl() { return needed('oidcIssuerUrl'); },
    get kubeletObjectId() { return needed('kubeletObjectId'); },
    get controlPlaneObjectId() { return needed('controlPlaneObjectId'); },
    get subnetId() { return needed('subnetId'); },
    get privateEndpointSubnetId() { return needed('privateEndpointSubnetId'); },
    get virtualNetworkId() { return needed('virtualNetworkId'); },
    logsId: optional('logAnalyticsWorkspaceId'),
    dnsZoneIds: { blob: optional('blobDnsZoneId'), registry: optional('registryDnsZoneId') },
    tags: spec.tags,
  };
}

function textOf({ name, attributes }: ExistingClusterSpec, attribute: string): string | undefined {
  const value = attributes[attribute];
  if (value === undefined || typeof value === 'string') return value;
  throw new Error(`attribute ${attribute} of cluster ${name} is a list; give one value`);
}
