/**
 * All that expansion may know about a cluster, as plain JSON: the constructs yield it at synth, the reconciler reads it from
 * its ConfigMap. Everything in it is concrete; a value that only exists after deployment may be absent until then.
 */
import type { Toleration } from 'kubernetes-types/core/v1';
import type { EnginesSpec } from './engines';
import type { GatewaysSpec } from './model-gateway';
import type { GpuProvisionerSpec, NodeProvisioningSpec } from './node-capacity';
import type { OpenShiftSpec } from './openshift';
import type { LimitsSpec, QuantityOrInteger } from './resource';
import type { FileSystemSpec, StoreTokensSpec } from './store';

export type { GpuProvisionerSpec, NodeCapacityKind, NodeProvisioningSpec } from './node-capacity';

export interface PlatformSpec extends EnginesSpec, GatewaysSpec {
  /** Name of the cloud, as in the registry of `clouds/pods.ts`. */
  readonly cloud: string;
  readonly clusterName: string;
  /** Region or location, in the cloud's words, by which prices are found. Default: that of the artifacts, or not known. */
  readonly region?: string;
  /** Minor version such as `1.33`; decides which newer fields may be used. Default: `1.33`. */
  readonly kubernetesVersion?: string;
  readonly artifacts: ArtifactStoreSpec;
  readonly registry?: RegistrySpec;
  readonly gpuPools?: GpuPoolSpec[];
  /** GPUs that are not in the catalog, which pools of this platform have. */
  readonly gpus?: CustomGpuSpec[];
  /** Pools without GPU. Set only where these are all that there are, so that what fits on none of them fits nowhere. */
  readonly nodePools?: NodePoolSpec[];
  /** Whether nodes for any GPU of the cloud come up without a declared pool, as on GKE Autopilot. */
  readonly autoProvisioning?: boolean;
  /** What makes nodes for the pools that have a `provisioner`. */
  readonly nodeProvisioning?: NodeProvisioningSpec;
  readonly workspaces?: WorkspaceSpec[];
  /** Images of helpers, add-ons and the reconciler, by their name in the catalog, where not the default. */
  readonly images?: Record<string, string>;
  /** Where copies of the default images are: a registry, or a part of one, by what it replaces, such as `docker.io`. */
  readonly imageMirrors?: Record<string, string>;
  /** Where ready-made programs load from, instead of the public hosts. */
  readonly mirrors?: MirrorsSpec;
  /** Major version of the NVIDIA driver on the nodes, such as 580, where it is known. */
  readonly gpuDriver?: number;
  /** Rules for every pod. */
  readonly podDefaults?: PodDefaultsSpec;
  /** Types of the disks of StorageClasses, by class, in the cloud's words; of those that its clusters have by themselves they are known. */
  readonly storageClasses?: Record<string, string>;
  /** Namespace of the reconciler. Default: `substratus`. */
  readonly reconcilerNamespace?: string;
  /** Namespaces whose pods may read the metrics of Servers. */
  readonly monitoringNamespaces?: string[];
  /** Set where the cluster is OpenShift, whose namespaces say which user and group a pod runs as. */
  readonly openShift?: OpenShiftSpec;
}

/** URLs of mirrors. None of them is part of a recipe. */
export interface MirrorsSpec {
  /** In place of `https://huggingface.co`. */
  readonly huggingFace?: string;
  /** In place of `https://www.modelscope.cn`. */
  readonly modelScope?: string;
  /** Package index, in place of `https://pypi.org/simple`. */
  readonly pypi?: string;
}

/**
 * Rules for every pod that is made: those of user images, helpers, add-ons and the reconciler. None of them is part of a recipe.
 * What a pod says itself wins; maps are merged, lists appended.
 */
export interface PodDefaultsSpec {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly nodeSelector?: Record<string, string>;
  readonly tolerations?: Toleration[];
  readonly priorityClassName?: string;
  /** Names of Secrets in the namespace of each pod. */
  readonly imagePullSecrets?: string[];
  /** Environment of every container; a value may be `${{ secrets.<name>.<key> }}`. */
  readonly env?: Record<string, string>;
  readonly caBundle?: CaBundleSpec;
  /** Limits of the containers that do not run an image of the user's. One that requests more is limited to what it requests. */
  readonly limits?: LimitsSpec;
}

/** Certificates to trust, in a ConfigMap of the namespace of each pod. */
export interface CaBundleSpec {
  readonly configMapName: string;
  /** Default: `ca.crt`. */
  readonly key?: string;
}

