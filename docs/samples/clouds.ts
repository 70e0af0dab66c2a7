/** What each cloud can and cannot do: asked of the code, by declaring it. */
import { ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool, GpuSharing, ImageRegistry, PoolCapacity } from 'cdk-substratus';
import type { GpuNodePoolProps, ICluster } from 'cdk-substratus';
import { App, TerraformStack } from 'cdktf';

const RESERVATION_GROUP = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/capacityReservationGroups/r';

const CLOUDS = {
  gcp: {
    title: '[Google Cloud](google-cloud.md)',
    cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1', zones: ['us-central1-a'] }),
    zones: ['us-central1-a'],
    reservation: 'a100',
    driver: 'LATEST',
  },
  aws: {
    title: '[AWS](aws.md)',
    cloud: Cloud.aws({ accountId: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b'] }),
    admins: ['arn:aws:iam::111122223333:role/admin'],
    zones: ['us-east-1a'],
    reservation: 'cr-0123456789abcdef0',
    driver: 'LATEST',
  },
  azure: {
    title: '[Azure](azure.md)',
    cloud: Cloud.azure({
      subscriptionId: '00000000-1111-2222-3333-444444444444', tenantId: '55555555-6666-7777-8888-999999999999', location: 'eastus',
    }),
    zones: ['1'],
    reservation: RESERVATION_GROUP,
    driver: 'None',
  },
};

interface Place {
  readonly title: string;
  readonly cloud: Cloud;
  readonly admins?: string[];
  readonly zones: string[];
  readonly reservation: string;
  readonly driver: string;
}

const PLACES: readonly Place[] = Object.values(CLOUDS);

type Declare = (cluster: ICluster, place: Place) => void;

/** A pool of the one GPU that all three clouds have in machines of eight. */
function pool(props: (place: Place) => Partial<GpuNodePoolProps>): Declare {
  return (cluster, place) => {
    new GpuNodePool(cluster, 'pool', { cluster, gpu: Gpu.NVIDIA_A100, gpusPerNode: 8, maxNodes: 1, zones: place.zones, ...props(place) });
  };
}

const CAN: Readonly<Record<string, Declare>> = {
  'spot nodes': pool(() => ({ spot: true })),
  'reservations': pool(({ reservation }) => ({ capacity: PoolCapacity.reservation(reservation) })),
  'capacity blocks': pool(({ reservation }) => ({ capacity: PoolCapacity.block(reservation) })),
  'flex-start': pool(() => ({ capacity: PoolCapacity.flexStart() })),
  'queued, all or none': pool(() => ({ capacity: PoolCapacity.queued() })),
  'GPUs in partitions (MIG)': pool(() => ({ sharing: GpuSharing.mig('1g.5gb') })),
  'GPUs in turns (time slicing)': pool(() => ({ sharing: GpuSharing.timeSlicing(4) })),
  'GPUs shared by MPS': pool(() => ({ sharing: GpuSharing.mps(4) })),
  'nodes close to each other': pool(() => ({ compact: true })),
  'image streaming': pool(() => ({ imageStreaming: true })),
  'choice of the driver': pool(({ driver }) => ({ driver })),
  'cache of `quay.io`': (cluster) => void new ImageRegistry(cluster, 'images', { cluster, pullThrough: ['quay.io'] }),
  'cache of `docker.io`': (cluster) => void new ImageRegistry(cluster, 'images', { cluster, pullThrough: ['docker.io'] }),
  'deleted objects kept for 1 day': (cluster) => void new ArtifactBucket(cluster, 'artifacts', { cluster, retentionDays: 1 }),
  'deleted objects kept for 365 days': (cluster) => void new ArtifactBucket(cluster, 'artifacts', { cluster, retentionDays: 365 }),
};

function can(place: Place, declare: Declare): string {
  const { cloud, admins } = place;
  const cluster = new Cluster(new TerraformStack(new App(), 'stack'), 'ml', { cloud, admins });
  try {
    declare(cluster, place);
    return 'yes';
  } catch {
    return 'no';
  }
}

export const table = [
  ['', ...PLACES.map(({ title }) => title)],
  ['---', ...PLACES.map(() => '---')],
  ...Object.entries(CAN).map(([what, declare]) => [what, ...PLACES.map((place) => can(place, declare))]),
];
