import type { Construct } from 'constructs';
import type { AzureLocation, ClusterSpec } from '../../infrastructure';
import type { PrivateService } from '../endpoints';

/** What the parts of a cluster need to know of it, whether the cluster is new or exists already. */
export interface ClusterContext {
  /** Of the cluster: what several parts share is made here, so that its address does not depend on who asked first. */
  readonly scope: Construct;
  readonly location: AzureLocation;
  readonly clusterName: string;
  readonly resourceGroup: string;
  readonly clusterId: string;
  /** Of Kubernetes, where it is chosen; AKS upgrades no nodes with the cluster by itself. */
  readonly kubernetesVersion?: string;
  /** Whether AKS makes nodes as pods ask for them. */
  readonly provisionsNodes: boolean;
  readonly oidcIssuerUrl: string;
  /** Object id of the identity with which nodes pull images. */
  readonly kubeletObjectId: string;
  /** Object id of the identity with which the control plane makes nodes. */
  readonly controlPlaneObjectId: string;
  /** Id of the nodes' subnet. */
  readonly subnetId: string;
  readonly privateEndpointSubnetId: string;
  readonly virtualNetworkId: string;
  /** Id of the Log Analytics workspace, if the cluster has one. */
  readonly logsId?: string;
  /** Ids of private DNS zones that the network has already, by what they are for. */
  readonly dnsZoneIds: Readonly<Partial<Record<PrivateService, string>>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Another name for a resource. */
  readonly nameOf?: ClusterSpec['nameOf'];
}
