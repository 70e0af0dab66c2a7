import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { clusterScoped } from './cluster-scoped';
import type { Platform } from './platform';

/** What a cluster needs beside what its cloud brings. */
export interface ClusterAddonsProps {
  /** The cluster. */
  readonly platform: Platform;
}

/**
 * What a cluster needs where the cloud leaves it to the user: device plugins on EKS, AKS and a local cluster, on EKS also the
 * autoscaler and a default StorageClass, on a local cluster MinIO where that is its store. On GKE there is nothing to add. Declare
 * it after the GPU pools and the bucket.
 */
export class ClusterAddons extends Construct {
  constructor(scope: Construct, id: string, { platform }: ClusterAddonsProps) {
    super(scope, id);
    const declared = platform._addons;
    for (const { apiVersion = '', kind = '', metadata, ...rest } of declared) {
      const object = new ApiObject(this, `${kind}-${metadata?.name ?? ''}`, { apiVersion, kind, metadata, ...rest });
      if (metadata?.namespace === undefined) clusterScoped(object);
    }
    const before = JSON.stringify(declared);
    this.node.addValidation({
      validate: () => (JSON.stringify(platform._addons) === before
        ? [] : ['GPU pools or the bucket were added to the platform after this; declare them first']),
    });
  }
}
