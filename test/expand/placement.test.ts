import type { NodeSelectorRequirement } from 'kubernetes-types/core/v1';
import type { GpuPoolSpec, PlatformSpec } from '../../src/api/platform';
import type { ResourcesSpec } from '../../src/api/resource';
import { gpuNamed } from '../../src/catalog/gpus';
import type { Placement } from '../../src/clouds/cloud';
import { noPoolFor, poolsFor } from '../../src/expand';
import { mergePlacements, placementOf } from '../../src/expand/placement';
import { CLOUDS, platformOf } from './fixtures';

const T4 = { gpu: { type: 'nvidia-t4', count: 1 } };
const GPU_TOLERATION = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };

/** The label of spot nodes, and whether the cloud taints them. */
const SPOT = {
  gcp: { key: 'cloud.google.com/gke-spot', value: 'true', tainted: true },
  aws: { key: 'eks.amazonaws.com/capacityType', value: 'SPOT', tainted: false },
  azure: { key: 'kubernetes.azure.com/scalesetpriority', value: 'spot', tainted: true },
};
const GPU_LABELS = {
  'gcp': { 'cloud.google.com/gke-accelerator': 'nvidia-tesla-t4' },
  'aws': { 'substratus.ai/gpu': 'nvidia-t4' },
  'azure': { 'substratus.ai/gpu': 'nvidia-t4' },
  'local': { 'substratus.ai/gpu': 'nvidia-t4' },
  'on-premises': { 'nvidia.com/gpu.product': 'Tesla-T4' },
};

function place(resources: ResourcesSpec | undefined, platform: PlatformSpec) {
  return placementOf(resources, platform);
}

function withPools(cloud: string, ...pools: Partial<GpuPoolSpec>[]): PlatformSpec {
  return platformOf(cloud, { gpuPools: pools.map((pool, index) => ({ name: `pool-${index}`, gpu: 'nvidia-t4', gpusPerNode: 1, ...pool })) });
}

test.each(CLOUDS)('on %s a pod without a GPU runs on any node', (cloud) => {
  expect(JSON.stringify(place(undefined, platformOf(cloud)))).toBe('{}');
});

test.each(CLOUDS)('on %s a GPU is on nodes with its label, whose taint is tolerated', (cloud) => {
  expect(place(T4, platformOf(cloud))).toMatchObject({ nodeSelector: GPU_LABELS[cloud], tolerations: [GPU_TOLERATION] });
});

/** Whether the scheduler would take a node with these labels. */
function accepts({ nodeSelector = {}, affinity }: Placement, labels: Record<string, string>): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{ matchExpressions: [] }];
  const holds = ({ key, operator, values = [] }: NodeSelectorRequirement) => (
    operator === 'DoesNotExist' ? labels[key] === undefined : values.includes(labels[key] ?? '') === (operator === 'In')
  );
  return Object.entries(nodeSelector).every(([key, value]) => labels[key] === value)
    && terms.some(({ matchExpressions = [] }) => matchExpressions.every(holds));
}

