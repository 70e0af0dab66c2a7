/** What a local cluster leaves to the user, for the Kubernetes side: NVIDIA's device plugin, for GPUs of the host. Pure. */
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import { gpuNamed, NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { IMAGES, imageNamed } from '../../catalog/images';

const NAME = 'nvidia-device-plugin';
/** What NVIDIA's device plugin tells Kubernetes of. */
const DEVICE_PLUGINS = { name: 'device-plugins', hostPath: { path: '/var/lib/kubelet/device-plugins', type: 'Directory' } };
const ALL_GPUS = [{ name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' }, { name: 'NVIDIA_DRIVER_CAPABILITIES', value: 'compute,utility' }];

/** The label of nodes that have GPUs of the host, which simulated ones have not; NVIDIA's own tools set it too. */
export const HOST_GPU_LABEL = { 'nvidia.com/gpu.present': 'true' } as const;

/** Objects to apply before GPUs are asked for; empty where no pool has NVIDIA GPUs. Simulated GPUs need none. */
export function clusterAddons(platform: PlatformSpec): DaemonSet[] {
  const { gpuPools = [], gpus = [] } = platform;
  const resourceOf = (name: string): string => (gpus.find((gpu) => gpu.name === name) ?? gpuNamed(name))?.resource ?? NVIDIA_GPU_RESOURCE;
  const hasGpus = gpuPools.some(({ gpu }) => resourceOf(gpu) === NVIDIA_GPU_RESOURCE);
  return hasGpus ? [devicePlugin(imageNamed(platform, NAME))] : [];
}

/** After the manifests of NVIDIA/k8s-device-plugin v0.18.0. */
export function devicePlugin(image: string = IMAGES[NAME]): DaemonSet {
  const labels = { 'app.kubernetes.io/name': NAME };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: NAME, namespace: 'kube-system', labels: { ...labels, ...PART_OF } },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: { ...HOST_GPU_LABEL },
          tolerations: [{ key: NVIDIA_GPU_RESOURCE, operator: 'Exists', effect: 'NoSchedule' }],
          priorityClassName: 'system-node-critical',
          automountServiceAccountToken: false,
          containers: [{
            name: 'device-plugin',
            image,
            command: ['nvidia-device-plugin'],
            env: [{ name: 'FAIL_ON_INIT_ERROR', value: 'false' }, ...ALL_GPUS],
            resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '256Mi' } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            volumeMounts: [{ name: DEVICE_PLUGINS.name, mountPath: DEVICE_PLUGINS.hostPath.path }],
          }],
          volumes: [DEVICE_PLUGINS],
        },
      },
    },
  };
}
