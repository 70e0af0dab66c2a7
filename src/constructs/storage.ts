import type { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import type { StorageSpec } from '../api/resource';
import { quantity } from './size';

/** A disk of its own. */
export interface StorageOptions {
  /**
   * Size.
   *
   * @default - for staging 50 GiB or twice the memory of the GPUs, for a notebook 20 GiB
   */
  readonly size?: Size;

  /**
   * StorageClass.
   *
   * @default - the cluster's default class
   */
  readonly storageClassName?: string;
}

export function storageSpec(scope: Construct, field: string, { size, storageClassName }: StorageOptions): StorageSpec {
  return { ...(size !== undefined && { size: quantity(scope, `${field}.size`, size) }), ...(storageClassName !== undefined && { storageClassName }) };
}
