import type { NetworkSpec } from '../../clouds/infrastructure';
import { tokenProblem } from '../checks/guard';

/** A subnetwork of Google Cloud, of the cluster's project or shared by a host project. */
export interface GcpNetworkOptions {
  /** The network, in full: `projects/acme-net/global/networks/shared`. */
  readonly network: string;

  /** Its subnetwork for the nodes, in full: `projects/acme-net/regions/us-central1/subnetworks/ml`. */
  readonly subnetwork: string;

  /** Name of the secondary range of the subnetwork that pods have their addresses of. */
  readonly podsRange: string;

  /** Name of the secondary range of the subnetwork that Services have their addresses of. */
  readonly servicesRange: string;
}

/** Subnets of a VPC of AWS. */
export interface AwsNetworkOptions {
  /** Such as `vpc-0123456789abcdef0`. */
  readonly vpcId: string;

  /** Private subnets of the nodes: one for each of the cloud's `zones`, in their order. */
  readonly subnetIds: string[];
}

/** Subnets of a virtual network of Azure. */
export interface AzureNetworkOptions {
  /** Id of the subnet of the nodes, which also says the virtual network: `/subscriptions/…/virtualNetworks/hub/subnets/nodes`. */
  readonly subnetId: string;

  /** Id of the subnet of the private endpoints of bucket and registry, in the same virtual network. */
  readonly privateEndpointSubnetId: string;

  /**
   * Id of the private DNS zone `privatelink.blob.core.windows.net` that the network has already.
   *
   * @default - one is made, and linked to the network
   */
  readonly blobDnsZoneId?: string;

  /**
   * Id of the private DNS zone `privatelink.azurecr.io` that the network has already.
   *
   * @default - one is made, and linked to the network
   */
  readonly registryDnsZoneId?: string;
}

/**
 * A network that exists, and that a new cluster is placed in. Nothing in it is changed: routes, NAT, firewalls, flow logs and endpoints are
 * those of the team that it belongs to.
 */
export class ClusterNetwork {
  /** A subnetwork of Google Cloud; of a Shared VPC too. */
  public static gcp(options: GcpNetworkOptions): ClusterNetwork {
    return new ClusterNetwork('gcp', { ...options });
  }

  /** Subnets of a VPC of AWS; shared ones too. */
  public static aws(options: AwsNetworkOptions): ClusterNetwork {
    return new ClusterNetwork('aws', { ...options });
  }

  /** Subnets of a virtual network of Azure, which may be one of a hub and its spokes. */
  public static azure(options: AzureNetworkOptions): ClusterNetwork {
    return new ClusterNetwork('azure', { ...options });
  }

  private constructor(private readonly cloudName: string, private readonly options: NetworkSpec) {
    const problem = tokenProblem(options);
    if (problem) throw new Error(`ClusterNetwork.${cloudName}: ${problem}`);
    const missing = Object.entries(options).find(([, value]) => value === '' || (Array.isArray(value) && value.length === 0));
    if (missing) throw new Error(`ClusterNetwork.${cloudName} has no ${missing[0]}; give it, since nothing is looked up`);
  }

  /** @throws Error if it is one of another cloud. @internal */
  public _specFor(cloudName: string): NetworkSpec {
    if (cloudName === this.cloudName) return this.options;
    throw new Error(`network is one of ${this.cloudName}, but the cluster is on ${cloudName}; use ClusterNetwork.${cloudName}`);
  }
}
