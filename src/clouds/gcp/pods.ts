/** Google Cloud: GKE with GCS FUSE and workload identity by principal, so that ServiceAccounts carry nothing. */
import type { Container, Toleration } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../../api/platform';
import type { Capacity } from '../../api/resource';
import { imageNamed } from '../../catalog/images';
import type { ArtifactMount, Cloud, FolderMount, GpuRequest, Placement, PodPart, StoreAccess } from '../cloud';
import { SHARING_LABEL } from '../labels';
import { gpuTolerations, labelledGpuNodes, placeBySpotLabel, requireNodes, withoutLabels } from '../placement';
import { registryHost } from '../registry-host';
import { rclonePath, splitUrl, workspaceFolder } from '../store-url';
import { diskClass, GCP_DISKS } from './disks';
import { GKE_ACCELERATORS, MACHINES } from './machines';
import { gcpNetwork } from './network';
import { placeProvisioned, provisioningWarning } from './provisioner';
import { allocatable, shapeOf } from './sizes';

const ACCELERATOR_LABEL = 'cloud.google.com/gke-accelerator';
/* https://cloud.google.com/kubernetes-engine/docs/how-to/timesharing-gpus and .../gpus-multi, 2026-11 */
const PARTITION_LABEL = 'cloud.google.com/gke-gpu-partition-size';
const STRATEGY_LABEL = 'cloud.google.com/gke-gpu-sharing-strategy';
const CLIENTS_LABEL = 'cloud.google.com/gke-max-shared-clients-per-gpu';

/* GKE taints them only where asked to, node auto-provisioning always: tolerated in any case. */
const SPOT = { label: 'cloud.google.com/gke-spot', value: 'true', tainted: true };
const FLEX_START = { label: 'cloud.google.com/gke-flex-start', value: 'true', tainted: true };
/* Of pools with queued provisioning, always; the label of their nodes is that of flex-start. */
const QUEUED: Toleration = { key: 'cloud.google.com/gke-queued', operator: 'Equal', value: 'true', effect: 'NoSchedule' };

const BY_FLEX_START = placeBySpotLabel(FLEX_START).spot;

/** Flex-start nodes go after a week at most, so that what asks for nodes that stay is kept off them too. */
const BY_CAPACITY: Readonly<Partial<Record<Capacity, Placement>>> = {
  ...placeBySpotLabel(SPOT),
  'on-demand': { affinity: requireNodes([SPOT, FLEX_START].map(({ label, value }) => ({ key: label, operator: 'NotIn', values: [value] }))) },
  'flex-start': BY_FLEX_START,
  'queued': { ...BY_FLEX_START, tolerations: [...BY_FLEX_START?.tolerations ?? [], QUEUED] },
};

export const gcpCloud: Cloud = {
  name: 'gcp',
  title: 'Google Cloud',
  machines: MACHINES,
  defaults: { cpu: '2', memoryGiB: 10, diskGiB: 5 },
  capacities: ['on-demand', 'spot', 'spot-first', 'flex-start', 'queued'],
  canAutoProvision: true,
  provisioners: { 'compute-class': ['on-demand', 'spot', 'flex-start', 'reservation'] },
  hasIdentities: true,
  /* https://docs.cloud.google.com/kubernetes-engine/docs/how-to/internal-load-balancing */
  loadBalancer: { internal: { 'networking.gke.io/load-balancer-type': 'Internal' }, external: {} },
  direct: ['metadata.google.internal'],
  allocatable,
  shapeOf,
  canStream: () => true,
  takesMountOptions: true,
  placeGpu,
  placeCapacity: (capacity) => BY_CAPACITY[capacity] ?? {},
  placeProvisioned,
  provisioningWarning,
  disks: GCP_DISKS,
  diskClass,
  workspaceUrl: workspaceFolder,
  mountArtifact,
  store,
  otherBuckets: { scheme: () => 'gs', mount: mountOther, store },
  identity: () => ({}),
  workspaceVolumes: () => [],
  network: gcpNetwork,
  registryLogin,
  missing: () => [],
};

