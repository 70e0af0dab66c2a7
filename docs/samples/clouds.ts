/** What each cloud can and cannot do: asked of the code, by declaring it. */
import {
  Access, ArtifactBucket, Build, Cloud, Cluster, ClusterAddons, Gpu, GpuNodePool, GpuSharing, ImageRegistry, Model, NodeProvisioning,
  PoolCapacity, Preview, Workspace,
} from 'cdk-substratus';
import type { GpuNodePoolProps, ICluster } from 'cdk-substratus';
import { App, Chart } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';

const RESERVATION_GROUP = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/capacityReservationGroups/r';

const CLOUDS = {
  gcp: {
    title: '[Google Cloud](google-cloud.md)',
    cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1', zones: ['us-central1-a'] }),
    zones: ['us-central1-a'],
    reservation: 'a100',
    driver: 'LATEST',
    provisioning: NodeProvisioning.computeClasses(),
    key: 'projects/acme-ml/locations/us-central1/keyRings/ml/cryptoKeys/artifacts',
    attributes: { nodeServiceAccount: 'nodes@acme-ml.iam.gserviceaccount.com' },
  },
  aws: {
    title: '[AWS](aws.md)',
    cloud: Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }),
    admins: ['arn:aws:iam::111122223333:role/admin'],
    zones: ['us-east-1a'],
    reservation: 'cr-0123456789abcdef0',
    driver: 'LATEST',
    provisioning: NodeProvisioning.karpenter({ nodeRole: 'nodes' }),
    key: 'arn:aws:kms:us-east-1:111122223333:key/0000',
    attributes: { subnetIds: ['subnet-a', 'subnet-b'], nodeRoleArn: 'arn:aws:iam::111122223333:role/nodes' },
  },
  azure: {
    title: '[Azure](azure.md)',
    cloud: Cloud.azure({
      subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus',
    }),
    zones: ['1'],
    reservation: RESERVATION_GROUP,
    driver: 'None',
    provisioning: NodeProvisioning.aks(),
    key: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/acme/keys/artifacts',
    attributes: { resourceGroup: 'ml' },
  },
  local: {
    title: '[local](local.md)',
    cloud: Cloud.local(),
    reservation: 'a100',
    driver: 'LATEST',
    key: 'artifacts',
    attributes: {},
  },
};

interface Place {
  readonly title: string;
  readonly cloud: Cloud;
  readonly admins?: string[];
  readonly zones?: string[];
  readonly reservation: string;
  readonly driver: string;
  readonly provisioning?: NodeProvisioning;
  readonly key: string;
  readonly attributes: Record<string, string | string[]>;
}

const PLACES: readonly Place[] = Object.values(CLOUDS);

/** Declares it; an error or `false` is a no. */
type Declare = (cluster: ICluster, place: Place) => boolean | void;

/** A pool of the one GPU that all clouds have in machines of eight. */
function pool(props: (place: Place) => Partial<GpuNodePoolProps>): Declare {
  return (cluster, place) => {
    new GpuNodePool(cluster, 'pool', { cluster, gpu: Gpu.NVIDIA_A100, gpusPerNode: 8, maxNodes: 1, zones: place.zones, ...props(place) });
  };
}

/** What Terraform is given of all that a cluster can have, but for pools. */
function terraformOf(cluster: ICluster): string {
  new ArtifactBucket(cluster, 'artifacts', { cluster });
  new ImageRegistry(cluster, 'images', { cluster });
  cluster.addWorkspace('team-a');
  return JSON.stringify(TerraformStack.of(cluster).toTerraform());
}

/** A workspace of the cluster, whose client ids are known, so that Azure can do it too. */
function workspace(cluster: ICluster, builds = false): Workspace {
  new ArtifactBucket(cluster, 'artifacts', { cluster });
  cluster.addWorkspace('team-a', { builds, clientIds: { artifactReader: 'a', artifactWriter: 'b', imageBuilder: 'c' } });
  return new Workspace(new App(), 'team-a', { platform: cluster.platform });
}

function streams(cluster: ICluster): boolean {
  const team = workspace(cluster);
  const model = new Model(team, 'base', { image: 'acme/loader' });
  new Model(team, 'tuned', { image: 'acme/trainer', model, access: Access.STREAM });
  return Preview.of(team).children.length > 0;
}

function buildsImages(cluster: ICluster): boolean {
  new ImageRegistry(cluster, 'images', { cluster });
  const team = workspace(cluster, true);
  new Model(team, 'base', { imageBuild: Build.git({ url: 'https://github.com/acme/loader' }) });
  return Preview.of(team).children.some(({ step }) => step === 'build');
}

function needsNoAddons(cluster: ICluster, place: Place): boolean {
  pool(() => ({}))(cluster, place);
  return new ClusterAddons(new Chart(new App(), 'system'), 'addons', { platform: cluster.platform }).node.children.length === 0;
}

