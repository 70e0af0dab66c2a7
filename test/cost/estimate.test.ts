/** What is computed from a state alone, as the command line has it. */
import type { GpuPoolSpec, PlatformSpec } from '../../src/api/platform';
import type { Resource } from '../../src/api/resource';
import { isUnknown, itemTotal, totalOf } from '../../src/cost/amounts';
import { estimate, usedNamesIn } from '../../src/cost/estimate';
import type { Estimate, EstimateOptions } from '../../src/cost/estimate';
import { infracost } from '../../src/cost/infracost';
import { PriceTable } from '../../src/cost/price-table';
import { costTable } from '../../src/cost/table';
import type { State, TerraformJson } from '../../src/state/state';
import { infracostProblems } from '../schemas/infracost';

const POOL: GpuPoolSpec = { name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, machineType: 'g2-standard-4' };
const PLATFORM: PlatformSpec = { cloud: 'gcp', clusterName: 'ml', region: 'us-central1', artifacts: { url: 'gs://acme' }, gpuPools: [POOL] };

function resource(kind: Resource['kind'], spec: object, annotations?: Record<string, string>): Resource {
  return { apiVersion: 'substratus.ai/v1', kind, metadata: { name: 'one', namespace: 'team-a', annotations }, spec } as Resource;
}

function stateOf(resources: readonly Resource[], platform: Partial<PlatformSpec> = {}, resourceTypes?: TerraformJson['resource']): State {
  const terraform = resourceTypes && { provider: { google: [{ region: 'europe-west4' }], aws: [{ region: 'eu-west-1' }] }, resource: resourceTypes };
  return {
    clusters: [{ name: 'ml', platform: { ...PLATFORM, ...platform }, resources, objects: [] }],
    stacks: terraform ? [{ name: 'stack', terraform }] : [],
  };
}

function runningOf(spec: object, platform: Partial<PlatformSpec> = {}, { kind = 'Server', annotations }: { kind?: Resource['kind']; annotations?: Record<string, string> } = {}) {
  const [first] = estimate(stateOf([resource(kind, { image: 'acme/one', ...spec }, annotations)], platform)).clusters[0]?.resources ?? [];
  return first;
}

const L4 = { gpu: { type: 'nvidia-l4', count: 1 } };

