/**
 * What every cloud must answer about infrastructure: which Terraform resources to write, or where Terraform has no part in it,
 * which files. The types only; nothing of cdktf is in them.
 */
import type { Construct } from 'constructs';
import type { ArtifactStoreSpec, NodeProvisioningSpec, PlatformSpec, RegistrySpec as ImageStoreSpec } from '../api/platform';
import type { AddonObject } from './cloud';

/** Where on Google Cloud. */
export interface GcpLocation {
  readonly projectId: string;
  readonly projectNumber: string;
  readonly region: string;
  readonly zones?: readonly string[];
}

/** Where on AWS. */
export interface AwsLocation {
  readonly accountId: string;
  readonly region: string;
  readonly zones: readonly string[];
  /** ARN of the policy that bounds what every role may do. */
  readonly permissionsBoundary?: string;
}

/** Where on Azure. */
export interface AzureLocation {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly location: string;
  readonly zones?: readonly string[];
}

/** A cluster and its network. */
export interface ClusterSpec {
  readonly name: string;
  /** Minor version such as `1.33`; if absent, the cloud's default. */
  readonly kubernetesVersion?: string;
  /** When the cloud may upgrade it by itself; if absent, whenever it wants to. */
  readonly maintenance?: MaintenanceSpec;
  /** Networks that may reach the control plane; if absent, only what the cloud's own identity system guards. */
  readonly allowedCidrs: readonly string[];
  /** Who may administer it: on AWS ARNs of roles, on Azure object ids of groups; Google Cloud asks IAM. */
  readonly admins: readonly string[];
  readonly protect: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** Address range of the network. */
  readonly cidr: string;
  /** A network that exists, by the names of its options; if absent, one is made. */
  readonly network?: NetworkSpec;
  readonly podCidr?: string;
  readonly serviceCidr?: string;
  /** False: no NAT. */
  readonly outboundInternet?: boolean;
  readonly flowLogs?: boolean;
  readonly encryptionKey?: string;
  /** What makes nodes in it as pods ask for them. */
  readonly nodeProvisioning?: NodeProvisioningSpec;
  /** Another name for a resource of a Terraform type. */
  readonly nameOf?: (resourceType: string, proposed: string) => string;
}

/** How names of resources are written, by their type in Terraform. */
export type NameRules = Readonly<Record<string, { readonly pattern: RegExp; readonly words: string }>>;

/** Where a new cluster is placed, in the words of the cloud's `ClusterNetwork`. */
export type NetworkSpec = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A time of each week, in UTC. */
export interface MaintenanceSpec {
  /** Such as `Saturday`. */
  readonly day: string;
  /** Such as `02:00`. */
  readonly startTime: string;
  readonly hours: number;
  /** The first such time in a certain week, always the same, as RFC 3339 has it. */
  readonly start: string;
  readonly end: string;
  readonly exclusions: readonly ExclusionSpec[];
}

/** A time in which nothing of it happens. Beginning and end as RFC 3339 has them. */
export interface ExclusionSpec {
  readonly name: string;
  readonly start: string;
  readonly end: string;
  readonly days: number;
}

/** A cluster that exists already. */
export interface ExistingClusterSpec {
  readonly name: string;
  /** Whatever else the cloud must know of it, by the name of the attribute. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
  /** Whether the add-ons bring the autoscaler, which takes rights of its own. */
  readonly autoscaler?: boolean;
  /** What makes nodes in it as pods ask for them. */
  readonly nodeProvisioning?: NodeProvisioningSpec;
  readonly tags: Readonly<Record<string, string>>;
}

/** Machines without GPU. */
export interface NodePoolSpec {
  readonly name: string;
  readonly machineType: string;
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly spot: boolean;
  readonly diskGiB: number;
  /** If absent, those of the cluster. */
  readonly zones?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Each of effect NoSchedule. */
  readonly taints?: readonly Taint[];
  readonly tags: Readonly<Record<string, string>>;
}

