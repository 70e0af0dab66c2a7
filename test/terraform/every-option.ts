/** Stacks with every option, for what the examples leave out: what Terraform and the policy scanners are given beside the examples. */
import {
  ArtifactBucket, Cloud, Cluster, ClusterNetwork, Fabric, Gpu, GpuNodePool, GpuSharing, ImageRegistry, NodeProvisioning, PoolCapacity,
  Weekday,
} from 'cdk-substratus';
import type { ClusterProps, GpuNodePoolProps, ICluster, MaintenanceWindow, ReadableBucket } from 'cdk-substratus';
import type { App } from 'cdktf';
import { TerraformStack } from 'cdktf';

/** Of each cloud, what all its stacks share. */
interface Place {
  readonly cluster: ClusterProps;
  /** A key of the customer's, in the cloud's own form. */
  readonly encryptionKey: string;
  readonly upstream: string;
  readonly machineType: string;
  /** What is known of a cluster that exists. */
  readonly attributes: Readonly<Record<string, string | string[]>>;
  /** One pool for each kind of capacity, sharing and placement that the cloud has. */
  readonly pools: Readonly<Record<string, Omit<GpuNodePoolProps, 'cluster' | 'maxNodes'>>>;
}

const ALLOWED = ['203.0.113.0/24'];
const SUBSCRIPTION = '/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/acme/providers';
const NETWORK = `${SUBSCRIPTION}/Microsoft.Network/virtualNetworks/acme`;

const TAGS = { 'cost-centre': 'research' };
/** What is there before a stack of AWS on the ground of others is, in the form that AWS has ids. */
export const AWS_GROUND = {
  vpc: 'vpc-0123456789abcdef0',
  subnetA: 'subnet-0aaaaaaaaaaaaaaaa',
  subnetB: 'subnet-0bbbbbbbbbbbbbbbb',
  securityGroup: 'sg-0cccccccccccccccc',
  key: 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555',
};

const BOUNDARY = 'arn:aws:iam::111122223333:policy/boundary';
const DISK_ENCRYPTION_SET = `${SUBSCRIPTION}/Microsoft.Compute/diskEncryptionSets/disks`;

const NAMING = { nameOf: (_: string, proposed: string) => `acme-${proposed}` };

const WINDOW: MaintenanceWindow = {
  day: Weekday.SATURDAY, startTime: '02:00', exclusions: [{ name: 'foundation-run', from: '2026-12-18', to: '2027-01-20' }],
};

const GCP: Place = {
  cluster: {
    cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1', zones: ['us-central1-a', 'us-central1-c'] }),
    kubernetesVersion: '1.33',
    maintenanceWindow: WINDOW,
  },
  encryptionKey: 'projects/acme-ml/locations/us-central1/keyRings/acme/cryptoKeys/artifacts',
  upstream: 'docker.io',
  machineType: 'n2d-standard-8',
  attributes: { nodeServiceAccount: 'nodes@acme-ml.iam.gserviceaccount.com', location: 'us-central1-a' },
  pools: {
    'l4-shared': { gpu: Gpu.NVIDIA_L4, sharing: GpuSharing.timeSlicing(4), imageStreaming: true, localSsdCount: 1 },
    'l4-mps': { gpu: Gpu.NVIDIA_L4, sharing: GpuSharing.mps(2), minNodes: 1 },
    'a100-parts': { gpu: Gpu.NVIDIA_A100, sharing: GpuSharing.mig('1g.5gb'), spot: true },
    'a100': { gpu: Gpu.NVIDIA_A100_80GB, compact: true, zones: ['us-central1-a'], driver: 'DEFAULT' },
    'h100': { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, capacity: PoolCapacity.reservation('acme-h100') },
    'h100-flex': { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, capacity: PoolCapacity.flexStart() },
    'h200-queued': { gpu: Gpu.NVIDIA_H200, gpusPerNode: 8, capacity: PoolCapacity.queued() },
  },
};

