/** How nodes come: what makes them, and by what capacity. */
import type { Capacity } from './resource';

/** What makes nodes in the cluster: a controller of the cloud, or Karpenter. */
export interface NodeProvisioningSpec {
  readonly kind: 'compute-class' | 'karpenter' | 'eks-auto-mode' | 'aks';
  /** AWS: name of the IAM role that nodes have. */
  readonly nodeRole?: string;
  /** Google Cloud: e-mail address of the service account that nodes have. */
  readonly nodeServiceAccount?: string;
  /** AWS: whether the cluster has Karpenter already, so that it is neither installed nor given rights here. */
  readonly existing?: boolean;
  /** AWS: name of the instance profile with that role, where there is one. */
  readonly instanceProfile?: string;
  /** AWS: name of the queue by which Karpenter is told of machines that go; absent where Karpenter is not brought by the add-ons. */
  readonly queue?: string;
  /** AWS: subnets of the nodes, where they are not found by a tag. */
  readonly subnetIds?: readonly string[];
  /** AWS: security groups of the nodes, where they are not the cluster's own. */
  readonly securityGroupIds?: readonly string[];
  /** AWS: ARN of the key of their disks. Default: that of the account. */
  readonly diskKey?: string;
  /** AWS: tags of the machines. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** How nodes are obtained. */
export type NodeCapacityKind = 'on-demand' | 'spot' | 'reservation' | 'block' | 'flex-start';

/** The nodes that a provisioner makes. */
export interface GpuProvisionerSpec {
  /** How they are obtained: the first that can be had. Of reservations and blocks the id. */
  readonly capacities: readonly { readonly kind: NodeCapacityKind; readonly id?: string }[];
  /** Machine types, in the cloud's words, each with as many of the GPU as the pool says. */
  readonly machineTypes: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Values by key, each with the effect NoSchedule, beside that of the GPU. */
  readonly taints?: Readonly<Record<string, string>>;
}

/** As which capacity pods find nodes: those of reservations and blocks stay, like any on demand. */
export const POD_CAPACITY = {
  'on-demand': 'on-demand', 'reservation': 'on-demand', 'block': 'on-demand', 'spot': 'spot', 'flex-start': 'flex-start',
} as const satisfies Record<NodeCapacityKind, Capacity>;