function needsNoOutputs(cluster: ICluster): boolean {
  const app = new App();
  new ArtifactBucket(cluster, 'artifacts', { cluster });
  cluster.addWorkspace('team-a');
  new Workspace(app, 'team-a', { platform: cluster.platform });
  return app.synthYaml().length > 0;
}

function autoProvisions(cluster: ICluster, { cloud, attributes }: Place): void {
  const stack = TerraformStack.of(cluster);
  Cluster.fromAttributes(stack, 'existing', { cloud, clusterName: 'existing', attributes, autoProvisioning: true });
}

/** Whether add-ons tell the cluster of it. */
function provisions(cluster: ICluster, { cloud, attributes, provisioning: nodeProvisioning }: Place): boolean {
  const { platform } = Cluster.fromAttributes(TerraformStack.of(cluster), 'existing', { cloud, clusterName: 'existing', attributes, nodeProvisioning });
  platform.addGpuProvisioner('a100', { gpu: Gpu.NVIDIA_A100, gpusPerNode: 8, maxNodes: 1 });
  const chart = new Chart(new App(), 'system');
  new ClusterAddons(chart, 'addons', { platform });
  return (chart.toJson() as { readonly kind: string }[]).some(({ kind }) => ['ComputeClass', 'NodePool'].includes(kind));
}

const CAN: Readonly<Record<string, Declare>> = {
  'spot nodes': pool(() => ({ spot: true })),
  'reservations': pool(({ reservation }) => ({ capacity: PoolCapacity.reservation(reservation) })),
  'capacity blocks': pool(({ reservation }) => ({ capacity: PoolCapacity.block(reservation) })),
  'flex-start': pool(() => ({ capacity: PoolCapacity.flexStart() })),
  'queued, for Models and Datasets': pool(() => ({ capacity: PoolCapacity.queued() })),
  'GPUs in partitions (MIG)': pool(() => ({ sharing: GpuSharing.mig('1g.5gb') })),
  'GPUs in turns (time slicing)': pool(() => ({ sharing: GpuSharing.timeSlicing(4) })),
  'GPUs shared by MPS': pool(() => ({ sharing: GpuSharing.mps(4) })),
  'nodes close to each other': pool(() => ({ compact: true })),
  'local SSDs': pool(() => ({ localSsdCount: 8 })),
  'nodes without a declared pool, on a cluster that exists': autoProvisions,
  'nodes that the cluster makes itself, spot or else on-demand': provisions,
  'image streaming': pool(() => ({ imageStreaming: true })),
  'choice of the driver': pool(({ driver }) => ({ driver })),
  'cache of `quay.io`': (cluster) => void new ImageRegistry(cluster, 'images', { cluster, pullThrough: ['quay.io'] }),
  'cache of `docker.io`': (cluster) => void new ImageRegistry(cluster, 'images', { cluster, pullThrough: ['docker.io'] }),
  'untagged images are deleted': (cluster) => void new ImageRegistry(cluster, 'images', { cluster, untaggedDays: 7 }),
  'tags of images that do not change': (cluster) => /"IMMUTABLE"|"immutable_tags":true/.test(terraformOf(cluster)),
  'images built in the cluster': buildsImages,
  'artifacts mounted from the bucket': streams,
  'key of the customer for the bucket': (cluster, { key }) => void new ArtifactBucket(cluster, 'artifacts', { cluster, encryptionKey: key }),
  'key of the cluster for Secrets': (cluster) => /"database_encryption"|"encryption_config"/.test(terraformOf(cluster)),
  'rights on single folders of the bucket': (cluster) => new ArtifactBucket(cluster, 'artifacts', { cluster })
    .grantRead({ namespace: 'team-a', serviceAccountName: 'report' }, { prefix: 'team-b/models' }),
  'device plugin, autoscaler and StorageClass of the cloud': needsNoAddons,
  'nothing to read back after the deployment': needsNoOutputs,
  'deleted objects kept for 1 day': (cluster) => void new ArtifactBucket(cluster, 'artifacts', { cluster, retentionDays: 1 }),
  'deleted objects kept for 365 days': (cluster) => void new ArtifactBucket(cluster, 'artifacts', { cluster, retentionDays: 365 }),
};

function can(place: Place, declare: Declare): string {
  const { cloud, admins } = place;
  const cluster = new Cluster(new TerraformStack(new TerraformApp(), 'stack'), 'ml', { cloud, admins });
  try {
    return declare(cluster, place) === false ? 'no' : 'yes';
  } catch (error) {
    /* What the library says names a construct; anything else is a fault of this program. */
    if (error instanceof Error && error.message.includes('[')) return 'no';
    throw error;
  }
}

export const table = [
  ['', ...PLACES.map(({ title }) => title)],
  ['---', ...PLACES.map(() => '---')],
  ...Object.entries(CAN).map(([what, declare]) => [what, ...PLACES.map((place) => can(place, declare))]),
];