describe('a server', () => {
  test('costs its node, times its replicas', () => {
    expect(runningOf({ replicas: 3, resources: L4 })?.hourly?.min).toBeCloseTo(3 * 0.7068, 6);
  });

  test('on many nodes costs all of them, times its replicas', () => {
    const running = runningOf({ replicas: 2, nodes: 3, resources: L4 }, { leaderWorkerSet: {} });
    expect(running?.hourly?.min).toBeCloseTo(6 * 0.7068, 6);
    expect(running?.replicas).toBe(6);
  });

  test('costs a fourth of a node of four GPUs', () => {
    const running = runningOf({ resources: L4 }, { gpuPools: [{ ...POOL, gpusPerNode: 4, machineType: 'g2-standard-48' }] });
    expect(running?.places).toMatchObject([{ machineType: 'g2-standard-48', share: 0.25 }]);
    expect(running?.hourly?.min).toBeCloseTo(4.0017 / 4, 6);
  });

  test('that asks for more memory than comes with its GPU costs that part of the node', () => {
    const resources = { ...L4, memory: '100Gi' };
    const [place] = runningOf({ resources }, { gpuPools: [{ ...POOL, gpusPerNode: 4, machineType: 'g2-standard-48' }] })?.places ?? [];
    expect(place?.share).toBeCloseTo(100 / (192 - 11.06 - 100 / 1024), 2); /* of 192 GiB, of which GKE keeps some */
  });

  test('has the price of its region', () => {
    expect(runningOf({ resources: L4 }, { region: 'europe-west4' })?.hourly?.min).toBeCloseTo(0.7429, 6);
  });

  test('in a region that the table does not have has no price', () => {
    expect(runningOf({ resources: L4 }, { region: 'mars-north1' })).toMatchObject({ problem: 'no price of g2-standard-4 in mars-north1' });
    expect(runningOf({ resources: L4 }, { region: 'mars-north1' })?.hourly).toBeUndefined();
  });

  test('on a platform whose region is not known has no price', () => {
    expect(runningOf({ resources: L4 }, { region: undefined })?.problem).toBe('the region of the platform is not known; give region to it');
  });

  test('on spot nodes pays the price of spot, with that on demand beside it', () => {
    const running = runningOf({ resources: L4 }, { gpuPools: [{ ...POOL, capacity: 'spot' }] });
    expect(running).toMatchObject({ hourly: { min: 0.3973, max: 0.3973 }, onDemand: { min: 0.7068 }, spot: { min: 0.3973 } });
  });

  test('that takes either costs from the one to the other', () => {
    const gpuPools = [POOL, { ...POOL, name: 'l4-spot', capacity: 'spot' as const }];
    expect(runningOf({ resources: { ...L4, capacity: 'spot-first' } }, { gpuPools })?.hourly).toEqual({ min: 0.3973, max: 0.7068 });
  });

  test('on flex-start nodes has no price, which the table does not have', () => {
    const running = runningOf({ resources: { ...L4, capacity: 'flex-start' } }, { gpuPools: [{ ...POOL, capacity: 'flex-start' }] });
    expect(running?.problem).toBe('no flex-start price of g2-standard-4 in us-central1');
  });

  test('on a pool without a machine type is taken to run on the cheapest that has room', () => {
    const gpuPools = [{ ...POOL, machineType: undefined }];
    expect(runningOf({ resources: L4 }, { gpuPools })?.places).toMatchObject([{ machineType: 'g2-standard-4', isAssumed: true }]);
    expect(runningOf({ resources: { ...L4, memory: '40Gi' } }, { gpuPools })?.places).toMatchObject([{ machineType: 'g2-standard-12', isAssumed: true }]);
  });

  test('on a pool of several machine types costs from the cheapest to the dearest of them', () => {
    const several = { ...POOL, machineType: 'g6.xlarge', machineTypes: ['g6.xlarge', 'g6.8xlarge'] };
    const running = runningOf({ resources: L4 }, { cloud: 'aws', region: 'us-east-1', gpuPools: [several] });
    expect(running?.places.map(({ machineType, pool }) => [machineType, pool])).toEqual([['g6.xlarge', 'l4'], ['g6.8xlarge', 'l4']]);
    expect(running?.hourly?.min).toBeCloseTo(0.8048, 4);
    expect(running?.hourly?.max).toBeCloseTo(2.0144, 4);
  });

  test('that is suspended costs nothing', () => {
    expect(runningOf({ suspend: true, resources: L4 })).toMatchObject({ replicas: 0, hourly: { min: 0, max: 0 } });
  });

  test('that no pool can hold has no price, and says so', () => {
    expect(runningOf({ resources: { gpu: { type: 'nvidia-h100', count: 1 } } })).toMatchObject({ places: [], problem: 'no pool of the platform can hold it' });
  });

  test('without GPU costs its part of a node of the pools that have room', () => {
    const nodePools = [{ name: 'small', machineType: 'n2d-standard-2' }, { name: 'large', machineType: 'n2d-standard-8' }];
    const running = runningOf({ resources: { cpu: 4, memory: 8 } }, { nodePools });
    expect(running?.places.map(({ pool }) => pool)).toEqual(['large']);
    expect(running?.hourly?.min).toBeCloseTo(0.338 * 4 / (8 - 0.06 - 0.01 - 2 * 0.005 - 4 * 0.0025), 4);
  });
});

