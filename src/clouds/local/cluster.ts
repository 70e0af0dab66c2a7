/** What makes a local cluster: no Terraform, but files for kind, and objects in the cluster. Pure. */
import { WORKSPACE_ROLES } from '../../api/platform';
import type { ArtifactStoreSpec, PlatformSpec } from '../../api/platform';
import { gpuNamed, NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { imageNamed } from '../../catalog/images';
import type { AddonObject } from '../cloud';
import type {
  BucketInfrastructure, BucketSpec, CloudInfrastructure, ClusterFile, ClusterInfrastructure, ClusterSpec, GpuPoolSpec, TakenProps,
} from '../infrastructure';
import { checkBucketName } from '../s3-compatible';
import { clusterAddons, devicePlugin } from './addons';
import { KIND_CONFIGURATION_FILE, kindConfiguration, REGISTRY_NAME, REGISTRY_URL, validated } from './kind';
import type { LocalClusterOptions } from './kind';
import { kindScript, SCRIPT_FILE } from './kind-script';
import type { LocalLocation, LocalStoreSpec } from './location';
import { minioEndpoint, minioNamespace, minioObjects } from './minio';

/** Nothing of a laptop can be protected, encrypted, cleaned up by itself, or closed to a network. */
const TAKES: TakenProps = {
  cluster: ['cloud', 'clusterName', 'kubernetesVersion', 'artifactPrefix', 'outputsFile', 'images', 'imageMirrors', 'mirrors', 'gpuDriver', 'podDefaults'],
  gpuPool: ['cluster', 'gpu', 'gpusPerNode', 'poolName', 'minNodes', 'maxNodes', 'capacity'],
  bucket: ['cluster', 'bucketName', 'destroyable'],
  registry: ['cluster', 'destroyable'],
};

/** The Secret with the keys of MinIO, in its own namespace and in each workspace. The script makes it. */
const MINIO_SECRET = 'artifact-store';

/** Where the node has the directory of a bucket. */
const BUCKETS = '/var/lib/substratus';

export function localInfrastructure(location: LocalLocation): CloudInfrastructure {
  return {
    takes: TAKES,
    prepare: () => undefined,
    cluster: (_, spec) => localCluster(spec, location),
    existingCluster: (_, { name }) => {
      throw new Error(`cluster ${name} is a local one that exists, to which nothing can be added from here; describe it with Platform.local`);
    },
    bucketName: (clusterName) => `${clusterName}-artifacts`,
    registryName: () => REGISTRY_NAME,
    artifacts: ({ name }) => artifactStore(location.store, name),
    images: () => ({ url: REGISTRY_URL, insecure: true }),
  };
}

function artifactStore(store: LocalStoreSpec, bucket: string): ArtifactStoreSpec {
  switch (store.kind) {
    case 'directory': return { url: `file://${BUCKETS}/${bucket}` };
    case 'minio': return { url: `s3://${bucket}`, endpoint: minioEndpoint(store), credentialsSecret: MINIO_SECRET };
    case 's3': return { url: `s3://${bucket}`, endpoint: store.endpoint, credentialsSecret: store.credentialsSecret, region: store.region };
  }
}

/** What was added to a cluster. */
interface Parts {
  pool?: GpuPoolSpec;
  bucket?: string;
  hasRegistry: boolean;
  /** Folders of the workspaces in the bucket. */
  readonly folders: string[];
  readonly namespaces: Set<string>;
  /** Directories that workspaces may read beside their own. */
  readonly readable: Set<string>;
}

function localCluster(spec: ClusterSpec, location: LocalLocation): ClusterInfrastructure {
  checkVersion(spec, location);
  const parts: Parts = { hasRegistry: false, folders: [], namespaces: new Set(), readable: new Set() };
  validated({ name: spec.name });
  return {
    addNodePool: (_, { name }) => {
      throw new Error(`pool ${name} is invalid: a local cluster is one node, which runs what needs no GPU too; leave it out`);
    },
    addGpuPool: (_, pool) => {
      checkPool(pool, parts.pool, location);
      parts.pool = pool;
    },
    addBucket: (_, bucket) => {
      checkBucket(bucket, location.store);
      parts.bucket = bucket.name;
      return bucketOf(parts);
    },
    addRegistry: () => {
      parts.hasRegistry = true;
      return { addWorkspace: () => undefined };
    },
    addIdentity: (_, { namespace, name }) => {
      if (name !== 'image-builder') parts.namespaces.add(namespace); // it has nothing to do with the store
    },
    /* The URL of a directory has no host. All workspaces have the same keys of a store. */
    grantRead: (_, { bucketName, prefix }) => {
      if (bucketName === '') parts.readable.add(`/${prefix}`);
    },
    files: (platform, finish) => files({
      ...optionsOf(spec, location, parts),
      registryImage: imageNamed(platform, 'registry'),
      devicePlugin: finish(devicePlugin(imageNamed(platform, 'nvidia-device-plugin'))),
    }),
    addons: (platform) => addons(platform, location, parts),
  };
}

/** kind takes the version from the image of the node, so that one alone would be a guess. */
function checkVersion({ kubernetesVersion }: ClusterSpec, { nodeImage }: LocalLocation): void {
  if (kubernetesVersion === undefined) return;
  if (nodeImage === undefined) {
    throw new Error(`kubernetesVersion is ${kubernetesVersion}, but kind takes it from the image of the node; `
      + `give that too, for example Cloud.local({ nodeImage: 'kindest/node:v${kubernetesVersion}.0' })`);
  }
  const [, version = kubernetesVersion] = /:v(\d+\.\d+)/.exec(nodeImage) ?? [];
  if (version !== kubernetesVersion) {
    throw new Error(`kubernetesVersion is ${kubernetesVersion}, but nodeImage is ${nodeImage}, of ${version}; give the same version in both`);
  }
}

function checkPool(pool: GpuPoolSpec, other: GpuPoolSpec | undefined, { simulatedGpus }: LocalLocation): void {
  const { name, gpu, resource = gpuNamed(gpu)?.resource, capacity, minNodes } = pool;
  if (other) throw new Error(`pool ${name} is invalid: a local cluster is one node, which has the GPUs of pool ${other.name}; leave one of them out`);
  if (capacity.kind !== 'on-demand') throw new Error(`pool ${name} is ${capacity.kind}, but nodes of a local cluster are on-demand; leave capacity out`);
  if (minNodes > 1) throw new Error(`minNodes of pool ${name} is ${minNodes}, but a local cluster is one node; leave minNodes out`);
  if (!simulatedGpus && resource !== NVIDIA_GPU_RESOURCE) {
    throw new Error(`pool ${name} has ${gpu}, which Docker cannot hand to a node; use a GPU of NVIDIA, or Cloud.local({ simulatedGpus: true })`);
  }
}

function checkBucket({ name, exists }: BucketSpec, store: LocalStoreSpec): void {
  checkBucketName(name);
  if (store.kind === 's3' && !exists) {
    throw new Error(`bucket ${name} is in a store that exists, where nothing is made from here; make it there, `
      + 'and reference it by ArtifactBucket.fromBucketName');
  }
  if (store.kind !== 's3' && exists) {
    throw new Error(`bucket ${name} cannot exist before the cluster that it is made with; write new ArtifactBucket(...)`);
  }
}

function bucketOf({ folders }: Parts): BucketInfrastructure {
  return {
    addWorkspace: (_, { prefix }) => void folders.push(prefix),
    /* Workspaces have their rights by the volumes or the Secret in their namespace. */
    grant: (_, { account: { name, namespace } }) => {
      if (WORKSPACE_ROLES.some((role) => role === name)) return;
      throw new Error(`${namespace}/${name} cannot be given rights: a local cluster knows only workspaces; declare one with addWorkspace`);
    },
  };
}

function optionsOf({ name }: ClusterSpec, { store, simulatedGpus, nodeImage }: LocalLocation, parts: Parts): LocalClusterOptions {
  const { pool, bucket, hasRegistry, folders, namespaces, readable } = parts;
  return {
    name,
    ...(nodeImage && { nodeImage }),
    ...(bucket !== undefined && store.kind === 'directory' && {
      artifacts: { hostPath: store.path, nodePath: `${BUCKETS}/${bucket}`, folders },
    }),
    ...(readable.size > 0 && { readable: [...readable].sort() }),
    ...(bucket !== undefined && store.kind === 'minio' && {
      keys: { secret: MINIO_SECRET, storeNamespace: store.namespace, namespaces: [...namespaces] },
    }),
    ...(pool && { gpus: simulatedGpus ? 'simulated' as const : 'host' as const, gpu: pool.gpu, gpuResource: pool.resource, gpuCount: pool.gpusPerNode }),
    registry: hasRegistry,
  };
}

function files(options: LocalClusterOptions): ClusterFile[] {
  return [
    { name: KIND_CONFIGURATION_FILE, object: kindConfiguration(options) },
    { name: SCRIPT_FILE, script: kindScript(options) },
  ];
}

function addons(platform: PlatformSpec, { store, simulatedGpus }: LocalLocation, { bucket }: Parts): AddonObject[] {
  return [
    ...(store.kind === 'minio' && bucket !== undefined ? minio(platform, store, bucket) : []),
    ...(simulatedGpus ? [] : clusterAddons(platform)),
  ];
}

function minio(platform: PlatformSpec, store: Extract<LocalStoreSpec, { readonly kind: 'minio' }>, bucket: string): AddonObject[] {
  const images = { image: imageNamed(platform, 'minio'), rcloneImage: imageNamed(platform, 'rclone') };
  return [minioNamespace(store), ...minioObjects({ ...store, ...images, bucket, credentialsSecret: MINIO_SECRET })];
}