function placeGpu(request: GpuRequest): Placement {
  const { gpu, sharing } = request;
  const accelerator = gpu && GKE_ACCELERATORS[gpu.name];
  if (gpu && !accelerator) return labelledGpuNodes(request);
  const labels = { ...(accelerator && { [ACCELERATOR_LABEL]: accelerator }), ...(sharing && sharingLabels(sharing)) };
  return {
    ...(Object.keys(labels).length > 0 && { nodeSelector: labels }),
    tolerations: gpuTolerations(request),
    ...(!sharing && { affinity: withoutLabels(SHARING_LABEL, PARTITION_LABEL, STRATEGY_LABEL) }),
  };
}

/** The labels that GKE gives to nodes whose GPUs are shared. */
function sharingLabels(sharing: string): Record<string, string> {
  const [, kind = '', of = ''] = /^(mig|time-slicing|mps)-(.*)$/.exec(sharing) ?? [];
  if (kind === 'mig') return { [PARTITION_LABEL]: of };
  return { [STRATEGY_LABEL]: kind === 'mps' ? 'mps' : 'time-sharing', [CLIENTS_LABEL]: of };
}

/** Below the artifact's folder. Metadata never expires: artifacts are immutable. */
function mountArtifact({ url, ...mount }: ArtifactMount): PodPart {
  return fuse({ ...mount, url: `${url}/files` }, { metadataCacheTTLSeconds: '-1' });
}

/** What others may change is read again after the driver's default time. */
function mountOther({ bucket, path, ...mount }: FolderMount): PodPart {
  return fuse({ ...mount, url: [bucket.url, path].filter(Boolean).join('/') });
}

interface FuseMount extends Pick<FolderMount, 'name' | 'mountPath' | 'options'> {
  readonly url: string;
}

/** Inline: the driver mounts with the pod's own identity. */
function fuse({ name, mountPath, url, options = [] }: FuseMount, attributes: Record<string, string> = {}): PodPart {
  const { host, path } = splitUrl(url);
  const onlyDir = path ? [`only-dir=${path}`] : [];
  return {
    volumes: [{
      name,
      csi: {
        driver: 'gcsfuse.csi.storage.gke.io',
        readOnly: true,
        volumeAttributes: {
          bucketName: host,
          mountOptions: ['implicit-dirs', ...onlyDir, 'file-mode=0444', 'dir-mode=0555', ...options].join(','),
          ...attributes,
          skipCSIBucketAccessCheck: 'true',
        },
      },
    }],
    volumeMounts: [{ name, mountPath, readOnly: true }],
    annotations: { 'gke-gcsfuse/volumes': 'true' },
  };
}

function store(): StoreAccess {
  return {
    env: [
      { name: 'RCLONE_GCS_BUCKET_POLICY_ONLY', value: 'true' },
      { name: 'RCLONE_GCS_ENV_AUTH', value: 'true' },
      { name: 'RCLONE_GCS_NO_CHECK_BUCKET', value: 'true' },
    ],
    remotePath: (url) => rclonePath('gcs', url),
  };
}

/* The metadata server of GKE answers with a token of the ServiceAccount's principal. */
const LOGIN = `set -eu
token=$(wget -qO- --header 'Metadata-Flavor: Google' \\
  http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
auth=$(printf 'oauth2accesstoken:%s' "$token" | base64 | tr -d '\\n')
printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" "$auth" > "$DOCKER_CONFIG/config.json"
`;

/** Artifact Registry, and Container Registry before it. */
const HOST = /^([a-z0-9-]+\.pkg\.dev|([a-z]+\.)?gcr\.io)$/;

function registryLogin(platform: PlatformSpec): Container | undefined {
  if (!HOST.test(registryHost(platform))) return undefined;
  return { name: 'login', image: imageNamed(platform, 'regctl'), command: ['sh', '-c', LOGIN] };
}