describe('a run', () => {
  const trains = (duration: string) => runningOf({ resources: L4 }, {}, { kind: 'Model', annotations: { 'substratus.ai/expected-duration': duration } });

  test('costs as long as it is expected to take', () => {
    expect(trains('2h30m')?.run).toEqual({ seconds: { min: 9000, max: 9000 }, cost: { min: 2.5 * 0.7068, max: 2.5 * 0.7068 } });
  });

  test('costs from at least to at most', () => {
    expect(trains('2h-5h')?.run?.cost).toEqual({ min: 2 * 0.7068, max: 5 * 0.7068 });
  });

  test('of a duration that is not one has no cost', () => {
    expect(trains('soon')).toMatchObject({
      problem: "annotation substratus.ai/expected-duration is 'soon'; give a duration such as 2h30m, or from at least to at most, such as 2h-5h",
    });
    expect(trains('5h-2h')?.run).toBeUndefined();
  });

  test('of files that are there already costs nothing', () => {
    expect(runningOf({ source: { bucket: { url: 'gs://acme/llama' } }, image: undefined }, {}, { kind: 'Model' })).toBeUndefined();
  });
});

describe('a stack', () => {
  const costOf = (resourceTypes: TerraformJson['resource'], options?: EstimateOptions): Estimate => estimate(stateOf([], {}, resourceTypes), options);
  const POOLS = {
    google_container_node_pool: {
      l4: { name: 'l4', autoscaling: { total_min_node_count: 1, total_max_node_count: 3 }, node_config: { machine_type: 'g2-standard-4', disk_size_gb: 100 } },
    },
  };

  test('has the prices of its region', () => {
    const [pool] = costOf(POOLS).stacks[0]?.items ?? [];
    expect(pool?.components[0]?.price?.usd).toBeCloseTo(0.7429, 6);
    expect(pool?.nodes?.count).toEqual({ min: 1, max: 3 });
  });

  const twoClusters = (locations: readonly [string, string]): TerraformJson['resource'] => {
    const each = <T>(of: (name: string, location: string) => T) => (
      Object.fromEntries(locations.map((location, index) => [`n${index}`, of(`n${index}`, location)])));
    return {
      google_container_cluster: each((name, location) => ({ name, location, network: `\${google_compute_network.${name}.id}` })),
      google_container_node_pool: each((name) => ({
        name, cluster: `\${google_container_cluster.${name}.name}`, autoscaling: { total_min_node_count: 2, total_max_node_count: 2 },
        node_config: { machine_type: 'g2-standard-4' },
      })),
      google_compute_router: each((name, location) => ({ region: location, network: `\${google_compute_network.${name}.name}` })),
      google_compute_router_nat: each((name, location) => ({ region: location, router: `\${google_compute_router.${name}.name}` })),
    };
  };

  test('with two clusters has the prices of the region of each', () => {
    const chat = resource('Server', { image: 'acme/one', resources: L4 });
    const state = stateOf([chat], { clusterName: 'n1', region: undefined }, twoClusters(['us-central1', 'europe-west4']));
    const { stacks, clusters } = estimate(state);
    const pools = stacks[0]?.items.filter(({ what }) => what === 'nodes').map(({ components }) => components[0]?.price?.usd);
    expect([...usedNamesIn(state).regions]).toEqual(['us-central1', 'europe-west4']);
    expect(pools).toEqual([0.7068, expect.closeTo(0.7429, 4)]);
    expect([clusters[0]?.region, clusters[0]?.resources[0]?.hourly?.min]).toEqual(['europe-west4', expect.closeTo(0.7429, 4)]);
  });

  test.each([[['us-central1', 'us-central1']], [['us-central1', 'us-east1']]] as const)('with gateways in %j counts each node and each GB once', (locations) => {
    const items = costOf(twoClusters(locations)).stacks[0]?.items.filter(({ what }) => what === 'NAT gateway and egress') ?? [];
    const components = items.flatMap((item) => item.components);
    const sum = (name: string) => components.filter((each) => each.name === name).reduce((all, { quantity }) => all + quantity.max, 0);
    expect(['Gateway, by node', 'Data through the gateway', 'Egress to the internet'].map(sum)).toEqual([4 * 730, 500, 100]);
    expect(items[0]?.components[0]?.price?.usd).toBe(0.0014);
  });

  test.each([
    ['aws_nat_gateway', 'Data through the gateway', 500], ['aws_internet_gateway', 'Egress to the internet', 100], ['azurerm_nat_gateway', 'Data through the gateway', 500],
    ['azurerm_nat_gateway', 'Egress to the internet', 100], ['azurerm_log_analytics_workspace', 'Ingestion', 50],
  ])('with two of %s assumes the GB of "%s" once', (type, name, gb) => {
    const components = costOf({ [type]: { a: {}, b: {} } }).stacks[0]?.items.flatMap((item) => item.components) ?? [];
    expect(components.filter((each) => each.name === name).map(({ quantity }) => quantity.max)).toEqual([gb / 2, gb / 2]);
  });

  test('takes list prices of the US elsewhere, and says so', () => {
    const result = costOf({ google_compute_router_nat: { nat: {} }, google_container_cluster: { ml: { name: 'ml', location: 'europe-west4' } } });
    const price = (what: string) => result.stacks[0]?.items.find((item) => item.what === what)?.components[0]?.price;
    expect([price('NAT gateway and egress')?.isOfOtherRegion, price('control plane')?.isOfOtherRegion]).toEqual([true, undefined]);
    expect(costTable(result)).toContain('† Has a price of the US; other regions differ.');
  });

  test('with a resource of another type is a total without it', () => {
    const { items = [], free } = costOf({
      google_sql_database_instance: { db: {} }, google_project_service: { api: {} }, google_kms_crypto_key: { key: {} },
    }).stacks[0] ?? {};
    expect([items.map(({ address }) => address), free]).toEqual([['google_sql_database_instance.db', 'google_kms_crypto_key.key'], ['google_project_service.api']]);
    expect(totalOf(items)).toEqual({ min: 0.06, max: 0.06, unknown: { min: 1, max: 1 } });
  });

  test('shows what is unknown, and never as 0', () => {
    const page = costTable(costOf({ google_sql_database_instance: { db: {} } }));
    expect(page).toMatch(/google_sql_database_instance +unknown\n/);
    const both = costTable(costOf({ google_sql_database_instance: { db: {} }, google_kms_crypto_key: { key: {} } }));
    expect(both).toMatch(/total +without 1 item of unknown price +0\.06\n/);
  });

  test('with nodes of unknown price knows what it costs without nodes', () => {
    const pool = { autoscaling: { total_min_node_count: 0, total_max_node_count: 3 }, node_config: { machine_type: 'z9-standard-4' } };
    const [item] = costOf({ google_container_node_pool: { new: pool } }).stacks[0]?.items ?? [];
    expect(item && [isUnknown(item, 'min'), isUnknown(item, 'max'), itemTotal(item).max]).toEqual([false, true, 3 * 100 * 0.1]);
  });

  test('has pools whose limits are those of each zone', () => {
    const pool = (more: object) => ({ node_config: { machine_type: 'g2-standard-4' }, location: 'europe-west4', ...more });
    const items = costOf({
      google_container_node_pool: {
        each: pool({ autoscaling: { min_node_count: 1, max_node_count: 2 }, node_locations: ['europe-west4-a', 'europe-west4-b'] }),
        fixed: pool({ node_count: 2, location: 'europe-west4-a' }),
        regional: pool({ node_count: 1 }),
      },
    }).stacks[0]?.items;
    expect(items?.map(({ nodes }) => nodes?.count)).toEqual([{ min: 2, max: 4 }, { min: 2, max: 2 }, { min: 3, max: 3 }]);
  });

  test('counts a pool of several machine types at the dearest, and says so', () => {
    const group = { capacity_type: 'ON_DEMAND', scaling_config: { min_size: 0, max_size: 1 }, region: 'us-east-1' };
    const itemsOf = (args: object) => costOf({ aws_eks_node_group: { group: { ...group, ...args } } }).stacks[0]?.items ?? [];
    const nodesOf = (instance_types: string[]) => itemsOf({ instance_types })[0];
    const known = nodesOf(['g6.xlarge', 'g6.8xlarge', 'g6.2xlarge']);
    expect(known?.nodes?.machine).toBe('g6.8xlarge, the dearest of 3 types, on demand');
    expect(known?.components[0]?.price?.usd).toBeCloseTo(2.0144, 4);
    expect(nodesOf(['g6.xlarge', 'g9.xlarge'])?.nodes?.machine).toBe('g6.xlarge, the dearest of known price of 2 types, on demand');
    expect(nodesOf(['g6.xlarge'])?.nodes?.machine).toBe('g6.xlarge, on demand');
  });

  test('costs what is assumed', () => {
    const bucket = { google_storage_bucket: { artifacts: { location: 'us-central1' } } };
    const total = (assumptions?: EstimateOptions['assumptions']) => totalOf(costOf(bucket, { assumptions }).stacks[0]?.items ?? []).min;
    expect([total(), total({ bucketGb: 2000 })]).toEqual([10, 40]);
    expect(() => total({ bucketGB: 1 } as EstimateOptions['assumptions'])).toThrow(
      'assumption bucketGB does not exist; did you mean bucketGb? There are monthlyHours, bucketGb, registryGb, natGb, egressGb, logsGb');
    expect(() => total({ bucketGb: -1 })).toThrow('assumption bucketGb is -1; give a number, 0 or more, for example 500');
    expect(() => total({ monthlyHours: 0 })).toThrow('assumption monthlyHours is 0; give more than 0 and at most 744, which are the hours of 31 days');
    expect(() => total({ monthlyHours: 8760 })).toThrow('assumption monthlyHours is 8760; give more than 0 and at most 744');
  });

  test('has its own prices where a file says so', () => {
    const state = stateOf([], {}, POOLS);
    const header = 'cloud,region,machine,gpu,gpus,on_demand_usd_hour,spot_usd_hour,source,date';
    const prices = PriceTable.builtIn().with(`${header}\ngcp,europe-west4,g2-standard-4,nvidia-l4,1,0.5,,contract 17,2026-11-01\n`, 'own.csv');
    const page = costTable(estimate(state, { prices }));
    expect(page).toMatch(/l4: 1–3 × g2-standard-4, on demand +0\.500 /);
    expect(page).toContain('contract 17 (2026-11-01)');
  });

  test('cites a file for the prices that are in it alone', () => {
    const header = 'cloud,region,machine,gpu,gpus,on_demand_usd_hour,spot_usd_hour,source,date';
    const pageWith = (prices: string, config: object) => costTable(estimate(stateOf([], {}, {
      google_container_node_pool: { l4: { ...POOLS.google_container_node_pool.l4, node_config: { machine_type: 'g2-standard-4', ...config } } },
    }), { prices: PriceTable.builtIn().with(`${header}\ngcp,europe-west4,g2-standard-4,nvidia-l4,1,${prices},contract 17,2026-11-01\n`, 'own.csv') }));
    expect(pageWith(',', {})).not.toContain('contract 17');
    expect(pageWith(',0.2', {})).not.toContain('contract 17');
    expect(pageWith(',0.2', { spot: true })).toContain('contract 17');
    expect(pageWith('0.5,', { spot: true })).not.toContain('contract 17');
  });

  test('has the machines and regions that a price file may name', () => {
    const platform = { gpuPools: [POOL], nodePools: [{ name: 'own', machineType: 'z9-standard-4' }] };
    const { machines, regions } = usedNamesIn(stateOf([], platform, {
      aws_eks_node_group: { a: { instance_types: ['p9.xlarge', 'p9.2xlarge'] } }, azurerm_kubernetes_cluster_node_pool: { b: { vm_size: 'Standard_Z1' } },
    }));
    expect([...machines]).toEqual(['g2-standard-4', 'z9-standard-4', 'p9.xlarge', 'p9.2xlarge', 'Standard_Z1']);
    expect([...regions]).toEqual(['eu-west-1', 'us-central1']);
  });

  test('is written as Infracost writes it', () => {
    const types = { ...POOLS, google_sql_database_instance: { db: {} }, google_project_service: { api: {} } };
    const result = costOf(types);
    const output = infracost(result) as { projects: { breakdown: { resources: { name: string }[] } }[]; totalMonthlyCost: string };
    expect(infracostProblems(output)).toEqual([]);
    expect(output.projects[0]?.breakdown.resources).toMatchObject([
      { name: 'google_container_node_pool.l4', resourceType: 'google_container_node_pool', costComponents: [{ unit: 'hours', monthlyQuantity: '730', priceNotFound: false }, {}] },
      { name: 'google_sql_database_instance.db', monthlyCost: null, costComponents: [{ price: null, monthlyCost: null, priceNotFound: true }] },
    ]);
    const most = infracost(result, 'max') as { totalMonthlyCost: string };
    expect(Number(most.totalMonthlyCost)).toBeCloseTo(3 * Number(output.totalMonthlyCost), 3);
    expect(infracost(costOf(types))).toEqual(output);
  });

  test('on Azure has the pool of its cluster as a part of it', () => {
    const pool = { name: 'system', vm_size: 'Standard_D4ds_v5', min_count: 2, max_count: 5 };
    const cluster = { name: 'ml', location: 'eastus', sku_tier: 'Standard', default_node_pool: pool };
    const output = infracost(costOf({ azurerm_kubernetes_cluster: { ml: cluster } }));
    expect(infracostProblems(output)).toEqual([]);
    const { projects } = output as { projects: { breakdown: { resources: object[] } }[] };
    expect(projects[0]?.breakdown.resources).toMatchObject([
      { name: 'azurerm_kubernetes_cluster.ml', costComponents: [{ name: 'Control plane' }], subresources: [{ name: 'default_node_pool' }] },
    ]);
  });
});

