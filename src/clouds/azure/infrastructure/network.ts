import { NatGateway } from '@cdktf/provider-azurerm/lib/nat-gateway';
import { NatGatewayPublicIpAssociation } from '@cdktf/provider-azurerm/lib/nat-gateway-public-ip-association';
import { NetworkSecurityGroup } from '@cdktf/provider-azurerm/lib/network-security-group';
import { PublicIp } from '@cdktf/provider-azurerm/lib/public-ip';
import { Subnet } from '@cdktf/provider-azurerm/lib/subnet';
import { SubnetNatGatewayAssociation } from '@cdktf/provider-azurerm/lib/subnet-nat-gateway-association';
import { SubnetNetworkSecurityGroupAssociation } from '@cdktf/provider-azurerm/lib/subnet-network-security-group-association';
import { VirtualNetwork } from '@cdktf/provider-azurerm/lib/virtual-network';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import { subnetsOf } from './ranges';

export interface Network {
  readonly virtualNetwork: VirtualNetwork;
  readonly nodes: Subnet;
  readonly privateEndpoints: Subnet;
  /** Where nodes and pods come from, as the outside sees it. */
  readonly egress: PublicIp;
  /** Outbound connectivity, without which nodes do not come up. */
  readonly dependables: ITerraformDependable[];
}

export interface NetworkOptions {
  readonly name: string;
  readonly location: string;
  readonly resourceGroupName: string;
  readonly cidr: string;
  readonly tags: Record<string, string>;
}

/** A network of the cluster's own: nodes without public addresses, which reach the outside through NAT, and private endpoints. */
export function network(scope: Construct, { cidr, ...common }: NetworkOptions): Network {
  const ranges = subnetsOf(cidr);
  const virtualNetwork = new VirtualNetwork(scope, 'Network', { ...common, addressSpace: [cidr] });
  const place = {
    resourceGroupName: common.resourceGroupName,
    virtualNetworkName: virtualNetwork.name,
    defaultOutboundAccessEnabled: false,
  };
  const nodes = new Subnet(scope, 'NodeSubnet', { ...place, name: 'nodes', addressPrefixes: [ranges.nodes] });
  const privateEndpoints = new Subnet(scope, 'PrivateEndpointSubnet', {
    ...place,
    name: 'private-endpoints',
    addressPrefixes: [ranges.privateEndpoints],
    privateEndpointNetworkPolicies: 'NetworkSecurityGroupEnabled',
  });
  return { virtualNetwork, nodes, privateEndpoints, ...protectedEgress(scope, common, [nodes, privateEndpoints]) };
}

/** Azure's own rules of a group are the right ones: in from the network and its load balancers, from nowhere else. */
function protectedEgress(
  scope: Construct,
  common: Omit<NetworkOptions, 'cidr'>,
  [nodes, privateEndpoints]: readonly [Subnet, Subnet],
): Pick<Network, 'egress' | 'dependables'> {
  const group = new NetworkSecurityGroup(scope, 'SecurityGroup', common);
  const guards = Object.entries({ Node: nodes, PrivateEndpoint: privateEndpoints }).map(([id, { id: subnetId }]) =>
    new SubnetNetworkSecurityGroupAssociation(scope, `${id}SecurityGroup`, { subnetId, networkSecurityGroupId: group.id }));
  const egress = new PublicIp(scope, 'Egress', { ...common, name: `${common.name}-egress`, allocationMethod: 'Static', sku: 'Standard' });
  const gateway = new NatGateway(scope, 'Nat', { ...common, skuName: 'Standard', idleTimeoutInMinutes: 10 });
  const out = new NatGatewayPublicIpAssociation(scope, 'NatEgress', { natGatewayId: gateway.id, publicIpAddressId: egress.id });
  const way = new SubnetNatGatewayAssociation(scope, 'NodeNat', { subnetId: nodes.id, natGatewayId: gateway.id });
  return { egress, dependables: [...guards, out, way] };
}
