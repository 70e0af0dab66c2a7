/** A12: a build fits on a node that every cluster has. */
import type { Job } from 'kubernetes-types/batch/v1';
import { gcpCloud } from '../../../src/clouds/gcp/pods';
import type { ClusterInfrastructure } from '../../../src/clouds/infrastructure';
import { childrenOf, model } from '../../expand/fixtures';
import { synthCluster } from './stack';

test('A12: a build can be scheduled on the system pool of a new cluster', () => {
  let pools: ClusterInfrastructure['nodePools'];
  const { one } = synthCluster((cluster) => {
    pools = cluster.nodePools;
  });
  const [{ machineType = '', diskGiB = 0 } = {}] = pools ?? [];
  const shape = gcpCloud.shapeOf(machineType);
  const room = gcpCloud.allocatable({ vcpu: shape?.vcpu ?? 0, memoryGiB: shape?.memoryGiB ?? 0, diskGiB });
  const build = childrenOf(model({ image: undefined, build: { git: { url: 'https://example.com/models.git' } } })).find(({ step }) => step === 'build');
  const { requests = {} } = (build?.object as Job).spec?.template.spec?.containers[0]?.resources ?? {};
  expect(Number.parseInt(requests['ephemeral-storage'] ?? '', 10)).toBeLessThan(room.diskGiB ?? 0);
  expect(Number.parseInt(requests.memory ?? '', 10)).toBeLessThan(room.memoryGiB);
  expect(one('google_container_node_pool', { name: 'system' }).node_config).toMatchObject({ disk_size_gb: 200 });
});