describe.each(['gcp', 'aws', 'azure'] as const)('on %s', (cloud) => {
  const { key, value, tainted } = SPOT[cloud];
  const spotToleration = tainted ? [{ key, operator: 'Equal', value, effect: 'NoSchedule' }] : [];

  /** Whether a spot node with the GPU is taken, and whether another is. */
  const spotAndOther = (placement: Placement): boolean[] =>
    [{ ...GPU_LABELS[cloud], [key]: value }, { ...GPU_LABELS[cloud] }].map((labels) => accepts(placement, labels));

  test('spot is spot nodes only', () => {
    const placement = place({ ...T4, capacity: 'spot' }, platformOf(cloud));
    expect(spotAndOther(placement)).toEqual([true, false]);
    expect(placement.tolerations).toEqual([GPU_TOLERATION, ...spotToleration]);
  });

  test('on-demand is never spot nodes', () => {
    const placement = place({ ...T4, capacity: 'on-demand' }, platformOf(cloud));
    expect(spotAndOther(placement)).toEqual([false, true]);
    expect(placement.tolerations).toEqual([GPU_TOLERATION]);
  });

  test('spot-first prefers spot nodes, and takes others', () => {
    const { affinity, nodeSelector, tolerations } = place({ ...T4, capacity: 'spot-first' }, platformOf(cloud));
    expect(affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.[0]?.preference).toEqual({
      matchExpressions: [{ key, operator: 'In', values: [value] }],
    });
    expect(nodeSelector).toEqual(GPU_LABELS[cloud]);
    expect(tolerations).toEqual([GPU_TOLERATION, ...spotToleration]);
  });

  test('where none is said and no pool is declared, any node with the GPU will do', () => {
    expect(spotAndOther(place(T4, platformOf(cloud)))).toEqual([true, true]);
  });

  test('where none is said, a platform with the GPU on spot nodes only gives those', () => {
    const placement = place(T4, withPools(cloud, { capacity: 'spot' }));
    expect(spotAndOther(placement)).toEqual([true, false]);
  });

  test('where none is said, a platform with the GPU on both gives on-demand', () => {
    const { affinity, nodeSelector } = place(T4, withPools(cloud, { capacity: 'spot' }, {}));
    expect(nodeSelector).toEqual(GPU_LABELS[cloud]);
    expect(accepts({ affinity }, { [key]: value })).toBe(false);
  });

  test('capacity holds without a GPU too', () => {
    const placement = place({ capacity: 'spot' }, platformOf(cloud));
    expect([accepts(placement, { [key]: value }), accepts(placement, {})]).toEqual([true, false]);
  });
});

test('on Google Cloud flex-start is flex-start nodes only, and on-demand is none of them', () => {
  const label = { 'cloud.google.com/gke-flex-start': 'true' };
  const flex = place({ capacity: 'flex-start' }, platformOf('gcp'));
  expect([accepts(flex, label), accepts(flex, {})]).toEqual([true, false]);
  expect(flex.tolerations).toEqual([{ key: 'cloud.google.com/gke-flex-start', operator: 'Equal', value: 'true', effect: 'NoSchedule' }]);
  expect(accepts(place({ capacity: 'on-demand' }, platformOf('gcp')), label)).toBe(false);
  expect(() => place({ capacity: 'flex-start' }, platformOf('aws')))
    .toThrow('capacity is flex-start but AWS has only on-demand, spot, spot-first; leave capacity out');
});

test('where none is said, a pool on demand comes before one of flex-start, and that before a spot one', () => {
  const has = (...capacities: GpuPoolSpec['capacity'][]) => JSON.stringify(place(T4, withPools('gcp', ...capacities.map((capacity) => ({ capacity })))).nodeSelector);
  expect(has('spot', 'flex-start')).toContain('gke-flex-start');
  expect(has('spot', 'queued')).toContain('gke-spot');
  expect(has('queued')).toContain('gke-flex-start');
  expect(has('spot', 'flex-start', 'on-demand')).not.toMatch(/gke-(flex-start|spot)/);
});

test('a local cluster has no spot nodes; what can do without them runs on any', () => {
  expect(() => place({ capacity: 'spot' }, platformOf('local'))).toThrow('capacity is spot but a local cluster has only on-demand; leave capacity out');
  for (const capacity of ['on-demand', 'spot-first'] as const) {
    expect(place({ capacity }, platformOf('local'))).toEqual({ nodeSelector: {}, tolerations: [] });
  }
  expect(place({ capacity: 'spot-first' }, platformOf('local'))).toEqual({ nodeSelector: {}, tolerations: [] });
});

test('a pool with labels of its own is found by them', () => {
  expect(place(T4, withPools('aws', { nodeLabels: { pool: 'a' } })).nodeSelector).toEqual({ pool: 'a' });
});

