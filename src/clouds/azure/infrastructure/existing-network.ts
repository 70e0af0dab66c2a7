import type { NetworkSpec } from '../../infrastructure';
import { privateZone } from '../endpoints';
import type { PrivateService } from '../endpoints';
import type { ClusterContext } from './cluster-context';

const SUBNET = /^(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+)\/subnets\/[^/]+$/i;
const ZONE = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/privateDnsZones\/([^/]+)$/i;

/** Subnets of others, in which nothing is changed. */
export function existingSubnets(network: NetworkSpec): Pick<ClusterContext, 'subnetId' | 'privateEndpointSubnetId' | 'virtualNetworkId' | 'dnsZoneIds'> {
  const [subnetId, privateEndpointSubnetId] = [String(network.subnetId), String(network.privateEndpointSubnetId)];
  const virtualNetworkId = networkOf('subnetId', subnetId);
  const other = networkOf('privateEndpointSubnetId', privateEndpointSubnetId);
  if (other.toLowerCase() !== virtualNetworkId.toLowerCase()) {
    throw new Error(`subnetId is in ${virtualNetworkId} and privateEndpointSubnetId in ${other}; give two subnets of one virtual network`);
  }
  const dnsZoneIds = { blob: zoneOf(network, 'blob'), registry: zoneOf(network, 'registry') };
  return { subnetId, privateEndpointSubnetId, virtualNetworkId, dnsZoneIds };
}

/** The virtual network that a subnet is in. */
function networkOf(option: string, id: string): string {
  const [, virtualNetworkId] = SUBNET.exec(id) ?? [];
  if (virtualNetworkId !== undefined) return virtualNetworkId;
  throw new Error(`${option} is ${id}; give the id of a subnet, such as /subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/hub/subnets/nodes`);
}

function zoneOf(network: NetworkSpec, service: PrivateService): string | undefined {
  const option = `${service}DnsZoneId`;
  const id = network[option];
  if (id === undefined) return undefined;
  const [, name = ''] = ZONE.exec(String(id)) ?? [];
  if (name.toLowerCase() === privateZone(service)) return String(id);
  throw new Error(`${option} is ${String(id)}; give the id of the private DNS zone ${privateZone(service)}, such as `
    + `/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/privateDnsZones/${privateZone(service)}`);
}
