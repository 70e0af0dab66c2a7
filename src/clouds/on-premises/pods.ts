/** A cluster on premises: servers with GPUs, and a store of the company's own, by S3 or as a file system that all of them mount. */
import type { PlatformSpec } from '../../api/platform';
import type { Cloud, StoreAccess } from '../cloud';
import { otherDirectory } from '../directory-store';
import { s3CompatibleStore } from '../s3-compatible';
import { bucketVolumePairs, mountFolder } from '../static-volume';
import { splitUrl, workspaceFolder } from '../store-url';
import { poolProblem, workspaceProblem } from './checks';
import { fileSystemStore, fileSystemVolumes, mountFromFileSystem } from './file-system';
import { onPremisesNetwork } from './network';
import { placeGpu, placePools } from './placement';
import { tokenStore } from './tokens';

export const onPremisesCloud: Cloud = {
  name: 'on-premises',
  title: 'a cluster on premises',
  machines: [],
  /* Those of the catalog are of the leanest machine of a cloud, which for some GPUs is larger than a server is. */
  defaults: { cpu: '2', memoryGiB: 10, diskGiB: 5, withGpu: { cpu: 12, memoryOfGpu: 2 } },
  capacities: ['on-demand'],
  canAutoProvision: false,
  hasOwnNodes: true,
  hasIdentities: false,
  /* What is kept back on its nodes is not known. */
  allocatable: (machine) => machine,
  shapeOf: () => undefined,
  poolProblem,
  workspaceProblem,
  canStream: isFileSystem,
  placeGpu,
  placePools,
  placeCapacity: () => ({}),
  workspaceUrl: workspaceFolder,
  mountArtifact: mountFromFileSystem,
  store: (platform, access) => (isFileSystem(platform)
    ? fileSystemStore(platform, access)
    : bucketStore(platform, { namespace: access.namespace, serviceAccount: access.role })),
  otherBuckets: {
    scheme: ({ artifacts: { url, fileSystem } }) => (fileSystem ? (fileSystem.nfs ?? fileSystem.directory) && splitScheme(url) : 's3'),
    mount: mountFolder,
    store: (platform, bucket, namespace) => (isFileSystem(platform)
      ? otherDirectory(bucket)
      : bucketStore(platform, { namespace, serviceAccount: 'artifact-reader' })),
  },
  identity: () => ({}),
  workspaceVolumes: (platform, namespace) => (isFileSystem(platform)
    ? [...fileSystemVolumes(platform, namespace), ...bucketVolumePairs(platform, namespace, ({ url }) => otherVolume(platform, url))]
    : []),
  network: onPremisesNetwork,
  registryLogin: () => undefined,
  missing: () => [],
};

function isFileSystem({ artifacts: { fileSystem } }: PlatformSpec): boolean {
  return fileSystem !== undefined;
}

function splitScheme(url: string): string {
  return url.slice(0, url.indexOf('://'));
}

interface Reader {
  readonly namespace: string;
  readonly serviceAccount: string;
}

function bucketStore({ artifacts }: PlatformSpec, reader: Reader): StoreAccess {
  return artifacts.tokens ? tokenStore(artifacts, artifacts.tokens, reader) : s3CompatibleStore(artifacts);
}

/** A directory of others on the same kind of file system, of any server. */
function otherVolume({ artifacts: { fileSystem } }: PlatformSpec, url: string) {
  const { host, path } = splitUrl(url);
  const { nfs } = fileSystem ?? {};
  if (!nfs) return { hostPath: { path: `/${path}`, type: 'Directory' } };
  return { nfs: { server: host, path: `/${path}`, readOnly: true }, ...(nfs.mountOptions && { mountOptions: nfs.mountOptions }) };
}
