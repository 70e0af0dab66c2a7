/** Node auto-provisioning of AKS: what turns it on, what it is told, and that a pod of each capacity finds its nodes. */
import type { Toleration } from 'kubernetes-types/core/v1';
import { Capacity, Gpu, NodeProvisioning, Platform, PoolCapacity } from '../../../src';
import type { GpuProvisionerOptions } from '../../../src';
import type { NodeProvisioningSpec, PlatformSpec } from '../../../src/api/platform';
import { clusterAddons } from '../../../src/clouds/azure/addons';
import { provisioners } from '../../../src/clouds/azure/provisioner';
import { placementOf } from '../../../src/expand/placement';
import { messageOf } from '../../constructs/fixtures';
import { definitionErrors } from '../../schemas/definitions';
import { Azure, only } from './stack';

const AKS: NodeProvisioningSpec = { kind: 'aks' };
const A100 = { gpu: Gpu.NVIDIA_A100_80GB, maxNodes: 4 };

function platformWith(options: Partial<GpuProvisionerOptions> = {}, name = 'a100'): PlatformSpec {
  const nodeProvisioning = NodeProvisioning.aks();
  const platform = Platform.azure({ clusterName: 'ml', storageAccount: 'acme', resourceGroup: 'ml', location: 'eastus', nodeProvisioning });
  platform.addGpuProvisioner(name, { ...A100, ...options });
  return platform.toJson() as PlatformSpec;
}

interface NodePool {
  readonly template: {
    readonly metadata: { readonly labels: Record<string, string> };
    readonly spec: {
      readonly requirements: { readonly key: string; readonly values: string[] }[];
      readonly taints: { readonly key: string; readonly value: string; readonly effect: string }[];
    };
  };
}

function objectOf<T>(platform: PlatformSpec, kind: string): T {
  const found = provisioners(platform).find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return (found as unknown as { spec: T }).spec;
}

describe('a cluster with node auto-provisioning', () => {
  test('has it turned on, and no autoscaler beside it: its system pool has a number of nodes that stays, and AKS makes all others', () => {
    const json = new Azure({ nodeProvisioning: AKS }).synth();
    const cluster = only(json, 'kubernetes_cluster');
    expect(cluster).toMatchObject({
      node_provisioning_profile: { mode: 'Auto' },
      network_profile: { network_plugin: 'azure', network_plugin_mode: 'overlay', network_data_plane: 'cilium', network_policy: 'cilium' },
      default_node_pool: { auto_scaling_enabled: false, node_count: 2 },
    });
    expect(cluster.default_node_pool).not.toHaveProperty('min_count');
    expect(cluster).not.toHaveProperty('auto_scaler_profile');
    expect(cluster.lifecycle).toEqual({ prevent_destroy: true });
    expect(json.resources).not.toHaveProperty('kubernetes_cluster_node_pool');
    expect(json.text).not.toContain('"auto_scaling_enabled": true');
  });

  test('is one among others: without it pools scale, and the provider of either major version is told so', () => {
    const json = new Azure().synth();
    expect(only(json, 'kubernetes_cluster')).toMatchObject({
      node_provisioning_profile: { mode: 'Manual' }, default_node_pool: { auto_scaling_enabled: true, min_count: 2, max_count: 5 },
    });
    expect(only(json, 'kubernetes_cluster_node_pool')).toMatchObject({ auto_scaling_enabled: true, lifecycle: { ignore_changes: ['node_count'] } });
  });

  test('takes pools of a number of nodes that stays', () => {
    const azure = new Azure({ nodeProvisioning: AKS });
    azure.gpuPool({ minNodes: 2, maxNodes: 2, capacity: { kind: 'reservation', id: RESERVATION } });
    const pool = only(azure.synth(), 'kubernetes_cluster_node_pool');
    expect(pool).toMatchObject({ auto_scaling_enabled: false, node_count: 2 });
    expect(pool).not.toHaveProperty('lifecycle');
  });

  test.each<[string, (azure: Azure) => void]>([
    ['a100', (azure) => azure.gpuPool({ minNodes: 0, maxNodes: 4 })],
    ['cpu', (azure) => azure.nodePool({ minNodes: 0, maxNodes: 4 })],
  ])('refuses pool %s, which would scale beside it', (name, act) => {
    expect(messageOf(() => act(new Azure({ nodeProvisioning: AKS })))).toBe(`pool ${name} has 0 to 4 nodes, but no pool scales beside node auto-provisioning of AKS; `
      + 'give minNodes and maxNodes one number, or leave the pool out: AKS makes nodes for what needs no GPU, and platform.addGpuProvisioner declares those with GPUs');
  });
});

