import { App, Chart, JsonPatch } from 'cdk8s';
import type { ApiObject } from 'cdk8s';
import { ClusterAddons, GpuSharing } from '../../../src';
import { objectsOf } from '../fixtures';
import { cluster, poolOf } from './clouds';
import type { CloudName } from './clouds';

function addonsOn(cloud: CloudName): string[] {
  const owner = cluster(cloud);
  poolOf(owner, 'gpus');
  const chart = new Chart(new App(), 'system', { namespace: 'default' });
  new ClusterAddons(chart, 'addons', { platform: owner.platform });
  return objectsOf(chart).map(({ kind, metadata }) => `${kind ?? ''} ${metadata?.name ?? ''}`);
}

test('what a cloud leaves to the user is written: device plugins, and on AWS an autoscaler and a default StorageClass', () => {
  expect(addonsOn('gcp')).toEqual([]);
  expect(addonsOn('aws').join('\n')).toMatch(/StorageClass [^]*autoscaler|autoscaler[^]*StorageClass /);
  for (const cloud of ['aws', 'azure'] as const) expect(addonsOn(cloud).some((object) => object.startsWith('DaemonSet '))).toBe(true);
});

test('what belongs to no namespace is given none by its chart', () => {
  const owner = cluster('aws');
  const chart = new Chart(new App(), 'system', { namespace: 'default' });
  new ClusterAddons(chart, 'addons', { platform: owner.platform });
  expect(objectsOf(chart).filter(({ metadata }) => metadata?.namespace === 'default')).toEqual([]);
});

test.each(['aws', 'azure'] as const)('on %s pools may be declared before or after: the same bytes', (cloud) => {
  const addons = (inOrder: (pools: () => void, declare: () => void) => void): string => {
    const owner = cluster(cloud);
    const app = new App();
    const chart = new Chart(app, 'system');
    inOrder(() => {
      poolOf(owner, 'turns', { sharing: GpuSharing.timeSlicing(2) });
      poolOf(owner, 'whole');
      poolOf(owner, 'more-turns', { sharing: GpuSharing.timeSlicing(12) });
    }, () => void new ClusterAddons(chart, 'addons', { platform: owner.platform }));
    return app.synthYaml();
  };
  const before = addons((pools, declare) => { pools(); declare(); });
  expect(before).toContain('nvidia-device-plugin-time-slicing-12');
  expect(addons((pools, declare) => { declare(); pools(); })).toBe(before);
});

test('what a user has patched stays so when a pool is added', () => {
  const owner = cluster('aws');
  const chart = new Chart(new App(), 'system');
  const addons = new ClusterAddons(chart, 'addons', { platform: owner.platform });
  const plugin = addons.node.findChild('DaemonSet-nvidia-device-plugin') as ApiObject;
  plugin.addJsonPatch(JsonPatch.add('/metadata/labels/team', 'ml'));
  poolOf(owner, 'turns', { sharing: GpuSharing.timeSlicing(2) });
  expect(plugin.toJson()).toMatchObject({ metadata: { labels: { team: 'ml' } } });
  expect(JSON.stringify(plugin.toJson())).toContain('"operator":"NotIn","values":["time-slicing-2"]');
});
