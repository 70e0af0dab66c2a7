/**
 * What AKS leaves to the user, for the Kubernetes side: NVIDIA's device plugin, without which no node has GPUs to offer. Pure.
 *
 * After the manifests of NVIDIA/k8s-device-plugin v0.18.0. Nodes whose GPUs are shared get a device plugin of their own, chosen by
 * the label that their pool has (`sharing.ts`), which the platform knows.
 */
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Container, EnvVar, NodeSelectorRequirement, PodSpec, SecurityContext } from 'kubernetes-types/core/v1';
import { digest, shortDigest } from '../../api/digest';
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import { GPUS, NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { imageNamed } from '../../catalog/images';
import { SHARING_LABEL, sharingOf } from '../labels';
import { GPU_LABEL, requireNodes } from '../placement';

const NAME = 'nvidia-device-plugin';
const NAMESPACE = 'kube-system';
const SPOT = { key: 'kubernetes.azure.com/scalesetpriority', operator: 'Equal', value: 'spot', effect: 'NoSchedule' };
const REQUESTS = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } };
const MPS_ROOT = '/run/nvidia/mps';

/** Objects to apply before GPUs are asked for. */
export function clusterAddons(platform: PlatformSpec): (DaemonSet | ConfigMap)[] {
  const image = imageNamed(platform, NAME);
  const ways = waysOfSharing(platform);
  const unshared: NodeSelectorRequirement[] = ways.length > 0 ? [{ key: SHARING_LABEL, operator: 'NotIn', values: ways }] : [];
  return [
    daemonSet(NAME, unshared, { containers: [devicePlugin(image)], volumes: [KUBELET] }),
    ...ways.flatMap((way) => sharedGpus(image, way)),
  ];
}

/** What the pools have in the label, such as `mig-1g.10gb` or `time-slicing-4`. */
function waysOfSharing({ gpuPools = [] }: PlatformSpec): string[] {
  return [...new Set(gpuPools.flatMap((pool) => sharingOf(pool) ?? []))].sort();
}

function sharedGpus(image: string, way: string): (DaemonSet | ConfigMap)[] {
  const [, kind, clients] = /^(time-slicing|mps)-(\d+)$/.exec(way) ?? [];
  if (way.startsWith('mig-')) return [partitionedGpus(image, way)];
  if (kind === 'time-slicing') return timeSlicedGpus(image, way, Number(clients));
  if (kind === 'mps') return mpsGpus(image, way, Number(clients));
  throw new Error(`label ${SHARING_LABEL} of a pool is ${way}; it begins with mig-, time-slicing- or mps-`);
}

/** To see the partitions takes a capability that nothing else does. */
function partitionedGpus(image: string, way: string): DaemonSet {
  const plugin = devicePlugin(image, [{ name: 'MIG_STRATEGY', value: 'single' }]);
  const container = { ...plugin, securityContext: { capabilities: { add: ['SYS_ADMIN'] } } };
  return daemonSet(nameOf(way), [on(way)], { containers: [container], volumes: [KUBELET] });
}

function timeSlicedGpus(image: string, way: string, replicas: number): (DaemonSet | ConfigMap)[] {
  const config = configMap(way, { timeSlicing: { resources: [{ name: NVIDIA_GPU_RESOURCE, replicas }] } });
  const container = withMounts(devicePlugin(image, [CONFIG_FILE]), [CONFIG_MOUNT]);
  return [config, daemonSet(nameOf(way), [on(way)], { containers: [container], volumes: [KUBELET, configVolume(config)] })];
}

/** The plugin talks to a daemon beside it, which serves the GPUs of the node; through it, pods compute at the same time. */
function mpsGpus(image: string, way: string, replicas: number): (DaemonSet | ConfigMap)[] {
  const config = configMap(way, { mps: { resources: [{ name: NVIDIA_GPU_RESOURCE, replicas }] } });
  const volumes = [...MPS_VOLUMES, configVolume(config)];
  const plugin = withMounts(devicePlugin(image, [CONFIG_FILE, { name: 'MPS_ROOT', value: MPS_ROOT }]), [CONFIG_MOUNT, ...MPS_MOUNTS]);
  return [
    config,
    daemonSet(nameOf(way), [on(way)], { containers: [plugin], volumes: [KUBELET, ...volumes] }),
    daemonSet(`${nameOf(way)}-control`, [on(way)], {
      initContainers: [{
        ...mpsContainer(image, ['mps-control-daemon', 'mount-shm']),
        name: 'mounts',
        volumeMounts: [{ name: 'mps-root', mountPath: '/mps', mountPropagation: 'Bidirectional' }],
      }],
      containers: [{
        ...mpsContainer(image, ['mps-control-daemon']),
        name: 'control',
        env: [NODE_NAME, CONFIG_FILE, ...ALL_GPUS],
        volumeMounts: [CONFIG_MOUNT, ...MPS_MOUNTS],
      }],
      volumes,
    }),
  ];
}

