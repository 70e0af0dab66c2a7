/** What AKS leaves to the user, for the Kubernetes side: NVIDIA's device plugin, and which nodes its provisioner makes. Pure. */
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Container, EnvVar, NodeSelectorRequirement, PodSpec } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../../api/platform';
import { GPUS, NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { imageNamed } from '../../catalog/images';
import type { AddonObject } from '../cloud';
import {
  ALL_GPUS, KUBELET, nameOfSharing, NVIDIA_DEVICE_PLUGIN, nvidiaPlugin, pluginDaemonSet, REQUESTS, sharedBy, sharingConfig,
  unshared, waysOfSharing, withMounts,
} from '../device-plugin';
import { SHARING_LABEL } from '../labels';
import { GPU_LABEL, requireNodes } from '../placement';
import { provisioners } from './provisioner';

const MPS_ROOT = '/run/nvidia/mps';
const MPS_VOLUMES = [
  { name: 'mps-root', hostPath: { path: MPS_ROOT, type: 'DirectoryOrCreate' } },
  { name: 'mps-shm', hostPath: { path: `${MPS_ROOT}/shm`, type: 'DirectoryOrCreate' } },
];
const MPS_MOUNTS = [{ name: 'mps-root', mountPath: '/mps' }, { name: 'mps-shm', mountPath: '/dev/shm' }];
const NODE_NAME: EnvVar = { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } };

/** Objects to apply before GPUs are asked for. */
export function clusterAddons(platform: PlatformSpec): AddonObject[] {
  const image = imageNamed(platform, NVIDIA_DEVICE_PLUGIN);
  const ways = waysOfSharing(platform);
  return [
    daemonSet(NVIDIA_DEVICE_PLUGIN, unshared(ways), { containers: [nvidiaPlugin(image)], volumes: [KUBELET] }),
    ...ways.flatMap((way) => sharedGpus(image, way)),
    ...provisioners(platform),
  ];
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
  const plugin = nvidiaPlugin(image, [{ name: 'MIG_STRATEGY', value: 'single' }]);
  const container = { ...plugin, securityContext: { capabilities: { add: ['SYS_ADMIN'] } } };
  return daemonSet(nameOfSharing(way), [sharedBy(way)], { containers: [container], volumes: [KUBELET] });
}

function timeSlicedGpus(image: string, way: string, clients: number): (DaemonSet | ConfigMap)[] {
  const { configMap, volume, env, volumeMount } = sharingConfig(way, { kind: 'timeSlicing', clients });
  const container = withMounts(nvidiaPlugin(image, [env]), volumeMount);
  return [configMap, daemonSet(nameOfSharing(way), [sharedBy(way)], { containers: [container], volumes: [KUBELET, volume] })];
}

/** The plugin talks to a daemon beside it, which serves the GPUs of the node; through it, pods compute at the same time. */
function mpsGpus(image: string, way: string, clients: number): (DaemonSet | ConfigMap)[] {
  const { configMap, volume, env, volumeMount } = sharingConfig(way, { kind: 'mps', clients });
  const volumes = [...MPS_VOLUMES, volume];
  const plugin = withMounts(nvidiaPlugin(image, [env, { name: 'MPS_ROOT', value: MPS_ROOT }]), volumeMount, ...MPS_MOUNTS);
  return [
    configMap,
    daemonSet(nameOfSharing(way), [sharedBy(way)], { containers: [plugin], volumes: [KUBELET, ...volumes] }),
    daemonSet(`${nameOfSharing(way)}-control`, [sharedBy(way)], {
      initContainers: [{
        ...mpsContainer(image, ['mps-control-daemon', 'mount-shm']),
        name: 'mounts',
        volumeMounts: [{ name: 'mps-root', mountPath: '/mps', mountPropagation: 'Bidirectional' }],
      }],
      containers: [{
        ...mpsContainer(image, ['mps-control-daemon']),
        name: 'control',
        env: [NODE_NAME, env, ...ALL_GPUS],
        volumeMounts: [volumeMount, ...MPS_MOUNTS],
      }],
      volumes,
    }),
  ];
}

function mpsContainer(image: string, command: string[]): Omit<Container, 'name'> {
  return { image, command, resources: REQUESTS, securityContext: { privileged: true } };
}

/** On nodes of our pools with GPUs of NVIDIA's: on other pools it may be installed already. */
function daemonSet(name: string, nodes: NodeSelectorRequirement[], pod: Pick<PodSpec, 'initContainers' | 'containers' | 'volumes'>): DaemonSet {
  const foreign = GPUS.filter(({ resource }) => resource !== NVIDIA_GPU_RESOURCE).map((gpu) => gpu.name);
  return pluginDaemonSet(name, {
    affinity: requireNodes([{ key: GPU_LABEL, operator: 'Exists' }, { key: GPU_LABEL, operator: 'NotIn', values: foreign }, ...nodes]),
    ...pod,
  });
}