test('of pools with labels of their own, that of the capacity is taken', () => {
  const platform = withPools('aws', { nodeLabels: { pool: 'a' } }, { nodeLabels: { pool: 'b' }, capacity: 'spot' });
  expect(place(T4, platform).nodeSelector).toMatchObject({ pool: 'a' });
  expect(place({ ...T4, capacity: 'spot' }, platform).nodeSelector).toMatchObject({ pool: 'b' });
});

test('of pools with different labels any will do', () => {
  const placement = place({ ...T4, capacity: 'spot-first' }, withPools('aws', { nodeLabels: { pool: 'a' } }, {}));
  const nodes: Record<string, string>[] = [{ pool: 'a' }, { 'substratus.ai/gpu': 'nvidia-t4' }, { pool: 'b' }];
  expect(nodes.map((labels) => accepts(placement, labels))).toEqual([true, true, false]);
});

test('a pool serves a request that its nodes can hold', () => {
  const platform = withPools('gcp', { gpusPerNode: 1 }, { gpusPerNode: 4 }, { gpu: 'nvidia-l4', gpusPerNode: 8 });
  expect(poolsFor({ count: 2 }, platform).map(({ name }) => name)).toEqual(['pool-1', 'pool-2']);
});

test('a GPU that the cloud has on no machine is an error, unless a pool has it', () => {
  const a10g = { gpu: { type: 'nvidia-a10g', count: 1 } };
  expect(() => place(a10g, platformOf('gcp'))).toThrow(/^Google Cloud has no machine with nvidia-a10g; use one of nvidia-a100, nvidia-a100-80gb, /);
  expect(place(a10g, withPools('gcp', { gpu: 'nvidia-a10g', nodeLabels: { pool: 'a' } })).nodeSelector).toEqual({ pool: 'a' });
});

test('GPUs without a type are an error on a cloud that has several, and any GPU on a laptop', () => {
  const any = { gpu: { count: 2 } };
  expect(() => place(any, platformOf('gcp'))).toThrow('gpuCount is 2 but no gpu is set, and the platform has no pool that tells which; add gpu, for example gpu: Gpu.NVIDIA_L4 (gpu.type nvidia-l4)');
  expect(place(any, platformOf('local'))).toMatchObject({ nodeSelector: {}, tolerations: [GPU_TOLERATION] });
});

test('a count of 0 is no GPU', () => {
  expect(JSON.stringify(place({ gpu: { type: 'nvidia-l4', count: 0 } }, platformOf('gcp')))).toBe('{}');
});

test('required terms of two placements hold both: each of the one with each of the other', () => {
  const term = (key: string) => ({ matchExpressions: [{ key, operator: 'Exists' }] });
  const required = (...keys: string[]) => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: keys.map(term) } } },
  });
  const { affinity } = mergePlacements(required('a', 'b'), required('c', 'd'));
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  expect(terms.map(({ matchExpressions = [] }) => matchExpressions.map(({ key }) => key).join('+'))).toEqual(['a+c', 'a+d', 'b+c', 'b+d']);
});

test('on aws, spot nodes of Karpenter are known as well', () => {
  const karpenter = { 'karpenter.sh/capacity-type': 'spot' };
  expect(accepts(place({ capacity: 'spot' }, platformOf('aws')), karpenter)).toBe(true);
  expect(accepts(place({ capacity: 'on-demand' }, platformOf('aws')), karpenter)).toBe(false);
});

/** The labels of a node of a pool where the cloud, or on premises NVIDIA's discovery, sets some itself, and elsewhere. */
const SHARED = {
  'gcp': { ...GPU_LABELS.gcp, 'cloud.google.com/gke-gpu-sharing-strategy': 'time-sharing', 'cloud.google.com/gke-max-shared-clients-per-gpu': '4' },
  'aws': { ...GPU_LABELS.aws, 'substratus.ai/gpu-sharing': 'time-slicing-4' },
  'azure': { ...GPU_LABELS.azure, 'substratus.ai/gpu-sharing': 'time-slicing-4' },
  'local': { ...GPU_LABELS.local, 'substratus.ai/gpu-sharing': 'time-slicing-4' },
  'on-premises': {
    'nvidia.com/gpu.product': 'Tesla-T4-SHARED', 'nvidia.com/gpu.replicas': '4', 'nvidia.com/gpu.sharing-strategy': 'time-slicing',
  },
};
const SLICE = { gpu: { ...T4.gpu, sharing: 'time-slicing-4' } };