describe('objects of a cluster', () => {
  const itemsOf = (objects: readonly object[], resources: readonly Resource[] = []) => estimate({
    clusters: [{ name: 'ml', platform: PLATFORM, resources, objects: objects as never }], stacks: [],
  }).clusters[0]?.items ?? [];

  test('that make a load balancer cost one', () => {
    const service = (type: string) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'chat', namespace: 'team-a' }, spec: { type } });
    const gateway = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'llm', namespace: 'gateway' } };
    expect(itemsOf([service('LoadBalancer'), service('ClusterIP'), gateway]).map((item) => [item.address, itemTotal(item).min]))
      .toEqual([['Service team-a/chat', 0.025 * 730], ['Gateway gateway/llm', 0.025 * 730]]);
  });

  test('of a notebook have its disk, by the type of its class', () => {
    const notebook = (storage?: object) => itemTotal(itemsOf([], [resource('Notebook', { image: 'acme/lab', storage })])[0] as never).min;
    expect([notebook(), notebook({ size: 100, storageClassName: 'premium-rwo' })]).toEqual([20 * 0.1, 100 * 0.17]);
  });
});

test('a local cluster has no prices', () => {
  const page = costTable(estimate(stateOf([resource('Server', { image: 'acme/one' })], { cloud: 'local', clusterName: 'laptop', artifacts: { url: 'file:///srv' } })));
  expect(page).toBe('Cluster ml (a local cluster): its machines are yours, and have no price here\n');
});
