/** A local cluster such as kind: artifacts in a directory of the node, or in an S3-compatible store such as MinIO or Ceph. */
import type { EnvVar } from 'kubernetes-types/core/v1';
import { digest, shortDigest } from '../../api/digest';
import type { PlatformSpec, ReadableBucketSpec, WorkspaceRole } from '../../api/platform';
import type { ArtifactMount, Cloud, StoreAccess } from '../cloud';
import { labelledGpuNodes } from '../placement';
import { bucketClaimName, bucketVolumePairs, claimName, mountFolder, mountFromClaim, relativeTo, workspaceVolumePairs } from '../static-volume';
import type { VolumeOwners } from '../static-volume';
import { rclonePath, splitUrl, workspaceFolder } from '../store-url';
import { localNetwork } from './network';

/** Where rclone sees the directory. */
const DIRECTORY = '/artifacts';

export const localCloud: Cloud = {
  name: 'local',
  title: 'a local cluster',
  machines: [],
  /* A laptop: what is asked for must fit beside everything else on it. */
  defaults: { cpu: '500m', memoryGiB: 2, diskGiB: 5, copying: { cpu: '100m', memory: '128Mi' } },
  capacities: ['on-demand'],
  canAutoProvision: false,
  hasIdentities: false,
  /* What its nodes have is not known. */
  allocatable: (machine) => machine,
  shapeOf: () => undefined,
  canStream: isDirectory,
  placeGpu: labelledGpuNodes,
  placeCapacity: () => ({}),
  workspaceUrl: workspaceFolder,
  mountArtifact: (mount: ArtifactMount, platform: PlatformSpec) => mountFromClaim(mount, workspaceFolder(platform, mount.owner)),
  store: (platform, access) => (isDirectory(platform) ? directoryStore(platform, access) : s3CompatibleStore(platform)),
  otherBuckets: {
    scheme: (platform) => (isDirectory(platform) ? 'file' : 's3'),
    mount: mountFolder,
    store: (platform, bucket) => (isDirectory(platform) ? otherDirectory(bucket) : s3CompatibleStore(platform)),
  },
  identity: () => ({}),
  workspaceVolumes,
  network: localNetwork,
  registryLogin: () => undefined,
  missing: () => [],
};

function isDirectory(platform: PlatformSpec): boolean {
  return platform.artifacts.url.startsWith('file://');
}

/** A volume on the directory, for pods may not mount host paths themselves. */
function workspaceVolumes(platform: PlatformSpec, namespace: string): ReturnType<Cloud['workspaceVolumes']> {
  if (!isDirectory(platform)) return [];
  return [
    ...workspaceVolumePairs(platform, namespace, ({ owner }) => ({
      accessModes: ['ReadWriteMany'],
      hostPath: { path: `/${splitUrl(workspaceFolder(platform, owner)).path}`, type: 'DirectoryOrCreate' },
    })),
    ...bucketVolumePairs(platform, namespace, ({ url }) => ({ hostPath: { path: `/${splitUrl(url).path}`, type: 'Directory' } })),
  ];
}

function otherDirectory(bucket: ReadableBucketSpec): StoreAccess {
  const name = 'other-store';
  return {
    isDirectory: true,
    env: [],
    volumes: [{ name, persistentVolumeClaim: { claimName: bucketClaimName(bucket), readOnly: true } }],
    volumeMounts: [{ name, mountPath: DIRECTORY, readOnly: true }],
    remotePath: (url) => (url === bucket.url ? DIRECTORY : `${DIRECTORY}/${relativeTo(bucket.url, url)}`),
  };
}

function directoryStore(platform: PlatformSpec, { role, ...owners }: VolumeOwners & { readonly role: WorkspaceRole }): StoreAccess {
  const readOnly = role !== 'artifact-writer';
  const name = storeVolumeName(owners);
  const root = workspaceFolder(platform, owners.owner);
  return {
    isDirectory: true,
    env: [],
    volumes: [{ name, persistentVolumeClaim: { claimName: claimName(owners), readOnly } }],
    volumeMounts: [{ name, mountPath: DIRECTORY, readOnly }],
    remotePath: (url) => `${DIRECTORY}/${relativeTo(root, url)}`,
  };
}

/** Not the claim's name, which may be longer than a volume's can be, and is that of the staging volume. */
function storeVolumeName({ namespace, owner }: VolumeOwners): string {
  return namespace === owner ? 'store' : `store-${shortDigest(digest(owner))}`;
}

function s3CompatibleStore({ artifacts: { endpoint, region, credentialsSecret } }: PlatformSpec): StoreAccess {
  const fromSecret = (name: string, key: string): EnvVar[] =>
    credentialsSecret ? [{ name, valueFrom: { secretKeyRef: { name: credentialsSecret, key } } }] : [];
  return {
    env: [
      ...fromSecret('RCLONE_S3_ACCESS_KEY_ID', 'accessKeyId'),
      ...(endpoint ? [{ name: 'RCLONE_S3_ENDPOINT', value: endpoint }] : []),
      { name: 'RCLONE_S3_NO_CHECK_BUCKET', value: 'true' },
      { name: 'RCLONE_S3_PROVIDER', value: 'Other' },
      ...(region ? [{ name: 'RCLONE_S3_REGION', value: region }] : []),
      ...fromSecret('RCLONE_S3_SECRET_ACCESS_KEY', 'secretAccessKey'),
    ],
    remotePath: (url) => rclonePath('s3', url),
  };
}
