/** Claims on a disk of their own. */
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { gibibytes } from '../api/quantity';
import type { QuantityOrInteger, StorageSpec } from '../api/resource';

export interface ClaimOptions {
  readonly storage: StorageSpec | undefined;
  readonly defaultSize: QuantityOrInteger;
  readonly metadata: ObjectMeta;
}

/** A claim of a size, in the cluster's default class unless another is named. */
export function claim({ storage = {}, defaultSize, metadata }: ClaimOptions): PersistentVolumeClaim {
  const { size = defaultSize, storageClassName } = storage;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storageClassName !== undefined && { storageClassName }),
      resources: { requests: { storage: gibibytes(size) } },
    },
  };
}
