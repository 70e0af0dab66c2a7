import { Construct } from 'constructs';
import { cloudInfrastructure } from '../../../src/clouds/gcp/terraform';
import type { GpuPoolSpec } from '../../../src/clouds/infrastructure';
import { L4, LOCATION, synth, synthCluster, synthPool, TAGS } from './stack';

const nodes = (overrides: Partial<GpuPoolSpec> = {}) => synthPool(overrides).node_config as Record<string, unknown>;
const accelerator = (overrides: Partial<GpuPoolSpec> = {}) => (nodes(overrides).guest_accelerator as object[])[0];

test('a pool counts its nodes over all zones, and begins with none', () => {
  expect(synthPool()).toMatchObject({
    initial_node_count: 0,
    autoscaling: { total_min_node_count: 0, total_max_node_count: 8, location_policy: 'ANY' },
    upgrade_settings: { max_surge: 0, max_unavailable: 1 },
  });
});

test('what it begins with is not the minimum in each zone', () => {
  expect(synthPool({ minNodes: 3 })).toMatchObject({ initial_node_count: 1, autoscaling: { total_min_node_count: 3 } });
});

test('it is so in the zones of the pool, in those of the cluster, and in a cluster of one zone', () => {
  expect(synthPool({ minNodes: 3, zones: ['us-central1-a'] })).toMatchObject({ node_locations: ['us-central1-a'], initial_node_count: 3 });
  expect(synthPool({ minNodes: 3, zones: ['us-central1-a', 'us-central1-b'] })).toMatchObject({ initial_node_count: 2 });
  const { one } = synth((stack) => {
    const attributes = { nodeServiceAccount: 'nodes@acme-ml.iam.gserviceaccount.com', location: 'us-central1-a' };
    const cloud = cloudInfrastructure(LOCATION);
    cloud.prepare(stack);
    cloud.existingCluster(stack, { name: 'ours', attributes, tags: TAGS }).addGpuPool(new Construct(stack, 'l4'), { ...L4, minNodes: 3 });
  });
  expect(one('google_container_node_pool')).toMatchObject({ location: 'us-central1-a', initial_node_count: 3 });
});

test('every GPU node has the taint of GKE, once, whether it is configured or not', () => {
  const taint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' };
  expect(nodes().taint).toEqual([taint]);
  expect(nodes({ taints: [{ key: 'nvidia.com/gpu', value: 'present' }, { key: 'team', value: 'a' }] }).taint)
    .toEqual([taint, { key: 'team', value: 'a', effect: 'NO_SCHEDULE' }]);
});

test('a node carries the label of its GPU, and no other label takes its place', () => {
  expect(nodes({ labels: { 'tier': 'gpu', 'substratus.ai/gpu': 'other' } }).labels).toEqual({ 'tier': 'gpu', 'substratus.ai/gpu': 'nvidia-l4' });
});

test('the accelerator is called as GKE calls it, and GKE installs the driver', () => {
  expect(accelerator()).toEqual({ type: 'nvidia-l4', count: 1, gpu_driver_installation_config: { gpu_driver_version: 'LATEST' } });
  expect(accelerator({ gpu: 'nvidia-t4', machineType: 'n1-standard-16', gpusPerNode: 4, driver: 'DEFAULT' }))
    .toEqual({ type: 'nvidia-tesla-t4', count: 4, gpu_driver_installation_config: { gpu_driver_version: 'DEFAULT' } });
});

test('nodes run as their own account, shielded, and hide the metadata of the VM from pods', () => {
  expect(nodes()).toMatchObject({
    service_account: expect.stringContaining('google_service_account.'),
    shielded_instance_config: { enable_secure_boot: true, enable_integrity_monitoring: true },
    workload_metadata_config: { mode: 'GKE_METADATA' },
    gvnic: { enabled: true },
  });
});

const LENT = { flex_start: true, max_run_duration: '604800s', reservation_affinity: { consume_reservation_type: 'NO_RESERVATION' } };

test.each<[GpuPoolSpec['capacity'], object]>([
  [{ kind: 'on-demand' }, {}],
  [{ kind: 'spot' }, { spot: true }],
  [{ kind: 'flex-start' }, LENT],
  [{ kind: 'queued' }, LENT],
  [{ kind: 'reservation', id: 'h100s' }, {
    reservation_affinity: { consume_reservation_type: 'SPECIFIC_RESERVATION', key: 'compute.googleapis.com/reservation-name', values: ['h100s'] },
  }],
])('nodes of capacity %j', (capacity, expected) => {
  const config = nodes({ capacity });
  const fields = ['spot', 'flex_start', 'max_run_duration', 'reservation_affinity'].filter((field) => field in config);
  expect(Object.fromEntries(fields.map((field) => [field, config[field]]))).toEqual(expected);
});

test('nodes that are lent are not repaired, and a queued pool is one for GKE too', () => {
  expect(synthPool({ capacity: { kind: 'flex-start' } }).management).toEqual({ auto_repair: false, auto_upgrade: true });
  expect(synthPool({ capacity: { kind: 'flex-start' } })).not.toHaveProperty('queued_provisioning');
  expect(synthPool({ capacity: { kind: 'queued' } }).queued_provisioning).toEqual({ enabled: true });
});

