import type { PlatformSpec } from '../../../src/api/platform';
import { clusterAddons } from '../../../src/clouds/aws/addons';
import { ALL_ADDONS } from '../../../src/clouds/cloud';

const PLATFORM: PlatformSpec = { cloud: 'aws', clusterName: 'ml', artifacts: { url: 's3://acme-ml' } };
const L4 = { name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1 };
const SHARED = { ...L4, name: 'shared', nodeLabels: { 'substratus.ai/gpu': 'nvidia-l4', 'substratus.ai/gpu-sharing': 'time-slicing-4' } };
const NEURON = { name: 'inf', gpu: 'aws-inferentia2', gpusPerNode: 1 };

interface Parts {
  readonly metadata: { readonly name: string; readonly annotations?: object };
  readonly rules?: { readonly resources: string[]; readonly verbs: string[]; readonly resourceNames?: string[] }[];
  readonly data?: Record<string, string>;
  readonly spec?: { readonly template: { readonly spec: PodParts } };
}

interface PodParts {
  readonly affinity: { readonly nodeAffinity: object };
  readonly tolerations: object[];
  readonly containers: { readonly image: string; readonly args: string[]; readonly securityContext: object }[];
}

/** The object of a kind whose name begins so. */
function find(platform: Partial<PlatformSpec>, kind: string, name: string): Parts {
  const objects = clusterAddons({ ...PLATFORM, ...platform }, ALL_ADDONS);
  const found = objects.find((object) => object.kind === kind && object.metadata?.name?.startsWith(name));
  expect(found).toBeDefined();
  return found as unknown as Parts;
}

function podOf(platform: Partial<PlatformSpec>, kind: string, name: string): PodParts {
  return find(platform, kind, name).spec?.template.spec as PodParts;
}

function nodesOf(platform: Partial<PlatformSpec>, name: string): unknown {
  return podOf(platform, 'DaemonSet', name).affinity.nodeAffinity;
}

test('volumes are encrypted, and come up where their pod is', () => {
  expect(find({}, 'StorageClass', 'gp3')).toMatchObject({
    metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'ebs.csi.aws.com',
    parameters: { type: 'gp3', encrypted: 'true' },
    volumeBindingMode: 'WaitForFirstConsumer',
  });
});

describe('the autoscaler', () => {
  test('finds the groups of this cluster', () => {
    const [container] = podOf({}, 'Deployment', 'cluster-autoscaler').containers;
    expect(container?.args).toContain('--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/ml');
  });

  test('takes idle nodes away although pods of the system or with an emptyDir are on them', () => {
    const [container] = podOf({}, 'Deployment', 'cluster-autoscaler').containers;
    expect(container?.args).toEqual(expect.arrayContaining(['--skip-nodes-with-system-pods=false', '--skip-nodes-with-local-storage=false']));
  });

  test('is of the version of the cluster, or of the nearest one', () => {
    const imageOf = (kubernetesVersion?: string) => podOf({ kubernetesVersion }, 'Deployment', 'cluster-autoscaler').containers[0]?.image.split(':')[1];
    expect(['1.28', '1.32', undefined, '1.35', '1.40'].map(imageOf)).toEqual(['v1.31.1', 'v1.32.3', 'v1.33.6', 'v1.35.0', 'v1.35.0']);
  });

  test('changes nodes and evicts pods, and otherwise reads', () => {
    const writes = find({}, 'ClusterRole', 'cluster-autoscaler').rules?.flatMap(({ resources, verbs }) => {
      const other = verbs.filter((verb) => !['get', 'list', 'watch'].includes(verb));
      return other.length > 0 ? [`${other.join()} ${resources.join()}`] : [];
    });
    expect(writes).toEqual(['update nodes', 'create pods/eviction', 'update pods/status', 'create,patch events']);
  });
});

describe('device plugins', () => {
  test('NVIDIA\'s runs on nodes with its GPUs, taint or not', () => {
    const { tolerations, affinity } = podOf({ gpuPools: [L4] }, 'DaemonSet', 'nvidia-device-plugin');
    expect(tolerations).toEqual([{ operator: 'Exists', effect: 'NoSchedule' }]);
    expect(JSON.stringify(affinity)).toContain('"nvidia-l4"');
    expect(JSON.stringify(affinity)).not.toContain('inferentia');
  });

  test('nodes whose GPUs are shared have one of their own, and not the other', () => {
    const platform = { gpuPools: [L4, SHARED] };
    const sharing = (operator: string) => expect.objectContaining({ key: 'substratus.ai/gpu-sharing', operator, values: ['time-slicing-4'] });
    expect(nodesOf(platform, 'nvidia-device-plugin')).toEqual(nodesMatching(sharing('NotIn')));
    expect(nodesOf(platform, 'nvidia-device-plugin-time-slicing-4')).toEqual(nodesMatching(sharing('In')));
    expect(find(platform, 'ConfigMap', 'nvidia-device-plugin-time-slicing-4').data?.['config.yaml'])
      .toBe('{"version":"v1","sharing":{"timeSlicing":{"resources":[{"name":"nvidia.com/gpu","replicas":4}]}}}');
  });

  test('AWS\'s own is there where a pool asks for it', () => {
    const names = (gpuPools: typeof NEURON[]) => clusterAddons({ ...PLATFORM, gpuPools })
      .filter(({ kind }) => kind === 'DaemonSet').map(({ metadata }) => metadata?.name);
    expect(names([L4])).toEqual(['nvidia-device-plugin']);
    expect(names([L4, NEURON])).toEqual(['nvidia-device-plugin', 'neuron-device-plugin']);
  });

  test('a way of sharing that AWS has not is an error', () => {
    const gpuPools = [{ ...L4, nodeLabels: { 'substratus.ai/gpu-sharing': 'mps-4' } }];
    expect(() => clusterAddons({ ...PLATFORM, gpuPools }, ALL_ADDONS))
      .toThrow(new Error('label substratus.ai/gpu-sharing of a pool is mps-4; on aws it is time-slicing- and a number'));
  });
});

test('images can be others', () => {
  const images = { 'cluster-autoscaler': 'mirror/autoscaler:1', 'nvidia-device-plugin': 'mirror/nvidia:1' };
  expect(podOf({ images }, 'Deployment', 'cluster-autoscaler').containers[0]?.image).toBe('mirror/autoscaler:1');
  expect(podOf({ images }, 'DaemonSet', 'nvidia-device-plugin').containers[0]?.image).toBe('mirror/nvidia:1');
});

test('the same platform gives the same bytes', () => {
  const gpuPools = [SHARED, L4, NEURON];
  const bytes = (): string => JSON.stringify(clusterAddons({ ...PLATFORM, gpuPools }, ALL_ADDONS));
  expect(bytes()).toBe(bytes());
});

function nodesMatching(expression: unknown): unknown {
  const nodeSelectorTerms = [{ matchExpressions: expect.arrayContaining([expression]) as unknown }];
  return { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
}