const RESERVATION = '/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/capacityReservationGroups/a100s';

describe('a GPU provisioner', () => {
  test('is a NodePool and an AKSNodeClass among the add-ons, as their definitions have them', () => {
    const platform = platformWith({ zones: ['1', '2'], diskGiB: 512, labels: { team: 'research' }, taints: { team: 'research' } });
    const objects = clusterAddons(platform).filter(({ apiVersion = '' }) => apiVersion.startsWith('karpenter.'));
    expect(objects).toEqual([
      {
        apiVersion: 'karpenter.azure.com/v1beta1', kind: 'AKSNodeClass', metadata: { name: 'a100', labels: { 'app.kubernetes.io/part-of': 'substratus' } },
        spec: { imageFamily: 'Ubuntu', maxPods: 110, osDiskSizeGB: 512 },
      },
      {
        apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name: 'a100', labels: { 'app.kubernetes.io/part-of': 'substratus' } },
        spec: {
          template: {
            metadata: { labels: { 'team': 'research', 'substratus.ai/gpu': 'nvidia-a100-80gb' } },
            spec: {
              nodeClassRef: { group: 'karpenter.azure.com', kind: 'AKSNodeClass', name: 'a100' },
              requirements: [
                { key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['Standard_NC24ads_A100_v4'] },
                { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot', 'on-demand'] },
                { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['eastus-1', 'eastus-2'] },
              ],
              taints: [
                { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }, { key: 'team', value: 'research', effect: 'NoSchedule' },
              ],
              expireAfter: 'Never',
            },
          },
          limits: { 'nvidia.com/gpu': 4 },
          disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '5m', budgets: [{ nodes: '1', reasons: ['Drifted'] }] },
        },
      },
    ]);
    expect(objects.flatMap((object) => definitionErrors(object))).toEqual([]);
    expect(JSON.stringify(clusterAddons(platform))).toBe(JSON.stringify(clusterAddons(platform)));
  });

  test('is nothing where the platform has none', () => {
    expect(provisioners({ cloud: 'azure', clusterName: 'ml', artifacts: { url: 'az://acme' }, gpuPools: [{ name: 'a', gpu: 'nvidia-t4', gpusPerNode: 1 }] })).toEqual([]);
  });

  test('has as many GPUs as its nodes may have, whatever the capacity', () => {
    expect(objectOf<{ limits: unknown }>(platformWith({ gpusPerNode: 8, maxNodes: 3 }), 'NodePool').limits).toEqual({ 'nvidia.com/gpu': 24 });
  });

  test.each<[string, Partial<GpuProvisionerOptions> & { readonly name?: string }, string]>([
    ['another order than Karpenter has', { capacities: [PoolCapacity.onDemand(), PoolCapacity.spot()] },
      'capacities of provisioner a100 are on-demand, spot, but Karpenter takes spot first wherever it may; give them as spot, on-demand, or one of them alone'],
    ['a disk that no node has', { diskGiB: 4096 }, 'provisioner a100 has disks of 4096 GiB; node auto-provisioning takes 30 to 2048'],
    ['the name of a NodePool of AKS', { name: 'default' },
      'provisioner default has the name of a NodePool that AKS makes itself; use another than default and system-surge'],
    ['GPUs without a driver', { gpu: Gpu.AMD_MI300X, gpusPerNode: 8 },
      'provisioner a100 has GPUs amd-mi300x, for which node auto-provisioning installs no driver; declare a GpuNodePool of a number of nodes that stays'],
  ])('fails on %s', (_, { name, ...options }, message) => {
    const platform = platformWith(options, name);
    expect(messageOf(() => clusterAddons(platform))).toBe(message);
  });

  test('fails on zones where the location is not known', () => {
    const { region, ...platform } = platformWith({ zones: ['1'] });
    expect(region).toBe('eastus');
    expect(messageOf(() => clusterAddons(platform)))
      .toBe('provisioner a100 is in zones 1, but the platform has no location, which is part of a zone\'s name; add location');
  });
});

