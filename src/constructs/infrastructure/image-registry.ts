import { Construct } from 'constructs';
import { checkTokens } from '../checks/guard';
import { asValidation, ValidationError } from '../checks/validation-error';
import { clusterOf } from './cluster-base';
import type { ICluster } from './cluster-props';
import { checkReserved } from './reserved-props';

/** A registry for images. */
export interface ImageRegistryProps {
  /** The cluster that pulls from it. */
  readonly cluster: ICluster;

  /**
   * Name of the registry. Another one is another registry.
   *
   * @default - derived from the cluster's name
   */
  readonly registryName?: string;

  /**
   * Registries whose images are cached, such as `ghcr.io`.
   *
   * @default - none
   */
  readonly pullThrough?: string[];

  /**
   * After how many days images without a tag are deleted.
   *
   * @default 30
   */
  readonly untaggedDays?: number;

  /**
   * Networks from which it can be reached, such as those of a CI that pushes images (Azure).
   *
   * @default - on Azure the network of the cluster alone; elsewhere who may reach it is decided by IAM, from anywhere
   */
  readonly allowedCidrs?: string[];

  /**
   * Whether it may be destroyed.
   *
   * @default false
   */
  readonly destroyable?: boolean;
}

/**
 * A registry for the images that workspaces build: tags do not change, and a workspace's builder pushes to its own repository only.
 *
 * Another `registryName` is another registry, and the first one refuses to go; all else is changed in place.
 */
export class ImageRegistry extends Construct {
  /** Name of the registry. */
  public readonly registryName: string;

  /** Host and path before the workspaces' repositories. */
  public readonly url: string;

  constructor(scope: Construct, id: string, props: ImageRegistryProps) {
    super(scope, id);
    const { pullThrough = [], untaggedDays = 30, allowedCidrs = [], destroyable = false } = props;
    const cluster = clusterOf(this, props.cluster);
    checkReserved(this, props, { cloudName: cluster.platform.cloudName, takes: cluster._cloud.takes?.registry });
    if (!Number.isInteger(untaggedDays) || untaggedDays < 1) {
      throw new ValidationError(this, `untaggedDays is ${untaggedDays}; give a whole number of days, 1 or more`);
    }
    checkTokens(this, { registryName: props.registryName, allowedCidrs });
    cluster._prepare(this, 'registry');
    cluster._checkFree(this, 'registry');
    this.registryName = props.registryName ?? cluster._cloud.registryName(cluster.clusterName);
    this.url = cluster._cloud.images(this.registryName).url;
    const registry = asValidation(this, () => cluster._infrastructure.addRegistry(this, {
      name: this.registryName, protect: !destroyable, untaggedDays, pullThrough, allowedCidrs, tags: cluster._tags,
    }));
    cluster._attach({ construct: this, registry, registryName: this.registryName });
  }
}
