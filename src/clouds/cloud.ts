/** What every cloud must answer about pods. Pure: the Kubernetes side of a cloud can be asked without Terraform. */
import type { Affinity, Container, EnvVar, PersistentVolume, PersistentVolumeClaim, Toleration, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type {
  GpuPoolSpec, NodeCapacityKind, NodeProvisioningSpec, PlatformSpec, ReadableBucketSpec, WorkspaceRole, WorkspaceSpec,
} from '../api/platform';
import type { Capacity } from '../api/resource';
import type { GpuModel } from '../catalog/gpus';
import type { CloudNetwork } from './network';

/** What a machine has, or what it leaves to pods. */
export interface NodeSize {
  readonly vcpu: number;
  readonly memoryGiB: number;
  /** Disk for ephemeral storage, where it is known. */
  readonly diskGiB?: number;
}

/** Kubernetes' names of processors, as in the label `kubernetes.io/arch`. */
export type Architecture = 'amd64' | 'arm64';

/** What the name of a machine type tells. */
export interface MachineShape extends NodeSize {
  readonly architecture: Architecture;
}

/** A machine type with GPUs. Prices in US dollars an hour. */
export interface Machine {
  readonly machineType: string;
  /** Name in the catalog. */
  readonly gpu: string;
  readonly gpuCount: number;
  readonly vcpu: number;
  readonly memoryGiB: number;
  /** Of its processor. Default: `amd64`. */
  readonly architecture?: Architecture;
  /** Local SSDs that it always comes with, and that hold images and ephemeral storage in place of the boot disk. */
  readonly localSsdCount?: number;
  readonly usdPerHour?: number;
  readonly spotUsdPerHour?: number;
  /** Interfaces of the Elastic Fabric Adapter. */
  readonly efa?: number;
  /** Whether the GPUs are attached to a general machine type, whose name is therefore not unique. */
  readonly attached?: boolean;
  /** Whether the cloud has retired it, or is about to. */
  readonly retired?: boolean;
}

/** What a container of the user's image asks for by default on a node without GPU. */
export interface ResourceDefaults {
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly diskGiB: number;
  /** What a helper that copies files asks for, where the default is too much. */
  readonly copying?: { readonly cpu: string; readonly memory: string };
  /** The most that a container asks for by default with each GPU: cores, and memory as a multiple of that of the GPU. Default: no bound. */
  readonly withGpu?: { readonly cpu: number; readonly memoryOfGpu: number };
}

export interface GpuRequest {
  /** None where the platform offers one kind of GPU that has no name, as on a laptop. */
  readonly gpu?: GpuModel;
  readonly count: number;
  /** The slice of a shared GPU, such as `mig-1g.10gb`. Default: whole GPUs. */
  readonly sharing?: string;
}

/** On which nodes a pod runs. */
export interface Placement {
  readonly nodeSelector?: Record<string, string>;
  readonly tolerations?: Toleration[];
  readonly affinity?: Affinity;
}

/** A pod that the provisioner of the cluster makes a node for. */
export interface ProvisionedPod {
  readonly request: GpuRequest;
  readonly capacity: Capacity;
}

/** The disks that the machines with a GPU take, where they refuse those of the default class. */
export interface DiskClass {
  readonly storageClassName: string;
  /** The nodes, with or without GPU, that take them too. */
  readonly placement: Placement;
}

/** A disk that a pod mounts. */
export interface Disk {
  /** In the cloud's words, such as `pd-balanced`, `io2` or `PremiumV2_LRS`. */
  readonly type: string;
  readonly sizeGiB: number;
}

/** Nodes of a kind, as far as it decides which disks they take. */
export interface DiskNode {
  readonly machineType: string;
  /** Empty where they are in no zone; absent where that is not known. */
  readonly zones?: readonly string[];
}

/** What is known of the disks of a cloud. */
export interface DiskFacts {
  /** Their types, by the classes that a cluster of the cloud has by itself or from the add-ons. */
  readonly byClass: Readonly<Record<string, string>>;
  /** The class that is the default, where it is the same on all clusters of the cloud. */
  readonly defaultClass?: string;
  /** Whether a disk of a type is in one zone and mounted there only. */
  isZonal(type: string): boolean;
  /** Why a node cannot attach a disk; `undefined` if it can, or if that is not known. */
  refuses(node: DiskNode, disk: Disk): string | undefined;
}

/** What a pod needs beside its containers, for one purpose. */
export interface PodPart {
  readonly volumes?: Volume[];
  readonly volumeMounts?: VolumeMount[];
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
}

/** An artifact and where a container wants to read it. */
export interface ArtifactMount {
  /** Name of the volume. */
  readonly name: string;
  readonly mountPath: string;
  /** URL of the artifact. */
  readonly url: string;
  /** Namespace of the artifact, whose workspace it is in. */
  readonly owner: string;
  /** Namespace of the pod. */
  readonly namespace: string;
  /** More options of the driver, where the cloud takes them for one mount. */
  readonly options?: readonly string[];
}

/** A folder of a bucket that is not the platform's, and where a container wants to read it. */
export interface FolderMount {
  /** Name of the volume. */
  readonly name: string;
  readonly mountPath: string;
  /** What the workspace of the pod may read. */
  readonly bucket: ReadableBucketSpec;
  /** Folder below that; empty is all of it. */
  readonly path: string;
  /** More options of the driver, where the cloud takes them for one mount. */
  readonly options?: readonly string[];
}

/** How a cloud reads buckets that are not the platform's. What must be there for that is among the volumes of the workspace. */
export interface OtherBuckets {
  /** The scheme of their URLs, such as `s3`; `undefined` where the store of the platform has none beside it. */
  scheme(platform: PlatformSpec): string | undefined;
  /** What a URL of the scheme must have in it, where that is more than a bucket: said of one that has it not. */
  urlProblem?(url: string): string | undefined;
  /** Mounts a folder read-only. */
  mount(mount: FolderMount, platform: PlatformSpec): PodPart;
  /** Lets rclone read a bucket, to copy from it into a pod of the namespace. */
  store(platform: PlatformSpec, bucket: ReadableBucketSpec, namespace: string): StoreAccess;
}

/** How rclone reaches the store of a workspace. */
export interface StoreAccess extends PodPart {
  /** Whether it is a directory of the node: mounted, owned by root, and reached without a credential. */
  readonly isDirectory?: boolean;
  /** Whether it is a file system, on which published files are made read-only. */
  readonly keepsFiles?: boolean;
  /** The environment that configures rclone. */
  readonly env: EnvVar[];
  /** Path for rclone of a URL in the store. */
  remotePath(url: string): string;
}

export interface IdentityLabels {
  readonly annotations?: Record<string, string>;
  readonly labels?: Record<string, string>;
}

/** A plain Kubernetes object that a cluster needs beside what its cloud brings. */
export interface AddonObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
}

