import { App, Chart, JsonPatch } from 'cdk8s';
import type { ApiObject } from 'cdk8s';
import { Testing } from 'cdktf';
import { Cluster, ClusterAddons, GpuSharing, Platform } from '../../../src';
import type { AwsPlatformProps, ClusterAttributes } from '../../../src';
import { objectsOf } from '../fixtures';
import { cluster, CLOUDS, emptyStack, poolOf } from './clouds';
import type { CloudName } from './clouds';

function addonsOn(cloud: CloudName): string[] {
  const owner = cluster(cloud);
  poolOf(owner, 'gpus');
  const chart = new Chart(new App(), 'system', { namespace: 'default' });
  new ClusterAddons(chart, 'addons', { platform: owner.platform });
  return namesOf(chart);
}

function namesOf(chart: Chart): string[] {
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

describe('a cluster that exists', () => {
  const ATTRIBUTES = { nodeRoleArn: 'arn:aws:iam::111122223333:role/nodes', subnetIds: ['subnet-a', 'subnet-b'] };

  function existing(asked: Partial<ClusterAttributes>): { readonly manifests: string[]; readonly terraform: string } {
    const stack = emptyStack();
    const owner = Cluster.fromAttributes(stack, 'ours', { cloud: CLOUDS.aws, clusterName: 'ours', attributes: ATTRIBUTES, ...asked });
    const chart = new Chart(new App(), 'system');
    new ClusterAddons(chart, 'addons', { platform: owner.platform });
    return { manifests: namesOf(chart), terraform: Testing.synth(stack) };
  }

  test('gets no autoscaler and no default StorageClass that it has not asked for, for it may have its own', () => {
    const { manifests, terraform } = existing({});
    expect(manifests).toEqual(['DaemonSet nvidia-device-plugin']);
    expect(terraform).not.toContain('autoscaling:');
  });

  test('gets the autoscaler with the rights to resize its own groups', () => {
    const { manifests, terraform } = existing({ autoscaler: true });
    expect(manifests).toContain('Deployment cluster-autoscaler');
    expect(manifests).not.toContain('StorageClass gp3');
    expect(terraform).toContain('autoscaling:SetDesiredCapacity');
    expect(terraform).toMatch(/"namespace": "kube-system",\s+"role_arn": [^\n]+\s+"service_account": "cluster-autoscaler"/);
    expect(terraform).toContain('k8s.io/cluster-autoscaler/ours');
  });

  test('gets a default StorageClass where it has none', () => {
    expect(existing({ defaultStorageClass: true }).manifests).toContain('StorageClass gp3');
  });

  test('does not get two autoscalers', () => {
    expect(() => existing({ autoscaler: true, autoProvisioning: true })).toThrow(
      '[cloud/ours] autoscaler and autoProvisioning are both true, so that two would add nodes for the same pod; leave one of them out',
    );
  });
});

test('a platform that is described by hand is asked the same', () => {
  const addons = (props: Partial<AwsPlatformProps>): string[] => {
    const chart = new Chart(new App(), 'system');
    new ClusterAddons(chart, 'addons', { platform: Platform.aws({ clusterName: 'ml', bucketName: 'acme', region: 'us-east-1', ...props }) });
    return namesOf(chart);
  };
  expect(addons({})).toEqual(['DaemonSet nvidia-device-plugin']);
  expect(addons({ autoscaler: true, defaultStorageClass: true })).toEqual(expect.arrayContaining(['StorageClass gp3', 'Deployment cluster-autoscaler']));
  expect(() => addons({ autoscaler: true, autoProvisioning: true })).toThrow('autoscaler and autoProvisioning are both true');
});

test.each(['gcp', 'azure'] as const)('%s has both, so that asking for them is an error', (cloud) => {
  const existing = (asked: Partial<ClusterAttributes>) => () => Cluster.fromAttributes(emptyStack(), 'ours', { cloud: CLOUDS[cloud], clusterName: 'ours', ...asked });
  const title = cloud === 'gcp' ? 'Google Cloud' : 'Azure';
  expect(existing({ autoscaler: true })).toThrow(`[cloud/ours] autoscaler is true, but on ${title} a cluster has its own autoscaler; leave it out`);
  expect(existing({ defaultStorageClass: true }))
    .toThrow(`[cloud/ours] defaultStorageClass is true, but on ${title} a cluster has its own default StorageClass; leave it out`);
});
