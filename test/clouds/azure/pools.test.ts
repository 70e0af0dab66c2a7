import type { GpuPoolSpec } from '../../../src/clouds/infrastructure';
import { Azure, only } from './stack';
import type { Arguments, Json } from './stack';

const RESERVATION = '/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/capacityReservationGroups/a100s';

function gpuPool(spec: Partial<GpuPoolSpec> = {}): Arguments {
  const azure = new Azure();
  azure.gpuPool(spec);
  return only(azure.synth(), 'kubernetes_cluster_node_pool', `${spec.name ?? 'a100'}/Resource`);
}

describe('a GPU pool', () => {
  test('has the label that its pods select and the taint that they tolerate, and nothing else', () => {
    expect(gpuPool()).toMatchObject({
      node_labels: { 'substratus.ai/gpu': 'nvidia-a100-80gb' },
      node_taints: ['nvidia.com/gpu=present:NoSchedule'],
    });
  });

  test('scales from none, and leaves the number of nodes to the autoscaler', () => {
    expect(gpuPool({ minNodes: 0, maxNodes: 8 })).toMatchObject({
      auto_scaling_enabled: true, min_count: 0, max_count: 8, lifecycle: { ignore_changes: ['node_count'] },
    });
  });

  test('has the driver installed by AKS, on Ubuntu', () => {
    expect(gpuPool()).toMatchObject({ gpu_driver: 'Install', os_sku: 'Ubuntu' });
  });

  test('has no driver where AKS has none for the GPU', () => {
    expect(gpuPool({ gpu: 'amd-mi300x', machineType: 'Standard_ND96isr_MI300X_v5' })).toMatchObject({ gpu_driver: 'None' });
  });

  test('of spot nodes has the label and taint that AKS gives them, and no upgrade settings, which AKS refuses', () => {
    const pool = gpuPool({ capacity: { kind: 'spot' } });
    expect(pool).toMatchObject({
      priority: 'Spot', eviction_policy: 'Delete', spot_max_price: -1,
      node_labels: { 'kubernetes.azure.com/scalesetpriority': 'spot' },
      node_taints: ['nvidia.com/gpu=present:NoSchedule', 'kubernetes.azure.com/scalesetpriority=spot:NoSchedule'],
    });
    expect(pool).not.toHaveProperty('upgrade_settings');
  });

  test('on demand is upgraded without a spare GPU', () => {
    const pool = gpuPool();
    expect(pool.upgrade_settings).toEqual({ max_unavailable: '1', drain_timeout_in_minutes: 1440, node_soak_duration_in_minutes: 0 });
    expect(pool).not.toHaveProperty('priority');
  });

  test('from a reservation may use it', () => {
    const azure = new Azure();
    azure.gpuPool({ capacity: { kind: 'reservation', id: RESERVATION } });
    const json = azure.synth();
    expect(only(json, 'kubernetes_cluster_node_pool', 'a100/Resource')).toMatchObject({ capacity_reservation_group_id: RESERVATION });
    expect(only(json, 'role_assignment', 'a100/ReservationRole')).toMatchObject({ scope: RESERVATION, role_definition_name: 'Contributor' });
  });

  test('that is compact is placed together, in one zone or in none', () => {
    const azure = new Azure();
    azure.gpuPool({ compact: true, zones: ['2'] });
    const json = azure.synth();
    expect(only(json, 'proximity_placement_group')).toMatchObject({ name: 'ml-a100', zone: '2', allowed_vm_sizes: ['Standard_NC24ads_A100_v4'] });
    expect(only(json, 'kubernetes_cluster_node_pool', 'a100/Resource').proximity_placement_group_id).toMatch(/proximity_placement_group/);
    expect(gpuPool({ compact: true })).not.toHaveProperty('zones');
  });

  test('is in the zones of the cluster, unless it has its own', () => {
    expect(gpuPool().zones).toEqual(['1', '2', '3']);
    expect(gpuPool({ zones: ['3'] }).zones).toEqual(['3']);
  });

  test('with local disks keeps images and ephemeral storage on them', () => {
    expect(gpuPool({ localSsdCount: 1 })).toMatchObject({ kubelet_disk_type: 'Temporary' });
    expect(gpuPool()).not.toHaveProperty('kubelet_disk_type');
  });

  test.each([
    [{ kind: 'mig', profile: '3g.40gb' }, { gpu_instance: 'MIG3g' }, 'mig-3g.40gb'],
    [{ kind: 'time-slicing', clients: 4 }, {}, 'time-slicing-4'],
    [{ kind: 'mps', clients: 8 }, {}, 'mps-8'],
  ] as const)('shared by %j tells the device plugin by a label', (sharing, more, label) => {
    const pool = gpuPool({ sharing });
    expect(pool).toMatchObject({ ...more, node_labels: { 'substratus.ai/gpu-sharing': label } });
    expect(Object.hasOwn(pool, 'gpu_instance')).toBe(sharing.kind === 'mig');
  });

  test.each<[string, Partial<GpuPoolSpec>, string]>([
    ['blocks', { capacity: { kind: 'block', id: 'b' } }, 'pool a100: azure has no block capacity; use on-demand, spot or a reservation'],
    ['flex-start', { capacity: { kind: 'flex-start' } }, 'pool a100: azure has no flex-start capacity; use on-demand, spot or a reservation'],
    ['queues', { capacity: { kind: 'queued' } }, 'pool a100: azure has no queued capacity; use on-demand, spot or a reservation'],
    [
      'a reservation by name',
      { capacity: { kind: 'reservation', id: 'a100s' } },
      'reservation of pool a100 is a100s; give the id of a capacity reservation group, such as /subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/capacityReservationGroups/…',
    ],
    ['image streaming', { imageStreaming: true }, 'pool a100: azure has no image streaming in Terraform; leave imageStreaming out'],
    ['compactness over zones', { compact: true, zones: ['1', '2'] }, 'pool a100 is compact and in zones 1, 2; give one zone, or none'],
    ['a zone by another name', { zones: ['eastus-1'] }, 'zone of pool a100 is eastus-1; zones of azure are 1, 2 and 3'],
    ['a driver by version', { driver: '550' }, 'driver of pool a100 is 550; on azure it is Install or None'],
    [
      'a GPU without partitions',
      { gpu: 'nvidia-t4', sharing: { kind: 'mig', profile: '1g.5gb' } },
      'pool a100 shares its GPUs by MIG, which nvidia-t4 does not have on azure; use nvidia-a100, nvidia-a100-80gb, nvidia-h100, nvidia-h100-nvl, nvidia-h200, or time-slicing',
    ],
    [
      'a partition that the GPU lacks',
      { sharing: { kind: 'mig', profile: '1g.5gb' } },
      'MIG profile of pool a100 is 1g.5gb, which nvidia-a100-80gb does not have on azure; use 1g.10gb, 2g.20gb, 3g.40gb, 4g.40gb, 7g.80gb',
    ],
    ['one client', { sharing: { kind: 'mps', clients: 1 } }, 'pool a100 shares its GPUs by mps among 1; give a whole number, 2 or more'],
    ['a name that begins with a digit', { name: '4x-a100' }, 'pool name is 4x-a100; on azure it begins with a letter'],
  ])('fails on %s', (_, spec, message) => {
    expect(() => gpuPool(spec)).toThrow(new Error(message));
  });
});

