/** Stacks of each cloud as a user writes them, and one prop after the other that has another value. */
import type { TerraformStack } from 'cdktf';
import { ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool, GpuSharing, ImageRegistry, PoolCapacity } from '../../src';
import type { ArtifactBucketProps, ClusterProps, GpuNodePoolProps, ImageRegistryProps, NodePoolOptions, WorkspaceOptions } from '../../src';
import type { State } from '../../src/state/state';
import { stackWith } from './apps';

type Without<T> = Partial<Omit<T, 'cluster'>>;

/** What a stack is made of; a test changes one part of it. */
export interface Parts {
  readonly cluster?: Partial<ClusterProps>;
  readonly pool?: Partial<NodePoolOptions>;
  readonly gpuPool?: Without<GpuNodePoolProps>;
  readonly bucket?: Without<ArtifactBucketProps>;
  readonly registry?: Without<ImageRegistryProps>;
  readonly namespace?: string;
  readonly workspace?: WorkspaceOptions;
}

export const CLOUDS = {
  'google-cloud': (changes = {}) => Cloud.gcp({
    projectId: 'acme', projectNumber: '123456789012', region: 'us-central1', zones: ['us-central1-a', 'us-central1-b'], ...changes,
  }),
  'aws': (changes = {}) => Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'], ...changes }),
  'azure': (changes = {}) => Cloud.azure({
    subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus', ...changes,
  }),
};

export type Page = keyof typeof CLOUDS;

export const ADMINS: Partial<Record<Page, string[]>> = { aws: ['arn:aws:iam::111122223333:role/ml-admin'], azure: ['aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'] };
const GENERAL: Readonly<Record<Page, readonly [string, string]>> = {
  'google-cloud': ['n2d-standard-8', 'n2d-standard-16'], 'aws': ['m7i.2xlarge', 'm7i.4xlarge'], 'azure': ['Standard_D8ds_v5', 'Standard_D16ds_v5'],
};
export const GPUS: Readonly<Record<Page, Gpu>> = { 'google-cloud': Gpu.NVIDIA_L4, 'aws': Gpu.NVIDIA_L4, 'azure': Gpu.NVIDIA_T4 };

export function stackOn(page: Page, { cluster: clusterProps, pool, gpuPool, bucket, registry, namespace = 'team-a', workspace }: Parts = {}): State {
  return stackWith((stack: TerraformStack) => {
    const cluster = new Cluster(stack, 'ml', { cloud: CLOUDS[page](), admins: ADMINS[page], ...clusterProps });
    cluster.addNodePool('batch', { machineType: GENERAL[page][0], maxNodes: 3, ...pool });
    new GpuNodePool(stack, 'small', { cluster, gpu: GPUS[page], maxNodes: 4, ...gpuPool });
    new ArtifactBucket(stack, 'artifacts', { cluster, ...bucket });
    new ImageRegistry(stack, 'images', { cluster, ...registry });
    cluster.addWorkspace(namespace, workspace);
  });
}

/** A prop of what, and another value of it; by default the other side has none. */
export type Case = readonly [prop: string, owner: string, to: Parts, from?: Parts];

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';

const everywhere = (page: Page): Case[] => [
  ['clusterName', 'Cluster', { cluster: { clusterName: 'other' } }],
  ['deletionProtection', 'Cluster', { cluster: { deletionProtection: false } }],
  ['tags', 'Cluster', { cluster: { tags: { team: 'a' } } }],
  ['images', 'Cluster', { cluster: { images: { rclone: 'acme/rclone:1' } } }],
  ['storageClasses', 'Cluster', { cluster: { storageClasses: { fast: 'x' } } }],
  ['maxNodes', 'node pool', { pool: { maxNodes: 5 } }],
  ['spot', 'node pool', { pool: { spot: true } }],
  ['machineType', 'node pool', { pool: { machineType: GENERAL[page][1] } }],
  ['diskGiB', 'node pool', { pool: { diskGiB: 300 } }],
  ['maxNodes', 'GpuNodePool', { gpuPool: { maxNodes: 9 } }],
  ['poolName', 'GpuNodePool', { gpuPool: { poolName: 'other' } }],
  ['spot', 'GpuNodePool', { gpuPool: { spot: true } }],
  ['diskGiB', 'GpuNodePool', { gpuPool: { diskGiB: 300 } }],
  ['bucketName', 'ArtifactBucket', { bucket: { bucketName: 'acmeother' } }],
  ['retentionDays', 'ArtifactBucket', { bucket: { retentionDays: 30 } }],
  ['destroyable', 'ArtifactBucket', { bucket: { destroyable: true } }],
  ['registryName', 'ImageRegistry', { registry: { registryName: 'acmeother' } }],
  ['untaggedDays', 'ImageRegistry', { registry: { untaggedDays: 3 } }],
];

