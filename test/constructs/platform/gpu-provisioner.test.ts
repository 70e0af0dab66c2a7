import { Capacity, Gpu, NodeProvisioning, Platform, PoolCapacity } from '../../../src';
import type { GpuProvisionerOptions } from '../../../src';
import type { PlatformSpec } from '../../../src/api/platform';
import { placesOf } from '../../../src/expand';
import { messageOf, untyped } from '../fixtures';

const L4 = { gpu: Gpu.NVIDIA_L4, maxNodes: 4, machineTypes: ['g6.xlarge', 'g6.4xlarge'] };

function aws(nodeProvisioning: NodeProvisioning | undefined = NodeProvisioning.karpenter()): Platform {
  return Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-east-1', nodeProvisioning });
}

function declared(options: GpuProvisionerOptions = L4): PlatformSpec {
  const platform = aws();
  platform.addGpuProvisioner('l4', options);
  return platform.toJson() as PlatformSpec;
}

test('a provisioner is a pool of several machines and capacities', () => {
  expect(declared({ ...L4, zones: ['us-east-1a'], labels: { team: 'research' }, taints: { team: 'research' } })).toMatchObject({
    nodeProvisioning: { kind: 'karpenter' },
    gpuPools: [{
      name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, maxNodes: 4, diskGiB: 200, zones: ['us-east-1a'],
      provisioner: {
        capacities: [{ kind: 'spot' }, { kind: 'on-demand' }], machineTypes: ['g6.xlarge', 'g6.4xlarge'], labels: { team: 'research' }, taints: { team: 'research' },
      },
    }],
  });
});

test('without machine types it takes all that the cloud has with so many of the GPU, but none that it retires', () => {
  const [pool] = declared({ gpu: Gpu.NVIDIA_L4, gpusPerNode: 4, maxNodes: 1 }).gpuPools ?? [];
  expect(pool?.provisioner?.machineTypes).toEqual(['g6.12xlarge', 'g6.24xlarge']);
});

test.each([
  [undefined, ['on-demand']],
  [Capacity.ON_DEMAND, ['on-demand']],
  [Capacity.SPOT, ['spot']],
  [Capacity.SPOT_FIRST, ['spot', 'on-demand']],
])('a resource of capacity %s runs, and is paid, on %j', (capacity, expected) => {
  const resources = { gpu: { type: 'nvidia-l4', count: 1 }, ...(capacity && { capacity }) };
  const resource = {
    apiVersion: 'substratus.ai/v1alpha1', kind: 'Model', metadata: { name: 'm', namespace: 'team-a' }, spec: { image: 'x', command: ['run'], resources },
  } as const;
  expect(placesOf(untyped(resource), declared()).map((place) => `${place.capacity} ${place.machineType}`))
    .toEqual(expected.map((each) => `${each} g6.xlarge`));
});

test.each<[string, () => unknown, string]>([
  ['a cluster that makes no nodes', () => aws(untyped(null)).addGpuProvisioner('l4', L4),
    'platform ml cannot have GPU provisioner \'l4\': the cluster does not say what makes its nodes; give it nodeProvisioning, for example NodeProvisioning.karpenter()'],
  ['a cloud where nothing does', () => Platform.local({ clusterName: 'kind' }).addGpuProvisioner('l4', { gpu: Gpu.NVIDIA_L4, maxNodes: 1 }),
    'platform kind cannot have GPU provisioner \'l4\': a local cluster has nothing that makes nodes as pods ask for them; declare a pool instead'],
  ['what makes nodes on another cloud', () => aws(NodeProvisioning.computeClasses()),
    'nodeProvisioning is NodeProvisioning.computeClasses(), which AWS does not have; use NodeProvisioning.karpenter() or NodeProvisioning.eksAutoMode()'],
  ['two that would', () => Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-east-1', autoscaler: true, nodeProvisioning: NodeProvisioning.karpenter() }),
    'autoscaler is true beside nodeProvisioning, so that two would add nodes for the same pod; leave one of them out'],
  ['a capacity that it cannot obtain', () => declared({ ...L4, capacities: [PoolCapacity.flexStart()] }),
    'platform ml cannot have GPU provisioner \'l4\': capacities has flex-start, which it does not make; use on-demand, spot, reservation, block'],
  ['no capacity', () => declared({ ...L4, capacities: [] }),
    'platform ml cannot have GPU provisioner \'l4\': capacities is empty; give one, for example PoolCapacity.onDemand()'],
  ['a machine with other GPUs', () => declared({ ...L4, machineTypes: ['g6.xlarge', 'g5.xlarge'] }),
    'platform ml cannot have GPU provisioner \'l4\': machineType is g5.xlarge, which has 1 nvidia-a10g, not 1 nvidia-l4; leave it out, or ask for what it has'],
  ['labels of Kubernetes', () => declared({ ...L4, labels: { 'karpenter.sh/x': 'y' } }),
    'platform ml cannot have GPU provisioner \'l4\': labels has karpenter.sh/x, which is in a domain of Kubernetes, the cloud or this library; give a key of your own'],
])('%s is an error', (_, act, message) => {
  expect(messageOf(act)).toBe(message);
});
