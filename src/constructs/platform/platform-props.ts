/** What is said of a platform: of the cluster, its GPU pools and its workspaces. */
import type { Mirrors } from './mirrors';
import type { NodeProvisioning } from './node-provisioning';
import type { PodDefaults } from './pod-defaults';

/** What a cluster of any cloud may say about itself. */
export interface PlatformProps {
  /** Name of the cluster. */
  readonly clusterName: string;

  /**
   * Version of Kubernetes, such as `1.33`. Newer fields are used only where the version has them.
   *
   * @default '1.33'
   */
  readonly kubernetesVersion?: string;

  /**
   * Folder of the bucket under which the workspaces lie.
   *
   * @default - the root of the bucket
   */
  readonly artifactPrefix?: string;

  /**
   * Registry for images that are built: host and path, such as `us-docker.pkg.dev/acme/ml`.
   *
   * @default - none, and `imageBuild` is an error
   */
  readonly registry?: string;

  /**
   * Secret with credentials for `registry`, of type `kubernetes.io/dockerconfigjson`, in each namespace in which images are built. Only
   * builds mount it.
   *
   * @default - the identity of `image-builder`, for a registry of the cloud itself; to any other nothing is sent
   */
  readonly registrySecret?: string;

  /**
   * Whether the registry is reached without TLS, as one on a laptop.
   *
   * @default false
   */
  readonly insecureRegistry?: boolean;

  /**
   * Address ranges at which pods reach the artifact store, for NetworkPolicies, which know no names. With Private Google Access through
   * `private.googleapis.com`: `['199.36.153.8/30']`.
   *
   * @default - what a store of the cloud can have: any public address on port 443; on Azure private ones too
   */
  readonly storeCidrs?: string[];

  /**
   * Whether nodes for any GPU of the cloud come up without a pool of their own, as on GKE Autopilot, or with
   * Karpenter whose NodePools set the label `substratus.ai/gpu`.
   *
   * @default false
   */
  readonly autoProvisioning?: boolean;

  /**
   * What makes nodes as pods ask for them, for `addGpuProvisioner`. Not together with `autoscaler`.
   *
   * @default - nothing
   */
  readonly nodeProvisioning?: NodeProvisioning;

  /**
   * Whether `ClusterAddons` brings the cluster-autoscaler (AWS). Its ServiceAccount is
   * `cluster-autoscaler` in `kube-system`, whose rights you give. A cluster must not have two: where there is one, or
   * Karpenter, leave it out.
   *
   * @default false
   */
  readonly autoscaler?: boolean;

  /**
   * Whether `ClusterAddons` brings a default StorageClass (AWS), encrypted, of type gp3. Where there is one, leave it out.
   *
   * @default false
   */
  readonly defaultStorageClass?: boolean;

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
}

/** A GKE cluster that is described by hand. */
export interface GcpPlatformProps extends PlatformProps {
  /** Name of the bucket for artifacts. */
  readonly bucketName: string;

  /**
   * Region of the cluster, such as `us-central1`, by which prices are found.
   *
   * @default - not known, and neither are prices
   */
  readonly region?: string;
}

/** An EKS cluster that is described by hand. */
export interface AwsPlatformProps extends PlatformProps {
  /** Name of the bucket for artifacts. */
  readonly bucketName: string;

  /** Region of the bucket, such as `us-east-1`, and of the cluster, where prices are looked up. */
  readonly region: string;
}

/** An AKS cluster that is described by hand. */
export interface AzurePlatformProps extends PlatformProps {
  /** Name of the storage account for artifacts. */
  readonly storageAccount: string;

  /** Resource group of the storage account. */
  readonly resourceGroup: string;

  /**
   * Where the cluster is, such as `eastus`, by which prices are found.
   *
   * @default - not known, and neither are prices
   */
  readonly location?: string;

  /**
   * Tenant of the workspaces' identities.
   *
   * @default - that of the cluster
   */
  readonly tenantId?: string;
}

/** A store that speaks S3, such as MinIO or Ceph. */
export interface S3CompatibleStore {
  /** Where it answers, such as `http://minio.minio:9000`. */
  readonly endpoint: string;

  /** Name of the bucket for artifacts. */
  readonly bucketName: string;

  /** Secret in each workspace with the keys `accessKeyId` and `secretAccessKey`. */
  readonly credentialsSecret: string;

  /**
   * Region, where the store has some.
   *
   * @default - none
   */
  readonly region?: string;
}

/** A local cluster, such as kind, that is described by hand. */
export interface LocalPlatformProps extends PlatformProps {
  /**
   * Directory of the node for artifacts. Not together with `s3`.
   *
   * @default '/var/lib/substratus/artifacts'
   */
  readonly directory?: string;

  /**
   * A store that speaks S3, instead of a directory.
   *
   * @default - none
   */
  readonly s3?: S3CompatibleStore;
}