export interface ArtifactStoreSpec {
  /** `gs://bucket`, `s3://bucket`, `az://storageaccount` or, on a local cluster, `file:///directory`. Of a file system, what it is. */
  readonly url: string;
  /** Folder in the bucket, without slashes at its ends. Default: the bucket's root. */
  readonly prefix?: string;
  /** Region of the bucket, where the store asks for it. */
  readonly region?: string;
  /** Endpoint of an S3-compatible store, such as `http://minio.minio:9000`. */
  readonly endpoint?: string;
  /** Secret in each workspace with the keys `accessKeyId` and `secretAccessKey`, for a store without workload identity. */
  readonly credentialsSecret?: string;
  /** On premises: how pods get keys of the store, where they are not in a Secret. */
  readonly tokens?: StoreTokensSpec;
  /** On premises: the shared file system that takes the place of a bucket. */
  readonly fileSystem?: FileSystemSpec;
  /** Azure: the resource group of the storage account. */
  readonly resourceGroup?: string;
  /** Size of the workspace's volume on it; most drivers ignore it. */
  readonly capacity?: QuantityOrInteger;
  /** Address ranges at which the store is reached on port 443, for NetworkPolicies. Default: those that the cloud's stores can have. */
  readonly cidrs?: string[];
}

export interface RegistrySpec {
  /** Host and path before the workspace's repository, such as `us-docker.pkg.dev/acme/ml`. */
  readonly url: string;
  /** Whether a workspace's repository is `<url>-<namespace>`, with images in it; else `<url>/<namespace>` is its image. */
  readonly repositoryPerWorkspace?: boolean;
  /** Secret in each workspace, of type `kubernetes.io/dockerconfigjson`, to push with; absent where the cloud's own identity may. */
  readonly secret?: string;
  /** Whether it is reached over plain HTTP, as a registry on a laptop. */
  readonly insecure?: boolean;
  /**
   * Address ranges at which it is reached, for NetworkPolicies. Default: on premises any, unless its host is an address or a Service; on
   * AWS public ones, which are reached beside these.
   */
  readonly cidrs?: string[];
}

/** What is known of the machines of a pool. */
export interface NodeSpec {
  /** Machine type, in the cloud's words. */
  readonly machineType?: string;
  /** Size of the disk that holds images and ephemeral storage. */
  readonly diskGiB?: number;
  /** Zones of its nodes, in the cloud's words; empty where they are in none. Default: not known. */
  readonly zones?: readonly string[];
}

/** Machines without GPU. */
export interface NodePoolSpec extends NodeSpec {
  readonly name: string;
  readonly capacity?: 'on-demand' | 'spot';
}

/** A GPU, or another accelerator, that the catalog does not have. */
export interface CustomGpuSpec {
  readonly name: string;
  readonly memoryGiB: number;
  /** The extended resource that a container asks for. */
  readonly resource: string;
  /** Cores that a container asks for with each, by default. */
  readonly cpu?: number;
  /** Memory that a container asks for with each, by default. */
  readonly hostMemoryGiB?: number;
}

export interface GpuPoolSpec extends NodeSpec {
  readonly name: string;
  /** Name in the catalog or in `gpus`, such as `nvidia-l4`. */
  readonly gpu: string;
  readonly gpusPerNode: number;
  /** All machine types that its nodes may have, where these are several: `machineType` is the smallest, by which what fits is decided. */
  readonly machineTypes?: readonly string[];
  /** Of `queued` nodes none comes up for a pod alone: they take a ProvisioningRequest, which a Model or Dataset makes. */
  readonly capacity?: 'on-demand' | 'spot' | 'flex-start' | 'queued';
  readonly maxNodes?: number;
  /** Labels of its nodes, where they are not the ones that the cloud or this library sets. */
  readonly nodeLabels?: Record<string, string>;
  /** How a GPU is shared, such as `mig-1g.10gb`, `time-slicing-4` or `mps-4`. Default: each is one pod's. */
  readonly sharing?: string;
  /** On premises: the extended resource that its nodes offer, such as `nvidia.com/mig-1g.10gb`. Default: that of the GPU. */
  readonly resource?: string;
  /** On premises: what a node has for pods, where that is known. */
  readonly nodeCpu?: number;
  readonly nodeMemoryGiB?: number;
  /** On premises: taints of its nodes with the effect NoSchedule, by key, which pods that ask for its GPUs tolerate. */
  readonly taints?: Record<string, string>;
  /** What a container asks for to use the network between the GPUs of nodes, by resource, such as `vpc.amazonaws.com/efa`. */
  readonly fabricResources?: Record<string, string>;
  /** Whether that network takes the capability IPC_LOCK. Default: false. */
  readonly fabricLocksMemory?: boolean;
  /** What nodes the provisioner of the cluster makes, where it makes them as pods ask for them; `capacity` is then absent. */
  readonly provisioner?: GpuProvisionerSpec;
}

