/** A shared file system as the store: a volume of a workspace, or a claim that its class or its owner makes. Pure. */
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeSpec } from 'kubernetes-types/core/v1';
import { MANAGED_BY } from '../../api/labels';
import type { PlatformSpec } from '../../api/platform';
import { API_GROUP } from '../../api/resource';
import type { CsiVolumeSpec, FileSystemSpec } from '../../api/store';
import type { ArtifactMount, PodPart, StoreAccess } from '../cloud';
import { directoryStore } from '../directory-store';
import type { DirectoryAccess } from '../directory-store';
import { claimName, mountFromClaim, volumeName, workspaceVolumePairs } from '../static-volume';
import type { VolumeOwners } from '../static-volume';
import { workspaceFolder } from '../store-url';

/** Where the folder of a workspace goes in a volume of a CSI driver, and the name of the volume. */
export const FOLDER = '{folder}';
export const VOLUME = '{volume}';

const WRITABLE = ['ReadWriteMany'];

/** The URL under which artifacts of a file system are known; of what a claim is of, each workspace has its own. */
export function fileSystemUrl({ nfs, csi, directory, storageClass, claim }: FileSystemSpec): string {
  if (nfs) return `nfs://${nfs.server}${nfs.path}`;
  if (directory) return `file://${directory.path}`;
  if (csi) return `csi://${csi.driver}`;
  return `pvc://${claim?.name ?? storageClass?.name ?? ''}`;
}

/** Whether a workspace has a claim of its own, which no other namespace can mount. */
export function hasOwnClaims({ storageClass, claim }: FileSystemSpec): boolean {
  return storageClass !== undefined || claim !== undefined;
}

export function mountFromFileSystem(mount: ArtifactMount, platform: PlatformSpec): PodPart {
  const { claim, root } = mountedIn(platform, mount);
  return mountFromClaim(mount, root, claim);
}

/** Pods write as nobody in particular, in the group of all pods that the folder of the workspace is of. */
export function fileSystemStore(platform: PlatformSpec, access: DirectoryAccess): StoreAccess {
  return { ...directoryStore(mountedIn(platform, access), access), keepsFiles: true };
}

/** What a claim shows: the folder of the workspace, or all of what is the workspace's own. */
function mountedIn(platform: PlatformSpec, { owner }: VolumeOwners): { readonly root: string; readonly claim?: string } {
  const { url, fileSystem = {} } = platform.artifacts;
  const { claim } = fileSystem;
  return hasOwnClaims(fileSystem) ? { root: url, ...(claim && { claim: claim.name }) } : { root: workspaceFolder(platform, owner) };
}

export function fileSystemVolumes(platform: PlatformSpec, namespace: string): (PersistentVolume | PersistentVolumeClaim)[] {
  const { url, fileSystem = {} } = platform.artifacts;
  const { claim, storageClass } = fileSystem;
  if (claim) return [];
  if (storageClass) return [ownClaim(namespace, storageClass)];
  return workspaceVolumePairs(platform, namespace, (owners) => {
    const folder = workspaceFolder(platform, owners.owner).slice(url.length);
    const volume = volumeName(platform, { namespace, name: claimName(owners) });
    return sharedVolume(fileSystem, { folder, isOwn: owners.owner === owners.namespace, volume });
  });
}

interface SharedFolder {
  /** Folder below the root of the file system, with a slash before it. */
  readonly folder: string;
  /** Whether it is the workspace's own: no pod can write to those of others, but for a path of the node, which knows no such rule. */
  readonly isOwn: boolean;
  /** Name of the PersistentVolume. */
  readonly volume: string;
}

function sharedVolume({ nfs, csi, directory }: FileSystemSpec, { folder, isOwn, volume }: SharedFolder): Partial<PersistentVolumeSpec> {
  const access = isOwn ? { accessModes: WRITABLE } : {};
  const readOnly = isOwn ? {} : { readOnly: true };
  if (nfs) {
    const { server, path, mountOptions } = nfs;
    return { ...access, ...(mountOptions && { mountOptions }), nfs: { server, path: `${path}${folder}`, ...readOnly } };
  }
  /* One that is not there must not be made: it would be on the disk of the node, where the file system is not mounted. */
  if (directory) return { ...access, hostPath: { path: `${directory.path}${folder}`, type: 'Directory' } };
  return { ...access, ...(csi && csiVolume(csi, { folder, volume, readOnly })) };
}

interface CsiPlaces {
  readonly folder: string;
  readonly volume: string;
  readonly readOnly: { readonly readOnly?: boolean };
}

function csiVolume(spec: CsiVolumeSpec, { folder, volume, readOnly }: CsiPlaces): Partial<PersistentVolumeSpec> {
  const { driver, volumeHandle, volumeAttributes = {}, fsType, mountOptions, secrets = {} } = spec;
  const filled = (text: string): string => text.replaceAll(FOLDER, folder.slice(1)).replaceAll(VOLUME, volume);
  const attributes = Object.fromEntries(Object.entries(volumeAttributes).map(([name, value]) => [name, filled(value)]));
  return {
    ...(mountOptions && { mountOptions }),
    csi: {
      driver,
      volumeHandle: filled(volumeHandle),
      ...(fsType !== undefined && { fsType }),
      ...(Object.keys(attributes).length > 0 && { volumeAttributes: attributes }),
      ...(secrets.nodeStage && { nodeStageSecretRef: secrets.nodeStage }),
      ...(secrets.nodePublish && { nodePublishSecretRef: secrets.nodePublish }),
      ...readOnly,
    },
  };
}

function ownClaim(namespace: string, { name, size }: NonNullable<FileSystemSpec['storageClass']>): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: claimName({ namespace, owner: namespace }), namespace, labels: { ...MANAGED_BY, [`${API_GROUP}/workspace`]: namespace } },
    spec: { accessModes: WRITABLE, storageClassName: name, resources: { requests: { storage: size } } },
  };
}
