/** What else must know a cluster on premises: costs, pictures, and what looks at its nodes. */
import type { GpuPoolSpec, PlatformSpec } from '../../../src/api/platform';
import type { Resource } from '../../../src/api/resource';
import type { ClusterFacts, LiveNode } from '../../../src/cli/doctor/facts';
import { checkGpus } from '../../../src/cli/doctor/gpus';
import { estimate, usedNamesIn } from '../../../src/cost/estimate';
import { PriceTable } from '../../../src/cost/price-table';
import type { State } from '../../../src/state/state';
import { platformOf, server } from '../../expand/fixtures';

const DGX: GpuPoolSpec = {
  name: 'dgx', gpu: 'nvidia-h100', gpusPerNode: 8, capacity: 'on-demand', maxNodes: 2, machineType: 'dgx-h100', nodeCpu: 224, nodeMemoryGiB: 2000,
};
const RACK = platformOf('on-premises', { clusterName: 'rack', artifacts: { url: 's3://artifacts', endpoint: 'https://ceph' }, gpuPools: [DGX] });

describe('what runs costs', () => {
  const PRICES = `cloud,region,machine,gpu,gpus,on_demand_usd_hour,spot_usd_hour,source,date
on-premises,rack,dgx-h100,nvidia-h100,8,16.00,,finance,2026-11-01
`;
  const state = (resource: Resource): State => ({ clusters: [{ name: 'rack', platform: RACK, resources: [resource], objects: [] }], stacks: [] });
  const two = state(server({ resources: { gpu: { type: 'nvidia-h100', count: 2 } } }));

  test('nothing that is known, without prices', () => {
    expect(estimate(two).clusters).toEqual([{ name: 'rack', cloud: 'on-premises', items: [], resources: [] }]);
  });

  test('its part of a machine, by the price of a user, under the name of the cluster', () => {
    const prices = PriceTable.builtIn().with(PRICES, 'prices.csv', usedNamesIn(two));
    const [cluster] = estimate(two, { prices }).clusters;
    expect(cluster).toMatchObject({ region: 'rack', resources: [{ hourly: { min: 4, max: 4 } }] });
  });

  test('the part that it takes most of, where that is memory', () => {
    const all = state(server({ resources: { gpu: { type: 'nvidia-h100', count: 1 }, memory: '1000Gi' } }));
    const prices = PriceTable.builtIn().with(PRICES, 'prices.csv', usedNamesIn(all));
    expect(estimate(all, { prices }).clusters[0]?.resources[0]?.hourly).toEqual({ min: 8, max: 8 });
  });

  test('a price of another cluster is an error', () => {
    expect(() => PriceTable.builtIn().with(PRICES.replace('rack', 'barn'), 'prices.csv', usedNamesIn(two))).toThrow("prices.csv:2: region is 'barn', ");
  });
});

describe('doctor', () => {
  const node = (name: string, labels: Record<string, string>, allocatable: Record<string, string>): LiveNode => (
    { metadata: { name, labels }, status: { allocatable } }
  );
  const H100 = { 'nvidia.com/gpu.present': 'true', 'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3' };
  const checks = (nodes: LiveNode[], pool: Partial<GpuPoolSpec> = {}) => {
    const platform: PlatformSpec = { ...RACK, gpuPools: [{ ...DGX, ...pool }] };
    return checkGpus({ nodes } as unknown as ClusterFacts, platform).filter(({ name }) => name === 'pool dgx')
      .map(({ state, message, remedy }) => [state, message, ...(remedy === undefined ? [] : [remedy])]);
  };

  test('finds the nodes of a pool by what discovery calls them', () => {
    expect(checks([node('a', H100, { 'nvidia.com/gpu': '8' }), node('b', H100, { 'nvidia.com/gpu': '8' })])).toEqual([
      ['ok', '2 nodes offer nvidia.com/gpu (nvidia-h100)'],
    ]);
  });

  test('says that no node offers GPUs, for none will come up', () => {
    expect(checks([node('a', H100, {})])).toEqual([
      ['missing', 'no node offers nvidia.com/gpu (nvidia-h100)', 'helm upgrade --install gpu-operator gpu-operator --repo https://helm.ngc.nvidia.com/nvidia --namespace gpu-operator --create-namespace'],
    ]);
  });

  test('says that nodes offer GPUs, but have not the labels of the pool', () => {
    expect(checks([node('a', { 'nvidia.com/gpu.product': 'NVIDIA-H100-80GB-HBM3-MIG-1g.10gb' }, { 'nvidia.com/gpu': '56' })])).toEqual([[
      'missing', '1 node offers nvidia.com/gpu, but none has nvidia.com/gpu.product NVIDIA-H100-80GB-HBM3 or NVIDIA-H100-PCIe',
      'see kubectl get nodes --show-labels; run GPU feature discovery, or give nodeLabels to the pool',
    ]]);
  });

  test('says that a node offers fewer than the pool says, slices too', () => {
    expect(checks([node('a', H100, { 'nvidia.com/gpu': '7' })])).toEqual([['warning', 'node a offers 7 nvidia.com/gpu where the pool says 8']]);
    const mixed = { sharing: 'mig-1g.10gb', resource: 'nvidia.com/mig-1g.10gb' };
    const labels = { 'nvidia.com/mig-1g.10gb.product': 'NVIDIA-H100-80GB-HBM3-MIG-1g.10gb' };
    expect(checks([node('a', labels, { 'nvidia.com/mig-1g.10gb': '49' })], mixed)).toEqual([
      ['warning', 'node a offers 49 nvidia.com/mig-1g.10gb where the pool says 56'],
    ]);
  });
});
