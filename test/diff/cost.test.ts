import { Cloud, Cluster, Gpu, GpuNodePool, Server } from '../../src';
import { costChangeOf, costLines } from '../../src/diff/cost';
import { diffOf } from '../../src/diff/diff';
import { markdownOf } from '../../src/diff/markdown';
import { textOf } from '../../src/diff/text';
import { clusterWith, imported, stackWith } from './apps';

const gpuPool = (maxNodes: number, region = 'us-central1') => stackWith((stack) => {
  const cluster = new Cluster(stack, 'ml', { cloud: Cloud.gcp({ projectId: 'acme', projectNumber: '123456789012', region }) });
  new GpuNodePool(stack, 'l4', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes });
});

const served = (replicas: number, region = 'us-central1') => clusterWith((team) => {
  new Server(team, 'chat', { model: imported(team), image: 'acme/server:1', resources: { gpu: Gpu.NVIDIA_L4 }, replicas });
}, { pools: { l4: { gpu: Gpu.NVIDIA_L4, gpusPerNode: 1, maxNodes: 4, machineType: 'g2-standard-8' } }, platform: { region } });

test('a pool that may grow costs more a month with as many nodes as there can be, and no more with as few', () => {
  const change = costChangeOf(gpuPool(1), gpuPool(3));
  if (!change) throw new Error('there is no change');
  const nodes = change.items.find(({ name }) => name === 'cloud: nodes l4');
  expect(nodes?.to?.max).toBeCloseTo(3 * (nodes?.from?.max ?? 0));
  const { from, to } = change.monthly;
  expect([from.min, nodes?.from?.max]).not.toContain(0);
  expect(to.min).toBeCloseTo(from.min);
  expect(to.max - from.max).toBeCloseTo(change.items.reduce((sum, item) => sum + (item.to?.max ?? 0) - (item.from?.max ?? 0), 0));
});

test('a server that scales costs so much more an hour', () => {
  const change = costChangeOf(served(1), served(3));
  expect(change?.items).toEqual([]);
  expect(change?.hourly[0]?.name).toBe('Server team-a/chat');
  expect(change?.hourly[0]?.to?.min).toBeCloseTo(3 * (change?.hourly[0]?.from?.min ?? 0));
});

test('a price that becomes unknown is not told as a saving', () => {
  const nodes = costChangeOf(gpuPool(2), gpuPool(2, 'europe-west99'));
  const lines = nodes ? costLines(nodes) : [];
  expect(lines[0]).toMatch(/, without what has no known price: \d+ items? before, [1-9]\d* items? after$/);
  expect(lines.find((line) => line.startsWith('cloud: nodes l4: '))).toMatch(/ → ([\d.,]+ to [\d.,]+ \+ )?unknown USD$/);
  const back = costChangeOf(gpuPool(2, 'europe-west99'), gpuPool(2));
  expect(back && costLines(back)[0]).toMatch(/: [1-9]\d* items? before, /);
  const hourly = costChangeOf(served(1), served(1, 'europe-west99'));
  expect(hourly && costLines(hourly)).toContainEqual(expect.stringMatching(/^Server team-a\/chat: [\d.]+ → unknown USD an hour$/));
});

test('what costs the same is not told', () => {
  expect(costChangeOf(served(1), served(1))).toBeUndefined();
});

test('the cost is told in text and in Markdown, with what has no price', () => {
  const cost = {
    monthly: { from: { min: 70, max: 70, unknown: { min: 0, max: 0 } }, to: { min: 70, max: 1070.5, unknown: { min: 0, max: 1 } } },
    items: [{ name: 'gcp: nodes l4', to: { min: 0, max: 1000.5 } }], hourly: [{ name: 'Server team-a/chat', from: { min: 0.7, max: 0.7 } }],
  };
  expect(costLines(cost)).toEqual([
    'a month: 70.00 → 70.00 to 1,070.50 USD, without what has no known price: 0 items before, 1 item after',
    'gcp: nodes l4: (none) → 0.00 to 1,000.50 USD',
    'Server team-a/chat: 0.700 → (none) USD an hour',
  ]);
  const diff = { ...diffOf(served(1), served(3)), cost };
  expect(textOf(diff)).toContain('\n\ncost\n  a month: 70.00 → ');
  expect(markdownOf(diff)).toContain('\n### cost\n\n- a month: 70.00 → ');
});