/** How GPU nodes are obtained. */
export type PoolCapacity =
  | { readonly kind: 'on-demand' | 'spot' | 'flex-start' | 'queued' }
  | { readonly kind: 'reservation' | 'block'; readonly id: string };

/** How one GPU is shared. */
export type GpuSharing =
  | { readonly kind: 'mig'; readonly profile: string }
  | { readonly kind: 'time-slicing' | 'mps'; readonly clients: number };

/** Machines with GPUs. */
export interface GpuPoolSpec extends Omit<NodePoolSpec, 'spot'> {
  readonly gpu: string;
  /** The extended resource of a GPU that is not in the catalog. */
  readonly resource?: string;
  readonly gpusPerNode: number;
  /** Several types that its nodes may be of, in the order in which they are tried on demand; `machineType` is the smallest of them. */
  readonly machineTypes?: readonly string[];
  readonly capacity: PoolCapacity;
  readonly zones?: readonly string[];
  readonly localSsdCount?: number;
  readonly sharing?: GpuSharing;
  readonly compact: boolean;
  readonly imageStreaming: boolean;
  readonly driver?: string;
  /** What a container asks for to use the network between the GPUs of nodes, by resource. */
  readonly fabric?: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

export interface Taint {
  readonly key: string;
  readonly value: string;
}

export interface BucketSpec {
  readonly name: string;
  /** Azure: the resource group of an account that exists. */
  readonly resourceGroup?: string;
  readonly exists: boolean;
  readonly protect: boolean;
  readonly encryptionKey?: string;
  /** Folder under which those of the workspaces lie, without slashes at its ends. */
  readonly artifactPrefix?: string;
  /** Days for which old versions and deleted objects are kept. */
  readonly retentionDays: number;
  /** Networks from which it is reached beside the cluster's own, where it is not open to all that IAM knows. */
  readonly allowedCidrs?: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** The rights of an identity on a prefix of the bucket. */
export type BucketAccess = 'read' | 'write';

/** A ServiceAccount of the cluster. */
export interface ServiceAccountRef {
  readonly namespace: string;
  readonly name: string;
}

export interface RegistrySpec {
  readonly name: string;
  readonly protect: boolean;
  readonly untaggedDays: number;
  /** Networks from which it is reached beside the cluster's own, where it is not open to all that IAM knows. */
  readonly allowedCidrs?: readonly string[];
  /** Upstream registries whose images are cached. */
  readonly pullThrough: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Rights of a ServiceAccount on all below a prefix of the bucket. */
export interface BucketGrant {
  readonly account: ServiceAccountRef;
  /** Folder in the bucket, without slashes at its ends; empty is the whole bucket. */
  readonly prefix: string;
  readonly access: BucketAccess;
}

/** The right of a ServiceAccount to read a bucket that is not the cluster's, on which nothing else is changed. */
export interface ReadGrant {
  readonly account: ServiceAccountRef;
  /** Name of the bucket, or of the storage account. */
  readonly bucketName: string;
  /** Folder in it, without slashes at its ends; empty is all of it. Of a storage account the container comes first. */
  readonly prefix: string;
  readonly region?: string;
  readonly resourceGroup?: string;
  readonly encryptionKey?: string;
}

/** A cluster, and what can be added to it. */
export interface ClusterInfrastructure {
  /** The pools without GPU that it makes by itself and that take pods of users; `undefined` where others may have made more. */
  readonly nodePools?: readonly Pick<NodePoolSpec, 'name' | 'machineType' | 'diskGiB' | 'spot'>[];
  /** What makes nodes as pods ask for them, with what the Kubernetes side must know of it. */
  readonly nodeProvisioning?: NodeProvisioningSpec;
  /** Zones of the pools that name none; empty where they are in none, absent where the cloud chooses them. */
  readonly zones?: readonly string[];
  /** Address ranges at which its registry is reached in its network; absent where that is at public addresses, or the cloud knows. */
  readonly registryCidrs?: readonly string[];
  addNodePool(scope: Construct, spec: NodePoolSpec): void;
  addGpuPool(scope: Construct, spec: GpuPoolSpec): void;
  addBucket(scope: Construct, spec: BucketSpec): BucketInfrastructure;
  addRegistry(scope: Construct, spec: RegistrySpec): RegistryInfrastructure;
  /** The cloud identity of a ServiceAccount, where the cloud needs one to be made. Grants to it may come before or after. */
  addIdentity(scope: Construct, account: ServiceAccountRef): void;
  /** Absent where no rights are to be given. */
  grantRead?(scope: Construct, grant: ReadGrant): void;
  /** What makes the cluster where Terraform does not. `finish` applies the rules for all pods to an object. */
  files?(platform: PlatformSpec, finish: <T extends AddonObject>(object: T) => T): readonly ClusterFile[];
  /** What it needs beside what its cloud brings, where that is more than the platform tells. */
  addons?(platform: PlatformSpec): readonly AddonObject[];
}

/** A file that makes a cluster: a script, or an object that is written as YAML. */
export type ClusterFile =
  | { readonly name: string; readonly script: string }
  | { readonly name: string; readonly object: object };

/** The props that a cloud takes of each construct. */
export interface TakenProps {
  readonly cluster: readonly string[];
  readonly gpuPool: readonly string[];
  readonly bucket: readonly string[];
  readonly registry: readonly string[];
}

export interface BucketInfrastructure {
  /** Makes a workspace's folder, where the cloud needs it to exist before something can be granted on it. */
  addWorkspace(scope: Construct, workspace: { readonly namespace: string; readonly prefix: string }): void;
  grant(scope: Construct, grant: BucketGrant): void;
}

export interface RegistryInfrastructure {
  /** The repository of a workspace, which its builder alone may push to. */
  addWorkspace(scope: Construct, workspace: { readonly namespace: string; readonly builder: ServiceAccountRef }): void;
}

/**
 * The side of one cloud that makes clusters, by Terraform or by files. Names are chosen here, so that the Kubernetes side can be
 * written before anything is deployed.
 */
export interface CloudInfrastructure {
  /** Where it is, in its own words. */
  readonly region?: string;
  /** Whether the cloud upgrades clusters to the next minor version by itself, so that the one that is asked for is the least. */
  readonly upgradesByItself?: boolean;
  /** Tenant of the identities, where the Kubernetes side must know it. */
  readonly tenantId?: string;
  /** The props that it takes, where others mean nothing to it; if absent, it takes all, or refuses by what is in them. */
  readonly takes?: TakenProps;
  /** Whether the nodes of a pool may be of several machine types. */
  readonly severalMachineTypes?: boolean;
  /** Which of `network`, `podCidr`, `serviceCidr`, `outboundInternet`, `flowLogs`, `encryptionKey` and `naming` of a cluster it takes. */
  readonly takesGround?: readonly string[];
  /** How it takes names that a naming rule gives; if absent, as most clouds take most names. */
  readonly nameRules?: NameRules;
  /** Sets up provider and backend, unless the stack has them. */
  prepare(scope: Construct): void;
  cluster(scope: Construct, spec: ClusterSpec): ClusterInfrastructure;
  existingCluster(scope: Construct, spec: ExistingClusterSpec): ClusterInfrastructure;
  /** Name of a cluster's bucket, where the user chooses none: unique in the world, and always the same. */
  bucketName(clusterName: string): string;
  /** Name of a cluster's registry, where the user chooses none. */
  registryName(clusterName: string): string;
  /** What the Kubernetes side must know of a bucket. */
  artifacts(bucket: { readonly name: string; readonly clusterName: string; readonly resourceGroup?: string }): ArtifactStoreSpec;
  /** What the Kubernetes side must know of a registry. */
  images(registryName: string): ImageStoreSpec;
  /** Name of the output with the client id of a ServiceAccount's identity, where the Kubernetes side must know it. */
  clientIdOutput?(clusterName: string, account: ServiceAccountRef): string;
}
