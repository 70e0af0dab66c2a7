/** What makes accelerators of a node known to Kubernetes: none of it is in the images of AL2023. Pure. */
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { ConfigMap, NodeSelectorRequirement, ServiceAccount } from 'kubernetes-types/core/v1';
import type { ClusterRole, ClusterRoleBinding } from 'kubernetes-types/rbac/v1';
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import { GPUS, NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { imageNamed } from '../../catalog/images';
import {
  DEVICE_PLUGIN_NAMESPACE, KUBELET, KUBELET_MOUNT, nameOfSharing, NVIDIA_DEVICE_PLUGIN, nvidiaPlugin, pluginDaemonSet, REQUESTS,
  sharedBy, sharingConfig, UNPRIVILEGED, unshared, waysOfSharing, withMounts,
} from '../device-plugin';
import type { PluginPod } from '../device-plugin';
import { SHARING_LABEL } from '../labels';
import { GPU_LABEL, requireNodes } from '../placement';

export type DevicePluginObject = DaemonSet | ConfigMap | ServiceAccount | ClusterRole | ClusterRoleBinding;

const NEURON = { name: 'neuron-device-plugin', resource: 'aws.amazon.com/neuron' } as const;

/** NVIDIA's always, for it runs on no other nodes; AWS's own where a pool asks for it. */
export function devicePlugins(platform: PlatformSpec): DevicePluginObject[] {
  const ways = waysOfSharing(platform);
  const plugin = nvidiaPlugin(imageNamed(platform, NVIDIA_DEVICE_PLUGIN));
  return [
    pluginDaemonSet(NVIDIA_DEVICE_PLUGIN, {
      ...nodesWith(NVIDIA_GPU_RESOURCE, platform, ...unshared(ways)), containers: [plugin], volumes: [KUBELET],
    }),
    ...ways.flatMap((way) => timeSlicing(platform, way)),
    ...(hasNeuron(platform) ? neuron(platform) : []),
  ];
}

function hasNeuron(platform: PlatformSpec): boolean {
  const { gpuPools = [] } = platform;
  const names = gpusOf(NEURON.resource, platform);
  return gpuPools.some(({ gpu }) => names.includes(gpu));
}

/** Names of the GPUs that a resource stands for, those of the platform's own included. */
function gpusOf(resource: string, { gpus = [] }: PlatformSpec): string[] {
  return [...GPUS, ...gpus].filter((gpu) => gpu.resource === resource).map(({ name }) => name);
}

/** Nodes of our own pools: on others the plugin may be installed already. */
function nodesWith(resource: string, platform: PlatformSpec, ...nodes: NodeSelectorRequirement[]): Pick<PluginPod, 'affinity'> {
  return {
    affinity: requireNodes([{ key: GPU_LABEL, operator: 'In', values: gpusOf(resource, platform) }, ...nodes]),
  };
}

/** Nodes whose GPUs are shared have a plugin of their own, which offers each GPU several times. */
function timeSlicing(platform: PlatformSpec, way: string): DevicePluginObject[] {
  const [, clients] = /^time-slicing-(\d+)$/.exec(way) ?? [];
  if (clients === undefined) throw new Error(`label ${SHARING_LABEL} of a pool is ${way}; on aws it is time-slicing- and a number`);
  const { configMap, volume, env, volumeMount } = sharingConfig(way, { kind: 'timeSlicing', clients: Number(clients) });
  const plugin = withMounts(nvidiaPlugin(imageNamed(platform, NVIDIA_DEVICE_PLUGIN), [env]), volumeMount);
  return [configMap, pluginDaemonSet(nameOfSharing(way), {
    ...nodesWith(NVIDIA_GPU_RESOURCE, platform, sharedBy(way)), containers: [plugin], volumes: [KUBELET, volume],
  })];
}

/** The rights are those of AWS's manifest: the plugin notes on pods and nodes which devices it has given to whom. */
function neuron(platform: PlatformSpec): DevicePluginObject[] {
  const { name } = NEURON;
  const labels = { 'app.kubernetes.io/name': name, ...PART_OF };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: DEVICE_PLUGIN_NAMESPACE, labels } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name, labels },
      rules: [
        { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: [''], resources: ['nodes/status'], verbs: ['patch', 'update'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'patch', 'update', 'watch'] },
        { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: DEVICE_PLUGIN_NAMESPACE }],
    },
    pluginDaemonSet(name, { ...nodesWith(NEURON.resource, platform), ...neuronPod(platform), account: name }),
  ];
}

function neuronPod(platform: PlatformSpec): Pick<PluginPod, 'containers' | 'volumes'> {
  return {
    containers: [{
      name: 'device-plugin',
      image: imageNamed(platform, NEURON.name),
      env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
      resources: REQUESTS,
      securityContext: UNPRIVILEGED,
      volumeMounts: [KUBELET_MOUNT, { name: 'run', mountPath: '/run' }],
    }],
    volumes: [KUBELET, { name: 'run', hostPath: { path: '/run', type: 'Directory' } }],
  };
}