/** A node as Karpenter makes it: the labels of AKS by its capacity, and, as AKS has it for spot nodes of pools, perhaps its taint. */
interface Node {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

function nodesOf(platform: PlatformSpec): Record<'spot' | 'tainted spot' | 'on-demand', Node> {
  const { metadata: { labels }, spec: { taints } } = objectOf<NodePool>(platform, 'NodePool').template;
  const priority = 'kubernetes.azure.com/scalesetpriority';
  const spot = { labels: { ...labels, [priority]: 'spot' }, taints };
  return {
    'spot': spot,
    'tainted spot': { ...spot, taints: [...taints, { key: priority, value: 'spot', effect: 'NoSchedule' }] },
    'on-demand': { labels: { ...labels, [priority]: 'regular' }, taints },
  };
}

function tolerates(tolerations: readonly Toleration[], { key, value, effect }: Node['taints'][number]): boolean {
  return tolerations.some((each) => each.key === key && each.effect === effect && (each.operator === 'Exists' || each.value === value));
}

describe.each([
  [Capacity.SPOT, ['spot', 'tainted spot']],
  [Capacity.ON_DEMAND, ['on-demand']],
  [Capacity.SPOT_FIRST, ['spot', 'tainted spot', 'on-demand']],
])('a pod of capacity %s', (capacity, expected) => {
  const platform = platformWith();
  const { nodeSelector = {}, affinity, tolerations = [] } = placementOf({ gpu: { type: 'nvidia-a100-80gb', count: 1 }, capacity }, platform);

  test(`runs on nodes that are ${expected.join(', ')}`, () => {
    const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
    const fits = ({ labels, taints }: Node): boolean => Object.entries(nodeSelector).every(([key, value]) => labels[key] === value)
      && terms.some(({ matchExpressions = [] }) => (
        matchExpressions.every(({ key, operator, values = [] }) => {
          const value = labels[key];
          if (operator === 'In') return value !== undefined && values.includes(value);
          if (operator === 'NotIn') return value === undefined || !values.includes(value);
          return (operator === 'Exists') === (value !== undefined);
        })))
      && taints.every((taint) => tolerates(tolerations, taint));
    expect(Object.entries(nodesOf(platform)).filter(([, node]) => fits(node)).map(([name]) => name)).toEqual(expected);
  });
});

test('what takes spot first prefers it, so that Karpenter tries it before it makes a node on demand', () => {
  const { affinity } = placementOf({ gpu: { type: 'nvidia-a100-80gb', count: 1 }, capacity: Capacity.SPOT_FIRST }, platformWith());
  expect(affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution).toEqual([
    { weight: 100, preference: { matchExpressions: [{ key: 'kubernetes.azure.com/scalesetpriority', operator: 'In', values: ['spot'] }] } },
  ]);
});

test('nodes are of all kinds only where a provisioner may make them', () => {
  const kinds = (capacities?: PoolCapacity[]) => objectOf<NodePool>(platformWith({ capacities }), 'NodePool').template.spec.requirements
    .find(({ key }) => key === 'karpenter.sh/capacity-type')?.values;
  expect([kinds(), kinds([PoolCapacity.spot()]), kinds([PoolCapacity.onDemand()])]).toEqual([['spot', 'on-demand'], ['spot'], ['on-demand']]);
});