const AWS: Place = {
  cluster: {
    cloud: Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }),
    kubernetesVersion: '1.33',
    admins: ['arn:aws:iam::111122223333:role/ml-admin'],
  },
  encryptionKey: AWS_GROUND.key,
  upstream: 'quay.io',
  machineType: 'm7g.2xlarge',
  attributes: {
    nodeRoleArn: 'arn:aws:iam::111122223333:role/nodes',
    subnetIds: [AWS_GROUND.subnetA, AWS_GROUND.subnetB],
    securityGroupIds: [AWS_GROUND.securityGroup],
  },
  pools: {
    'l4-shared': { gpu: Gpu.NVIDIA_L4, sharing: GpuSharing.timeSlicing(4), minNodes: 1 },
    'l4-spot': { gpu: Gpu.NVIDIA_L4, spot: true, localSsdCount: 1, machineTypes: ['g6.2xlarge', 'g6.4xlarge', 'gr6.4xlarge'] },
    'a100': { gpu: Gpu.NVIDIA_A100, gpusPerNode: 8, compact: true, zones: ['us-east-1a'], fabric: Fabric.efa(4) },
    'h100': { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, capacity: PoolCapacity.reservation('cr-0123456789abcdef0'), zones: ['us-east-1a'] },
    'h100-block': { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, capacity: PoolCapacity.block('cr-0fedcba9876543210'), zones: ['us-east-1b'] },
  },
};

const AZURE: Place = {
  cluster: {
    cloud: Cloud.azure({
      subscriptionId: '00000000-1111-2222-3333-444444444444',
      tenantId: '55555555-6666-7777-8888-999999999999',
      location: 'eastus',
      zones: ['1', '2', '3'],
    }),
    kubernetesVersion: '1.33',
    admins: ['aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'],
    maintenanceWindow: WINDOW,
  },
  encryptionKey: `${SUBSCRIPTION}/Microsoft.KeyVault/vaults/acme/keys/artifacts`,
  upstream: 'mcr.microsoft.com',
  machineType: 'Standard_D8ds_v5',
  attributes: {
    resourceGroup: 'acme',
    oidcIssuerUrl: 'https://eastus.oic.prod-aks.azure.com/55555555-6666-7777-8888-999999999999/11111111-1111-1111-1111-111111111111/',
    subnetId: `${NETWORK}/subnets/nodes`,
    privateEndpointSubnetId: `${NETWORK}/subnets/private-endpoints`,
    virtualNetworkId: NETWORK,
    kubeletObjectId: 'bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb',
    controlPlaneObjectId: 'cccccccc-cccc-cccc-cccc-cccccccccccc',
    logAnalyticsWorkspaceId: `${SUBSCRIPTION}/Microsoft.OperationalInsights/workspaces/acme`,
  },
  pools: {
    'a100-parts': { gpu: Gpu.NVIDIA_A100_80GB, sharing: GpuSharing.mig('3g.40gb'), localSsdCount: 1 },
    'a100-spot': { gpu: Gpu.NVIDIA_A100_80GB, spot: true },
    't4-shared': { gpu: Gpu.NVIDIA_T4, sharing: GpuSharing.timeSlicing(4), minNodes: 1, driver: 'None' },
    'h100-near': { gpu: Gpu.NVIDIA_H100, gpusPerNode: 8, compact: true, zones: ['1'] },
    'h100': {
      gpu: Gpu.NVIDIA_H100, gpusPerNode: 8,
      capacity: PoolCapacity.reservation(`${SUBSCRIPTION}/Microsoft.Compute/capacityReservationGroups/h100`),
    },
  },
};

/** What the author of a stack says that differs from what all stacks have, for those who judge it. */
export interface Given {
  readonly tags?: Readonly<Record<string, string>>;
  /** The key of Secrets and disks. */
  readonly clusterKey?: string;
  readonly bucketKey?: string;
  /** Every role must have it. */
  readonly permissionsBoundary?: string;
  /** Who reaches the control plane from outside; also says that nothing is protected. */
  readonly openTo?: readonly string[];
}

export const GIVEN: Readonly<Record<string, Given>> = {
  'gcp-every-option': { tags: TAGS, bucketKey: GCP.encryptionKey },
  'aws-every-option': { tags: TAGS, bucketKey: AWS.encryptionKey },
  'azure-every-option': { tags: TAGS, bucketKey: 'https://acme.vault.azure.net/keys/artifacts' },
  'gcp-ground': { tags: TAGS, clusterKey: GCP.encryptionKey },
  'aws-ground': { tags: TAGS, clusterKey: AWS.encryptionKey, permissionsBoundary: BOUNDARY },
  'azure-ground': { tags: TAGS, clusterKey: DISK_ENCRYPTION_SET },
  'aws-karpenter': { tags: TAGS, clusterKey: AWS.encryptionKey },
  'aws-auto-mode': { tags: TAGS, clusterKey: AWS.encryptionKey },
  'gcp-compute-classes': { tags: TAGS, clusterKey: GCP.encryptionKey },
  'azure-node-provisioning': { tags: TAGS, clusterKey: DISK_ENCRYPTION_SET },
  'gcp-open': { openTo: ALLOWED },
  'aws-open': { openTo: ALLOWED },
  'azure-open': { openTo: ALLOWED },
};