export const CASES: Readonly<Record<Page, readonly Case[]>> = {
  'google-cloud': [
    ...everywhere('google-cloud'),
    ['region', 'cloud', { cluster: { cloud: CLOUDS['google-cloud']({ region: 'us-east1', zones: ['us-east1-b', 'us-east1-c'] }) } }],
    ['projectId', 'cloud', { cluster: { cloud: CLOUDS['google-cloud']({ projectId: 'other' }) } }],
    ['allowedCidrs', 'Cluster', { cluster: { allowedCidrs: ['203.0.113.0/24'] } }],
    ['kubernetesVersion', 'Cluster', { cluster: { kubernetesVersion: '1.34' } }, { cluster: { kubernetesVersion: '1.33' } }],
    ['gpu', 'GpuNodePool', { gpuPool: { gpu: Gpu.NVIDIA_T4 } }],
    ['gpusPerNode', 'GpuNodePool', { gpuPool: { gpusPerNode: 2 } }],
    ['capacity', 'GpuNodePool', { gpuPool: { capacity: PoolCapacity.flexStart() } }],
    ['localSsdCount', 'GpuNodePool', { gpuPool: { localSsdCount: 1 } }],
    ['imageStreaming', 'GpuNodePool', { gpuPool: { imageStreaming: true } }],
    ['driver', 'GpuNodePool', { gpuPool: { driver: 'DEFAULT' } }],
    ['machineType', 'GpuNodePool', { gpuPool: { machineType: 'g2-standard-8' } }, { gpuPool: { machineType: 'g2-standard-4' } }],
    ['zones', 'GpuNodePool', { gpuPool: { zones: ['us-central1-a'] } }],
  ],
  'aws': [
    ...everywhere('aws'),
    ['region', 'cloud', { cluster: { cloud: CLOUDS.aws({ region: 'us-west-2', zones: ['us-west-2a', 'us-west-2b'] }) } }],
    ['cidr', 'Cluster', { cluster: { cidr: '10.8.0.0/16' } }],
    ['kubernetesVersion', 'Cluster', { cluster: { kubernetesVersion: '1.34' } }, { cluster: { kubernetesVersion: '1.33' } }],
    ['allowedCidrs', 'Cluster', { cluster: { allowedCidrs: ['203.0.113.0/24'] } }],
    ['machineType', 'GpuNodePool', { gpuPool: { machineType: 'g6.4xlarge' } }],
    ['gpu', 'GpuNodePool', { gpuPool: { gpu: Gpu.NVIDIA_T4 } }],
    ['localSsdCount', 'GpuNodePool', { gpuPool: { localSsdCount: 1 } }],
    ['zones', 'cloud', { cluster: { cloud: CLOUDS.aws({ zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] }) } }],
    ['permissionsBoundary', 'cloud', { cluster: { cloud: CLOUDS.aws({ permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary' }) } }],
    ['serviceCidr', 'Cluster', { cluster: { serviceCidr: '172.21.0.0/16' } }],
    ['flowLogs', 'Cluster', { cluster: { flowLogs: false } }],
    ['encryptionKey', 'Cluster', { cluster: { encryptionKey: KEY } }],
    ['naming', 'Cluster', { cluster: { naming: { nameOf: (_, proposed) => `acme-${proposed}` } } }],
    ['admins', 'Cluster', { cluster: { admins: ['arn:aws:iam::111122223333:role/other-admin'] } }],
    ['artifactPrefix', 'Cluster', { cluster: { artifactPrefix: 'ml' } }],
    ['minNodes', 'node pool', { pool: { minNodes: 1 } }],
    ['labels', 'node pool', { pool: { labels: { tier: 'batch' } } }],
    ['taints', 'node pool', { pool: { taints: { 'acme.example/team': 'a' } } }],
    ['zones', 'node pool', { pool: { zones: ['us-east-1a'] } }],
    ['gpusPerNode', 'GpuNodePool', { gpuPool: { gpusPerNode: 4 } }],
    ['capacity', 'GpuNodePool', { gpuPool: { capacity: PoolCapacity.spot() } }],
    ['compact', 'GpuNodePool', { gpuPool: { compact: true, zones: ['us-east-1a'] } }, { gpuPool: { zones: ['us-east-1a'] } }],
    ['sharing', 'GpuNodePool', { gpuPool: { sharing: GpuSharing.timeSlicing(4) } }],
    ['zones', 'GpuNodePool', { gpuPool: { zones: ['us-east-1a'] } }],
    ['encryptionKey', 'ArtifactBucket', { bucket: { encryptionKey: KEY } }],
    ['pullThrough', 'ImageRegistry', { registry: { pullThrough: ['quay.io'] } }],
    ['readableBuckets', 'addWorkspace', { workspace: { readableBuckets: [{ url: 's3://acme-data' }] } }],
  ],
  'azure': [
    ...everywhere('azure'),
    ['location', 'cloud', { cluster: { cloud: CLOUDS.azure({ location: 'westeurope' }) } }],
    ['zones', 'cloud', { cluster: { cloud: CLOUDS.azure({ zones: ['1', '2'] }) } }, { cluster: { cloud: CLOUDS.azure({ zones: ['1'] }) } }],
    ['gpu', 'GpuNodePool', { gpuPool: { gpu: Gpu.NVIDIA_A100_80GB } }],
    ['zones', 'GpuNodePool', { gpuPool: { zones: ['2'] } }],
    ['localSsdCount', 'GpuNodePool', { gpuPool: { localSsdCount: 1 } }],
    ['driver', 'GpuNodePool', { gpuPool: { driver: 'None' } }],
  ],
};
