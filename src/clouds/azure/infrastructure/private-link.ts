import type { Construct } from 'constructs';
import { renamed } from '../../renamed';
import { providerMajor } from '../../stack';
import { privateZone } from '../endpoints';
import type { PrivateService } from '../endpoints';
import { PrivateDnsZone, PrivateDnsZoneVirtualNetworkLink, PrivateEndpoint } from '../resources';
import type { ClusterContext } from './cluster-context';

export interface PrivateLink {
  /** Of what is reached. A bucket and a registry may have the same. */
  readonly name: string;
  /** Id of what is reached. */
  readonly targetId: string;
  readonly service: PrivateService;
}

/** The only way to what is closed to the internet: an address in the cluster's network, and its public name resolved to it there. */
export function privateLink(scope: Construct, context: ClusterContext, target: PrivateLink): PrivateEndpoint {
  const { name: targetName, targetId, service } = target;
  const name = `${targetName}-${service}`;
  return new PrivateEndpoint(scope, 'PrivateEndpoint', {
    name: renamed(context, 'azurerm_private_endpoint', name),
    location: context.location.location,
    resourceGroupName: context.resourceGroup,
    subnetId: context.privateEndpointSubnetId,
    privateServiceConnection: {
      name,
      isManualConnection: false,
      privateConnectionResourceId: targetId,
      subresourceNames: [service],
    },
    privateDnsZoneGroup: { name: service, privateDnsZoneIds: [dnsZoneId(context, service)] },
    tags: { ...context.tags },
  });
}

/** A network takes one zone of a name, so all buckets share one, and all registries. */
function dnsZoneId(context: ClusterContext, service: PrivateService): string {
  const { scope, clusterName, dnsZoneIds, tags } = context;
  const id = `Dns-${service}`;
  const made = scope.node.tryFindChild(id);
  if (made instanceof PrivateDnsZone) return made.id;
  const given = dnsZoneIds[service];
  if (given) return given;
  const { resourceGroup, virtualNetworkId } = context;
  const zone = new PrivateDnsZone(scope, id, { name: privateZone(service), resourceGroupName: resourceGroup, tags: { ...tags } });
  const link = new PrivateDnsZoneVirtualNetworkLink(scope, `${id}-link`, {
    name: renamed(context, 'azurerm_private_dns_zone_virtual_network_link', clusterName),
    resourceGroupName: resourceGroup,
    privateDnsZoneName: zone.name,
    virtualNetworkId,
    tags: { ...tags },
  });
  if (providerMajor(scope, 'azurerm', [4, 5]) === 5) linkById(link, zone.id);
  return zone.id;
}

/** As azurerm takes it from 5 on, and 4 does not. https://github.com/Azure-Samples/azuresandbox/issues/588 */
function linkById(link: PrivateDnsZoneVirtualNetworkLink, zoneId: string): void {
  link.addOverride('private_dns_zone_id', zoneId);
  for (const removed of ['private_dns_zone_name', 'resource_group_name']) link.addOverride(removed, undefined);
}
