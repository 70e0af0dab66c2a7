/** Claims on a disk of their own. */
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { gibibytes } from '../api/quantity';
import type { QuantityOrInteger, StorageSpec } from '../api/resource';

export interface ClaimOptions {
  readonly storage: StorageSpec | undefined;
  readonly defaultSize: QuantityOrInteger;
  /** Where the storage names none; the cluster's default class if it is absent too. */
  readonly defaultClass?: string;
  readonly metadata: ObjectMeta;
}

/** A claim of a size. */
export function claim({ storage = {}, defaultSize, defaultClass, metadata }: ClaimOptions): PersistentVolumeClaim {
  const { size = defaultSize, storageClassName = defaultClass } = storage;
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