/** What a cluster must have once and not twice, so that it is brought only where it is asked for. */
export const OPTIONAL_ADDONS = ['autoscaler', 'defaultStorageClass'] as const;
export type OptionalAddon = typeof OPTIONAL_ADDONS[number];
export type WantedAddons = Readonly<Partial<Record<OptionalAddon, boolean>>>;
export const ALL_ADDONS: WantedAddons = { autoscaler: true, defaultStorageClass: true };

/** The annotations of a Service by which its load balancer has a private address, and those by which it has one of the internet. */
export interface LoadBalancers {
  readonly internal: Readonly<Record<string, string>>;
  readonly external: Readonly<Record<string, string>>;
}

/** The Kubernetes side of a cloud. Every function is pure. */
export interface Cloud {
  readonly name: string;
  readonly title: string;
  readonly machines: readonly Machine[];
  readonly defaults: ResourceDefaults;
  /** Capacities that nodes of this cloud can have. */
  readonly capacities: readonly Capacity[];
  /** Whether nodes can come up without a declared pool: GKE Autopilot and node auto-provisioning, Karpenter. */
  readonly canAutoProvision: boolean;
  /** What makes nodes for GPU provisioners, and how it can obtain them; absent where nothing does. */
  readonly provisioners?: Readonly<Partial<Record<NodeProvisioningSpec['kind'], readonly NodeCapacityKind[]>>>;
  /** What else the add-ons bring where they are asked to, because the cloud leaves it to the user. */
  readonly optionalAddons?: readonly OptionalAddon[];
  /** Load balancers of Services; absent where the cloud has none. */
  readonly loadBalancer?: LoadBalancers;
  /** Whether nodes are the user's own, of which a pool says what they have and what they offer, instead of a machine type. */
  readonly hasOwnNodes?: boolean;
  /** Whether the cloud itself grants a workspace's ServiceAccounts what they may do. */
  readonly hasIdentities: boolean;
  /** Hosts that hand out credentials of the cloud, which no proxy can reach for a pod. */
  readonly direct?: readonly string[];
  /** What every pod that uses one of the ServiceAccounts carries. */
  readonly podLabels?: Record<string, string>;

