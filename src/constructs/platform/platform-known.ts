/** For callers without types: which props a platform, a GPU pool and a workspace have. */
import { knownProps } from '../checks/known-props';
import type { GpuPoolOptions } from './gpu-pool-options';
import type { GpuProvisionerOptions } from './gpu-provisioner';
import type { OpenShiftOptions } from './on-premises-options';
import type {
  AwsPlatformProps, AzurePlatformProps, GcpPlatformProps, LocalPlatformProps, PlatformProps, S3CompatibleStore,
} from './platform-props';
import type { ReadableBucket } from './readable-bucket';
import type { WorkspaceOptions } from './workspace-options';

export const PLATFORM_PROPS = {
  clusterName: true, kubernetesVersion: true, artifactPrefix: true, registry: true, registrySecret: true,
  insecureRegistry: true, storeCidrs: true,
  autoProvisioning: true, autoscaler: true, defaultStorageClass: true, images: true, imageMirrors: true, mirrors: true, gpuDriver: true,
  podDefaults: true, storageClasses: true, nodeProvisioning: true,
} satisfies Record<keyof PlatformProps, true>;

export const KNOWN = {
  gcp: { owner: 'Platform.gcp', props: knownProps<GcpPlatformProps>({ ...PLATFORM_PROPS, bucketName: true, region: true }) },
  aws: { owner: 'Platform.aws', props: knownProps<AwsPlatformProps>({ ...PLATFORM_PROPS, bucketName: true, region: true }) },
  azure: {
    owner: 'Platform.azure',
    props: knownProps<AzurePlatformProps>({ ...PLATFORM_PROPS, storageAccount: true, resourceGroup: true, location: true, tenantId: true }),
  },
  local: { owner: 'Platform.local', props: knownProps<LocalPlatformProps>({ ...PLATFORM_PROPS, directory: true, s3: true }) },
  openShift: { owner: 'openShift', props: knownProps<OpenShiftOptions>({ storeGroup: true }) },
  s3: { owner: 's3', props: knownProps<S3CompatibleStore>({ endpoint: true, bucketName: true, credentialsSecret: true, region: true }) },
  pool: {
    owner: 'addGpuPool',
    props: knownProps<GpuPoolOptions>({
      gpu: true, gpusPerNode: true, spot: true, flexStart: true, queued: true, maxNodes: true, nodeLabels: true, sharing: true,
      machineType: true, machineTypes: true, diskGiB: true, zones: true, fabric: true,
      nodeCpu: true, nodeMemory: true, resourceName: true, taints: true,
    }),
  },
  provisioner: {
    owner: 'addGpuProvisioner',
    props: knownProps<GpuProvisionerOptions>({
      gpu: true, gpusPerNode: true, machineTypes: true, capacities: true, maxNodes: true, zones: true, diskGiB: true,
      labels: true, taints: true,
    }),
  },
  workspace: {
    owner: 'addWorkspace', props: knownProps<WorkspaceOptions>({
      reads: true, builds: true, buildNamespace: true, networkPolicies: true, private: true, serversOpenTo: true, clientIds: true,
      podDefaults: true, readableBuckets: true, drainsWaitForRuns: true,
    }),
  },
  readableBucket: {
    owner: 'readableBuckets', props: knownProps<ReadableBucket>({ url: true, region: true, encryptionKey: true, resourceGroup: true }),
  },
};
