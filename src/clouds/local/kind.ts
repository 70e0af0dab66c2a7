/** A local cluster in Docker, made with kind: its configuration, and what of it the script must know. Pure. */
import { gpuNamed } from '../../catalog/gpus';

/** The registry as pods and nodes know it; a builder in a pod and the node that pulls need one name. */
export const REGISTRY_NAME = 'kind-registry';
export const REGISTRY_URL = `${REGISTRY_NAME}:5000`;

/** The registry as Docker on the host knows it. */
export const HOST_REGISTRY_URL = 'localhost:5001';

/** The name under which the script looks for the configuration, beside itself. */
export const KIND_CONFIGURATION_FILE = 'kind.yaml';

/** Where the node has what it must know of registries. */
export const CERTS_DIRECTORY = '/etc/containerd/certs.d';

export interface LocalClusterOptions {
  readonly name: string;
  /** Image of the node, such as `kindest/node:v1.33.1`; if absent, the one that kind has with it. */
  readonly nodeImage?: string;
  /** A directory as the bucket; `undefined` where an S3-compatible store is used. */
  readonly artifacts?: ArtifactDirectory;
  /** Directories of the host that workspaces may read, by their absolute paths; the node has them at the same. */
  readonly readable?: readonly string[];
  /** The keys of a store in the cluster, which are made with it. */
  readonly keys?: StoreKeys;
  /** Whether there is a registry. Default: there is none. */
  readonly registry?: boolean;
  /** GPUs of the host, simulated ones that pods get but that compute nothing, or none. */
  readonly gpus?: 'host' | 'simulated';
  /** Name of the GPU, by which pods ask for it. */
  readonly gpu?: string;
  /** The extended resource of a GPU that is not in the catalog. */
  readonly gpuResource?: string;
  /** The device plugin for GPUs of the host. Default: NVIDIA's own image, as it is. */
  readonly devicePlugin?: object;
  /** Image of the registry. */
  readonly registryImage?: string;
  /** How many are simulated. Default: 1. */
  readonly gpuCount?: number;
}

export interface ArtifactDirectory {
  /** On the host; a relative one is beside the script. */
  readonly hostPath: string;
  /** On the node: the path of the platform's `file://` URL. */
  readonly nodePath: string;
  /** Folders of the workspaces in it, such as `ml/team-a`, which must be there before pods that are not root write to them. */
  readonly folders?: readonly string[];
}

export interface StoreKeys {
  /** Name of the Secret, with the keys `accessKeyId` and `secretAccessKey`. */
  readonly secret: string;
  /** Namespace of the store. */
  readonly storeNamespace: string;
  /** Namespaces of the workspaces. */
  readonly namespaces: readonly string[];
}

export interface KindMount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly?: boolean;
}

/** A `Cluster` of `kind.x-k8s.io/v1alpha4`. */
export interface KindConfiguration {
  readonly kind: 'Cluster';
  readonly apiVersion: 'kind.x-k8s.io/v1alpha4';
  readonly name: string;
  readonly containerdConfigPatches?: string[];
  readonly nodes: { readonly role: string; readonly image?: string; readonly extraMounts?: KindMount[] }[];
}

/* By this mount NVIDIA's runtime of Docker knows which GPUs to hand to the node. */
const ALL_HOST_GPUS: KindMount = { hostPath: '/dev/null', containerPath: '/var/run/nvidia-container-devices/all' };

const REGISTRIES = `[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "${CERTS_DIRECTORY}"
`;

/** The configuration of a cluster of one node. */
export function kindConfiguration(options: LocalClusterOptions): KindConfiguration {
  const { name, nodeImage, artifacts, readable = [], gpus, registry } = validated(options);
  const extraMounts = [
    ...(artifacts ? [{ hostPath: artifacts.hostPath, containerPath: artifacts.nodePath }] : []),
    ...readable.map((directory) => ({ hostPath: directory, containerPath: directory, readOnly: true })),
    ...(gpus === 'host' ? [ALL_HOST_GPUS] : []),
  ];
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name,
    ...(registry && { containerdConfigPatches: [REGISTRIES] }),
    nodes: [{ role: 'control-plane', ...(nodeImage && { image: nodeImage }), ...(extraMounts.length > 0 && { extraMounts }) }],
  };
}

/** The options, or an error in the user's words. */
export function validated(options: LocalClusterOptions): LocalClusterOptions {
  const { name, artifacts, gpus, gpu, gpuResource, gpuCount = 1 } = options;
  if (!/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/.test(name)) {
    throw new Error(`cluster name ${name} is not valid for kind; give up to 50 lowercase letters, digits and hyphens`);
  }
  if (artifacts && !artifacts.nodePath.startsWith('/')) {
    throw new Error(`nodePath is ${artifacts.nodePath}; give an absolute path, for example /var/artifacts`);
  }
  if (gpu !== undefined && !gpus) throw new Error(`gpu is ${gpu} but gpus is not set; say whether they are of the host or simulated`);
  if (gpu !== undefined && gpuResource === undefined && !gpuNamed(gpu)) {
    throw new Error(`gpu is ${gpu}, which is not in the catalog; use a name such as nvidia-l4`);
  }
  if (!Number.isInteger(gpuCount) || gpuCount < 1) throw new Error(`gpuCount is ${gpuCount}; give a whole number, 1 or more`);
  return options;
}
