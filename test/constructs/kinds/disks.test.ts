/** Issue 9, item 6: what the nodes of a platform can never mount is said at synth, on the resource. */
import { App as TerraformApp, TerraformStack } from 'cdktf';
import { ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool, Platform } from '../../../src';
import { messageOf, model, notebook, synthErrors, untyped, workspace } from '../fixtures';

test('a disk that the machine cannot attach is an error on the construct', () => {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml', storageClasses: { fast: 'hyperdisk-balanced' } });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, machineType: 'g2-standard-4' });
  const team = workspace(platform);
  notebook(team, 'lab', { resources: { gpu: Gpu.NVIDIA_L4 }, storage: { storageClassName: 'fast' } });
  expect(synthErrors(team)).toEqual([expect.stringContaining('[team-a/lab] storage is a disk of class fast (hyperdisk-balanced), but pool l4 (g2-standard-4) cannot attach it')]);
});

test('a pool in a zone where the cluster has no other nodes is an error on what would be published from there', () => {
  const stack = new TerraformStack(new TerraformApp(), 'ml');
  const cloud = Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1', zones: ['us-central1-a', 'us-central1-b'] });
  const cluster = new Cluster(stack, 'ml', { cloud });
  new ArtifactBucket(stack, 'artifacts', { cluster });
  new GpuNodePool(stack, 'l4', { cluster, gpu: Gpu.NVIDIA_L4, maxNodes: 1, zones: ['us-central1-c'] });
  const team = workspace(cluster.platform);
  model(team, 'opt', { resources: { gpu: Gpu.NVIDIA_L4 } });
  expect(synthErrors(team)).toEqual([expect.stringMatching(/^\[team-a\/opt\] staging is a disk of class standard-rwo .* zone us-central1-c of pool l4 .* are in us-central1-a, us-central1-b; /)]);
});

test('on Azure without zones, pools are known to be in none', () => {
  const stack = new TerraformStack(new TerraformApp(), 'ml');
  const cluster = new Cluster(stack, 'ml', {
    cloud: Cloud.azure({ subscriptionId: '00000000-0000-0000-0000-000000000001', tenantId: '00000000-0000-0000-0000-000000000002', location: 'eastus' }),
    storageClasses: { v2: 'PremiumV2_LRS' },
  });
  new GpuNodePool(stack, 't4', { cluster, gpu: Gpu.NVIDIA_T4, maxNodes: 1 });
  expect(cluster.platform.toJson()).toMatchObject({ gpuPools: [{ zones: [] }], nodePools: [{ zones: [] }], storageClasses: { v2: 'PremiumV2_LRS' } });
});

test('storageClasses that are none are refused', () => {
  const made = (storageClasses: unknown) => messageOf(() => Platform.gcp({ clusterName: 'ml', bucketName: 'acme', storageClasses: untyped(storageClasses) }));
  expect(made({ fast: 5 })).toBe('storageClasses has fast: 5; give types of disks by class, for example { fast: \'io2\' }');
  expect(made(['io2'])).toMatch(/^storageClasses is /);
});
