/** What GKE leaves to the user, for the Kubernetes side: a class of disks for some machines, and what provisioners take. Pure. */
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import type { AddonObject } from '../cloud';
import { HYPERDISK_CLASS, takesHyperdiskOnly } from './disks';
import { provisionerObjects } from './provisioner';
import type { NodeIdentity } from './provisioner';

/** GKE brings drivers, device plugin, autoscaler and a default StorageClass. */
export function clusterAddons(platform: PlatformSpec): AddonObject[] {
  return addonsWith(platform, {});
}

/** The same for a cluster of which the cloud side is known; what the platform says of the nodes wins. */
export function addonsWith(platform: PlatformSpec, nodes: NodeIdentity): AddonObject[] {
  const { gpuPools = [], autoProvisioning, nodeProvisioning: { nodeServiceAccount = nodes.serviceAccount } = {} } = platform;
  const disks = autoProvisioning || gpuPools.some(({ gpu }) => takesHyperdiskOnly(gpu)) ? [HYPERDISK_BALANCED] : [];
  const made = provisionerObjects(platform, { ...nodes, ...(nodeServiceAccount !== undefined && { serviceAccount: nodeServiceAccount }) });
  return [...disks, ...made];
}

const HYPERDISK_BALANCED: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: HYPERDISK_CLASS, labels: PART_OF },
  provisioner: 'pd.csi.storage.gke.io',
  parameters: { type: 'hyperdisk-balanced' },
  volumeBindingMode: 'WaitForFirstConsumer',
  reclaimPolicy: 'Delete',
  allowVolumeExpansion: true,
};