const KUBELET = { name: 'device-plugins', hostPath: { path: '/var/lib/kubelet/device-plugins', type: 'Directory' } };
const CONFIG_FILE: EnvVar = { name: 'CONFIG_FILE', value: '/config/config.yaml' };
const CONFIG_MOUNT = { name: 'config', mountPath: '/config', readOnly: true };
const MPS_VOLUMES = [
  { name: 'mps-root', hostPath: { path: MPS_ROOT, type: 'DirectoryOrCreate' } },
  { name: 'mps-shm', hostPath: { path: `${MPS_ROOT}/shm`, type: 'DirectoryOrCreate' } },
];
const MPS_MOUNTS = [{ name: 'mps-root', mountPath: '/mps' }, { name: 'mps-shm', mountPath: '/dev/shm' }];
const NODE_NAME: EnvVar = { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } };
const ALL_GPUS: EnvVar[] = [{ name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' }, { name: 'NVIDIA_DRIVER_CAPABILITIES', value: 'compute,utility' }];
const UNPRIVILEGED: SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

function devicePlugin(image: string, env: EnvVar[] = []): Container {
  return {
    name: 'device-plugin',
    image,
    command: ['nvidia-device-plugin'],
    env: [{ name: 'FAIL_ON_INIT_ERROR', value: 'false' }, ...env, ...ALL_GPUS],
    resources: REQUESTS,
    securityContext: UNPRIVILEGED,
    volumeMounts: [{ name: KUBELET.name, mountPath: KUBELET.hostPath.path }],
  };
}

function withMounts(container: Container, mounts: Container['volumeMounts'] & object): Container {
  return { ...container, volumeMounts: [...container.volumeMounts ?? [], ...mounts] };
}

function mpsContainer(image: string, command: string[]): Omit<Container, 'name'> {
  return { image, command, resources: REQUESTS, securityContext: { privileged: true } };
}

function nameOf(way: string): string {
  return `${NAME}-${way}`;
}

function on(way: string): NodeSelectorRequirement {
  return { key: SHARING_LABEL, operator: 'In', values: [way] };
}

/** Named after its content, so that another content is another template, and the plugin restarts. */
function configMap(way: string, sharing: object): ConfigMap & { metadata: { name: string } } {
  const data = { 'config.yaml': JSON.stringify({ version: 'v1', sharing }) };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${nameOf(way)}-${shortDigest(digest(data))}`, namespace: NAMESPACE, labels: PART_OF },
    data,
  };
}

function configVolume({ metadata: { name } }: ReturnType<typeof configMap>) {
  return { name: CONFIG_MOUNT.name, configMap: { name } };
}

/** On nodes of our pools with GPUs of NVIDIA's: on other pools it may be installed already. */
function daemonSet(name: string, nodes: NodeSelectorRequirement[], pod: Pick<PodSpec, 'initContainers' | 'containers' | 'volumes'>): DaemonSet {
  const foreign = GPUS.filter(({ resource }) => resource !== NVIDIA_GPU_RESOURCE).map((gpu) => gpu.name);
  const labels = { 'app.kubernetes.io/name': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: NAMESPACE, labels: { ...labels, ...PART_OF } },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels: { ...labels, ...PART_OF } },
        spec: {
          priorityClassName: 'system-node-critical',
          automountServiceAccountToken: false,
          affinity: requireNodes([{ key: GPU_LABEL, operator: 'Exists' }, { key: GPU_LABEL, operator: 'NotIn', values: foreign }, ...nodes]),
          tolerations: [{ key: NVIDIA_GPU_RESOURCE, operator: 'Exists', effect: 'NoSchedule' }, SPOT],
          ...pod,
        },
      },
    },
  };
}
