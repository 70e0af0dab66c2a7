/** AWS: EKS with Mountpoint for S3 and Pod Identity, so that ServiceAccounts carry nothing. */
import type { Container, PersistentVolumeSpec } from 'kubernetes-types/core/v1';
import { digest, shortDigest } from '../../api/digest';
import type { PlatformSpec, ReadableBucketSpec } from '../../api/platform';
import { imageNamed } from '../../catalog/images';
import { OPTIONAL_ADDONS } from '../cloud';
import type { ArtifactMount, Cloud, StoreAccess } from '../cloud';
import { labelledGpuNodes, placeBySpotLabel } from '../placement';
import { registryHost } from '../registry-host';
import { bucketVolumePairs, mountFolder, mountFromClaim, workspaceVolumePairs } from '../static-volume';
import type { VolumeOwners } from '../static-volume';
import { rclonePath, splitUrl, workspaceFolder } from '../store-url';
import { AWS_DISKS } from './disks';
import { MACHINES } from './machines';
import { awsNetwork } from './network';
import { allocatable, isArm, shapeOf } from './sizes';

/* Managed node groups, and Karpenter. */
const BY_CAPACITY = placeBySpotLabel(
  { label: 'eks.amazonaws.com/capacityType', value: 'SPOT', tainted: false },
  { label: 'karpenter.sh/capacity-type', value: 'spot', tainted: false },
);

/**
 * A Network Load Balancer, for a classic one ends connections that are silent for a minute. In the words of the controller that every
 * cluster has, and of the AWS Load Balancer Controller, which takes over where it is installed.
 *
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
 */
const BALANCER = 'service.beta.kubernetes.io/aws-load-balancer';
const NLB = { [`${BALANCER}-type`]: 'nlb' };

export const awsCloud: Cloud = {
  name: 'aws',
  title: 'AWS',
  machines: MACHINES,
  defaults: { cpu: '2', memoryGiB: 10, diskGiB: 5 },
  capacities: ['on-demand', 'spot', 'spot-first'],
  canAutoProvision: true,
  provisioners: { 'karpenter': ['on-demand', 'spot', 'reservation', 'block'], 'eks-auto-mode': ['on-demand', 'spot', 'reservation', 'block'] },
  optionalAddons: OPTIONAL_ADDONS,
  hasIdentities: true,
  loadBalancer: { internal: { ...NLB, [`${BALANCER}-internal`]: 'true', [`${BALANCER}-scheme`]: 'internal' }, external: { ...NLB, [`${BALANCER}-scheme`]: 'internet-facing' } },
  /* The agent of EKS Pod Identity: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
  direct: ['169.254.170.23', '[fd00:ec2::23]'],
  allocatable,
  shapeOf,
  architectureOf: (machineType) => (isArm(machineType) ? 'arm64' : 'amd64'),
  canStream: () => true,
  placeGpu: labelledGpuNodes,
  placeCapacity: (capacity) => BY_CAPACITY[capacity] ?? {},
  disks: AWS_DISKS,
  workspaceUrl: workspaceFolder,
  mountArtifact: (mount: ArtifactMount, platform: PlatformSpec) => mountFromClaim(mount, workspaceFolder(platform, mount.owner)),
  store,
  /* https://github.com/aws/amazon-eks-pod-identity-webhook#eks-walkthrough: the webhook that gives containers their token. */
  withoutCredentials: (containers) => ({ annotations: { 'eks.amazonaws.com/skip-containers': containers.join(',') } }),
  identity: () => ({}),
  otherBuckets: {
    scheme: () => 's3',
    mount: mountFolder,
    store: (platform, { region }) => store({ ...platform, artifacts: { ...platform.artifacts, ...(region && { region }) } }),
  },
  workspaceVolumes: (platform, namespace) => [
    ...workspaceVolumePairs(platform, namespace, (owners) => artifactVolume(platform, owners)),
    ...bucketVolumePairs(platform, namespace, (bucket) => readableVolume(platform, { namespace, bucket })),
  ],
  network: awsNetwork,
  registryLogin,
  missing: () => [],
};

function artifactVolume(platform: PlatformSpec, { namespace, owner }: VolumeOwners): Partial<PersistentVolumeSpec> {
  /* Joined by what no namespace has in it: two volumes with one handle would be one. */
  const volumeHandle = [platform.clusterName, namespace, owner].join('.');
  return mountpointVolume(volumeHandle, { url: workspaceFolder(platform, owner), region: platform.artifacts.region });
}

interface Readable {
  readonly namespace: string;
  readonly bucket: ReadableBucketSpec;
}

/** Without a region, Mountpoint asks S3 for that of the bucket: https://github.com/awslabs/mountpoint-s3/blob/main/doc/CONFIGURATION.md */
function readableVolume({ clusterName }: PlatformSpec, { namespace, bucket }: Readable): Partial<PersistentVolumeSpec> {
  return mountpointVolume([clusterName, namespace, 'bucket', shortDigest(digest(bucket))].join('.'), bucket);
}

/** Mountpoint for S3 knows no inline volumes. `authenticationSource: pod` mounts with the rights of the pod's ServiceAccount. */
function mountpointVolume(volumeHandle: string, { url, region }: ReadableBucketSpec): Partial<PersistentVolumeSpec> {
  const { host, path } = splitUrl(url);
  return {
    mountOptions: [
      ...(region ? [`region ${region}`] : []), ...(path ? [`prefix ${path}/`] : []), 'read-only', 'allow-other', 'metadata-ttl 60',
    ],
    csi: { driver: 's3.csi.aws.com', volumeHandle, volumeAttributes: { bucketName: host, authenticationSource: 'pod' } },
  };
}

function store(platform: PlatformSpec): StoreAccess {
  const { region } = platform.artifacts;
  return {
    env: [
      { name: 'RCLONE_S3_ENV_AUTH', value: 'true' },
      { name: 'RCLONE_S3_NO_CHECK_BUCKET', value: 'true' },
      { name: 'RCLONE_S3_PROVIDER', value: 'AWS' },
      ...(region ? [{ name: 'RCLONE_S3_REGION', value: region }] : []),
    ],
    remotePath: (url) => rclonePath('s3', url),
  };
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html: over IPv4, over both, and in China. The region is the group. */
const HOST = /^[0-9]{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;

const LOGIN = `set -eu
token=$(aws ecr get-login-password --region "$REGION")
auth=$(printf 'AWS:%s' "$token" | base64 | tr -d '\\n')
printf '{"auths":{"%s":{"auth":"%s"}}}' "$REGISTRY" "$auth" > "$DOCKER_CONFIG/config.json"
`;

function registryLogin(platform: PlatformSpec): Container | undefined {
  const region = HOST.exec(registryHost(platform))?.[1];
  if (region === undefined) return undefined;
  return { name: 'login', image: imageNamed(platform, 'aws-cli'), command: ['sh', '-c', LOGIN], env: [{ name: 'REGION', value: region }] };
}
