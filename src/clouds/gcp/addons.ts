/** What GKE leaves to the user, for the Kubernetes side: a class of the disks that some machines with GPUs need. Pure. */
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import { HYPERDISK_CLASS, takesHyperdiskOnly } from './disks';

/** GKE brings drivers, device plugin, autoscaler and a default StorageClass. */
export function clusterAddons({ gpuPools = [], autoProvisioning }: PlatformSpec): StorageClass[] {
  return autoProvisioning || gpuPools.some(({ gpu }) => takesHyperdiskOnly(gpu)) ? [HYPERDISK_BALANCED] : [];
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
