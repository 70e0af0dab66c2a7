/** What is said of a cluster, whether it is declared here or exists already. */
import type { IConstruct } from 'constructs';
import type { Mirrors } from '../platform/mirrors';
import type { NodeProvisioning } from '../platform/node-provisioning';
import type { Platform } from '../platform/platform';
import type { PodDefaults } from '../platform/pod-defaults';
import type { WorkspaceOptions } from '../platform/workspace-options';
import type { Cloud } from './cloud';
import type { ClusterNetwork } from './cluster-network';
import type { MaintenanceWindow } from './maintenance-window';

/** A cluster, new or existing. */
export interface ICluster extends IConstruct {
  /** Name of the cluster. */
  readonly clusterName: string;

  /** What the Kubernetes side takes. */
  readonly platform: Platform;

  /** Nodes without GPU, for loaders and servers on CPUs. */
  addNodePool(id: string, options: NodePoolOptions): void;

  /** The cloud identities of a namespace's ServiceAccounts, with the least rights. Bucket, registry and Workspace may come later. */
  addWorkspace(namespace: string, options?: WorkspaceOptions): void;
}

/** Nodes without GPU. Another id, or another `spot`, is another pool. */
export interface NodePoolOptions {
  /** Machine type, in the cloud's words. Another one replaces the nodes, and on AWS the pool. */
  readonly machineType: string;

  /**
   * Minimum number of nodes.
   *
   * @default 0
   */
  readonly minNodes?: number;

  /** Maximum number of nodes; on AWS in each of the zones. */
  readonly maxNodes: number;

  /**
   * Whether they are spot nodes.
   *
   * @default false
   */
  readonly spot?: boolean;

  /**
   * Boot disk, in GiB. Another size replaces the nodes.
   *
   * @default 100
   */
  readonly diskGiB?: number;

  /**
   * Zones of the nodes. Others are changed in place on Google Cloud, are other node groups on AWS, and rotate the nodes on Azure.
   *
   * @default - those of the cluster
   */
  readonly zones?: string[];

  /**
   * Labels of the nodes, by key.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Taints of the nodes, by key, each with the effect NoSchedule: only what tolerates them (`pod.tolerations`) runs there.
   *
   * @default - none
   */
  readonly taints?: Record<string, string>;
}

/** A rule for the names of cloud resources. */
export interface IResourceNaming {
  /**
   * The name of a resource.
   *
   * @param resourceType type of the resource in Terraform, such as `aws_iam_role`
   * @param proposed the name that it would have
   * @returns a name that no other resource of the type has, and that the cloud takes
   */
  nameOf(resourceType: string, proposed: string): string;
}

/** A cluster and its network. */
export interface ClusterProps {
  /** The cloud, and where in it. Another place is another cluster; other zones are in the same one. */
  readonly cloud: Cloud;

  /**
   * Name of the cluster. Another one replaces it.
   *
   * @default - the construct id
   */
  readonly clusterName?: string;

  /**
   * Version of Kubernetes, such as `1.33`.
   *
   * @default - the cloud's default; manifests then use what 1.33 and newer versions know
   */
  readonly kubernetesVersion?: string;

  /**
   * When Google Cloud or Azure may upgrade control plane and nodes by itself. EKS does not, and refuses it.
   *
   * @default - whenever the cloud wants to
   */
  readonly maintenanceWindow?: MaintenanceWindow;

  /**
   * Networks that may reach the control plane by its address. On Azure the first one, or none any more, replaces the cluster.
   *
   * @default - none: the control plane is private, and reached as the cloud's own identity system allows
   */
  readonly allowedCidrs?: string[];

  /**
   * What makes nodes as pods ask for them, for `platform.addGpuProvisioner`.
   *
   * @default - nothing
   */
  readonly nodeProvisioning?: NodeProvisioning;

  /**
   * Who may administer the cluster: on AWS ARNs of IAM roles, on Azure object ids of groups. On Google Cloud it is IAM alone that says so.
   *
   * @default - none beyond what the cloud's own identity system says
   */
  readonly admins?: string[];

  /**
   * Address range of the nodes' network. Another one is refused by AWS and Azure while the cluster is in it; on Google Cloud it
   * replaces the cluster, unless it contains the one before.
   *
   * @default '10.0.0.0/16'
   */
  readonly cidr?: string;

