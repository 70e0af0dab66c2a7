/** Azure: AKS with the Blob CSI driver and workload identity. A workspace has a container of its own in the storage account. */
import type { Container, PersistentVolumeSpec } from 'kubernetes-types/core/v1';
import { digest, shortDigest } from '../../api/digest';
import type { PlatformSpec, ReadableBucketSpec, WorkspaceRole } from '../../api/platform';
import { workspaceOf, WORKSPACE_ROLES } from '../../api/platform';
import { imageNamed } from '../../catalog/images';
import type { ArtifactMount, Cloud, IdentityLabels, StoreAccess } from '../cloud';
import { labelledGpuNodes, placeBySpotLabel } from '../placement';
import { registryHost } from '../registry-host';
import { bucketVolumePairs, mountFolder, mountFromClaim, workspaceVolumePairs } from '../static-volume';
import type { VolumeOwners } from '../static-volume';
import { rclonePath, splitUrl } from '../store-url';
import { AZURE_DISKS } from './disks';
import { isRegistryHost } from './endpoints';
import { MACHINES } from './machines';
import { azureNetwork } from './network';
import { allocatable, shapeOf } from './sizes';

/* AKS taints its spot nodes always. */
const BY_CAPACITY = placeBySpotLabel({ label: 'kubernetes.azure.com/scalesetpriority', value: 'spot', tainted: true });

