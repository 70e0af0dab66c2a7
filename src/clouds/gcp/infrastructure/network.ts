import { ComputeNetwork } from '@cdktf/provider-google/lib/compute-network';
import { ComputeRouter } from '@cdktf/provider-google/lib/compute-router';
import { ComputeRouterNat } from '@cdktf/provider-google/lib/compute-router-nat';
import { ComputeSubnetwork } from '@cdktf/provider-google/lib/compute-subnetwork';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { GcpLocation } from '../../infrastructure';
import { checkedRange } from './names';

/** Names of the secondary ranges of the subnet. */
export const PODS_RANGE = 'pods';
export const SERVICES_RANGE = 'services';

const PODS_CIDR = '10.64.0.0/14';
const SERVICES_CIDR = '10.68.0.0/20';
/* The network's own, and so can be those of every cluster. */
const RANGES = { [PODS_RANGE]: PODS_CIDR, [SERVICES_RANGE]: SERVICES_CIDR };

export interface Network {
  readonly network: ComputeNetwork;
  readonly subnetwork: ComputeSubnetwork;
}

export interface NetworkOptions {
  readonly name: string;
  readonly location: GcpLocation;
  /** Address range of the nodes. */
  readonly cidr: string;
  readonly apis: readonly ITerraformDependable[];
}

/** A network of the cluster's own: nodes without public addresses, which reach the outside through NAT, and Google's APIs directly. */
export function network(scope: Construct, { name, location: { region }, cidr, apis }: NetworkOptions): Network {
  const vpc = new ComputeNetwork(scope, 'Network', {
    name,
    autoCreateSubnetworks: false,
    routingMode: 'REGIONAL',
    mtu: 8896,
    dependsOn: [...apis],
  });
  const subnetwork = subnetworkOf(scope, vpc, { name, region, cidr });
  nat(scope, subnetwork, { name, region, network: vpc.id });
  return { network: vpc, subnetwork };
}

interface SubnetworkOptions {
  readonly name: string;
  readonly region: string;
  readonly cidr: string;
}

function subnetworkOf(scope: Construct, vpc: ComputeNetwork, { name, region, cidr }: SubnetworkOptions): ComputeSubnetwork {
  return new ComputeSubnetwork(scope, 'Subnetwork', {
    name,
    network: vpc.id,
    region,
    ipCidrRange: checkedRange(cidr, RANGES),
    privateIpGoogleAccess: true,
    secondaryIpRange: [
      { rangeName: PODS_RANGE, ipCidrRange: PODS_CIDR },
      { rangeName: SERVICES_RANGE, ipCidrRange: SERVICES_CIDR },
    ],
    logConfig: { aggregationInterval: 'INTERVAL_10_MIN', flowSampling: 0.1, metadata: 'INCLUDE_ALL_METADATA' },
  });
}

interface NatOptions {
  readonly name: string;
  readonly region: string;
  readonly network: string;
}

function nat(scope: Construct, subnetwork: ComputeSubnetwork, { name, region, network: networkId }: NatOptions): void {
  const router = new ComputeRouter(scope, 'Router', { name, network: networkId, region });
  new ComputeRouterNat(scope, 'Nat', {
    name,
    router: router.name,
    region,
    natIpAllocateOption: 'AUTO_ONLY',
    sourceSubnetworkIpRangesToNat: 'LIST_OF_SUBNETWORKS',
    subnetwork: [{ name: subnetwork.id, sourceIpRangesToNat: ['ALL_IP_RANGES'] }],
    enableEndpointIndependentMapping: false,
    enableDynamicPortAllocation: true,
    logConfig: { enable: true, filter: 'ERRORS_ONLY' },
  });
}
