import type { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import type { StorageSpec } from '../../api/resource';
import { knownProps, optionsProblem } from '../checks/known-props';
import { quantity } from '../checks/size';
import { ValidationError } from '../checks/validation-error';

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

const STORAGE_PROPS = knownProps<StorageOptions>({ size: true, storageClassName: true });

export function storageSpec(scope: Construct, field: string, storage: StorageOptions): StorageSpec {
  const problem = optionsProblem(field, storage, STORAGE_PROPS);
  if (problem) throw new ValidationError(scope, problem);
  const { size, storageClassName } = storage;
  return { ...(size !== undefined && { size: quantity(scope, `${field}.size`, size) }), ...(storageClassName !== undefined && { storageClassName }) };
}
