/** The add-ons of every cloud, as an API server sees them. */
import type { GpuPoolSpec, PlatformSpec } from '../../src/api/platform';
import { ALL_ADDONS } from '../../src/clouds/cloud';
import { CLOUD_NAMES, cloudNamed } from '../../src/clouds/pods';
import { clusterAddons } from '../../src/clouds/terraform';
import { schemaErrors } from '../schemas/validate';

const SHARING = 'substratus.ai/gpu-sharing';

function sharedPool(gpu: string, way: string): GpuPoolSpec {
  return { name: way, gpu, gpusPerNode: 1, nodeLabels: { [SHARING]: way } };
}

/** A pool of every GPU that a cloud has, and one for each way in which it shares them. */
const SHARED: Readonly<Record<string, readonly GpuPoolSpec[]>> = {
  aws: [sharedPool('nvidia-l4', 'time-slicing-4')],
  azure: ['time-slicing-4', 'mps-2', 'mig-1g.10gb'].map((way) => sharedPool('nvidia-a100-80gb', way)),
};

function platformOf(cloud: string): PlatformSpec {
  const gpus = [...new Set(cloudNamed(cloud).machines.map(({ gpu }) => gpu))];
  const pools = (gpus.length > 0 ? gpus : ['nvidia-l4']).map((gpu) => ({ name: gpu, gpu, gpusPerNode: 1 }));
  return { cloud, clusterName: 'ml', artifacts: { url: 's3://acme-ml' }, gpuPools: [...pools, ...SHARED[cloud] ?? []] };
}

const CASES = CLOUD_NAMES.flatMap((cloud) => (['1.27', 'current'] as const).map((version) => ({ cloud, version })));

test.each(CASES)('Kubernetes $version takes all add-ons of $cloud', ({ cloud, version }) => {
  expect(clusterAddons(platformOf(cloud), ALL_ADDONS).flatMap((object) => schemaErrors(object, version))).toEqual([]);
});

test('every cloud has some, and all but Google\'s the device plugin among them', () => {
  const kinds = (cloud: string) => [...new Set(clusterAddons(platformOf(cloud), ALL_ADDONS).map(({ kind = '' }) => kind))].sort();
  expect(kinds('gcp')).toEqual(['StorageClass']);
  expect(kinds('aws')).toEqual([
    'ClusterRole', 'ClusterRoleBinding', 'ConfigMap', 'DaemonSet', 'Deployment', 'Role', 'RoleBinding', 'ServiceAccount', 'StorageClass',
  ]);
  expect(kinds('azure')).toEqual(['ConfigMap', 'DaemonSet']);
  expect(kinds('local')).toEqual(['DaemonSet']);
});

test('each has a name of its own', () => {
  for (const cloud of CLOUD_NAMES) {
    const names = clusterAddons(platformOf(cloud), ALL_ADDONS).map(({ kind, metadata }) => `${kind ?? ''} ${metadata?.name ?? ''}`);
    expect(names).toEqual([...new Set(names)]);
  }
});