/** Buckets of others: whole, and a folder in one. */
const READABLE: Readonly<Record<string, ReadableBucket[]>> = {
  gcp: [{ url: 'gs://acme-data' }, { url: 'gs://acme-weights/llama' }],
  aws: [{ url: 's3://acme-data' }, { url: 's3://acme-weights/llama', region: 'eu-west-1', encryptionKey: 'arn:aws:kms:eu-west-1:111122223333:key/0000' }],
  azure: [{ url: 'az://acmedata/sets' }, { url: 'az://acmeweights/models/llama', resourceGroup: 'weights' }],
};

const PLACES = { gcp: GCP, aws: AWS, azure: AZURE };
const GROUNDS = { gcp: gcpGround, aws: awsGround, azure: azureGround };

export type OptionsCloud = keyof typeof PLACES;

/** Each way in which a cluster makes nodes by itself. */
const PROVISIONING: Readonly<Record<OptionsCloud, Readonly<Record<string, NodeProvisioning>>>> = {
  gcp: { 'compute-classes': NodeProvisioning.computeClasses() },
  aws: { 'karpenter': NodeProvisioning.karpenter(), 'auto-mode': NodeProvisioning.eksAutoMode() },
  azure: { 'node-provisioning': NodeProvisioning.aks() },
};

/**
 * The stacks of each cloud: with every option; with all protection and privacy off that can be; on a cluster that exists; on the ground of
 * others; with each kind of provisioner; and, where the cloud has it, without the internet.
 */
export function everyOption(
  app: App, clouds: readonly OptionsCloud[] = ['gcp', 'aws', 'azure'], stack = (id: string) => new TerraformStack(app, id),
): void {
  for (const cloud of clouds) {
    const place = PLACES[cloud];
    closed(stack(`${cloud}-every-option`), place);
    open(stack(`${cloud}-open`), place);
    existing(stack(`${cloud}-existing`), place);
    GROUNDS[cloud](stack(`${cloud}-ground`), place);
    if (cloud !== 'azure') inside(stack(`${cloud}-inside`), place);
    for (const [way, nodeProvisioning] of Object.entries(PROVISIONING[cloud])) provisioned(stack(`${cloud}-${way}`), place, nodeProvisioning);
  }
}

/** What makes nodes as pods ask for them, with a key of the customer's for their disks. */
function provisioned(stack: TerraformStack, { cluster: props, encryptionKey }: Place, nodeProvisioning: NodeProvisioning): void {
  const key = stack.node.id.startsWith('azure') ? DISK_ENCRYPTION_SET : encryptionKey;
  const cluster = new Cluster(stack, stack.node.id, { ...props, encryptionKey: key, tags: TAGS, nodeProvisioning });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new ImageRegistry(stack, 'images', { cluster });
  addWorkspaces(cluster);
}

/** Those of Azure, for the newer provider of the two that it can be written for. */
export function everyOptionOfAzurerm5(app: App): void {
  everyOption(app, ['azure'], (id) => {
    const stack = new TerraformStack(app, id);
    stack.addOverride('terraform.required_providers.azurerm.version', '>= 5.0.0, < 6.0.0');
    return stack;
  });
}

/** In a subnetwork of a Shared VPC, with a key and names of the customer's. */
function gcpGround(stack: TerraformStack, { cluster: { cloud }, encryptionKey, pools }: Place): void {
  const network = ClusterNetwork.gcp({
    network: 'projects/acme-net/global/networks/shared', subnetwork: 'projects/acme-net/regions/us-central1/subnetworks/ml',
    podsRange: 'ml-pods', servicesRange: 'ml-services',
  });
  const cluster = new Cluster(stack, 'ground', { cloud, network, encryptionKey, naming: NAMING, tags: TAGS });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new ImageRegistry(stack, 'images', { cluster });
  addPools(stack, cluster, pools);
  addWorkspaces(cluster);
}