describe('an upgrade', () => {
  const settings = (json: Json): Record<string, unknown> => Object.fromEntries(
    Object.entries(json.resources.kubernetes_cluster_node_pool ?? {}).map(([path, { upgrade_settings: found }]) => [path, found]),
  );

  test('waits a day, the longest that AKS does, for what a budget holds in any pool that takes pods of users', () => {
    const azure = new Azure();
    azure.nodePool();
    azure.gpuPool();
    const json = azure.synth();
    const surge = { max_surge: '33%', drain_timeout_in_minutes: 1440, node_soak_duration_in_minutes: 0 };
    expect(settings(json)).toEqual({
      'ml/GeneralPool/Resource': surge,
      'cpu/Resource': surge,
      'a100/Resource': { max_unavailable: '1', drain_timeout_in_minutes: 1440, node_soak_duration_in_minutes: 0 },
    });
    expect(only(json, 'kubernetes_cluster').default_node_pool).toMatchObject({
      upgrade_settings: { max_surge: '33%', drain_timeout_in_minutes: 30, node_soak_duration_in_minutes: 0 },
    });
  });

  test('has no settings on spot nodes, which AKS refuses', () => {
    const azure = new Azure();
    azure.nodePool({ spot: true });
    azure.gpuPool({ capacity: { kind: 'spot' } });
    expect(settings(azure.synth())).toMatchObject({ 'cpu/Resource': undefined, 'a100/Resource': undefined });
  });
});

describe('a pool of CPUs', () => {
  test('has no taint', () => {
    const azure = new Azure();
    azure.nodePool({ labels: { team: 'a' } });
    expect(only(azure.synth(), 'kubernetes_cluster_node_pool', 'cpu/Resource')).toMatchObject({
      name: 'cpu', vm_size: 'Standard_D8ds_v5', os_disk_size_gb: 100, max_count: 3, node_labels: { team: 'a' }, node_taints: [],
    });
  });

  test('of spot nodes has their taint', () => {
    const azure = new Azure();
    azure.nodePool({ spot: true });
    expect(only(azure.synth(), 'kubernetes_cluster_node_pool', 'cpu/Resource')).toMatchObject({
      priority: 'Spot', node_taints: ['kubernetes.azure.com/scalesetpriority=spot:NoSchedule'],
    });
  });

  test('fails on a name that is another one\'s without hyphens', () => {
    const azure = new Azure();
    azure.nodePool({ name: 'big-cpu' });
    expect(() => azure.nodePool({ name: 'bigcpu' })).toThrow(new Error('pool bigcpu is called bigcpu on azure, as pool big-cpu is; choose another name'));
  });

  test('is one of a hundred at most, of which two are the cluster\'s own', () => {
    const azure = new Azure();
    for (let index = 0; index < 98; index += 1) azure.nodePool({ name: `cpu${index}` });
    expect(() => azure.nodePool({ name: 'last' })).toThrow(new Error(
      'pool last is one too many: a cluster has 100 on azure, with its own two; take machines for several kinds together',
    ));
  });
});
