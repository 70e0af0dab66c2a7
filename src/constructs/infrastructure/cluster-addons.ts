import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { AddonObject } from '../../clouds/cloud';
import { asValidation } from '../checks/validation-error';
import { addLateObject, objectId } from '../objects/deferred-objects';
import type { Platform } from '../platform/platform';

/** What a cluster needs beside what its cloud brings. */
export interface ClusterAddonsProps {
  /** The cluster. Its GPU pools and its bucket may be declared before or after this. */
  readonly platform: Platform;
}

/**
 * What a cluster needs where the cloud leaves it to the user: device plugins on EKS, AKS and a local cluster, on a local cluster MinIO
 * where that is its store, on GKE a StorageClass of Hyperdisk for the GPUs whose machines take no other disks (H200, B200, RTX PRO 6000).
 * On EKS also the autoscaler and a default StorageClass: always for a `Cluster`, and for a cluster that exists where `autoscaler` and
 * `defaultStorageClass` ask for them, for it must not have them twice.
 */
export class ClusterAddons extends Construct {
  private readonly objects = new Map<string, ApiObject>();

  constructor(scope: Construct, id: string, { platform }: ClusterAddonsProps) {
    super(scope, id);
    platform._onAddons(() => this.complete(() => asValidation(this, () => platform._addons)));
  }

  /** Adds what is not there yet. Each depends on the one before it, so that they come in the same order whenever they were added. */
  private complete(addons: () => readonly AddonObject[]): void {
    let last: ApiObject | undefined;
    for (const addon of addons()) {
      const object = this.objects.get(objectId(addon)) ?? this.add(addon, addons);
      if (last) object.node.addDependency(last);
      last = object;
    }
  }

  private add(addon: AddonObject, addons: () => readonly AddonObject[]): ApiObject {
    const id = objectId(addon);
    const object = addLateObject(this, addon, () => addons().find((other) => objectId(other) === id) ?? addon);
    this.objects.set(id, object);
    return object;
  }
}
