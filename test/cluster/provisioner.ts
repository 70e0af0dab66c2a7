/** Disks: a volume for every claim that a StorageClass is to provide for, and none for those that are gone. */
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeSpec } from 'kubernetes-types/core/v1';
import type { StorageClass } from 'kubernetes-types/storage/v1';
import { ApiError } from './api-error';
import type { Client } from './client';
import { follow } from './follow';
import type { Followed } from './follow';

type StoredClaim = PersistentVolumeClaim & Followed;
type StoredVolume = PersistentVolume & Followed;

const PROVISIONER = 'cluster.test/disk';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** Set by the controller that binds volumes, on the claims that wait for a provisioner. */
const ASKED_OF = 'volume.kubernetes.io/storage-provisioner';

/** A StorageClass whose claims are bound: when a pod that uses them has found its node, as on a cloud, or at once. */
export function storageClass(name: string, options: { readonly isDefault?: boolean; readonly isImmediate?: boolean } = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': String(options.isDefault ?? false) } },
    provisioner: PROVISIONER,
    reclaimPolicy: 'Delete',
    volumeBindingMode: options.isImmediate ? 'Immediate' : 'WaitForFirstConsumer',
  };
}

/** What volumes are made of. */
export interface VolumeSource {
  create(uid: string): Partial<PersistentVolumeSpec>;
  remove(uid: string): void;
}

/** Disks that no pod can tell from real ones: they are never mounted. */
const AIR: VolumeSource = { create: (uid) => ({ csi: { driver: 'cluster.test', volumeHandle: uid } }), remove: () => undefined };

export class Provisioner {
  private readonly stopping = new AbortController();
  private following: Promise<unknown> = Promise.resolve();

  constructor(private readonly client: Client, private readonly source = AIR) {}

  public start(): void {
    const { client, stopping: { signal } } = this;
    const claims = { collection: { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, signal };
    const volumes = { collection: { apiVersion: 'v1', kind: 'PersistentVolume' }, signal };
    this.following = Promise.all([
      follow<StoredClaim>(client, claims, ({ object, isGone }) => { if (!isGone && isWaiting(object)) void this.provide(object); }),
      follow<StoredVolume>(client, volumes, ({ object, isGone }) => { if (!isGone && isFree(object)) void this.remove(object); }),
    ]);
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
  }

  private async provide(claim: StoredClaim): Promise<void> {
    await this.client.create(volumeFor(claim, this.source)).catch(ignorePassing);
  }

  private async remove({ metadata: { name }, spec }: StoredVolume): Promise<void> {
    this.source.remove(spec?.claimRef?.uid ?? '');
    await this.client.delete({ apiVersion: 'v1', kind: 'PersistentVolume', name }).catch(ignorePassing);
  }
}

function isWaiting({ metadata: { annotations = {}, deletionTimestamp }, spec }: StoredClaim): boolean {
  return !spec?.volumeName && !deletionTimestamp && annotations[ASKED_OF] === PROVISIONER;
}

function isFree({ metadata: { annotations = {}, deletionTimestamp }, status }: StoredVolume): boolean {
  return status?.phase === 'Released' && !deletionTimestamp && annotations[PROVISIONED_BY] === PROVISIONER;
}

function volumeFor({ metadata: { name, namespace, uid }, spec }: StoredClaim, source: VolumeSource): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { [PROVISIONED_BY]: PROVISIONER } },
    spec: {
      accessModes: spec?.accessModes,
      capacity: { storage: spec?.resources?.requests?.storage ?? '1Gi' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: spec?.storageClassName,
      volumeMode: spec?.volumeMode,
      ...source.create(uid),
    },
  };
}

/** The server is down or busy, or the volume is there already. The next change of the object, or the next list, tries again. */
function ignorePassing(error: unknown): void {
  if (error instanceof ApiError && error.status < 500 && ![404, 409, 429].includes(error.status)) throw error;
}
