/** On which nodes pods with GPUs run, by what NVIDIA's and AMD's discovery label them with. */
import type { NodeSelectorTerm } from 'kubernetes-types/core/v1';
import type { GpuPoolSpec, PlatformSpec } from '../../../src/api/platform';
import type { GpuSpec } from '../../../src/api/resource';
import { GPUS } from '../../../src/catalog/gpus';
import { AMD_DEVICE_IDS, NVIDIA_PRODUCTS } from '../../../src/clouds/on-premises/products';
import { placementOf } from '../../../src/expand/placement';
import { resourceRequirements } from '../../../src/expand/resources';
import { platformOf } from '../../expand/fixtures';

const PRODUCT = 'nvidia.com/gpu.product';

function rack(gpuPools: readonly Partial<GpuPoolSpec>[], changes: Partial<PlatformSpec> = {}): PlatformSpec {
  const pools = gpuPools.map((pool, index) => ({ name: `pool-${index}`, gpu: 'nvidia-h100', gpusPerNode: 8, ...pool }));
  return platformOf('on-premises', { ...changes, ...(pools.length > 0 && { gpuPools: pools }) });
}

function placement(gpu: GpuSpec, platform: PlatformSpec) {
  const { nodeSelector, affinity, tolerations } = placementOf({ gpu }, platform);
  const terms: NodeSelectorTerm[] = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const valuesOf = ({ matchExpressions = [] }: NodeSelectorTerm) => (
    Object.fromEntries(matchExpressions.map(({ key, values }) => [key, values]))
  );
  return { nodeSelector, terms: terms.map(valuesOf), tolerations };
}

function resourceOf(gpu: GpuSpec, platform: PlatformSpec): string | undefined {
  return Object.keys(resourceRequirements({ gpu }, platform).limits ?? {}).find((name) => name.includes('/'));
}

test('every GPU of the catalog that a company can buy has names by which discovery labels its nodes', () => {
  const unlabelled = GPUS.map(({ name }) => name).filter((name) => !(name in NVIDIA_PRODUCTS) && !(name in AMD_DEVICE_IDS));
  expect(unlabelled).toEqual(['aws-inferentia2', 'aws-trainium1', 'aws-trainium2']);
});

/* `sanitise` of internal/lm/resource.go: letters, digits, - _ . and one - for blanks; and a label takes 63 characters. */
test('every name is one that a label can have, with a suffix for slices too', () => {
  const names = Object.values(NVIDIA_PRODUCTS).flat();
  expect(names.filter((name) => !/^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])$/.test(name))).toEqual([]);
  expect(names.filter((name) => `${name}-SHARED`.length > 63)).toEqual([]);
});

test('a GPU is on nodes with any of its names, whole', () => {
  expect(placement({ type: 'nvidia-h100' }, rack([{}])).terms).toEqual([{ [PRODUCT]: ['NVIDIA-H100-80GB-HBM3', 'NVIDIA-H100-PCIe'] }]);
});

test('one that has one name only is selected by it', () => {
  expect(placement({ type: 'nvidia-b200' }, rack([{ gpu: 'nvidia-b200' }]))).toMatchObject({ nodeSelector: { [PRODUCT]: 'NVIDIA-B200' }, terms: [] });
});

test('a GPU of AMD is on nodes with its device id', () => {
  const platform = rack([{ gpu: 'amd-mi300x' }]);
  expect(placement({ type: 'amd-mi300x' }, platform).terms).toEqual([{ 'amd.com/gpu.device-id': ['74a1', '74a9', '74b5', '74bd'] }]);
  expect(resourceOf({ type: 'amd-mi300x' }, platform)).toBe('amd.com/gpu');
});

test('labels of a pool take the place of those of discovery', () => {
  const platform = rack([{ nodeLabels: { 'acme.example/rack': 'r1' } }, { nodeLabels: undefined }]);
  expect(placement({ type: 'nvidia-h100' }, platform).terms).toEqual([
    { 'acme.example/rack': ['r1'] }, { [PRODUCT]: ['NVIDIA-H100-80GB-HBM3', 'NVIDIA-H100-PCIe'] },
  ]);
});

