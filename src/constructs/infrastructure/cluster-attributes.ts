/** What is said of a cluster that exists already. */
import type { Mirrors } from '../platform/mirrors';
import type { NodeProvisioning } from '../platform/node-provisioning';
import type { PodDefaults } from '../platform/pod-defaults';
import type { Cloud } from './cloud';

/** A cluster that exists. */
export interface ClusterAttributes {
  /** The cloud, and where in it. */
  readonly cloud: Cloud;

  /** Name of the cluster. */
  readonly clusterName: string;

  /**
   * Version of Kubernetes, such as `1.33`.
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
   * Registry for images that are built, which exists: host and path, such as `us-docker.pkg.dev/acme/ml`. Nodes must be allowed to pull
   * from it, and the ServiceAccount `image-builder` to push. Not together with an ImageRegistry.
   *
   * @default - that of the ImageRegistry, if there is one
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
   * Whether nodes for any GPU of the cloud come up without a pool of their own, as on GKE Autopilot, or with
   * Karpenter whose NodePools set the label `substratus.ai/gpu`.
   *
   * @default false
   */
  readonly autoProvisioning?: boolean;

  /**
   * What makes nodes as pods ask for them, for `platform.addGpuProvisioner`. Not together with `autoscaler`.
   *
   * @default - nothing
   */
  readonly nodeProvisioning?: NodeProvisioning;

  /**
   * Whether `ClusterAddons` brings the cluster-autoscaler (AWS), with a role for it. A cluster must not have two: where there is one, or
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

  /**
   * What else the cloud must know of it to add pools, buckets and identities; an error names what is missing when it is needed.
   * Google Cloud: `nodeServiceAccount`, `location`. AWS: `subnetIds`, `nodeRoleArn`, `securityGroupIds`. Azure: `resourceGroup`,
   * `oidcIssuerUrl`, `kubeletObjectId`, `subnetId` and others that `docs/azure.md` lists.
   *
   * @default - none
   */
  readonly attributes?: Record<string, string | string[]>;

  /**
   * Outputs of the last deployment, as `cdktf output --outputs-file` writes them.
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
