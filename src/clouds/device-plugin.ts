/**
 * NVIDIA's device plugin, without which no node has GPUs to offer, where a cloud leaves it to the user. Pure.
 *
 * After the manifests of NVIDIA/k8s-device-plugin v0.18.0. Nodes whose GPUs are shared get a plugin of their own, chosen by the label of
 * their pool, which the platform knows.
 */
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { Affinity, ConfigMap, Container, EnvVar, NodeSelectorRequirement, PodSpec, SecurityContext, Toleration } from 'kubernetes-types/core/v1';
import { digest, shortDigest } from '../api/digest';
import { PART_OF } from '../api/labels';
import type { PlatformSpec } from '../api/platform';
import { NVIDIA_GPU_RESOURCE } from '../catalog/gpus';
import { SHARING_LABEL, sharingOf } from './labels';

/** Also the name of its image. */
export const NVIDIA_DEVICE_PLUGIN = 'nvidia-device-plugin';
export const DEVICE_PLUGIN_NAMESPACE = 'kube-system';
export const REQUESTS = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } };
/** Not read-only: the runtime of NVIDIA's writes the driver's libraries into the container's file system. */
export const UNPRIVILEGED: SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
/** Where a plugin tells the kubelet of its devices. */
export const KUBELET = { name: 'device-plugins', hostPath: { path: '/var/lib/kubelet/device-plugins', type: 'Directory' } };
export const KUBELET_MOUNT = { name: KUBELET.name, mountPath: KUBELET.hostPath.path };
export const ALL_GPUS: EnvVar[] = [{ name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' }, { name: 'NVIDIA_DRIVER_CAPABILITIES', value: 'compute,utility' }];
const CONFIG_FILE: EnvVar = { name: 'CONFIG_FILE', value: '/config/config.yaml' };
const CONFIG_MOUNT = { name: 'config', mountPath: '/config', readOnly: true };

/** The container, with more of its environment. */
export function nvidiaPlugin(image: string, env: readonly EnvVar[] = []): Container {
  return {
    name: 'device-plugin',
    image,
    command: ['nvidia-device-plugin'],
    env: [{ name: 'FAIL_ON_INIT_ERROR', value: 'false' }, ...env, ...ALL_GPUS],
    resources: REQUESTS,
    securityContext: UNPRIVILEGED,
    volumeMounts: [KUBELET_MOUNT],
  };
}

/** How the pools share their GPUs, such as `mig-1g.10gb` or `time-slicing-4`. */
export function waysOfSharing({ gpuPools = [] }: PlatformSpec): string[] {
  return [...new Set(gpuPools.flatMap((pool) => sharingOf(pool) ?? []))].sort();
}

/** Nodes that share their GPUs in none of the ways. */
export function unshared(ways: readonly string[]): NodeSelectorRequirement[] {
  return ways.length > 0 ? [{ key: SHARING_LABEL, operator: 'NotIn', values: [...ways] }] : [];
}

/** Nodes that share their GPUs in one way. */
export function sharedBy(way: string): NodeSelectorRequirement {
  return { key: SHARING_LABEL, operator: 'In', values: [way] };
}

/** Name of what belongs to the nodes that share their GPUs in one way. */
export function nameOfSharing(way: string): string {
  return `${NVIDIA_DEVICE_PLUGIN}-${way}`;
}

/** A configuration of the plugin, and what brings it into a pod. */
export interface SharingConfig {
  readonly configMap: ConfigMap;
  readonly volume: NonNullable<PodSpec['volumes']>[number];
  readonly env: EnvVar;
  readonly volumeMount: NonNullable<Container['volumeMounts']>[number];
}

/** Each GPU is offered several times. Named after its content, so that another content is another template, and the plugin restarts. */
export function sharingConfig(way: string, { kind, clients }: { readonly kind: 'timeSlicing' | 'mps'; readonly clients: number }): SharingConfig {
  const sharing = { [kind]: { resources: [{ name: NVIDIA_GPU_RESOURCE, replicas: clients }] } };
  const data = { 'config.yaml': JSON.stringify({ version: 'v1', sharing }) };
  const name = `${nameOfSharing(way)}-${shortDigest(digest(data))}`;
  return {
    configMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: DEVICE_PLUGIN_NAMESPACE, labels: PART_OF }, data },
    volume: { name: CONFIG_MOUNT.name, configMap: { name } },
    env: CONFIG_FILE,
    volumeMount: CONFIG_MOUNT,
  };
}

export function withMounts(container: Container, ...mounts: NonNullable<Container['volumeMounts']>): Container {
  return { ...container, volumeMounts: [...container.volumeMounts ?? [], ...mounts] };
}

/** What runs on nodes with accelerators: the plugin, and where. */
export interface PluginPod extends Pick<PodSpec, 'initContainers' | 'containers' | 'volumes' | 'nodeSelector'> {
  readonly affinity?: Affinity;
  /** ServiceAccount, for a plugin that talks to the API server. */
  readonly account?: string;
}

/** Labels choose its nodes: a pool may have taints of its user's beside that of the GPU, and AKS gives spot nodes one. */
const EVERY_TAINT: readonly Toleration[] = [{ operator: 'Exists', effect: 'NoSchedule' }];

export function pluginDaemonSet(name: string, { account, ...pod }: PluginPod): DaemonSet {
  const labels = { 'app.kubernetes.io/name': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: DEVICE_PLUGIN_NAMESPACE, labels: { ...labels, ...PART_OF } },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, ...PART_OF } },
        spec: {
          priorityClassName: 'system-node-critical',
          tolerations: [...EVERY_TAINT],
          ...(account === undefined ? { automountServiceAccountToken: false } : { serviceAccountName: account }),
          ...pod,
        },
      },
    },
  };
}
