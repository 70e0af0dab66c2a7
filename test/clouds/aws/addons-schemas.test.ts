import { clusterAddons } from '../../../src/clouds/aws/addons';
import { schemaErrors } from '../../schemas/validate';

const GPU_POOLS = [
  { name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1 },
  { name: 'shared', gpu: 'nvidia-l4', gpusPerNode: 1, nodeLabels: { 'substratus.ai/gpu-sharing': 'time-slicing-4' } },
  { name: 'inf', gpu: 'aws-inferentia2', gpusPerNode: 1 },
];

/* DaemonSet and StorageClass may not be among the kinds whose schemas are kept. */
const UNKNOWN = / is not among the kinds in /;

test.each(['1.27', 'current'] as const)('Kubernetes %s takes all add-ons', (version) => {
  const objects = clusterAddons({ cloud: 'aws', clusterName: 'ml', artifacts: { url: 's3://acme-ml' }, gpuPools: GPU_POOLS });
  expect(objects.flatMap((object) => schemaErrors(object, version)).filter((error) => !UNKNOWN.test(error))).toEqual([]);
});