  /** Which disks its machines take; absent where nothing is known of that. */
  readonly disks?: DiskFacts;

  /** Whether each mount has options of its own: not where the volume of the workspace has them. Default: it has not. */
  readonly takesMountOptions?: boolean;
  /** Buckets that are not the platform's; absent where none can be read. */
  readonly otherBuckets?: OtherBuckets;

  /** Why a platform cannot have a pool beside others; absent where what holds on every cloud is all. */
  poolProblem?(pool: GpuPoolSpec, pools: readonly GpuPoolSpec[]): string | undefined;
  /** Why a platform cannot have a workspace; absent where what holds on every cloud is all. */
  workspaceProblem?(workspace: WorkspaceSpec, platform: PlatformSpec): string | undefined;

  /** Whether artifacts of this store can be mounted; if not, they are downloaded. */
  canStream(platform: PlatformSpec): boolean;

  /** What a machine leaves to pods at most: what it has, less what the cloud is documented to keep back on every node. */
  allocatable(machine: NodeSize): NodeSize;

  /** What a machine type without GPU has, where its name tells. */
  shapeOf(machineType: string): MachineShape | undefined;

  /** The processors of a machine type that is in no table, where its name tells these and not its size. */
  architectureOf?(machineType: string): Architecture | undefined;

  /** The nodes with a GPU, of a capacity or of any. Those with whole GPUs, or those that share theirs as the request says. */
  placeGpu(request: GpuRequest, platform: PlatformSpec): Placement;

  /** The nodes of some pools, where the cloud knows them by more than one label. Default: their `nodeLabels`, else those of `placeGpu`. */
  placePools?(request: GpuRequest, pools: readonly GpuPoolSpec[], platform: PlatformSpec): Placement;

  /** The nodes of a capacity: of one that nodes of this cloud can have, or of `spot-first`. */
  placeCapacity(capacity: Capacity): Placement;

  /**
   * The nodes that the provisioner of a pool makes for a pod, where the pod has to name them: it is then on those, or on the nodes of other
   * pools, and never on either. Absent where they are found as those of any pool.
   */
  placeProvisioned?(pool: GpuPoolSpec, pod: ProvisionedPod): Placement;

  /** What provisioners are asked for and cannot keep, to be told at synth; `undefined` if there is nothing. */
  provisioningWarning?(platform: PlatformSpec): string | undefined;

  /** The class of disks for a GPU; `undefined` where the cluster's default class will do. */
  diskClass?(request: GpuRequest): DiskClass | undefined;

  /** URL of a workspace's folder in the store, without a slash at its end. */
  workspaceUrl(platform: PlatformSpec, namespace: string): string;

  /** Mounts an artifact's files read-only. */
  mountArtifact(mount: ArtifactMount, platform: PlatformSpec): PodPart;

  /** Lets rclone read, or as the writer also write, what `owner` has in the store. */
  store(platform: PlatformSpec, access: { readonly namespace: string; readonly owner: string; readonly role: WorkspaceRole }): StoreAccess;

  /** Keeps the credential of the pod's ServiceAccount out of some of its containers; absent where no container has it in a file. */
  withoutCredentials?(containers: readonly string[]): PodPart;

  /** What the ServiceAccount of a role carries. */
  identity(platform: PlatformSpec, account: { readonly namespace: string; readonly role: WorkspaceRole }): IdentityLabels;

  /** The volumes through which a workspace mounts artifacts. */
  workspaceVolumes(platform: PlatformSpec, namespace: string): (PersistentVolume | PersistentVolumeClaim)[];

  /** What the pods of a workspace must reach. */
  network(platform: PlatformSpec): CloudNetwork;

  /**
   * Writes the credentials of the registry to `$DOCKER_CONFIG/config.json`; absent where it asks for none. Only for a registry of the
   * cloud itself: to any other host the token of the cloud would be given away.
   */
  registryLogin(platform: PlatformSpec): Container | undefined;

  /** The value of a late value that is missing from the platform, or none: what it is, and how to get it. */
  missing(platform: PlatformSpec, namespace: string): string[];
}
