/** Case 11 in the cluster: a pod for which no node is large enough says so, and is not waited for. */
import type { PlatformSpec } from '../../../src/api/platform';
import type { ModelSpec } from '../../../src/api/resource';
import { model, platformOf } from '../../expand/fixtures';
import { World } from '../world';

const POOL = { name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 1, machineType: 'g2-standard-4', diskGiB: 100 };

function unschedulable(spec: ModelSpec, platform: PlatformSpec) {
  const cluster = new World(platform);
  const opt = cluster.add(model(spec));
  cluster.settle();
  cluster.end(opt, 'check', { message: '{"published":false}' });
  cluster.settle();
  const trouble = { reason: 'Unschedulable', message: 'no node for the pod yet: 0/3 nodes', isStuck: false } as const;
  cluster.pod(opt, cluster.child(opt, 'Job', 'run'), { phase: 'Pending', trouble });
  cluster.settle();
  return { ready: cluster.ready(opt), stalled: cluster.condition(opt, 'Stalled')?.status };
}

test('case 11: what is larger than the machine of the pool is Stalled, with pool, machine and what it has', () => {
  const { ready, stalled } = unschedulable({ resources: { memory: 48, gpu: { type: 'nvidia-l4' } } }, platformOf('gcp', { gpuPools: [POOL] }));
  expect(ready.message).toContain('; memory is 48Gi, but pool l4 (g2-standard-4) has 13.3 GiB of memory for pods; ask for less');
  expect([ready.reason, stalled]).toEqual(['Unschedulable', 'True']);
});

test('case 11: without a GPU too, where the pools are known', () => {
  const nodePools = [{ name: 'system', machineType: 'n2d-standard-4' }];
  const { ready, stalled } = unschedulable({ resources: { cpu: 16 } }, platformOf('gcp', { nodePools }));
  expect(ready.message).toContain('; cpu is 16, but pool system (n2d-standard-4) has 3.92 cores for pods');
  expect(stalled).toBe('True');
});

test('case 11: what fits waits for its node', () => {
  const { ready, stalled } = unschedulable({ resources: { gpu: { type: 'nvidia-l4' } } }, platformOf('gcp', { gpuPools: [POOL] }));
  expect([ready.message.includes('13.3'), stalled]).toEqual([false, undefined]);
});
