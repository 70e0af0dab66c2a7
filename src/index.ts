export { Access, DeletionPolicy, PodSecurity } from './constructs/access';
export type { ArtifactProps } from './constructs/artifact-props';
export { Build } from './constructs/build';
export type { GitBuildOptions } from './constructs/build';
export { Dataset } from './constructs/dataset';
export type { DatasetAttributes, DatasetProps, IDataset } from './constructs/dataset';
export { Gpu } from './constructs/gpu';
export { Model } from './constructs/model';
export type { IModel, ModelAttributes, ModelOptions, ModelProps } from './constructs/model';
export { Notebook } from './constructs/notebook';
export type { INotebook, NotebookAttributes, NotebookOptions, NotebookProps } from './constructs/notebook';
export { Platform } from './constructs/platform';
export type {
  AwsPlatformProps,
  AzurePlatformProps,
  GcpPlatformProps,
  GpuPoolOptions,
  LocalPlatformProps,
  PlatformProps,
  S3CompatibleStore,
  WorkspaceClientIds,
  WorkspaceOptions,
} from './constructs/platform';
export type { PodOptions } from './constructs/pod';
export { Capacity } from './constructs/resources';
export type { ResourcesOptions } from './constructs/resources';
export { Scaling, Server } from './constructs/server';
export type { IServer, ServerAttributes, ServerOptions, ServerProps } from './constructs/server';
export type { StorageOptions } from './constructs/storage';
export type { WorkloadProps } from './constructs/workload';
export { Workspace } from './constructs/workspace';
export type { WorkspaceProps } from './constructs/workspace';
export { CustomResourceDefinitions } from './constructs/custom-resource-definitions';
export type { EjectOptions } from './constructs/eject';
export { Preview } from './constructs/preview';
export type { PreviewChild, PreviewOptions } from './constructs/preview';
export { ArtifactBucket } from './constructs/artifact-bucket';
export type {
  ArtifactBucketAttributes, ArtifactBucketProps, GrantOptions, IArtifactBucket, ServiceAccountIdentity,
} from './constructs/artifact-bucket';
export { Cloud } from './constructs/cloud';
export type { AwsCloudProps, AzureCloudProps, GcpCloudProps, LocalCloudProps } from './constructs/cloud';
export { LocalStore } from './constructs/local-store';
export type { LocalMinioOptions, LocalS3Options } from './constructs/local-store';
export { Cluster } from './constructs/cluster';
export type { ClusterAttributes, ClusterProps, ICluster, NodePoolOptions } from './constructs/cluster';
export { GpuNodePool, GpuSharing, PoolCapacity } from './constructs/gpu-node-pool';
export type { GpuNodePoolProps } from './constructs/gpu-node-pool';
export { ImageRegistry } from './constructs/image-registry';
export type { ImageRegistryProps } from './constructs/image-registry';
export { ClusterAddons } from './constructs/cluster-addons';
export type { ClusterAddonsProps } from './constructs/cluster-addons';
export { ClusterFiles } from './constructs/cluster-files';
export { LogLevel, Reconciler } from './constructs/reconciler';
export type { ReconcilerProps } from './constructs/reconciler';
