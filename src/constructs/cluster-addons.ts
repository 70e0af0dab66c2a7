import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { clusterAddons } from '../clouds/addons';
import { clusterScoped } from './cluster-scoped';
import type { Platform } from './platform';

/** What a cluster needs beside what its cloud brings. */
export interface ClusterAddonsProps {
  /** The cluster. */
  readonly platform: Platform;
}

/**
 * What makes GPU nodes usable where the cloud leaves it to the user: device plugins on EKS, AKS and a local cluster, on EKS also the
 * autoscaler and a default StorageClass. On GKE there is nothing to add. Declare it after the GPU pools.
 */
export class ClusterAddons extends Construct {
  constructor(scope: Construct, id: string, { platform }: ClusterAddonsProps) {
    super(scope, id);
    const declared = clusterAddons(platform._spec);
    for (const { apiVersion = '', kind = '', metadata, ...rest } of declared) {
      const object = new ApiObject(this, `${kind}-${metadata?.name ?? ''}`, { apiVersion, kind, metadata, ...rest });
      if (metadata?.namespace === undefined) clusterScoped(object);
    }
    const before = JSON.stringify(declared);
    this.node.addValidation({
      validate: () => (JSON.stringify(clusterAddons(platform._spec)) === before
        ? [] : ['GPU pools were added to the platform after this; declare the pools first']),
    });
  }
}
