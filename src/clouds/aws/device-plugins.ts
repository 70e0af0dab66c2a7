/** What makes accelerators of a node known to Kubernetes: none of it is in the images of AL2023. Pure. */
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Container, EnvVar, NodeSelectorRequirement, PodSpec, ServiceAccount } from 'kubernetes-types/core/v1';
import type { ClusterRole, ClusterRoleBinding } from 'kubernetes-types/rbac/v1';
import { digest, shortDigest } from '../../api/digest';
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import { GPUS, NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { imageNamed } from '../../catalog/images';
import { SHARING_LABEL, sharingOf } from '../labels';
import { GPU_LABEL, requireNodes } from '../placement';

export type DevicePluginObject = DaemonSet | ConfigMap | ServiceAccount | ClusterRole | ClusterRoleBinding;

const NAMESPACE = 'kube-system';
const NVIDIA = { name: 'nvidia-device-plugin', resource: NVIDIA_GPU_RESOURCE } as const;
const NEURON = { name: 'neuron-device-plugin', resource: 'aws.amazon.com/neuron' } as const;
/* Not read-only: the runtime of NVIDIA's writes the driver's libraries into the container's file system. */
const UNPRIVILEGED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const REQUESTS = { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } };
const KUBELET = { name: 'device-plugins', hostPath: { path: '/var/lib/kubelet/device-plugins', type: 'Directory' } };

/** NVIDIA's always, for it runs on no other nodes; AWS's own where a pool asks for it. */
export function devicePlugins(platform: PlatformSpec): DevicePluginObject[] {
  const ways = waysOfSharing(platform);
  const unshared: NodeSelectorRequirement[] = ways.length > 0 ? [{ key: SHARING_LABEL, operator: 'NotIn', values: ways }] : [];
  return [
    daemonSet(NVIDIA.name, gpusOf(NVIDIA.resource, platform), { nodes: unshared, resource: NVIDIA.resource, pod: nvidiaPod(platform) }),
    ...ways.flatMap((way) => timeSlicing(platform, way)),
    ...(hasNeuron(platform) ? neuron(platform) : []),
  ];
}

/** How pools share their GPUs, such as `time-slicing-4`. */
function waysOfSharing({ gpuPools = [] }: PlatformSpec): string[] {
  return [...new Set(gpuPools.flatMap((pool) => sharingOf(pool) ?? []))].sort();
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

type PluginPod = Pick<PodSpec, 'containers' | 'volumes'>;

function nvidiaPod(platform: PlatformSpec, env: EnvVar[] = []): PluginPod {
  const container: Container = {
    name: 'device-plugin',
    image: imageNamed(platform, NVIDIA.name),
    command: ['nvidia-device-plugin'],
    env: [
      { name: 'FAIL_ON_INIT_ERROR', value: 'false' },
      { name: 'NVIDIA_DRIVER_CAPABILITIES', value: 'compute,utility' },
      { name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' },
      ...env,
    ],
    resources: REQUESTS,
    securityContext: UNPRIVILEGED,
    volumeMounts: [{ name: KUBELET.name, mountPath: KUBELET.hostPath.path }],
  };
  return { containers: [container], volumes: [KUBELET] };
}

/** Nodes whose GPUs are shared have a plugin of their own, which offers each GPU several times. */
function timeSlicing(platform: PlatformSpec, way: string): DevicePluginObject[] {
  const [, replicas] = /^time-slicing-(\d+)$/.exec(way) ?? [];
  if (replicas === undefined) throw new Error(`label ${SHARING_LABEL} of a pool is ${way}; on aws it is time-slicing- and a number`);
  const config = sharingConfig(way, Number(replicas));
  const { containers, volumes = [] } = nvidiaPod(platform, [{ name: 'CONFIG_FILE', value: '/config/config.yaml' }]);
  const pod: PluginPod = {
    containers: containers.map((each) => ({
      ...each, volumeMounts: [...each.volumeMounts ?? [], { name: 'config', mountPath: '/config', readOnly: true }],
    })),
    volumes: [...volumes, { name: 'config', configMap: { name: config.metadata.name } }],
  };
  const nodes: NodeSelectorRequirement[] = [{ key: SHARING_LABEL, operator: 'In', values: [way] }];
  return [config, daemonSet(`${NVIDIA.name}-${way}`, gpusOf(NVIDIA.resource, platform), { nodes, resource: NVIDIA.resource, pod })];
}

/** Named after its content, so that another content is another template, and the plugin restarts. */
function sharingConfig(way: string, replicas: number): ConfigMap & { metadata: { name: string } } {
  const sharing = { timeSlicing: { resources: [{ name: NVIDIA.resource, replicas }] } };
  const data = { 'config.yaml': JSON.stringify({ version: 'v1', sharing }) };
  const name = `${NVIDIA.name}-${way}-${shortDigest(digest(data))}`;
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE, labels: PART_OF }, data };
}

/** The rights are those of AWS's manifest: the plugin notes on pods and nodes which devices it has given to whom. */
function neuron(platform: PlatformSpec): DevicePluginObject[] {
  const { name } = NEURON;
  const labels = { 'app.kubernetes.io/name': name, ...PART_OF };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE, labels } },
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
      subjects: [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }],
    },
    daemonSet(name, gpusOf(NEURON.resource, platform), { nodes: [], resource: NEURON.resource, pod: neuronPod(platform), account: name }),
  ];
}

function neuronPod(platform: PlatformSpec): PluginPod {
  return {
    containers: [{
      name: 'device-plugin',
      image: imageNamed(platform, NEURON.name),
      env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
      resources: REQUESTS,
      securityContext: UNPRIVILEGED,
      volumeMounts: [{ name: KUBELET.name, mountPath: KUBELET.hostPath.path }, { name: 'run', mountPath: '/run' }],
    }],
    volumes: [KUBELET, { name: 'run', hostPath: { path: '/run', type: 'Directory' } }],
  };
}

interface PluginNodes {
  /** Which of the nodes with its accelerators. */
  readonly nodes: NodeSelectorRequirement[];
  /** By whose name they are tainted. */
  readonly resource: string;
  readonly pod: PluginPod;
  /** ServiceAccount, for a plugin that talks to the API server. */
  readonly account?: string;
}

/** On nodes of our own pools: on others it may be installed already. */
function daemonSet(name: string, gpus: string[], { nodes, resource, pod, account }: PluginNodes): DaemonSet {
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
          ...(account ? { serviceAccountName: account } : { automountServiceAccountToken: false }),
          affinity: requireNodes([{ key: GPU_LABEL, operator: 'In', values: gpus }, ...nodes]),
          tolerations: [{ key: resource, operator: 'Exists', effect: 'NoSchedule' }],
          ...pod,
        },
      },
    },
  };
}
