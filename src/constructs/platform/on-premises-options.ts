/** What is said of the store of a cluster on premises, and of OpenShift. */
import type { Size } from 'cdk8s';

/** What is particular to a cluster of OpenShift. */
export interface OpenShiftOptions {
  /**
   * Number of the group to which the directories of a shared file system belong. Each namespace has a user of its own, so that without a
   * common group one of them could not write where another has written. Every pod of a workspace is in it.
   *
   * @default - none: the directories are open to group 0, or to the group of each namespace
   */
  readonly storeGroup?: number;
}

/** A bucket of a store that speaks S3. One of `credentialsSecret` and `tokens` is set. */
export interface S3StoreOptions {
  /** Where the store answers, such as `https://ceph.example.com`. */
  readonly endpoint: string;

  /** Name of the bucket for artifacts. */
  readonly bucketName: string;

  /**
   * Region, where the store has some.
   *
   * @default - none
   */
  readonly region?: string;

  /**
   * Secret in each workspace with the keys `accessKeyId` and `secretAccessKey`.
   *
   * @default - none: pods assume a role, as `tokens` says
   */
  readonly credentialsSecret?: string;

  /**
   * How pods get keys for the tokens of their ServiceAccounts, so that no Secret is needed.
   *
   * @default - none: the keys are in `credentialsSecret`
   */
  readonly tokens?: StoreTokens;
}

/** The token service of a store that speaks AssumeRoleWithWebIdentity, such as that of Ceph or MinIO. */
export interface StoreTokens {
  /**
   * The role that pods assume. `{namespace}` and `{serviceAccount}` in it stand for those of the pod, so that each workspace has roles of
   * its own for `artifact-writer` and `artifact-reader`: `arn:aws:iam:::role/{namespace}.{serviceAccount}`.
   */
  readonly roleArn: string;

  /**
   * Where the token service answers.
   *
   * @default - the endpoint of the store
   */
  readonly endpoint?: string;

  /**
   * Audience of the tokens, which the store checks.
   *
   * @default - that of the API server
   */
  readonly audience?: string;
}

/** An export of an NFS server. */
export interface NfsOptions {
  /** Name or address of the server. */
  readonly server: string;

  /** The exported directory. */
  readonly path: string;

  /**
   * Options of the mount, such as `nfsvers=4.2`.
   *
   * @default - those of the nodes
   */
  readonly mountOptions?: string[];
}

/** Name of a Secret. */
export interface SecretOfNamespace {
  /** Name of the Secret. */
  readonly name: string;

  /** Its namespace. */
  readonly namespace: string;
}

/**
 * A volume of a CSI driver that exists. In `volumeHandle` and in the values of `volumeAttributes`, `{folder}` stands for the folder of the
 * workspace, and `{volume}` for the name of the PersistentVolume, which is unique.
 */
export interface CsiVolumeOptions {
  /** Name of the driver, such as `cephfs.csi.ceph.com`, `csi.weka.io` or `nfs.csi.k8s.io`. */
  readonly driver: string;

  /** What identifies the volume to the driver, such as `dir/v1/ml/{folder}` for WekaFS. */
  readonly volumeHandle: string;

  /**
   * What else the driver must know, such as `{ staticVolume: 'true', rootPath: '/ml/{folder}' }` for CephFS.
   *
   * @default - none
   */
  readonly volumeAttributes?: Record<string, string>;

  /**
   * Type of the file system, where the driver asks for it.
   *
   * @default - that of the driver
   */
  readonly fsType?: string;

  /**
   * Options of the mount.
   *
   * @default - those of the driver
   */
  readonly mountOptions?: string[];

  /**
   * Secret by which the driver mounts the file system on a node.
   *
   * @default - none
   */
  readonly nodeStageSecret?: SecretOfNamespace;

  /**
   * Secret by which the driver mounts the file system into a pod.
   *
   * @default - none
   */
  readonly nodePublishSecret?: SecretOfNamespace;
}

/** A volume for each workspace. */
export interface SharedVolumeOptions {
  /** Size of each. */
  readonly size: Size;
}
