/**
 * What EKS leaves to the user, for the Kubernetes side: a default StorageClass, an autoscaler, and the device plugins, without which
 * no node has GPUs to offer. Pure.
 *
 * After the manifests of kubernetes/autoscaler, NVIDIA/k8s-device-plugin v0.18.0 and aws-neuron-sdk.
 */
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import type { WantedAddons } from '../cloud';
import { autoscaler } from './autoscaler';
import type { AutoscalerObject } from './autoscaler';
import { devicePlugins } from './device-plugins';
import type { DevicePluginObject } from './device-plugins';

export type AddonObject = StorageClass | AutoscalerObject | DevicePluginObject;

/** Objects to apply, in this order. A cluster that is there already may have a default class and an autoscaler of its own. */
export function clusterAddons(platform: PlatformSpec, wanted: WantedAddons = {}): AddonObject[] {
  return [
    ...(wanted.defaultStorageClass ? [DEFAULT_STORAGE] : []),
    ...(wanted.autoscaler ? autoscaler(platform) : []),
    ...devicePlugins(platform),
  ];
}

/** EKS has marked no class as the default since 1.30. Volumes come up in the zone of the first pod that uses them. */
const DEFAULT_STORAGE: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: 'gp3',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    labels: PART_OF,
  },
  provisioner: 'ebs.csi.aws.com',
  parameters: { type: 'gp3', encrypted: 'true' },
  volumeBindingMode: 'WaitForFirstConsumer',
  reclaimPolicy: 'Delete',
  allowVolumeExpansion: true,
};
