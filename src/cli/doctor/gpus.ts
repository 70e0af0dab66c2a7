/** Whether nodes with GPUs offer them. Pure. */
import type { PlatformSpec } from '../../api/platform';
import { GPU_OPERATOR_LINE } from '../../catalog/engine-install';
import { NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { IMAGES } from '../../catalog/images';
import { cloudNamed } from '../../clouds/pods';
import { gpuOf } from '../../expand';
import type { Check } from './check';
import type { ClusterFacts, LiveNode } from './facts';
import { checkOwnNodes } from './own-nodes';

/** Labels of nodes that have NVIDIA's GPUs, by those who set them. */
const GPU_LABELS = ['cloud.google.com/gke-accelerator', 'nvidia.com/gpu.present', 'kubernetes.azure.com/accelerator', 'feature.node.kubernetes.io/pci-10de.present'];
/** Machines of AWS and Azure with NVIDIA's GPUs, by the beginning of their names. */
const GPU_MACHINES = /^(?:p[2-6][a-z]*|g[3-7][a-z]*)\.|^Standard_N[CDV]/;

const PLUGIN_VERSION = IMAGES['nvidia-device-plugin'].split(':')[1];

export function checkGpus({ nodes }: ClusterFacts, platform: PlatformSpec | undefined): Check[] {
  const name = 'gpus';
  if (nodes === undefined) return [{ name, state: 'unknown', message: 'you may not read nodes' }];
  const silent = nodes.filter((node) => isGpuNode(node) && countOf(node, NVIDIA_GPU_RESOURCE) === 0 && !offersParts(node));
  const [first] = silent;
  const idle = first ? [{
    name, state: 'missing' as const,
    message: `${silent.length === 1 ? `node ${first.metadata.name} has NVIDIA GPUs and offers none` : `${silent.length} nodes, such as ${first.metadata.name}, have NVIDIA GPUs and offer none`}: `
      + 'the driver or the device plugin is missing',
    remedy: remedyFor(platform),
  }] : [];
  return [...idle, ...poolChecks(nodes, platform)];
}

function poolChecks(nodes: readonly LiveNode[], platform: PlatformSpec | undefined): Check[] {
  return (platform?.gpuPools ?? []).map((pool) => {
    if (platform && cloudNamed(platform.cloud).hasOwnNodes) return checkOwnNodes(pool, { nodes, platform, remedy: remedyFor(platform) });
    const resource = platform && gpuOf(pool.gpu, platform)?.resource;
    const offering = resource === undefined ? [] : nodes.filter((node) => countOf(node, resource) > 0 || offersParts(node));
    const name = `pool ${pool.name}`;
    if (offering.length > 0) return { name, state: 'ok', message: `${offering.length} ${offering.length === 1 ? 'node offers' : 'nodes offer'} ${resource} (${pool.gpu})` };
    if (platform?.cloud === 'local') return { name, state: 'warning', message: `no node offers ${resource} (${pool.gpu})` };
    return { name, state: 'optional', message: `no node offers ${resource} (${pool.gpu}) now; one comes up when a pod asks for it` };
  });
}

function isGpuNode({ metadata: { labels = {} } }: LiveNode): boolean {
  return GPU_LABELS.some((label) => labels[label] !== undefined && labels[label] !== 'false')
    || GPU_MACHINES.test(labels['node.kubernetes.io/instance-type'] ?? '');
}

/** Of a GPU that is divided, the parts have names of their own. */
function offersParts({ status }: LiveNode): boolean {
  return Object.entries(status?.allocatable ?? {}).some(([name, count]) => /^nvidia\.com\/(mig-|gpu\.shared)/.test(name) && count !== '0');
}

function countOf({ status }: LiveNode, resource: string): number {
  return Number(status?.allocatable?.[resource] ?? 0);
}

/** Google's own DaemonSet installs the driver; elsewhere images have it, and only the plugin can be missing. */
function remedyFor(platform: PlatformSpec | undefined): string {
  if (platform && cloudNamed(platform.cloud).hasOwnNodes) return GPU_OPERATOR_LINE;
  if (platform?.cloud === 'gcp') {
    return 'kubectl apply -f https://raw.githubusercontent.com/GoogleCloudPlatform/container-engine-accelerators/master/nvidia-driver-installer/cos/daemonset-preloaded.yaml';
  }
  return `kubectl apply -f https://raw.githubusercontent.com/NVIDIA/k8s-device-plugin/${PLUGIN_VERSION}/deployments/static/nvidia-device-plugin.yml`;
}
