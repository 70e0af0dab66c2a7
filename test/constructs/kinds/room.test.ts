/** Case 11: what is larger than any machine of the platform is said at synth, on the resource. */
import { Duration, Size } from 'cdk8s';
import { App as TerraformApp, TerraformStack } from 'cdktf';
import { ArtifactBucket, Cloud, Cluster, Gpu, GpuNodePool, GpuSharing, Loader, Platform, Scaling, Trainer } from '../../../src';
import type { Cluster as AnyCluster, GpuNodePoolProps, ResourcesOptions, ServerProps } from '../../../src';
import { dataset, messageOf, model, server, synthErrors, workspace } from '../fixtures';

function cluster(): AnyCluster {
  const stack = new TerraformStack(new TerraformApp(), 'ml');
  const made = new Cluster(stack, 'ml', { cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' }) });
  new ArtifactBucket(stack, 'artifacts', { cluster: made });
  return made;
}

function declared(pool: Partial<GpuNodePoolProps> = {}): Platform {
  const made = cluster();
  new GpuNodePool(made, 'l4', { cluster: made, gpu: Gpu.NVIDIA_L4, maxNodes: 1, diskGiB: 100, ...pool });
  return made.platform;
}

function byHand(): Platform {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4 });
  return platform;
}

function errors(platform: Platform, resources: ResourcesOptions): string[] {
  const team = workspace(platform);
  server(team, 'chat', { resources });
  return synthErrors(team);
}

const L4 = { gpu: Gpu.NVIDIA_L4 };

test.each([
  ['memory', { memory: Size.gibibytes(48) }, 'memory is 48Gi, but pool l4 (g2-standard-4) has 13.3 GiB of memory for pods; '],
  ['cpu', { cpu: 8 }, 'cpu is 8, but pool l4 (g2-standard-4) has 3.92 cores for pods; '],
  ['disk', { disk: Size.gibibytes(300) }, 'disk is 300Gi, but pool l4 (g2-standard-4) has 49 GiB of disk for pods; '],
])('case 11: more %s than the machine of the pool has is refused', (_, more, message) => {
  expect(errors(declared(), { ...L4, ...more })).toEqual([expect.stringContaining(`[team-a/chat] ${message}`)]);
});

test('case 11: more than the largest machine of the cloud has is refused of a pool by hand', () => {
  expect(errors(byHand(), { ...L4, memory: Size.gibibytes(500) })).toEqual([
    expect.stringContaining('[team-a/chat] memory is 500Gi, but pool l4 (the largest machine with 1 nvidia-l4) has 118.58 GiB of memory for pods; '),
  ]);
});

test('case 11: what fits is taken', () => {
  expect(errors(declared(), { ...L4, memory: Size.gibibytes(10) })).toEqual(['no error']);
  expect(errors(byHand(), { ...L4, memory: Size.gibibytes(100), disk: Size.gibibytes(300) })).toEqual(['no error']);
  expect(errors(declared({ machineType: 'g2-standard-16' }), { ...L4, memory: Size.gibibytes(48) })).toEqual(['no error']);
  expect(errors(declared({ localSsdCount: 1 }), { ...L4, disk: Size.gibibytes(300) })).toEqual(['no error']);
});

test('case 11: a pool by hand may say its machine, and not one without the GPU', () => {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, machineType: 'g2-standard-4', diskGiB: 50, zones: ['us-central1-a'] });
  expect(platform.toJson()).toMatchObject({ gpuPools: [{ machineType: 'g2-standard-4', diskGiB: 50, zones: ['us-central1-a'] }] });
  expect(errors(platform, { ...L4, memory: Size.gibibytes(20) })).toEqual([expect.stringContaining('pool l4 (g2-standard-4) has 13.3 GiB')]);
  expect(messageOf(() => platform.addGpuPool('other', { gpu: Gpu.NVIDIA_L4, machineType: 'a2-highgpu-1g' })))
    .toContain('machineType is a2-highgpu-1g, which has 1 nvidia-a100, not 1 nvidia-l4');
});

test('memory that no author asked for is said to follow from the model', () => {
  const platform = declared();
  const team = workspace(platform);
  const base = model(team, 'base', { image: undefined, loader: Loader.huggingFace('Qwen/Qwen3-8B', { revision: 'b968826d9c46' }) });
  base.finetune('tuned', { trainer: Trainer.sft(), dataset: dataset(team), resources: L4 });
  expect(synthErrors(team)).toEqual([
    expect.stringContaining('[team-a/tuned] memory is 22Gi, as much as its model takes, but pool l4 (g2-standard-4) has 13.3 GiB of memory for pods; '),
  ]);
});