describe.each(CLOUDS)('A8: on %s', (cloud) => {
  const taken = (resources: ResourcesSpec, platform: PlatformSpec) =>
    [GPU_LABELS[cloud], SHARED[cloud]].map((labels) => accepts(place(resources, platform), labels));

  test('a whole GPU is never on a shared node, whether or not pools are declared', () => {
    const both = withPools(cloud, {}, { sharing: 'time-slicing-4' });
    expect([platformOf(cloud), withPools(cloud, {}), both].map((platform) => taken(T4, platform))).toEqual(Array(3).fill([true, false]));
  });

  test('a slice is never on a node with whole GPUs', () => {
    const both = withPools(cloud, {}, { sharing: 'time-slicing-4' });
    expect([platformOf(cloud), both].map((platform) => taken(SLICE, platform))).toEqual(Array(2).fill([false, true]));
  });

  test('another way of sharing is another kind of node', () => {
    expect(taken({ gpu: { ...T4.gpu, sharing: 'time-slicing-2' } }, platformOf(cloud))).toEqual([false, false]);
  });
});

test('A8: partitions on Google Cloud are found by its own label', () => {
  expect(place({ gpu: { type: 'nvidia-a100', sharing: 'mig-1g.5gb' } }, platformOf('gcp')).nodeSelector)
    .toEqual({ 'cloud.google.com/gke-accelerator': 'nvidia-tesla-a100', 'cloud.google.com/gke-gpu-partition-size': '1g.5gb' });
});

test('A8: a shared pool whose platform says it by the label of its nodes only is shared too', () => {
  const labels = { 'substratus.ai/gpu': 'nvidia-t4', 'substratus.ai/gpu-sharing': 'mps-4' };
  const platform = withPools('gcp', { nodeLabels: labels });
  expect(place({ gpu: { type: 'nvidia-t4', sharing: 'mps-4' } }, platform).nodeSelector).toEqual(labels);
  expect(noPoolFor({ gpu: gpuNamed('nvidia-t4'), count: 1 }, platform)).toBe(
    'no pool of the platform has nvidia-t4 whole, it has mps-4 (pool pool-0); ask for a slice with gpuSharing, or add such a pool');
});

test('A8: a pool of which no slice is left whole says what it has', () => {
  const request = { gpu: gpuNamed('nvidia-t4'), count: 1, sharing: 'time-slicing-2' };
  expect(noPoolFor(request, withPools('aws', {}, { sharing: 'time-slicing-4' }))).toBe(
    'no pool of the platform has nvidia-t4 as time-slicing-2, it has whole ones (pool pool-0), time-slicing-4 (pool pool-1); '
    + 'ask for another gpuSharing, or leave it out for a whole GPU, or add such a pool');
});

test('case 16: a GPU of the platform\'s own is found by its pool, and a taint of the vendor is tolerated under another resource name', () => {
  const platform = platformOf('gcp', {
    gpus: [{ name: 'part', memoryGiB: 10, resource: 'nvidia.com/mig-1g.10gb' }], gpuPools: [{ name: 'parts', gpu: 'part', gpusPerNode: 7 }],
  });
  const { nodeSelector, tolerations } = place({ gpu: { count: 1 } }, platform);
  expect(nodeSelector).toEqual({ 'substratus.ai/gpu': 'part' });
  expect(tolerations?.map(({ key }) => key)).toEqual(['nvidia.com/mig-1g.10gb', 'nvidia.com/gpu']);
});
