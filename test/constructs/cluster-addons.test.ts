import { App, Chart } from 'cdk8s';
import { ClusterAddons, GpuSharing } from '../../src';
import { cluster, poolOf } from './clouds';
import type { CloudName } from './clouds';
import { messageOf, objectsOf } from './fixtures';

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

test('fails when pools are added later', () => {
  const owner = cluster('azure');
  const app = new App();
  new ClusterAddons(new Chart(app, 'system'), 'addons', { platform: owner.platform });
  poolOf(owner, 'late', { sharing: GpuSharing.timeSlicing(2) });
  expect(messageOf(() => app.synthYaml()))
    .toBe('Validation failed with the following errors:\n  [system/addons] GPU pools or the bucket were added to the platform after this; declare them first');
});
