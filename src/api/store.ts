/** Stores that no cloud has: those that speak S3, and file systems. Plain JSON, a part of PlatformSpec. */

/** How pods get keys of an S3-compatible store: they show the token of their ServiceAccount to its token service. */
export interface StoreTokensSpec {
  /** The role to assume; `{namespace}` and `{serviceAccount}` stand for those of the pod. */
  readonly roleArn: string;
  /** Where the token service answers. Default: the endpoint of the store. */
  readonly endpoint?: string;
  /** Audience of the token. Default: that of the API server. */
  readonly audience?: string;
}

/** A file system that all nodes can mount, in place of a bucket. Exactly one of the fields. */
export interface FileSystemSpec {
  readonly nfs?: NfsSpec;
  /** A volume of a CSI driver. */
  readonly csi?: CsiVolumeSpec;
  /** A directory that each node has mounted. */
  readonly directory?: DirectorySpec;
  /** A class whose volumes many nodes can write to: each workspace gets one. */
  readonly storageClass?: SharedClassSpec;
  /** A claim that each workspace has already. */
  readonly claim?: SharedClaimSpec;
}

export interface NfsSpec {
  readonly server: string;
  /** The exported directory, in which each workspace has one of its own. */
  readonly path: string;
  readonly mountOptions?: string[];
}

/** `{folder}` stands for the folder of the workspace, `{volume}` for the name of the PersistentVolume, which is unique. */
export interface CsiVolumeSpec {
  readonly driver: string;
  readonly volumeHandle: string;
  readonly volumeAttributes?: Record<string, string>;
  readonly fsType?: string;
  readonly mountOptions?: string[];
  /** Secrets by the field of the PersistentVolume that refers to them. */
  readonly secrets?: CsiSecretsSpec;
}

export interface CsiSecretsSpec {
  readonly nodeStage?: SecretName;
  readonly nodePublish?: SecretName;
}

export interface SecretName {
  readonly name: string;
  readonly namespace: string;
}

export interface DirectorySpec {
  readonly path: string;
}

export interface SharedClassSpec {
  readonly name: string;
  /** Size of the volume of a workspace. */
  readonly size: string;
}

export interface SharedClaimSpec {
  readonly name: string;
}
