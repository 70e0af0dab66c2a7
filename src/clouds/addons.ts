/** What a cluster needs beside what its cloud brings, by cloud. Pure. */
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import type { PlatformSpec } from '../api/platform';
import { clusterAddons as awsAddons } from './aws/addons';
import { clusterAddons as azureAddons } from './azure/addons';
import { clusterAddons as localAddons } from './local/addons';

/** A plain Kubernetes object. */
export interface AddonObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
}

const ADDONS: Readonly<Record<string, (platform: PlatformSpec) => readonly AddonObject[]>> = {
  aws: awsAddons,
  azure: azureAddons,
  /* GKE brings drivers, device plugin, autoscaler and a default StorageClass. */
  gcp: () => [],
  local: localAddons,
};

/** Device plugins, and where the cloud leaves them to the user, the autoscaler and the default StorageClass. */
export function clusterAddons(platform: PlatformSpec): readonly AddonObject[] {
  return ADDONS[platform.cloud]?.(platform) ?? [];
}
