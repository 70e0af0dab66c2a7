export type { DirectoryOptions } from './constructs/archive/archive';
export { Access, DeletionPolicy, PodSecurity } from './constructs/platform/access';
export type { ArtifactProps } from './constructs/kinds/artifact-props';
export type { IDataset, IModel } from './constructs/kinds/artifacts';
export { Build } from './constructs/kinds/build';
export type { GitBuildOptions } from './constructs/kinds/build';
export { Code } from './constructs/kinds/code';
export { Cost } from './constructs/cost/cost';
export type { CostAssumptions, CostOptions, InfracostOptions, RunningCost, StandingCost } from './constructs/cost/cost';
export { Dataset } from './constructs/kinds/dataset';
export type { DatasetAttributes, DatasetProps } from './constructs/kinds/dataset';
export { Gpu } from './constructs/platform/gpu';
export type { CustomGpuOptions } from './constructs/platform/gpu';
export { Fabric } from './constructs/platform/fabric';
export type { FabricOptions } from './constructs/platform/fabric';
export { GpuSharing } from './constructs/platform/gpu-sharing';
export { DatasetShape } from './constructs/kinds/dataset-shape';
export type { ShapeOptions } from './constructs/kinds/dataset-shape';
export { Autoscaling, ColdStart } from './constructs/kinds/autoscaling';
export type { ConcurrencyOptions, HpaOptions } from './constructs/kinds/autoscaling';
export { Engine, EngineTask } from './constructs/kinds/engine';
export type { EmbeddingsOptions, LlamaCppOptions, SpeechOptions, VllmOptions } from './constructs/kinds/engine';
export { Loader } from './constructs/kinds/loader';
export type { BucketOptions, HubOptions, UrlOptions } from './constructs/kinds/loader';
export { Model } from './constructs/kinds/model';
export type { ModelAttributes, ModelOptions, ModelProps } from './constructs/kinds/model-props';
export { ModelFacts } from './constructs/kinds/model-facts';
export type { ModelConfigOptions, ModelNumbers } from './constructs/kinds/model-facts';
export { ModelSource } from './constructs/kinds/model-source';
export type { ModelSourceOptions } from './constructs/kinds/model-source';
export { Notebook } from './constructs/kinds/notebook';
export type { INotebook, NotebookAttributes, NotebookOptions, NotebookProps } from './constructs/kinds/notebook';
export type { Mirrors } from './constructs/platform/mirrors';
export type { EnvoyGatewayOptions } from './constructs/platform/envoy-gateway';
export type { InferenceExtensionOptions } from './constructs/platform/inference-extension';
export type { KedaOptions } from './constructs/platform/keda';
export type { LeaderWorkerSetOptions } from './constructs/platform/leader-worker-set';
export { NodeProvisioning } from './constructs/platform/node-provisioning';
export type { ComputeClassesOptions, EksAutoModeOptions, KarpenterOptions } from './constructs/platform/node-provisioning';
export { PoolCapacity } from './constructs/platform/pool-capacity';
export type { GpuPoolOptions } from './constructs/platform/gpu-pool-options';
export type { GpuProvisionerOptions } from './constructs/platform/gpu-provisioner';
export type { OnPremisesPlatformProps } from './constructs/platform/on-premises-props';
export { OnPremisesStore } from './constructs/platform/on-premises-store';
export type {
  CsiVolumeOptions, NfsOptions, OpenShiftOptions, S3StoreOptions, SecretOfNamespace, SharedVolumeOptions,
  StoreTokens,
} from './constructs/platform/on-premises-options';
export { Platform } from './constructs/platform/platform';
export type {
  AwsPlatformProps,
  AzurePlatformProps,
  GcpPlatformProps,
  LocalPlatformProps,
  PlatformProps,
  S3CompatibleStore,
} from './constructs/platform/platform-props';
export type { WorkspaceClientIds, WorkspaceOptions } from './constructs/platform/workspace-options';
export type { LimitsOptions } from './constructs/platform/limits';
export type { CaBundle, PodDefaults } from './constructs/platform/pod-defaults';
export type { ReadableBucket } from './constructs/platform/readable-bucket';
export type { PodOptions } from './constructs/kinds/pod';
export { Quantizer } from './constructs/kinds/quantizer';
export type { AutoQuantizerOptions, CalibrationOptions, GgufOptions, Int4Options, QuantizationOptions } from './constructs/kinds/quantizer';
export { Capacity } from './constructs/kinds/resources';
export type { ResourcesOptions } from './constructs/kinds/resources';
export { Server } from './constructs/kinds/server';
export type { IServer, ServerAttributes } from './constructs/kinds/server';
export { Routing, Scaling } from './constructs/kinds/server-props';
export type { ServerOptions, ServerProps } from './constructs/kinds/server-props';
export type { StorageOptions } from './constructs/kinds/storage';
export { Trainer, TrainingMethod, TrainingOutput } from './constructs/kinds/trainer';
export type { DpoOptions, SftOptions, TrainingOptions } from './constructs/kinds/trainer';
export { Workbench } from './constructs/kinds/workbench';
export type { WorkloadProps } from './constructs/kinds/workload';
export { Workspace } from './constructs/kinds/workspace';
export type { WorkspaceProps } from './constructs/kinds/workspace';
export { CustomResourceDefinitions } from './constructs/reconciler/custom-resource-definitions';
export type { CustomResourceDefinitionsProps } from './constructs/reconciler/custom-resource-definitions';
export type { EjectOptions } from './constructs/preview/eject';
export { Preview } from './constructs/preview/preview';
export type { PreviewChild, PreviewOptions } from './constructs/preview/preview';
export { ArtifactBucket } from './constructs/infrastructure/artifact-bucket';
export type {
  ArtifactBucketAttributes, ArtifactBucketProps, GrantOptions, IArtifactBucket, ServiceAccountIdentity,
} from './constructs/infrastructure/artifact-bucket';
export { Cloud } from './constructs/infrastructure/cloud';
export type { AwsCloudProps, AzureCloudProps, GcpCloudProps, LocalCloudProps } from './constructs/infrastructure/cloud';
export { LocalStore } from './constructs/infrastructure/local-store';
export type { LocalMinioOptions, LocalS3Options } from './constructs/infrastructure/local-store';
export { Cluster } from './constructs/infrastructure/cluster';
export type { ClusterAttributes } from './constructs/infrastructure/cluster-attributes';
export { ClusterNetwork } from './constructs/infrastructure/cluster-network';
export type { AwsNetworkOptions, AzureNetworkOptions, GcpNetworkOptions } from './constructs/infrastructure/cluster-network';
export type { ClusterProps, ICluster, IResourceNaming, NodePoolOptions } from './constructs/infrastructure/cluster-props';
export { Weekday } from './constructs/infrastructure/maintenance-window';
export type { MaintenanceExclusion, MaintenanceWindow } from './constructs/infrastructure/maintenance-window';
export { GpuNodePool } from './constructs/infrastructure/gpu-node-pool';
export type { GpuNodePoolProps } from './constructs/infrastructure/gpu-node-pool';
export { ImageRegistry } from './constructs/infrastructure/image-registry';
export type { ImageRegistryProps } from './constructs/infrastructure/image-registry';
export { ClusterAddons } from './constructs/infrastructure/cluster-addons';
export type { ClusterAddonsProps } from './constructs/infrastructure/cluster-addons';
export type { EngineAddons } from './constructs/infrastructure/engines/engine-addons';
export { GitOps } from './constructs/infrastructure/engines/git-ops';
export type { ArgoCdOptions, FluxOptions } from './constructs/infrastructure/engines/git-ops';
export { ClusterFiles } from './constructs/infrastructure/cluster-files';
export { LogLevel, Reconciler } from './constructs/reconciler/reconciler';
export type { ReconcilerProps } from './constructs/reconciler/reconciler';
export { GatewayRedis } from './constructs/serving/gateway/gateway-redis';
export type { ManagedRedisOptions, RedisUrlOptions } from './constructs/serving/gateway/gateway-redis';
export { GatewayTls } from './constructs/serving/gateway/gateway-tls';
export type { CertManagerOptions, TlsSecretOptions } from './constructs/serving/gateway/gateway-tls';
export { ModelGateway } from './constructs/serving/gateway/model-gateway';
export type { GatewayServeOptions, ModelGatewayProps } from './constructs/serving/gateway/gateway-props';
export { GatewayTeam } from './constructs/serving/gateway/team';
export type {
  GatewayIdentityProviderOptions, GatewayKey, GatewayKeyOptions, GatewayKeySecret, GatewayModelPrice, GatewayTeamOptions,
} from './constructs/serving/gateway/team-props';
export { Monitoring, MonitoringSystem } from './constructs/serving/monitoring';
export type { MonitoringProps, GatewayObjective, ServingObjective } from './constructs/serving/monitoring';
