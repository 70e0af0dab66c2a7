/** Volumes that are bound by name: how a workspace mounts artifacts where the driver knows no inline volumes. */
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeSpec } from 'kubernetes-types/core/v1';
import { digest, shortDigest } from '../api/digest';
import { ExpandError } from '../api/expand-error';
import { MANAGED_BY } from '../api/labels';
import type { PlatformSpec, ReadableBucketSpec } from '../api/platform';
import { workspaceOf } from '../api/platform';
import { gibibytes } from '../api/quantity';
import { API_GROUP } from '../api/resource';
import type { ArtifactMount, FolderMount, PodPart } from './cloud';

/** Drivers for buckets ignore the capacity, yet Kubernetes asks for one. */
const DEFAULT_CAPACITY = '1Ti';

export interface VolumeOwners {
  /** Namespace of the claim. */
  readonly namespace: string;
  /** Namespace whose artifacts are on it. */
  readonly owner: string;
}

/** Name of the claim, in the consumer's namespace. */
export function claimName({ namespace, owner }: VolumeOwners): string {
  return namespace === owner ? 'artifacts' : `artifacts-from-${owner}`;
}

/** A volume and its claim for the workspace's own artifacts and for each other workspace that it may read. */
export function workspaceVolumePairs(
  platform: PlatformSpec,
  namespace: string,
  source: (owners: VolumeOwners) => Partial<PersistentVolumeSpec>,
): (PersistentVolume | PersistentVolumeClaim)[] {
  const owners = [namespace, ...workspaceOf(platform, namespace)?.reads ?? []];
  return owners.map((owner) => ({ namespace, owner }))
    .flatMap((each) => volumePair(platform, { namespace, name: claimName(each) }, source(each)));
}

/** Name of the claim on a bucket of others. Another region or group is another volume, for one cannot be changed. */
export function bucketClaimName(bucket: ReadableBucketSpec): string {
  return `readable-bucket-${shortDigest(digest(bucket))}`;
}

/** A volume and its claim for each bucket of others that a workspace may read. */
export function bucketVolumePairs(
  platform: PlatformSpec,
  namespace: string,
  source: (bucket: ReadableBucketSpec) => Partial<PersistentVolumeSpec>,
): (PersistentVolume | PersistentVolumeClaim)[] {
  const buckets = workspaceOf(platform, namespace)?.readableBuckets ?? [];
  return buckets.flatMap((bucket) => volumePair(platform, { namespace, name: bucketClaimName(bucket) }, source(bucket)));
}

interface ClaimRef {
  readonly namespace: string;
  readonly name: string;
}

/** Name of the volume that a claim is bound to. */
export function volumeName({ clusterName }: Pick<PlatformSpec, 'clusterName'>, { namespace, name }: ClaimRef): string {
  return `${clusterName}-${namespace}-${name}`;
}

function volumePair(
  platform: PlatformSpec,
  { namespace, name }: ClaimRef,
  source: Partial<PersistentVolumeSpec>,
): [PersistentVolume, PersistentVolumeClaim] {
  const volume = volumeName(platform, { namespace, name });
  const storage = gibibytes(platform.artifacts.capacity ?? DEFAULT_CAPACITY);
  const accessModes = source.accessModes ?? ['ReadOnlyMany'];
  const labels = { ...MANAGED_BY, [`${API_GROUP}/workspace`]: namespace };
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volume, labels },
      spec: {
        capacity: { storage },
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name },
        accessModes,
        ...source,
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, labels },
      /* Without the field a claim would get the default class; a volume with an empty one is stored without it. */
      spec: { accessModes, storageClassName: '', volumeName: volume, resources: { requests: { storage } } },
    },
  ];
}

/**
 * Mounts the files of an artifact from the workspace's volume. A subPath is safe although the store has no folders: an artifact
 * is published, so its folder exists, and immutable, so it stays.
 */
export function mountFromClaim(mount: ArtifactMount, root: string, claim: string = claimName(mount)): PodPart {
  return {
    volumes: [{ name: mount.name, persistentVolumeClaim: { claimName: claim, readOnly: true } }],
    volumeMounts: [{ name: mount.name, mountPath: mount.mountPath, subPath: `${relativeTo(root, mount.url)}/files`, readOnly: true }],
  };
}

/** Mounts a folder from the volume of its bucket. One that is not there keeps the pod from starting, and the kubelet says so. */
export function mountFolder({ name, mountPath, bucket, path }: FolderMount): PodPart {
  return {
    volumes: [{ name, persistentVolumeClaim: { claimName: bucketClaimName(bucket), readOnly: true } }],
    volumeMounts: [{ name, mountPath, ...(path && { subPath: path }), readOnly: true }],
  };
}

/** The path of `url` below `root`. */
export function relativeTo(root: string, url: string): string {
  if (!url.startsWith(`${root}/`)) {
    throw new ExpandError(`artifact ${url} does not lie under ${root}, the folder of its workspace on this platform; copy it there if the platform has another bucket than it had`);
  }
  return url.slice(root.length + 1);
}
