/** Stores that pods mount as a directory, as rclone sees them: on a node, or on a file system that all nodes share. Pure. */
import { digest, shortDigest } from '../api/digest';
import type { ReadableBucketSpec, WorkspaceRole } from '../api/platform';
import type { StoreAccess } from './cloud';
import { bucketClaimName, claimName, relativeTo } from './static-volume';
import type { VolumeOwners } from './static-volume';

/** Where rclone sees the directory. */
const DIRECTORY = '/artifacts';

export interface DirectoryAccess extends VolumeOwners {
  readonly role: WorkspaceRole;
}

export interface MountedDirectory {
  /** URL of what is mounted. */
  readonly root: string;
  /** The claim to mount. Default: that of the workspace's own volume. */
  readonly claim?: string;
}

/** What a workspace has in the directory: only the writer may write. */
export function directoryStore({ root, claim }: MountedDirectory, { role, ...owners }: DirectoryAccess): StoreAccess {
  const readOnly = role !== 'artifact-writer';
  const name = storeVolumeName(owners);
  return {
    env: [],
    volumes: [{ name, persistentVolumeClaim: { claimName: claim ?? claimName(owners), readOnly } }],
    volumeMounts: [{ name, mountPath: DIRECTORY, readOnly }],
    remotePath: (url) => `${DIRECTORY}/${relativeTo(root, url)}`,
  };
}

/** A directory of others, to copy from. */
export function otherDirectory(bucket: ReadableBucketSpec): StoreAccess {
  const name = 'other-store';
  return {
    env: [],
    volumes: [{ name, persistentVolumeClaim: { claimName: bucketClaimName(bucket), readOnly: true } }],
    volumeMounts: [{ name, mountPath: DIRECTORY, readOnly: true }],
    remotePath: (url) => (url === bucket.url ? DIRECTORY : `${DIRECTORY}/${relativeTo(bucket.url, url)}`),
  };
}

/** Not the claim's name, which may be longer than a volume's can be, and is that of the staging volume. */
function storeVolumeName({ namespace, owner }: VolumeOwners): string {
  return namespace === owner ? 'store' : `store-${shortDigest(digest(owner))}`;
}
