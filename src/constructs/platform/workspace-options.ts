/** What is said of a workspace, where the platform hears of it. */
import type { PodDefaults } from './pod-defaults';
import type { ReadableBucket } from './readable-bucket';

/** Azure: the client ids of a workspace's identities. */
export interface WorkspaceClientIds {
  /** Of the ServiceAccount `artifact-writer`. */
  readonly artifactWriter: string;

  /** Of the ServiceAccount `artifact-reader`. */
  readonly artifactReader: string;

  /** Of the ServiceAccount `image-builder`. */
  readonly imageBuilder: string;
}

/** What a workspace may do. */
export interface WorkspaceOptions {
  /**
   * Other workspaces whose shared artifacts this one may read.
   *
   * @default - none
   */
  readonly reads?: string[];

  /**
   * Buckets that are not the platform's, which its pods may read: for Models with `ModelSource.bucket`. A Cluster gives the ServiceAccount
   * `artifact-reader` the right to; on a platform that is described by hand, you do.
   *
   * @default - none
   */
  readonly readableBuckets?: ReadableBucket[];

  /**
   * Whether images may be built, which takes a pod without seccomp and AppArmor profiles.
   *
   * @default false
   */
  readonly builds?: boolean;

  /**
   * Namespace in which the images are built, and in which the ServiceAccount `image-builder` is. Nobody but the reconciler needs rights in
   * it. A workspace that builds in its own namespace has no Pod Security Standard enforced, and who may create pods in it may use
   * `image-builder`.
   *
   * @default - the name of the workspace and `-builds`
   */
  readonly buildNamespace?: string;

  /**
   * Whether NetworkPolicies are written: nothing comes in from other namespaces but what `serversOpenTo` allows, and pods reach only what
   * their kind needs. The cluster's network must enforce them, as those of GKE, EKS and AKS do that are made here, and kind since 0.24.
   *
   * @default true
   */
  readonly networkPolicies?: boolean;

  /**
   * Whether Jobs and Notebooks are kept off the internet: they then reach the Servers of the workspace and what they mount. Builds still
   * reach their registry. On Google Cloud, whose buckets are mounted by the pod itself, give the platform `storeCidrs` too.
   *
   * @default false
   */
  readonly private?: boolean;

  /**
   * Whether the drain of a node, such as for an upgrade, waits until the runs of Models and Datasets on it have ended, by a
   * PodDisruptionBudget. How long a cloud waits is in docs/clouds.md. Spot nodes are taken back all the same.
   *
   * @default false - they are ended, and begun again on another node
   */
  readonly drainsWaitForRuns?: boolean;

  /**
   * Other namespaces whose pods may reach the Servers, for example that of a gateway.
   *
   * @default - none
   */
  readonly serversOpenTo?: string[];

  /**
   * Azure: the client ids of its identities, known after the first deployment.
   *
   * @default - not known yet; the workspace can be previewed, not synthesized
   */
  readonly clientIds?: WorkspaceClientIds;

  /**
   * Rules for its pods, over those of the platform.
   *
   * @default - those of the platform
   */
  readonly podDefaults?: PodDefaults;
}