test('a GPU is shared by partitions, by turns, or by the multi-process service', () => {
  expect(accelerator({ gpu: 'nvidia-a100', machineType: 'a2-highgpu-1g', sharing: { kind: 'mig', profile: '1g.5gb' } }))
    .toMatchObject({ gpu_partition_size: '1g.5gb' });
  expect(accelerator({ sharing: { kind: 'time-slicing', clients: 4 } }))
    .toMatchObject({ gpu_sharing_config: { gpu_sharing_strategy: 'TIME_SHARING', max_shared_clients_per_gpu: 4 } });
  expect(accelerator({ sharing: { kind: 'mps', clients: 2 } }))
    .toMatchObject({ gpu_sharing_config: { gpu_sharing_strategy: 'MPS', max_shared_clients_per_gpu: 2 } });
});

test('local SSDs are ephemeral storage, also those that a machine comes with', () => {
  expect(nodes()).not.toHaveProperty('ephemeral_storage_local_ssd_config');
  expect(nodes({ localSsdCount: 1 }).ephemeral_storage_local_ssd_config).toEqual({ local_ssd_count: 1 });
  expect(nodes({ gpu: 'nvidia-h100', machineType: 'a3-highgpu-8g', gpusPerNode: 8 }).ephemeral_storage_local_ssd_config).toEqual({ local_ssd_count: 16 });
});

test('machines that boot from Hyperdisk only do so', () => {
  expect(nodes().disk_type).toBe('pd-balanced');
  expect(nodes({ gpu: 'nvidia-h200', machineType: 'a3-ultragpu-8g', gpusPerNode: 8 }).disk_type).toBe('hyperdisk-balanced');
});

test('compact placement, image streaming and zones are as asked', () => {
  const pool = synthPool({ compact: true, imageStreaming: true, zones: ['us-central1-a'] });
  expect(pool).toMatchObject({ placement_policy: { type: 'COMPACT' }, node_locations: ['us-central1-a'], node_config: { gcfs_config: { enabled: true } } });
  expect(synthPool()).not.toHaveProperty('placement_policy');
});

test('a pool without GPU has neither taint nor accelerator', () => {
  const { one } = synthCluster((cluster, stack) => cluster.addNodePool(new Construct(stack, 'cpu'), {
    name: 'cpu', machineType: 'n2d-standard-8', minNodes: 0, maxNodes: 4, spot: true, diskGiB: 100, labels: { tier: 'cpu' }, tags: TAGS,
  }));
  const config = one('google_container_node_pool', { name: 'cpu' }).node_config;
  expect(config).toMatchObject({ spot: true, labels: { tier: 'cpu' } });
  expect(config).not.toHaveProperty('taint');
  expect(config).not.toHaveProperty('guest_accelerator');
});

const H100: Partial<GpuPoolSpec> = { gpu: 'nvidia-h100', machineType: 'a3-highgpu-8g', gpusPerNode: 8 };

test.each<[Partial<GpuPoolSpec>, string]>([
  [{ capacity: { kind: 'block', id: 'cb-1' } }, 'gcp has no capacity blocks; use reservation, flex-start or queued'],
  [{ capacity: { kind: 'flex-start' }, minNodes: 2 }, 'pool l4 is flex-start, which begins with no node, but minNodes is 2; leave minNodes out'],
  [{ sharing: { kind: 'mig', profile: '1g.5gb' } },
    'nvidia-l4 cannot be partitioned; share it by time-slicing or mps, or use one of nvidia-a100, nvidia-a100-80gb, nvidia-b200, nvidia-h100, nvidia-h100-mega, nvidia-h200, nvidia-rtx-pro-6000'],
  [{ ...H100, sharing: { kind: 'mig', profile: '1g.5gb' } },
    'nvidia-h100 has no MIG profile 1g.5gb; it has 1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 7g.80gb'],
  [{ sharing: { kind: 'mps', clients: 1 } },
    'mps of pool l4 is for 1 clients, but gcp shares a GPU between 2 and 48; give a whole number in that range'],
  [{ ...H100, localSsdCount: 4 }, 'localSsdCount of pool l4 is 4, but a3-highgpu-8g comes with 16; leave it out'],
  [{ localSsdCount: 3 }, 'localSsdCount of pool l4 is 3, but g2-standard-8 takes 1; give that or leave it out'],
  [{ gpu: 'nvidia-t4', machineType: 'n1-standard-4', compact: true },
    'pool l4 is compact, but gcp cannot place n1-standard-4 close to each other; leave compact out or take another machine'],
  [{ compact: true, capacity: { kind: 'queued' } }, 'pool l4 is compact and queued, which gcp does not have together; leave compact out'],
  [{ taints: [{ key: 'nvidia.com/gpu', value: 'true' }] },
    'pool l4 has the taint nvidia.com/gpu=true, but GKE sets nvidia.com/gpu=present itself; leave the taint out'],
  [{ driver: '550' }, 'driver of pool l4 is 550; give one of LATEST, DEFAULT, INSTALLATION_DISABLED'],
  [{ name: 'L4' }, 'pool name L4 is not valid on Google Cloud; give up to 40 lowercase letters, digits and hyphens, a letter first'],
  [{ zones: ['us-east1-b'] }, 'zone us-east1-b is not in region us-central1; give zones such as us-central1-a'],
])('fails when a pool has %j', (overrides, message) => {
  expect(() => synthPool(overrides)).toThrow(new Error(message));
});

test('fails when the GPU is none of the cloud, and says which are', () => {
  expect(() => synthPool({ gpu: 'nvidia-a10g' })).toThrow(/^gcp has no nvidia-a10g; use one of nvidia-a100, /);
});
