/** A local cluster such as kind: artifacts in a directory of the node, or in an S3-compatible store such as MinIO or Ceph. */
import type { PlatformSpec } from '../../api/platform';
import type { ArtifactMount, Cloud } from '../cloud';
import { directoryStore, otherDirectory } from '../directory-store';

import { labelledGpuNodes } from '../placement';
import { s3CompatibleStore } from '../s3-compatible';
import { bucketVolumePairs, mountFolder, mountFromClaim, workspaceVolumePairs } from '../static-volume';
import { splitUrl, workspaceFolder } from '../store-url';
import { localNetwork } from './network';

/** The directory belongs to root. */
const OF_THE_NODE = { isDirectory: true };

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
  store: (platform, access) => (isDirectory(platform)
    ? { ...OF_THE_NODE, ...directoryStore({ root: workspaceFolder(platform, access.owner) }, access) }
    : s3CompatibleStore(platform.artifacts)),
  otherBuckets: {
    scheme: (platform) => (isDirectory(platform) ? 'file' : 's3'),
    mount: mountFolder,
    store: (platform, bucket) => (isDirectory(platform)
      ? { ...OF_THE_NODE, ...otherDirectory(bucket) }
      : s3CompatibleStore(platform.artifacts)),
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
