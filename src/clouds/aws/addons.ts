/**
 * What EKS leaves to the user, for the Kubernetes side: a default StorageClass, an autoscaler, and the device plugins, without which
 * no node has GPUs to offer. Pure.
 *
 * After the manifests of kubernetes/autoscaler, NVIDIA/k8s-device-plugin v0.18.0 and aws-neuron-sdk.
 */
import type { ConfigMap } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { PART_OF } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import type { AddonObject as CloudObject, WantedAddons } from '../cloud';
import { autoscaler } from './autoscaler';
import type { AutoscalerObject } from './autoscaler';
import { devicePlugins } from './device-plugins';
import type { DevicePluginObject } from './device-plugins';
import { provisionerObjects } from './provisioner';

export type AddonObject = StorageClass | ConfigMap | AutoscalerObject | DevicePluginObject | CloudObject;

/** Objects to apply, in this order. A cluster that is there already may have a default class and an autoscaler of its own. */
export function clusterAddons(platform: PlatformSpec, wanted: WantedAddons = {}): AddonObject[] {
  const isAuto = platform.nodeProvisioning?.kind === 'eks-auto-mode';
  return [
    ...(wanted.defaultStorageClass ? [defaultStorage(isAuto)] : []),
    ...(wanted.autoscaler ? autoscaler(platform) : []),
    ...(isAuto ? [NETWORK_POLICIES] : devicePlugins(platform)),
    ...provisionerObjects(platform),
  ];
}

/** Auto Mode enforces no policy until it is told to: https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html. */
const NETWORK_POLICIES: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'amazon-vpc-cni', namespace: 'kube-system', labels: PART_OF },
  data: { 'enable-network-policy-controller': 'true' },
};

/** EKS has marked no class as the default since 1.30. Volumes come up in the zone of the first pod that uses them. */
function defaultStorage(isAuto: boolean): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'gp3',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      labels: PART_OF,
    },
    /* The driver of Auto Mode is another one, on its nodes alone. */
    provisioner: isAuto ? 'ebs.csi.eks.amazonaws.com' : 'ebs.csi.aws.com',
    parameters: { type: 'gp3', encrypted: 'true' },
    volumeBindingMode: 'WaitForFirstConsumer',
    reclaimPolicy: 'Delete',
    allowVolumeExpansion: true,
  };
}