test('case 11: without a GPU the pools of a cluster that is declared here are the bound, those of addNodePool included', () => {
  const asked = { memory: Size.gibibytes(64) };
  const made = cluster();
  expect(errors(made.platform, asked)).toEqual([
    expect.stringContaining('[team-a/chat] memory is 64Gi, but pool system (n2d-standard-4) has 13.3 GiB of memory for pods; '),
  ]);
  const larger = cluster();
  larger.addNodePool('large', { machineType: 'n2d-standard-32', maxNodes: 2 });
  expect(errors(larger.platform, asked)).toEqual(['no error']);
});

test('case 11: of a cluster that exists nobody knows which nodes without GPU it has', () => {
  const stack = new TerraformStack(new TerraformApp(), 'ml');
  const existing = Cluster.fromAttributes(stack, 'ml', {
    cloud: Cloud.gcp({ projectId: 'acme-ml', projectNumber: '123456789012', region: 'us-central1' }), clusterName: 'ml',
    attributes: { nodeServiceAccount: 'nodes@acme-ml.iam.gserviceaccount.com' },
  });
  new ArtifactBucket(stack, 'artifacts', { cluster: existing });
  existing.addNodePool('small', { machineType: 'n2d-standard-4', maxNodes: 2 });
  expect(errors(existing.platform, { memory: Size.gibibytes(640) })).toEqual(['no error']);
});

test('A8: a whole GPU is not asked of a pool that shares it, nor a slice of a whole one', () => {
  const shared = declared({ gpu: Gpu.NVIDIA_A100_80GB, sharing: GpuSharing.mig('1g.10gb') });
  const whole = { gpu: Gpu.NVIDIA_A100_80GB };
  expect(shared.toJson()).toMatchObject({ gpuPools: [{ sharing: 'mig-1g.10gb' }] });
  expect(errors(shared, whole)).toEqual([expect.stringContaining(
    '[team-a/chat] no pool of the platform has nvidia-a100-80gb whole, it has mig-1g.10gb (pool l4); ask for a slice with gpuSharing, or add such a pool')]);
  const slice = { ...whole, gpuSharing: GpuSharing.mig('1g.10gb') };
  expect(errors(declared({ gpu: Gpu.NVIDIA_A100_80GB, sharing: GpuSharing.mig('1g.10gb') }), slice)).toEqual(['no error']);
  expect(errors(declared({ gpu: Gpu.NVIDIA_A100_80GB }), slice)).toEqual([
    expect.stringContaining('no pool of the platform has nvidia-a100-80gb as mig-1g.10gb, it has whole ones (pool l4)'),
  ]);
});

test('A8: a pool by hand says how it shares its GPUs', () => {
  const platform = Platform.aws({ clusterName: 'ml', bucketName: 'acme-ml', region: 'us-east-1' });
  platform.addGpuPool('t4', { gpu: Gpu.NVIDIA_T4, sharing: GpuSharing.timeSlicing(4) });
  const team = workspace(platform);
  model(team, 'opt', { resources: { gpuSharing: GpuSharing.timeSlicing(4) } });
  expect(synthErrors(team)).toEqual(['no error']);
});

describe('a Server with more replicas than there can be nodes for', () => {
  function errorsOf(props: Partial<ServerProps>, ...maxNodes: (number | undefined)[]): string[] {
    const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme-ml' });
    maxNodes.forEach((most, index) => platform.addGpuPool(`l4-${index}`, { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4, maxNodes: most }));
    const team = workspace(platform);
    server(team, 'chat', { resources: { ...L4, gpuCount: 2 }, ...props });
    return synthErrors(team);
  }

  test('is refused', () => {
    expect(errorsOf({ replicas: 5 }, 2)).toEqual(['[team-a/chat] replicas is 5 but there is room for 4 of them: pool l4-0 has 4 (maxNodes 2); raise maxNodes, or ask for fewer']);
    expect(errorsOf({ replicas: 7 }, 2, 1)).toEqual([expect.stringContaining('room for 6 of them: pool l4-0 has 4 (maxNodes 2), pool l4-1 has 2 (maxNodes 1);')]);
  });

  test('is not, where they fit, an autoscaler decides, it is suspended, or no limit is known', () => {
    expect([
      errorsOf({ replicas: 4 }, 2), errorsOf({ scaling: Scaling.EXTERNAL }, 1), errorsOf({ replicas: 50, suspend: true }, 1),
      errorsOf({ replicas: 50 }, 1, undefined),
    ]).toEqual(Array(4).fill(['no error']));
  });
});

test('a probe that would end after the time to start is refused', () => {
  const made = (probeTimeout: Duration, startupTimeout?: Duration) => messageOf(() => server(workspace(), 'chat', { probeTimeout, startupTimeout }));
  expect(made(Duration.minutes(31))).toBe('[team-a/chat] probeTimeout is 31m but startupTimeout is 30m, in which one probe at least must end; '
    + 'give a shorter probeTimeout, or a longer startupTimeout');
  expect(made(Duration.minutes(31), Duration.hours(1))).toBe('no error');
});
