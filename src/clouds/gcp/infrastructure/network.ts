import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { ClusterSpec, GcpLocation } from '../../infrastructure';
import { renamed } from '../../renamed';
import { ComputeNetwork, ComputeRouter, ComputeRouterNat, ComputeSubnetwork } from '../resources';
import { PODS_RANGE, rangesOf, SERVICES_RANGE } from './ranges';

/** Where the nodes are, by ids. */
export interface Network {
  readonly network: string;
  readonly subnetwork: string;
  /** Name of the secondary range of the pods. */
  readonly podsRange: string;
  /** Name of the secondary range of Services. */
  readonly servicesRange: string;
}

interface NetworkOptions {
  readonly location: GcpLocation;
  readonly apis: readonly ITerraformDependable[];
}

/**
 * The network of a cluster: one that exists, or one of its own, with nodes without public addresses, which reach the outside through NAT,
 * and Google's APIs directly.
 */
export function network(scope: Construct, spec: ClusterSpec, { location: { region }, apis }: NetworkOptions): Network {
  if (spec.network) return existingNetwork(spec, region);
  const vpc = new ComputeNetwork(scope, 'Network', {
    name: renamed(spec, 'google_compute_network', spec.name),
    autoCreateSubnetworks: false,
    routingMode: 'REGIONAL',
    mtu: 8896,
    dependsOn: [...apis],
  });
  const subnetwork = subnetworkOf(scope, vpc, { spec, region });
  if (spec.outboundInternet !== false) nat(scope, subnetwork, { spec, region, network: vpc.id });
  return { network: vpc.id, subnetwork: subnetwork.id, podsRange: PODS_RANGE, servicesRange: SERVICES_RANGE };
}

const NETWORK = /^projects\/[^/]+\/global\/networks\/[^/]+$/;
const SUBNETWORK = /^projects\/[^/]+\/regions\/([^/]+)\/subnetworks\/[^/]+$/;

/** Of a Shared VPC the agent of GKE uses the subnetwork with a role that its owner gives: docs/google-cloud.md has the command. */
function existingNetwork({ network: existing = {}, podCidr, serviceCidr }: ClusterSpec, region: string): Network {
  const [id, subnetwork] = [String(existing.network), String(existing.subnetwork)];
  if (!NETWORK.test(id)) throw new Error(`network is ${id}; give it in full, such as projects/acme-net/global/networks/shared`);
  const [, itsRegion] = SUBNETWORK.exec(subnetwork) ?? [];
  if (itsRegion === undefined) throw new Error(`subnetwork is ${subnetwork}; give it in full, such as projects/acme-net/regions/${region}/subnetworks/ml`);
  if (itsRegion !== region) throw new Error(`subnetwork ${subnetwork} is in ${itsRegion} and the cluster in ${region}; give one of the cluster's region`);
  const range = podCidr ?? serviceCidr;
  if (range !== undefined) throw new Error(`${podCidr === undefined ? 'serviceCidr' : 'podCidr'} is ${range}, but the network exists, and its secondary ranges say it; leave it out`);
  if (existing.podsRange === existing.servicesRange) {
    throw new Error(`podsRange and servicesRange are both ${String(existing.podsRange)}; name two secondary ranges of the subnetwork`);
  }
  return { network: id, subnetwork, podsRange: String(existing.podsRange), servicesRange: String(existing.servicesRange) };
}

interface Regional {
  readonly spec: ClusterSpec;
  readonly region: string;
}

function subnetworkOf(scope: Construct, vpc: ComputeNetwork, { spec, region }: Regional): ComputeSubnetwork {
  const { cidr, podCidr, serviceCidr } = rangesOf(spec);
  const { flowLogs = true } = spec;
  return new ComputeSubnetwork(scope, 'Subnetwork', {
    name: renamed(spec, 'google_compute_subnetwork', spec.name),
    network: vpc.id,
    region,
    ipCidrRange: cidr,
    privateIpGoogleAccess: true,
    secondaryIpRange: [
      { rangeName: PODS_RANGE, ipCidrRange: podCidr },
      { rangeName: SERVICES_RANGE, ipCidrRange: serviceCidr },
    ],
    ...(flowLogs && { logConfig: { aggregationInterval: 'INTERVAL_10_MIN', flowSampling: 0.1, metadata: 'INCLUDE_ALL_METADATA' } }),
  });
}

interface NatOptions extends Regional {
  readonly network: string;
}

function nat(scope: Construct, subnetwork: ComputeSubnetwork, { spec, region, network: networkId }: NatOptions): void {
  const router = new ComputeRouter(scope, 'Router', { name: renamed(spec, 'google_compute_router', spec.name), network: networkId, region });
  new ComputeRouterNat(scope, 'Nat', {
    name: renamed(spec, 'google_compute_router_nat', spec.name),
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