/** In a network that exists, with a key, names and a boundary of the customer's. */
function awsGround(stack: TerraformStack, { cluster: { admins }, encryptionKey, pools }: Place): void {
  const cloud = Cloud.aws({
    accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'],
    permissionsBoundary: BOUNDARY,
  });
  const network = ClusterNetwork.aws({ vpcId: AWS_GROUND.vpc, subnetIds: [AWS_GROUND.subnetA, AWS_GROUND.subnetB] });
  const cluster = new Cluster(stack, 'ground', { cloud, admins, network, serviceCidr: '172.20.0.0/16', encryptionKey, naming: NAMING, tags: TAGS });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new ImageRegistry(stack, 'images', { cluster });
  addPools(stack, cluster, pools);
  addWorkspaces(cluster);
}

/** In subnets of a hub, with its DNS zones, and ranges, a key and names of the customer's. */
function azureGround(stack: TerraformStack, { cluster: { cloud, admins }, pools }: Place): void {
  const network = ClusterNetwork.azure({
    subnetId: `${NETWORK}/subnets/nodes`,
    privateEndpointSubnetId: `${NETWORK}/subnets/private-endpoints`,
    blobDnsZoneId: `${SUBSCRIPTION}/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net`,
    registryDnsZoneId: `${SUBSCRIPTION}/Microsoft.Network/privateDnsZones/privatelink.azurecr.io`,
  });
  const ranges = { podCidr: '100.64.0.0/16', serviceCidr: '172.20.0.0/20' };
  const cluster = new Cluster(stack, 'ground', { cloud, admins, network, ...ranges, encryptionKey: DISK_ENCRYPTION_SET, naming: NAMING, tags: TAGS });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new ImageRegistry(stack, 'images', { cluster });
  addPools(stack, cluster, pools);
  addWorkspaces(cluster);
}

function closed(stack: TerraformStack, { cluster: props, encryptionKey, upstream, machineType, pools }: Place): void {
  const cluster = new Cluster(stack, 'ml', { ...props, cidr: '10.128.0.0/16', artifactPrefix: 'ml', tags: TAGS });
  new ArtifactBucket(stack, 'artifacts', { cluster, encryptionKey, retentionDays: 14 });
  new ImageRegistry(stack, 'images', { cluster, pullThrough: [upstream], untaggedDays: 7 });
  cluster.addNodePool('cpu', { machineType, minNodes: 1, maxNodes: 3, labels: { tier: 'cpu' }, taints: { 'acme.example/team': 'research' } });
  cluster.addNodePool('cpu-spot', { machineType, maxNodes: 3, spot: true, diskGiB: 200 });
  addPools(stack, cluster, pools);
  addWorkspaces(cluster);
}

function open(stack: TerraformStack, { cluster: props }: Place): void {
  const cluster = new Cluster(stack, 'open', { ...props, kubernetesVersion: undefined, allowedCidrs: ALLOWED, deletionProtection: false });
  new ArtifactBucket(stack, 'artifacts', { cluster, destroyable: true });
  new ImageRegistry(stack, 'images', { cluster, destroyable: true });
  addWorkspaces(cluster);
}

/** Without a way to the internet, and none from there. */
function inside(stack: TerraformStack, { cluster: props }: Place): void {
  const cluster = new Cluster(stack, 'inside', { ...props, outboundInternet: false });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  addWorkspaces(cluster);
}

function existing(stack: TerraformStack, { cluster: { cloud }, attributes, pools }: Place): void {
  const autoscaler = stack.node.id.startsWith('aws');
  const cluster = Cluster.fromAttributes(stack, 'existing', { cloud, clusterName: 'existing', attributes, autoscaler });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new ImageRegistry(stack, 'images', { cluster });
  addPools(stack, cluster, pools);
  addWorkspaces(cluster);
}

function addPools(stack: TerraformStack, cluster: ICluster, pools: Place['pools']): void {
  for (const [id, pool] of Object.entries(pools)) new GpuNodePool(stack, id, { cluster, maxNodes: 2, ...pool });
}

function addWorkspaces(cluster: ICluster): void {
  cluster.addWorkspace('data');
  cluster.addWorkspace('research', { reads: ['data'], readableBuckets: READABLE[cluster.platform.cloudName] });
}
