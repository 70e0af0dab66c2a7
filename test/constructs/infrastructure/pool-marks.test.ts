import type { NodePoolOptions } from '../../../src';
import { messageOf, untyped } from '../fixtures';
import { CLOUD_NAMES, cluster, poolOf, resourcesOf, synthesized } from './clouds';
import type { CloudName } from './clouds';

type Block = Readonly<Record<string, unknown>>;

const MACHINES: Readonly<Record<CloudName, string>> = { gcp: 'n2d-standard-8', aws: 'm7i.2xlarge', azure: 'Standard_D8ds_v5' };
const ZONES: Readonly<Record<CloudName, string>> = { gcp: 'us-central1-b', aws: 'us-east-1b', azure: '2' };
const POOL_TYPES = { gcp: 'google_container_node_pool', aws: 'aws_eks_node_group', azure: 'azurerm_kubernetes_cluster_node_pool' };

/** Labels, taints and zones of a pool's nodes, in the cloud's words. */
function marksOf(cloud: CloudName, pool: Block): unknown[] {
  const config = pool.node_config as Block | undefined;
  if (cloud === 'gcp') return [config?.labels, config?.taint, pool.node_locations];
  return cloud === 'aws' ? [pool.labels, pool.taint, pool.subnet_ids] : [pool.node_labels, pool.node_taints, pool.zones];
}

function options(cloud: CloudName, more: Partial<NodePoolOptions> = {}): NodePoolOptions {
  return { machineType: MACHINES[cloud], maxNodes: 3, zones: [ZONES[cloud]], labels: { tier: 'cpu' }, taints: { team: 'research' }, ...more };
}

test.each(CLOUD_NAMES)('on %s a pool without GPU has the labels, taints and zones that it is given', (cloud) => {
  const owner = cluster(cloud);
  owner.addNodePool('cpu', options(cloud));
  const pools = resourcesOf(synthesized(owner), POOL_TYPES[cloud]) as Block[];
  const own = pools.filter((pool) => JSON.stringify(marksOf(cloud, pool)).includes('"tier":"cpu"'));
  expect(own).toHaveLength(1);
  const [labels, taints, zones] = marksOf(cloud, own[0] ?? {});
  expect(labels).toMatchObject({ tier: 'cpu' });
  expect(taints).toEqual(cloud === 'azure' ? ['team=research:NoSchedule'] : [{ key: 'team', value: 'research', effect: 'NO_SCHEDULE' }]);
  expect(zones).toEqual([cloud === 'aws' ? expect.stringContaining('us-east-1b') : ZONES[cloud]]);
  expect(owner.platform._spec.nodePools?.find(({ name }) => name === 'cpu')?.zones).toEqual([ZONES[cloud]]);
});

test.each(CLOUD_NAMES)('on %s a GPU pool has them beside its own', (cloud) => {
  const owner = cluster(cloud);
  poolOf(owner, 'gpus', { labels: { tier: 'gpu' }, taints: { team: 'research' } });
  const pools = resourcesOf(synthesized(owner), POOL_TYPES[cloud]) as Block[];
  const [labels, taints] = pools.map((pool) => marksOf(cloud, pool)).find(([each]) => JSON.stringify(each)?.includes('"tier":"gpu"')) ?? [];
  expect(labels).toMatchObject({ 'tier': 'gpu', 'substratus.ai/gpu': cloud === 'azure' ? 'nvidia-t4' : 'nvidia-l4' });
  expect(taints).toEqual(cloud === 'azure' ? ['nvidia.com/gpu=present:NoSchedule', 'team=research:NoSchedule'] : [
    { key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' }, { key: 'team', value: 'research', effect: 'NO_SCHEDULE' },
  ]);
});

test('the autoscaler of AWS knows them of a group that has no node', () => {
  const owner = cluster('aws');
  owner.addNodePool('cpu', options('aws'));
  const tags = (resourcesOf(synthesized(owner), 'aws_autoscaling_group_tag') as { tag: { key: string; value: string } }[]).map(({ tag }) => `${tag.key}=${tag.value}`);
  expect(tags).toEqual(expect.arrayContaining([
    'k8s.io/cluster-autoscaler/node-template/label/tier=cpu', 'k8s.io/cluster-autoscaler/node-template/taint/team=research:NoSchedule',
  ]));
});

test.each<[string, object]>([
  ["labels has Tier!: 'cpu'; give a key and a value as Kubernetes takes them, for example { team: 'research' }", { labels: { 'Tier!': 'cpu' } }],
  ['taints has team: 3; give a key and a value as Kubernetes takes them, for example { team: \'research\' }', { taints: { team: 3 } }],
  ['labels has node.kubernetes.io/tier, which is in a domain of Kubernetes, the cloud or this library; give a key of your own', {
    labels: { 'node.kubernetes.io/tier': 'cpu' },
  }],
  ['labels has substratus.ai/gpu, which is in a domain of Kubernetes, the cloud or this library; give a key of your own', {
    labels: { 'substratus.ai/gpu': 'nvidia-h100' },
  }],
  ['taints has nvidia.com/gpu, which is set on nodes with GPUs by itself; give a key of your own', { taints: { 'nvidia.com/gpu': 'absent' } }],
])('fails when %s', (problem, marks) => {
  const owner = cluster('gcp');
  expect(messageOf(() => owner.addNodePool('cpu', options('gcp', untyped(marks))))).toBe(`[cloud/ml] pool cpu is invalid: ${problem}`);
  expect(messageOf(() => poolOf(owner, 'gpus', untyped(marks)))).toBe(`[cloud/gpus] ${problem}`);
});

test('fails when a zone is none of the cluster\'s', () => {
  expect(messageOf(() => cluster('aws').addNodePool('cpu', options('aws', { zones: ['us-east-1f'] }))))
    .toBe('[cloud/ml/cpu] pool cpu: zone us-east-1f is none of the cluster\'s; use us-east-1a, us-east-1b');
  expect(messageOf(() => cluster('gcp').addNodePool('cpu', options('gcp', { zones: ['europe-west4-a'] }))))
    .toBe('[cloud/ml/cpu] zone europe-west4-a is not in region us-central1; give zones such as us-central1-a');
});