  /**
   * A network that exists, in place of one of its own; `cidr`, `outboundInternet` and `flowLogs` are then its owner's. Another one is
   * another cluster.
   *
   * @default - a network of its own, of the range `cidr`
   */
  readonly network?: ClusterNetwork;

  /**
   * Addresses of the pods, where they are not those of the nodes' network, such as `100.64.0.0/14`. Another range is another cluster. AWS
   * refuses it: pods have addresses of the subnets there.
   *
   * @default - what docs/ says of the cloud
   */
  readonly podCidr?: string;

  /**
   * Addresses of Services, which nothing outside the cluster may have, such as `172.20.0.0/16`. Another range is another cluster.
   *
   * @default - what docs/ says of the cloud
   */
  readonly serviceCidr?: string;

  /**
   * Whether nodes reach the internet through a NAT of the cluster's own. Without, they reach what the cloud offers privately, and images
   * and models come from mirrors (`imageMirrors`, `mirrors`).
   *
   * @default true
   */
  readonly outboundInternet?: boolean;

  /**
   * Whether the network keeps records of its traffic.
   *
   * @default - as docs/ says of the cloud
   */
  readonly flowLogs?: boolean;

  /**
   * A key of yours that Secrets and the disks of the nodes are encrypted with, on Azure the disks alone: resource name of a key of Cloud
   * KMS, ARN of a key of AWS KMS, id of a disk encryption set of Azure. It must be in the cluster's region.
   *
   * @default - a key that is made for the cluster, or the cloud's own, as docs/ says
   */
  readonly encryptionKey?: string;

  /**
   * Renames what is made on the cloud for the cluster, such as roles, networks and keys, as a naming rule asks for. Cluster, bucket and
   * registry have props for their names, and the Kubernetes side goes by those.
   *
   * @default - names that begin with the name of the cluster
   */
  readonly naming?: IResourceNaming;

  /**
   * Whether the cluster refuses to be destroyed.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * Folder of the bucket under which the workspaces lie.
   *
   * @default - the root of the bucket
   */
  readonly artifactPrefix?: string;

  /**
   * Images where not the default. Helpers: `rclone`, `buildkit`, `regctl`, `aws-cli`, `azure-cli`. The reconciler: `node`. Add-ons:
   * `cluster-autoscaler`, `nvidia-device-plugin`, `neuron-device-plugin`, `minio`. A local cluster: `registry`. Ready-made programs: see
   * docs/workspace-and-platform.md.
   *
   * @default - the public ones
   */
  readonly images?: Record<string, string>;

  /**
   * Where copies of these images are, by the registry that they replace, or by a part of it: `{ 'docker.io': 'registry.example.com/hub' }`
   * runs `registry.example.com/hub/rclone/rclone`. What is named in `images` is taken as it is, and so is an image of yours.
   *
   * @default - none
   */
  readonly imageMirrors?: Record<string, string>;

  /**
   * Where ready-made programs load models and packages from, instead of the public hosts.
   *
   * @default - the public hosts
   */
  readonly mirrors?: Mirrors;

  /**
   * Major version of the NVIDIA driver on the GPU nodes, such as 580. Engines come for CUDA 13 from 580 on, else for CUDA 12.
   *
   * @default - not known: images that run with 525 or newer
   */
  readonly gpuDriver?: number;

  /**
   * Rules for every pod, such as pull secrets, tolerations, a proxy or certificates. Those of a workspace go before them.
   *
   * @default - none
   */
  readonly podDefaults?: PodDefaults;

  /**
   * What disks the StorageClasses of the cluster make, by the cloud's name of the type: `{ fast: 'io2' }`, `{ fast: 'PremiumV2_LRS' }`,
   * `{ fast: 'hyperdisk-balanced' }`. A disk that a machine cannot attach is then an error on the resource that asks for its class.
   *
   * @default - those of the classes that the cloud's clusters have by themselves are known
   */
  readonly storageClasses?: Record<string, string>;

  /**
   * Outputs of the last deployment, as `cdktf output --outputs-file` writes them. What is known only afterwards is read from it.
   *
   * @default 'outputs.json'
   */
  readonly outputsFile?: string;

  /**
   * Tags or labels of everything that can carry them.
   *
   * @default - only `managed-by`
   */
  readonly tags?: Record<string, string>;
}