export const azureCloud: Cloud = {
  name: 'azure',
  title: 'Azure',
  machines: MACHINES,
  defaults: { cpu: '2', memoryGiB: 10, diskGiB: 5 },
  capacities: ['on-demand', 'spot', 'spot-first'],
  canAutoProvision: false,
  provisioners: { aks: ['on-demand', 'spot'] },
  hasIdentities: true,
  /* https://learn.microsoft.com/azure/aks/internal-lb */
  loadBalancer: { internal: { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' }, external: {} },
  allocatable,
  shapeOf,
  canStream: () => true,
  placeGpu: labelledGpuNodes,
  placeCapacity: (capacity) => BY_CAPACITY[capacity] ?? {},
  disks: AZURE_DISKS,
  workspaceUrl,
  mountArtifact: (mount: ArtifactMount, platform: PlatformSpec) => mountFromClaim(mount, workspaceUrl(platform, mount.owner)),
  store,
  /* https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html */
  withoutCredentials: (containers) => ({ annotations: { 'azure.workload.identity/skip-containers': containers.join(';') } }),
  identity,
  podLabels: { 'azure.workload.identity/use': 'true' },
  otherBuckets: {
    scheme: () => 'az',
    urlProblem: (url) => (splitUrl(url).path ? undefined : 'names no container of the storage account; write az://<account>/<container>'),
    mount: mountFolder,
    store: (_, { url }) => accountStore(url),
  },
  workspaceVolumes: (platform, namespace) => [
    ...workspaceVolumePairs(platform, namespace, (owners) => artifactVolume(platform, owners)),
    ...bucketVolumePairs(platform, namespace, (bucket) => readableVolume(platform, { namespace, bucket })),
  ],
  network: azureNetwork,
  registryLogin,
  missing,
};

/** Name of a workspace's container. Prefixed, for a namespace may be shorter than the three characters that a container needs. */
export function containerName(namespace: string): string {
  return `ws-${namespace}`;
}

/** `az://<account>/<container>/<prefix>`: rights are granted by container here, so it comes before the prefix. */
function workspaceUrl({ artifacts: { url, prefix } }: PlatformSpec, namespace: string): string {
  return [url.replace(/\/+$/, ''), containerName(namespace), ...(prefix ? [prefix] : [])].join('/');
}

function artifactVolume(platform: PlatformSpec, { namespace, owner }: VolumeOwners): Partial<PersistentVolumeSpec> {
  const { url, prefix, resourceGroup } = platform.artifacts;
  const { host: account } = splitUrl(url);
  return blobVolume(platform, { namespace, id: namespace, account, container: containerName(owner), folder: prefix, resourceGroup });
}

interface Readable {
  readonly namespace: string;
  readonly bucket: ReadableBucketSpec;
}

function readableVolume(platform: PlatformSpec, { namespace, bucket }: Readable): Partial<PersistentVolumeSpec> {
  const { host: account, path } = splitUrl(bucket.url);
  const [container = '', ...folders] = path.split('/');
  const { resourceGroup = platform.artifacts.resourceGroup } = bucket;
  const id = `${namespace}.${shortDigest(digest(bucket))}`;
  return blobVolume(platform, { namespace, id, account, container, folder: folders.join('/'), resourceGroup });
}

interface BlobFolder {
  readonly namespace: string;
  /** Tells volumes on one container apart: two with one handle would be one. */
  readonly id: string;
  readonly account: string;
  readonly container: string;
  readonly folder?: string;
  readonly resourceGroup?: string;
}

/** blobfuse2 with the token of the pod's ServiceAccount; without it the driver would ask for the account's key, which is off. */
function blobVolume(platform: PlatformSpec, blobs: BlobFolder): Partial<PersistentVolumeSpec> {
  const { namespace, id, account, container, folder, resourceGroup } = blobs;
  return {
    mountOptions: [
      '-o allow_other',
      '-o ro',
      '--file-cache-timeout-in-seconds=120',
      '--use-attr-cache=true',
      '--cancel-list-on-mount-seconds=10',
      /* rclone writes no markers of directories, without which older versions of blobfuse2 show none: https://github.com/Azure/azure-storage-fuse/pull/1065 */
      '--virtual-directory=true',
      ...(folder ? [`--subdirectory=${folder}`] : []),
    ],
    csi: {
      driver: 'blob.csi.azure.com',
      readOnly: true,
      volumeHandle: [resourceGroup, account, container, id].join('#'),
      volumeAttributes: {
        protocol: 'fuse2',
        ...(resourceGroup && { resourceGroup }),
        storageAccount: account,
        containerName: container,
        ClientID: clientId(platform, { namespace, role: 'artifact-reader' }),
        mountWithWorkloadIdentityToken: 'true',
      },
    },
  };
}

function store(platform: PlatformSpec): StoreAccess {
  return accountStore(platform.artifacts.url);
}

function accountStore(url: string): StoreAccess {
  return {
    env: [
      { name: 'RCLONE_AZUREBLOB_ACCOUNT', value: splitUrl(url).host },
      { name: 'RCLONE_AZUREBLOB_ENV_AUTH', value: 'true' },
      { name: 'RCLONE_AZUREBLOB_NO_CHECK_CONTAINER', value: 'true' },
    ],
    /* The account is not part of rclone's path. */
    remotePath: (file) => rclonePath('azureblob', `az://${splitUrl(file).path}`),
  };
}

interface Account {
  readonly namespace: string;
  readonly role: WorkspaceRole;
}

function identity(platform: PlatformSpec, account: Account): IdentityLabels {
  const tenantId = workspaceOf(platform, account.namespace)?.tenantId;
  return {
    annotations: {
      'azure.workload.identity/client-id': clientId(platform, account),
      ...(tenantId && { 'azure.workload.identity/tenant-id': tenantId }),
    },
  };
}

function clientId(platform: PlatformSpec, { namespace, role }: Account): string {
  return workspaceOf(platform, namespace)?.clientIds?.[role] ?? `<client id of ${namespace}/${role}: known after the first deployment>`;
}

function missing(platform: PlatformSpec, namespace: string): string[] {
  const clientIds = workspaceOf(platform, namespace)?.clientIds ?? {};
  return WORKSPACE_ROLES.filter((role) => !clientIds[role]).map((role) => `the client id of ${namespace}/${role}`);
}

const LOGIN = `set -eu
az login --service-principal --username "$AZURE_CLIENT_ID" --tenant "$AZURE_TENANT_ID" \\
  --federated-token "$(cat "$AZURE_FEDERATED_TOKEN_FILE")" --allow-no-subscriptions --output none
token=$(az acr login --name "$REGISTRY" --expose-token --output tsv --query accessToken)
auth=$(printf '00000000-0000-0000-0000-000000000000:%s' "$token" | base64 | tr -d '\\n')
printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" "$auth" > "$DOCKER_CONFIG/config.json"
`;

function registryLogin(platform: PlatformSpec): Container | undefined {
  if (!isRegistryHost(registryHost(platform))) return undefined;
  return {
    name: 'login',
    image: imageNamed(platform, 'azure-cli'),
    command: ['bash', '-c', LOGIN],
    env: [{ name: 'AZURE_CONFIG_DIR', value: '/docker/azure' }],
  };
}
