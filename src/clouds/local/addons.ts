/** What a local cluster leaves to the user, for the Kubernetes side: NVIDIA's device plugin, for GPUs of the host. Pure. */
import type { DaemonSet } from 'kubernetes-types/apps/v1';
import type { PlatformSpec } from '../../api/platform';
import { gpuNamed, NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { IMAGES, imageNamed } from '../../catalog/images';
import { KUBELET, NVIDIA_DEVICE_PLUGIN, nvidiaPlugin, pluginDaemonSet } from '../device-plugin';

/** The label of nodes that have GPUs of the host, which simulated ones have not; NVIDIA's own tools set it too. */
export const HOST_GPU_LABEL = { 'nvidia.com/gpu.present': 'true' } as const;

/** Objects to apply before GPUs are asked for; empty where no pool has NVIDIA GPUs. Simulated GPUs need none. */
export function clusterAddons(platform: PlatformSpec): DaemonSet[] {
  const { gpuPools = [], gpus = [] } = platform;
  const resourceOf = (name: string): string => (gpus.find((gpu) => gpu.name === name) ?? gpuNamed(name))?.resource ?? NVIDIA_GPU_RESOURCE;
  const hasGpus = gpuPools.some(({ gpu }) => resourceOf(gpu) === NVIDIA_GPU_RESOURCE);
  return hasGpus ? [devicePlugin(imageNamed(platform, NVIDIA_DEVICE_PLUGIN))] : [];
}

export function devicePlugin(image: string = IMAGES[NVIDIA_DEVICE_PLUGIN]): DaemonSet {
  return pluginDaemonSet(NVIDIA_DEVICE_PLUGIN, {
    nodeSelector: { ...HOST_GPU_LABEL }, containers: [nvidiaPlugin(image)], volumes: [KUBELET],
  });
}