/** A bucket, or a folder in it, that is not the platform's. */
export interface ReadableBucketSpec {
  /** Such as `s3://bucket/folder`, without a slash at its end. */
  readonly url: string;
  /** AWS: region of the bucket. Default: found out by what reads it. */
  readonly region?: string;
  /** Azure: resource group of the storage account. */
  readonly resourceGroup?: string;
}

/** The ServiceAccounts of a workspace. */
export type WorkspaceRole = 'artifact-writer' | 'artifact-reader' | 'image-builder';

export const WORKSPACE_ROLES: readonly WorkspaceRole[] = ['artifact-writer', 'artifact-reader', 'image-builder'];

export interface WorkspaceSpec {
  readonly namespace: string;
  /** Other workspaces whose artifacts this one may read. */
  readonly reads?: string[];
  /** Buckets of others that it may read. */
  readonly readableBuckets?: ReadableBucketSpec[];
  /** Whether images may be built, which takes an unconfined pod. */
  readonly builds?: boolean;
  /** Namespace in which its images are built, which is no other workspace's. Default: its own. */
  readonly buildNamespace?: string;
  /** Whether NetworkPolicies are written. Default: true. */
  readonly networkPolicies?: boolean;
  /** Whether its Jobs and Notebooks are kept off the internet. */
  readonly private?: boolean;
  /** Whether a drain of a node waits for the runs of Models and Datasets on it. */
  readonly drainsWaitForRuns?: boolean;
  /** Namespaces whose pods may reach its Servers, beside its own. */
  readonly serversOpenTo?: string[];
  /** Azure: client id of each ServiceAccount's identity; absent before the first deployment. */
  readonly clientIds?: Partial<Record<WorkspaceRole, string>>;
  /** Azure: tenant of the identities. */
  readonly tenantId?: string;
  /** Rules for the pods of the workspace, over those of the platform. */
  readonly podDefaults?: PodDefaultsSpec;
}

/** The workspace of a namespace, or none. */
export function workspaceOf(platform: Pick<PlatformSpec, 'workspaces'>, namespace: string): WorkspaceSpec | undefined {
  return platform.workspaces?.find((workspace) => workspace.namespace === namespace);
}

/** The namespace in which the images of a workspace are built, and in which its `image-builder` is. */
export function buildNamespaceOf(platform: Pick<PlatformSpec, 'workspaces'>, namespace: string): string {
  return workspaceOf(platform, namespace)?.buildNamespace ?? namespace;
}

/** By the namespaces that are for builds alone: the workspace that builds there. */
export function buildHomes({ workspaces = [] }: Pick<PlatformSpec, 'workspaces'>): ReadonlyMap<string, string> {
  return new Map(workspaces.flatMap(({ namespace, buildNamespace = namespace }) => (
    buildNamespace === namespace ? [] : [[buildNamespace, namespace] as const]
  )));
}

/** The namespace of a workspace's ServiceAccount. */
export function accountNamespaceOf(platform: Pick<PlatformSpec, 'workspaces'>, namespace: string, role: WorkspaceRole): string {
  return role === 'image-builder' ? buildNamespaceOf(platform, namespace) : namespace;
}

/** Whether the cluster is at least of this minor version, such as `1.30`. */
export function isAtLeast(platform: Pick<PlatformSpec, 'kubernetesVersion'>, version: string): boolean {
  return minorOf(platform.kubernetesVersion ?? DEFAULT_VERSION) >= minorOf(version);
}

/** The oldest version that what we write is valid on, where the platform names it. */
export const OLDEST_VERSION = '1.27';

/**
 * What a platform that names no version is taken for: the oldest that the Kubernetes project still maintained in November 2026.
 *
 * @see https://kubernetes.io/releases/
 */
export const DEFAULT_VERSION = '1.33';

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}