test('slices of MIG are on nodes whose name says so, offered as GPUs', () => {
  const platform = rack([{ gpu: 'nvidia-l4' }, { gpu: 'nvidia-a100', sharing: 'mig-1g.5gb' }]);
  expect(placement({ type: 'nvidia-a100', sharing: 'mig-1g.5gb' }, platform).terms).toEqual([{
    [PRODUCT]: ['A100-PCIE-40GB-MIG-1g.5gb', 'A100-SXM4-40GB-MIG-1g.5gb', 'NVIDIA-A100-PCIE-40GB-MIG-1g.5gb', 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb'],
  }]);
  expect(resourceOf({ type: 'nvidia-a100', sharing: 'mig-1g.5gb' }, platform)).toBe('nvidia.com/gpu');
});

test('by the strategy mixed they have a resource of their own, by which the nodes are labelled too', () => {
  const platform = rack([{}, { sharing: 'mig-1g.10gb', resource: 'nvidia.com/mig-1g.10gb' }]);
  const slice = { type: 'nvidia-h100', sharing: 'mig-1g.10gb' };
  expect(placement(slice, platform).terms).toEqual([
    { 'nvidia.com/mig-1g.10gb.product': ['NVIDIA-H100-80GB-HBM3-MIG-1g.10gb', 'NVIDIA-H100-PCIe-MIG-1g.10gb'] },
  ]);
  expect([resourceOf(slice, platform), resourceOf({ type: 'nvidia-h100' }, platform)]).toEqual(['nvidia.com/mig-1g.10gb', 'nvidia.com/gpu']);
});

test.each(['time-slicing', 'mps'])('GPUs that are shared by %s are on nodes that say how, and by how many', (kind) => {
  const platform = rack([{ gpu: 'nvidia-l4', sharing: `${kind}-4` }]);
  expect(placement({ type: 'nvidia-l4', sharing: `${kind}-4` }, platform).nodeSelector).toEqual({
    [PRODUCT]: 'NVIDIA-L4-SHARED', 'nvidia.com/gpu.replicas': '4', 'nvidia.com/gpu.sharing-strategy': kind,
  });
});

test('under a name of their own, they have no suffix', () => {
  const platform = rack([{ gpu: 'nvidia-l4', sharing: 'time-slicing-4', resource: 'nvidia.com/gpu.shared' }]);
  const slice = { type: 'nvidia-l4', sharing: 'time-slicing-4' };
  expect(placement(slice, platform).nodeSelector).toMatchObject({ [PRODUCT]: 'NVIDIA-L4', 'nvidia.com/gpu.replicas': '4' });
  expect(resourceOf(slice, platform)).toBe('nvidia.com/gpu.shared');
});

describe('a count alone', () => {
  const A6000 = { name: 'nvidia-rtx-a6000', memoryGiB: 48, resource: 'nvidia.com/gpu' };

  test('is of the one kind that the rack has', () => {
    expect(placement({ count: 2 }, rack([{}])).terms).toEqual([{ [PRODUCT]: ['NVIDIA-H100-80GB-HBM3', 'NVIDIA-H100-PCIe'] }]);
  });

  test('of a kind that the catalog does not have, is placed by its resource alone', () => {
    const { nodeSelector, terms } = placement({ count: 2 }, rack([{ gpu: A6000.name }], { gpus: [A6000] }));
    expect([nodeSelector, terms]).toEqual([{}, []]);
  });

  test('where no pool is declared, is of any GPU', () => {
    expect(placement({ count: 1 }, rack([]))).toMatchObject({ terms: [], tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }] });
  });

  test('is an error where the rack has several kinds', () => {
    expect(() => placement({ count: 1 }, rack([{}, { gpu: 'nvidia-l4' }]))).toThrow(
      'gpuCount is 1 but no gpu is set, and the platform has nvidia-h100, nvidia-l4; add gpu, for example gpu: Gpu.NVIDIA_L4 (gpu.type nvidia-l4)',
    );
  });

  test('a kind that the catalog does not have needs labels beside another of the same resource', () => {
    expect(() => placement({ type: A6000.name }, rack([{ gpu: A6000.name }, {}], { gpus: [A6000] }))).toThrow(
      'pool pool-0 has nvidia-rtx-a6000, whose nodes nothing tells from those of pool pool-1 with nvidia-h100; '
      + "give addGpuPool('pool-0') the nodeLabels of its nodes, for example { 'nvidia.com/gpu.product': 'NVIDIA-RTX-A6000' }",
    );
    const labelled = rack([{ gpu: A6000.name, nodeLabels: { [PRODUCT]: 'NVIDIA-RTX-A6000' } }, {}], { gpus: [A6000] });
    expect(placement({ type: A6000.name }, labelled).nodeSelector).toEqual({ [PRODUCT]: 'NVIDIA-RTX-A6000' });
  });
});

test('no taint but that of the GPU is tolerated, unless a pool is said to have one', () => {
  const keys = (pool: Partial<GpuPoolSpec>) => placement({ type: 'nvidia-h100' }, rack([pool])).tolerations?.map(({ key }) => key);
  expect(keys({})).toEqual(['nvidia.com/gpu']);
  expect(keys({ taints: { dedicated: 'dgx' } })).toEqual(['nvidia.com/gpu', 'dedicated']);
});

describe('what a container asks for by default', () => {
  const requests = (gpu: GpuSpec | undefined, platform: PlatformSpec) => {
    const { cpu, memory } = resourceRequirements(gpu && { gpu }, platform).requests ?? {};
    return [cpu, memory];
  };

  test('without a GPU is that of a server, not of a laptop', () => {
    expect(requests(undefined, rack([]))).toEqual(['2', '10Gi']);
  });

  test('with GPUs is no more than a server has for them, where its size is not known', () => {
    expect(requests({ type: 'nvidia-a10', count: 8 }, rack([{ gpu: 'nvidia-a10' }]))).toEqual(['96', '384Gi']);
    expect(requests({ type: 'nvidia-h100', count: 8 }, rack([{}]))).toEqual(['72', '1280Gi']);
  });

  test('and no more than its part of the node, where that is known', () => {
    expect(requests({ type: 'nvidia-h100', count: 8 }, rack([{ nodeCpu: 64, nodeMemoryGiB: 512 }]))).toEqual(['56', '448Gi']);
  });
});
