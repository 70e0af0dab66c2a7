import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { ConfigMap, NodeSelectorRequirement } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../../../src/api/platform';
import { clusterAddons } from '../../../src/clouds/azure/addons';
import type { AddonObject } from '../../../src/clouds/cloud';
import { schemaErrors } from '../../schemas/validate';
import { Azure, only } from './stack';

const PLATFORM: PlatformSpec = { cloud: 'azure', clusterName: 'ml', artifacts: { url: 'az://artifacts0123' } };

function shared(...ways: string[]): PlatformSpec {
  const gpuPools = ways.map((way) => ({ name: way, gpu: 'nvidia-a100-80gb', gpusPerNode: 1, nodeLabels: { 'substratus.ai/gpu-sharing': way } }));
  return { ...PLATFORM, gpuPools };
}

function daemonSets(platform: PlatformSpec): DaemonSet[] {
  return clusterAddons(platform).filter((object): object is DaemonSet => object.kind === 'DaemonSet');
}

function named(platform: PlatformSpec, name: string): DaemonSet {
  const found = daemonSets(platform).find(({ metadata }) => metadata?.name === name);
  if (!found) throw new Error(`no DaemonSet ${name}`);
  return found;
}

function nodesOf({ spec }: DaemonSet): NodeSelectorRequirement[] {
  const required = spec?.template.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms[0]?.matchExpressions ?? [];
}

describe('the device plugin', () => {
  test('runs on our nodes with GPUs of NVIDIA\'s only', () => {
    const [plugin] = daemonSets(PLATFORM);
    expect(plugin && nodesOf(plugin)).toEqual([
      { key: 'substratus.ai/gpu', operator: 'Exists' },
      { key: 'substratus.ai/gpu', operator: 'NotIn', values: ['amd-mi300x', 'aws-inferentia2', 'aws-trainium1', 'aws-trainium2'] },
    ]);
  });

  test('tolerates all taints that a GPU pool has, those of its user among them, so that a pod that waits for a GPU gets one', () => {
    const azure = new Azure();
    azure.gpuPool({ capacity: { kind: 'spot' }, taints: [{ key: 'nvidia.com/gpu', value: 'present' }, { key: 'team', value: 'research' }] });
    const tolerations = named(PLATFORM, 'nvidia-device-plugin').spec?.template.spec?.tolerations ?? [];
    const taints = only(azure.synth(), 'kubernetes_cluster_node_pool', 'a100/Resource').node_taints as string[];
    expect(taints).toEqual(['nvidia.com/gpu=present:NoSchedule', 'team=research:NoSchedule', 'kubernetes.azure.com/scalesetpriority=spot:NoSchedule']);
    const tolerated = taints.filter((taint) => tolerations.some(({ key, operator, effect }) => operator === 'Exists' && taint.endsWith(`:${effect}`)
      && (key === undefined || taint.startsWith(`${key}=`))));
    expect(tolerated).toEqual(taints);
  });

  test('has no rights that it does not need', () => {
    const pod = named(PLATFORM, 'nvidia-device-plugin').spec?.template.spec;
    expect(pod?.automountServiceAccountToken).toBe(false);
    expect(pod?.containers[0]?.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
  });

  test('can come from another registry', () => {
    const platform = { ...PLATFORM, images: { 'nvidia-device-plugin': 'acme.azurecr.io/plugin:1' } };
    expect(named(platform, 'nvidia-device-plugin').spec?.template.spec?.containers[0]?.image).toBe('acme.azurecr.io/plugin:1');
  });

  test('leaves nodes whose GPUs are shared to one that shares them', () => {
    const platform = shared('time-slicing-4', 'mig-1g.10gb', 'time-slicing-4');
    expect(daemonSets(platform).map(({ metadata }) => metadata?.name)).toEqual([
      'nvidia-device-plugin', 'nvidia-device-plugin-mig-1g.10gb', 'nvidia-device-plugin-time-slicing-4',
    ]);
    const label = 'substratus.ai/gpu-sharing';
    expect(nodesOf(named(platform, 'nvidia-device-plugin'))).toContainEqual({ key: label, operator: 'NotIn', values: ['mig-1g.10gb', 'time-slicing-4'] });
    expect(nodesOf(named(platform, 'nvidia-device-plugin-time-slicing-4'))).toContainEqual({ key: label, operator: 'In', values: ['time-slicing-4'] });
  });

  test('is told how many pods share a GPU', () => {
    const config = clusterAddons(shared('time-slicing-4')).find((object): object is ConfigMap => object.kind === 'ConfigMap');
    expect(JSON.parse(config?.data?.['config.yaml'] ?? '')).toEqual({
      version: 'v1', sharing: { timeSlicing: { resources: [{ name: 'nvidia.com/gpu', replicas: 4 }] } },
    });
  });

  test('has a daemon beside it for the multi-process service', () => {
    expect(named(shared('mps-8'), 'nvidia-device-plugin-mps-8-control').spec?.template.spec?.containers[0]?.command).toEqual(['mps-control-daemon']);
  });

  test('fails on a way of sharing that it does not know', () => {
    expect(() => clusterAddons(shared('halves'))).toThrow(new Error('label substratus.ai/gpu-sharing of a pool is halves; it begins with mig-, time-slicing- or mps-'));
  });

  test.each(['1.27', 'current'] as const)('is what Kubernetes %s takes, the same every time', (version) => {
    const platform = shared('mig-1g.10gb', 'time-slicing-4', 'mps-8');
    expect(clusterAddons(platform).flatMap((object) => schemaErrors(checkable(object), version))).toEqual([]);
    expect(JSON.stringify(clusterAddons(platform))).toBe(JSON.stringify(clusterAddons(platform)));
  });
});

/** A DaemonSet of a selector and a template is a Deployment by another name; the schemas at hand have the latter only. */
function checkable(object: AddonObject): object {
  return object.kind === 'DaemonSet' ? { ...object, kind: 'Deployment' } : object;
}
