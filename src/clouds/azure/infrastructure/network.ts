import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import {
  NatGateway, NatGatewayPublicIpAssociation, NetworkSecurityGroup, PublicIp, Subnet, SubnetNatGatewayAssociation,
  SubnetNetworkSecurityGroupAssociation, VirtualNetwork,
} from '../resources';
import type { ClusterContext } from './cluster-context';
import { existingSubnets } from './existing-network';
import { overlayOf, subnetsOf } from './ranges';
import type { Overlay } from './ranges';

/** Where the cluster is, by ids. */
export interface Network extends Pick<ClusterContext, 'subnetId' | 'privateEndpointSubnetId' | 'virtualNetworkId' | 'dnsZoneIds'> {
  readonly overlay: Overlay;
  readonly outboundType: 'userAssignedNATGateway' | 'userDefinedRouting';
  /** Where nodes and pods come from, as the outside sees it; of a network that exists its owner knows. */
  readonly egressAddress?: string;
  /** Outbound connectivity, without which nodes do not come up. */
  readonly dependables: ITerraformDependable[];
}

interface Common {
  readonly name: string;
  readonly location: string;
  readonly resourceGroupName: string;
  readonly tags: Record<string, string>;
}

/**
 * The network of a cluster: one that exists, whose routes lead out, or one of its own: nodes without public addresses, which reach the
 * outside through NAT, and private endpoints.
 *
 * @see https://learn.microsoft.com/azure/aks/egress-outboundtype
 */
export function network(scope: Construct, common: Common, spec: ClusterSpec): Network {
  const overlay = overlayOf(spec);
  if (spec.network) return { ...existingSubnets(spec.network), overlay, outboundType: 'userDefinedRouting', dependables: [] };
  const ranges = subnetsOf(spec.cidr, overlay);
  const name = renamed(spec, 'azurerm_virtual_network', common.name);
  const virtualNetwork = new VirtualNetwork(scope, 'Network', { ...common, name, addressSpace: [spec.cidr] });
  const place = {
    resourceGroupName: common.resourceGroupName,
    virtualNetworkName: virtualNetwork.name,
    defaultOutboundAccessEnabled: false,
  };
  const nodes = new Subnet(scope, 'NodeSubnet', { ...place, name: renamed(spec, 'azurerm_subnet', 'nodes'), addressPrefixes: [ranges.nodes] });
  const privateEndpoints = new Subnet(scope, 'PrivateEndpointSubnet', {
    ...place,
    name: renamed(spec, 'azurerm_subnet', 'private-endpoints'),
    addressPrefixes: [ranges.privateEndpoints],
    privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled',
  });
  const ids = { subnetId: nodes.id, privateEndpointSubnetId: privateEndpoints.id, virtualNetworkId: virtualNetwork.id, dnsZoneIds: {} };
  return { ...ids, overlay, outboundType: 'userAssignedNATGateway', ...protectedEgress(scope, common, { spec, nodes, privateEndpoints }) };
}

interface Guarded {
  readonly spec: ClusterSpec;
  readonly nodes: Subnet;
  readonly privateEndpoints: Subnet;
}

/** Azure's own rules of a group are the right ones: in from the network and its load balancers, from nowhere else. */
function protectedEgress(
  scope: Construct,
  common: Common,
  { spec, nodes, privateEndpoints }: Guarded,
): Pick<Network, 'egressAddress' | 'dependables'> {
  const named = (type: string, proposed = common.name) => ({ ...common, name: renamed(spec, type, proposed) });
  const group = new NetworkSecurityGroup(scope, 'SecurityGroup', named('azurerm_network_security_group'));
  const guards = Object.entries({ Node: nodes, PrivateEndpoint: privateEndpoints }).map(([id, { id: subnetId }]) =>
    new SubnetNetworkSecurityGroupAssociation(scope, `${id}SecurityGroup`, { subnetId, networkSecurityGroupId: group.id }));
  const egress = new PublicIp(scope, 'Egress', { ...named('azurerm_public_ip', `${common.name}-egress`), allocationMethod: 'Static', sku: 'Standard' });
  const gateway = new NatGateway(scope, 'Nat', { ...named('azurerm_nat_gateway'), skuName: 'Standard', idleTimeoutInMinutes: 10 });
  const out = new NatGatewayPublicIpAssociation(scope, 'NatEgress', { natGatewayId: gateway.id, publicIpAddressId: egress.id });
  const way = new SubnetNatGatewayAssociation(scope, 'NodeNat', { subnetId: nodes.id, natGatewayId: gateway.id });
  return { egressAddress: egress.ipAddress, dependables: [...guards, out, way] };
}
