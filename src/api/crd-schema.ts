/**
 * What a spec of each kind may hold, in the structural form of a CustomResourceDefinition.
 *
 * No default anywhere, for expansion sets them. A bound on whatever can grow, for the API server estimates from the bounds what
 * a rule may cost. And nothing that the original Substratus schema accepted is refused: an older cluster may hold it.
 */
import { ADAPTER_NAME_PATTERN, BASE_NAME, LONGEST_ADAPTER_NAME, MOST_ADAPTERS } from './adapters';
import { ARCHIVE_DIGEST_PATTERN, ARCHIVE_KEY, CODE_PATH } from './archive';
import type { ArchiveSpec } from './archive';
import { MOST_REPLICAS } from './autoscaling';
import type { AutoscalingSpec, PodMetricSpec } from './autoscaling';
import type { BuildSpec, GitSpec, UploadSpec } from './build';
import {
  atLeast, duration, flag, kubernetesType, limited, listOf, LONGEST_ANNOTATION, LONGEST_ARGUMENT, LONGEST_NAME, LONGEST_PATH, LONGEST_URL,
  mapOf, objectOf, oneOf, quantity, text,
} from './crd-parts';
import type { Fields, Schema } from './crd-parts';
import { GIT_URL_PATTERN } from './credentials';
import { BUCKET_URL_PATTERN, FOLDERS_PATTERN } from './model-source';
import type { BucketSource, ClaimSource, ImageSource, ModelSourceSpec } from './model-source';
import { MAX_NAME_LENGTH } from './names';
import { MOST_NODES } from './nodes';
import type {
  AdapterSpec, ArtifactSpec, CommonSpec, DatasetSpec, GpuSpec, Kind, LimitsSpec, ModelSpec, NotebookSpec, PodSpec, Reference, ResourcesSpec,
  RuntimeSpec, ServerSpec, SharingSpec, StorageSpec,
} from './resource';
import { ROUTINGS } from './routing';
import { SHARING_PATTERN } from './sharing';
import { MOST_TEXT } from './text-size';

function reference(description: string): Schema {
  return objectOf<Reference>(description, {
    name: text('Name of the object.', LONGEST_NAME),
    namespace: text('Namespace of the object, which must share it (spec.sharing). Default: that of this resource.', MAX_NAME_LENGTH),
  }, { required: ['name'] });
}

function storage(description: string, size: string): Schema {
  return objectOf<StorageSpec>(description, {
    size: quantity(`Size of the volume: a number of GiB, or a quantity such as 200Gi. ${size}`),
    storageClassName: text("StorageClass of the volume. Default: the cluster's.", LONGEST_NAME),
  });
}

function archive(description: string): Schema {
  return objectOf<ArchiveSpec>(description, {
    configMapName: text(`Name of the ConfigMap, which has the archive in binaryData, at the key ${ARCHIVE_KEY}, and the labels `
      + 'app.kubernetes.io/managed-by: substratus and role: archive.', LONGEST_NAME, { minLength: 1 }),
    digest: text('SHA-256 of the archive as it is in the ConfigMap: sha256: and 64 hexadecimal digits.', 71, { pattern: ARCHIVE_DIGEST_PATTERN }),
  }, { required: ['configMapName', 'digest'] });
}

const BUILD = objectOf<BuildSpec>('Builds the image from source first: from a git repository, or from an archive.', {
  git: objectOf<GitSpec>('A git repository, read once when the image is built.', {
    url: text('URL of the repository, without a user name or token in it.', LONGEST_URL, { pattern: GIT_URL_PATTERN }),
    path: text('Folder of the build context, with its Dockerfile. Default: the root of the repository.', LONGEST_PATH),
    tag: text('Tag to build. Use this or branch.', 255),
    branch: text("Branch to build. Default: the repository's default branch.", 255),
  }, { required: ['url'] }),
  archive: archive('A folder with a Dockerfile, packed as tar.gz, in a ConfigMap of the namespace in which the image is built.'),
  upload: objectOf<UploadSpec>('An archive (tar.gz) that a client uploads to the URL in status.buildUpload.', {
    md5Checksum: text('MD5 checksum of the archive, in hexadecimal.', 32, { minLength: 32, pattern: '^[a-fA-F0-9]{32}$' }),
    requestID: text('Any string; another one asks for a fresh URL to upload to.', 255),
  }, { required: ['md5Checksum', 'requestID'] }),
}, { 'x-kubernetes-map-type': 'atomic' });

const RESOURCES = objectOf<ResourcesSpec>('What the container asks of its node. What is left out follows from the GPUs.', {
  cpu: quantity('CPU: a number of cores, or a quantity such as 500m.'),
  memory: quantity('Memory: a number of GiB, or a quantity such as 512Mi.'),
  disk: quantity("Disk of the node for the container's own files: a number of GiB, or a quantity such as 500Mi."),
  gpu: objectOf<GpuSpec>('The GPUs of the container, all of one type and on one node.', {
    type: text('Type of GPU, such as nvidia-l4 or nvidia-h100. Default: the one kind that the platform has.', LONGEST_NAME),
    count: { description: 'Number of GPUs; 0 is none.', type: 'integer', format: 'int64', minimum: 0 },
    sharing: text('A slice of a GPU that is shared: mig-<profile>, time-slicing-<pods> or mps-<pods>. Default: whole GPUs.', MAX_NAME_LENGTH, { pattern: SHARING_PATTERN }),
  }),
  capacity: oneOf(['on-demand', 'spot', 'spot-first', 'flex-start', 'queued'],
    'Machines to run on: on-demand, spot (cheaper, may be taken away), spot-first (on-demand where there is no spot machine), '
    + 'flex-start (Google Cloud: waited for, and lent for a week at most), or queued (the same by a ProvisioningRequest, for a Model or Dataset).'),
  limits: objectOf<LimitsSpec>('The most that the container may use. What is left out has no limit.', {
    cpu: quantity('CPU: a number of cores, or a quantity such as 500m. Not less than cpu.'),
    memory: quantity('Memory: a number of GiB, or a quantity such as 512Mi. Not less than memory. A program that uses more is killed.'),
  }),
  sharedMemory: quantity('Size of /dev/shm: a number of GiB, or a quantity such as 512Mi. What is written there counts as memory. '
    + 'Default: 1Gi, 2Gi with one GPU, else 4Gi for each GPU and 8Gi at least.'),
});

const LABEL = text('Value of the label.', MAX_NAME_LENGTH);

const POD = objectOf<PodSpec>('What to add to the pod that runs the image. It never replaces what the kind itself needs.', {
  labels: mapOf(LABEL, 64, 'Labels of the pod.'),
  annotations: limited(mapOf(text('Value of the annotation.', LONGEST_ANNOTATION), 64, 'Annotations of the pod.'), 'annotations'),
  nodeSelector: mapOf(LABEL, 64, 'Labels that a node must have.'),
  tolerations: listOf(kubernetesType('A Toleration of core/v1.'), 64, 'Taints of nodes that the pod tolerates.'),
  volumes: listOf(kubernetesType('A Volume of core/v1.'), 64, 'More volumes of the pod.'),
  volumeMounts: listOf(kubernetesType('A VolumeMount of core/v1.'), 64, 'Where the container mounts them.'),
  affinity: kubernetesType('Affinity of the pod to nodes and to other pods: an Affinity of core/v1.'),
  topologySpreadConstraints: listOf(kubernetesType('A TopologySpreadConstraint of core/v1.'), 16, 'How pods spread over nodes and zones.'),
  priorityClassName: text('PriorityClass of the pod.', LONGEST_NAME),
  runtimeClassName: text('RuntimeClass of the pod.', LONGEST_NAME),
  schedulerName: text('Scheduler of the pod.', LONGEST_NAME),
  securityContext: kubernetesType('Security settings of the pod: a PodSecurityContext of core/v1.'),
  initContainers: listOf(kubernetesType('A Container of core/v1.'), 16,
    'Containers that run one after another before the program, once the inputs are there.'),
  sidecars: listOf(kubernetesType('A Container of core/v1.'), 16, 'Containers that run beside the program. Kubernetes 1.29 and newer.'),
  envFrom: listOf(kubernetesType('An EnvFromSource of core/v1.'), 16, 'Environment from ConfigMaps and Secrets; env wins. Not part of the recipe.'),
  ports: listOf(kubernetesType('A ContainerPort of core/v1, with a name.'), 16, "More ports of the program. Those of a Server are its Service's too."),
});

const COMMON: Fields<CommonSpec> = {
  image: text('Image to run. With build, the built image runs instead.', LONGEST_URL),
  build: BUILD,
  code: archive(`Files to run, packed as tar.gz, in a ConfigMap of the namespace: the container finds them in ${CODE_PATH}.`),
  runtime: objectOf<RuntimeSpec>('A ready-made program to run: params are its settings, args are added to its arguments, and image replaces its image.', {
    name: text('Name of the program, such as huggingface, sft or vllm.', MAX_NAME_LENGTH, { minLength: 1 }),
    version: atLeast(1, 'What the settings mean. A later version gives another result for the same settings. Default: 1.'),
  }, { required: ['name'] }),
  command: limited(
    listOf(text('One word of the command.', LONGEST_ARGUMENT), 256, "Command to run in place of the image's entrypoint."), 'command',
  ),
  args: limited(listOf(text('One argument.', LONGEST_ARGUMENT), 256, "Arguments to use in place of the image's."), 'args'),
  env: limited(mapOf(text('Value of the variable.', LONGEST_ARGUMENT), 256,
    'Environment variables. The value ${{ secrets.<name>.<key> }} takes that key of a Secret in the namespace.'), 'env'),
  runtimeEnv: limited(mapOf(text('Value of the variable.', LONGEST_ARGUMENT), 256,
    'Environment variables that change no result, such as a log level or a proxy. They can change at any time. '
    + 'The value ${{ secrets.<name>.<key> }} takes that key of a Secret in the namespace.'), 'runtimeEnv'),
  params: limited(mapOf({ 'x-kubernetes-int-or-string': true, 'maxLength': LONGEST_ARGUMENT }, 256,
    'Parameters, each an integer or a string. The container finds them in /content/params.json, and each in PARAM_<KEY IN UPPER CASE>.'), 'params'),
  literalParams: limited(listOf(text('Key of a parameter.', LONGEST_NAME), 256,
    'Parameters whose string is a number or a boolean in JSON, such as "0.0002", "false" or "9007199254740993", and is written so to '
    + '/content/params.json. The string itself is part of the recipe, this list is not.'), 'literalParams', MOST_TEXT),
  resources: RESOURCES,
  suspend: flag('Nothing runs while this is true.'),
  imagePullSecrets: listOf(objectOf<{ readonly name: string }>('A Secret of the namespace.', {
    name: text('Name of the Secret.', LONGEST_NAME),
  }, { required: ['name'] }), 16, 'Secrets to pull the image with.'),
  pod: POD,
  podSecurity: oneOf(['baseline', 'restricted'], 'The Pod Security Standard that the pods meet. Default: baseline.'),
  allowPlainText: flag('Whether a string here may look like a token or key. Default: false.'),
};

const ARTIFACT: Fields<Omit<ArtifactSpec, keyof CommonSpec>> = {
  retries: atLeast(0, 'How often to try again after a failure. A disruption, such as a spot machine taken away, does not count.'),
  timeout: duration('How long one attempt may take from the start of its pod, such as 12h or 1h30m. Default: no limit.'),
  staging: storage('The volume behind /content/artifacts until its files are published.', 'It must hold the artifact and any checkpoints.'),
  sharing: objectOf<SharingSpec>('Who else may use the artifact.', {
    namespaces: listOf(text('A namespace, or *.', MAX_NAME_LENGTH), 256, 'Namespaces that may refer to this resource; * is all.'),
  }, { required: ['namespaces'] }),
  deletionPolicy: oneOf(['Retain', 'Delete'], 'What becomes of the published artifact when this resource is deleted. Default: Retain.'),
};

const ACCESS = oneOf(['stream', 'download'],
  "How the inputs get into the container: read from the bucket on demand (stream), or copied to the node's disk first (download).");

const MOUNT_OPTIONS = listOf(text('One option, such as file-cache-max-size-mb=-1.', 1024), 32,
  'More options of the driver that mounts the inputs. Google Cloud only: elsewhere the volume of the workspace has them.');

const SOURCE = objectOf<ModelSourceSpec>('Files that are there already: they are read where they are, nothing runs, and they are never changed or deleted.', {
  bucket: objectOf<BucketSource>('A bucket, or a folder in it, that the workspace may read.', {
    url: text('URL of the folder, such as s3://bucket/folder.', LONGEST_URL, { pattern: BUCKET_URL_PATTERN }),
  }, { required: ['url'] }),
  claim: objectOf<ClaimSource>('A PersistentVolumeClaim of the namespace, mounted read-only.', {
    name: text('Name of the claim.', LONGEST_NAME, { minLength: 1 }),
    path: text('Folder on the volume. Default: all of it.', LONGEST_PATH, { pattern: FOLDERS_PATTERN }),
  }, { required: ['name'] }),
  image: objectOf<ImageSource>('An image whose files are the model, mounted as a volume.', {
    reference: text('The image, by tag or digest.', LONGEST_URL, { minLength: 1 }),
    path: text('Folder in the image. Default: all of it.', LONGEST_PATH, { pattern: FOLDERS_PATTERN }),
  }, { required: ['reference'] }),
}, {
  'x-kubernetes-validations': [{
    rule: '(has(self.bucket) ? 1 : 0) + (has(self.claim) ? 1 : 0) + (has(self.image) ? 1 : 0) == 1',
    message: 'source has exactly one of bucket, claim and image',
  }],
});

const MODEL = objectOf<ModelSpec>('What the model is made from, and how.', {
  ...COMMON,
  ...ARTIFACT,
  model: reference('The model to start from, found in /content/model.'),
  dataset: reference('The dataset to train on, found in /content/data.'),
  access: ACCESS,
  mountOptions: MOUNT_OPTIONS,
  source: SOURCE,
});

const DATASET = objectOf<DatasetSpec>('What the dataset is made from, and how.', { ...COMMON, ...ARTIFACT });

/* Which fields go together is checked by expansion too, for a cluster whose API server has no rules. */
const AUTOSCALING = objectOf<AutoscalingSpec>('An autoscaler that comes with the Server. With cpu or metric it is a plain HorizontalPodAutoscaler, else KEDA and its HTTP add-on.', {
  min: atLeast(0, 'Fewest replicas. With 0 nothing runs while there are no requests, and a request starts a replica. Default: 1.', { maximum: MOST_REPLICAS }),
  max: atLeast(1, 'Most replicas.', { maximum: MOST_REPLICAS }),
  concurrency: atLeast(1, 'Requests in flight for each replica, beyond which another one starts. Default: 16.', { maximum: 100000 }),
  idle: duration('How long a replica that is not needed is kept, such as 15m. Default: startupTimeout, which it may not be shorter than where min is 0.'),
  coldStart: oneOf(['wait', 'retryAfter'],
    'What a request gets that comes while no replica is ready: it is held until one answers (wait), or gets 503 with Retry-After. Default: wait.'),
  retryAfter: duration('What Retry-After says, such as 30s. Default: 30s.'),
  cpu: atLeast(1, 'Percentage of the CPU that the pods request, on average.', { maximum: 1000 }),
  metric: objectOf<PodMetricSpec>('A metric of the pods that a metrics adapter of the cluster serves.', {
    name: text('Name of the metric.', LONGEST_NAME, { minLength: 1 }),
    average: quantity('Value for each replica, on average.'),
  }, { required: ['name', 'average'] }),
}, {
  'required': ['max'],
  'x-kubernetes-validations': [{
    rule: '!has(self.min) || self.min <= self.max',
    message: 'autoscaling.min is more than autoscaling.max',
  }, {
    rule: '!(has(self.cpu) && has(self.metric))',
    message: 'autoscaling has cpu and metric; leave one of them out',
  }, {
    rule: '!(has(self.cpu) || has(self.metric)) || !(has(self.concurrency) || has(self.idle) || has(self.coldStart) || has(self.retryAfter))',
    message: 'autoscaling with cpu or metric counts no requests; leave out concurrency, idle, coldStart and retryAfter',
  }, {
    rule: '!(has(self.cpu) || has(self.metric)) || !has(self.min) || self.min > 0',
    message: 'autoscaling.min is 0 with cpu or metric, which is not measured where nothing runs',
  }],
});

const ADAPTERS: Schema = {
  ...listOf(objectOf<AdapterSpec>('An adapter.', {
    name: text('Name of the adapter: it answers as <server>:<name>.', LONGEST_ADAPTER_NAME, {
      'pattern': ADAPTER_NAME_PATTERN,
      'x-kubernetes-validations': [{ rule: `self != '${BASE_NAME}'`, message: `${BASE_NAME} is the name of the model that an adapter was trained from` }],
    }),
    model: reference('The Model whose files are the adapter, found in /content/adapters/<name>.'),
  }, { required: ['name', 'model'] }), MOST_ADAPTERS, 'LoRA adapters of the model (where that is an adapter, of base) that are served beside it.'),
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['name'],
};

const SERVER = objectOf<ServerSpec>('What to serve, and how.', {
  ...COMMON,
  model: reference('The model to serve, found in /content/model.'),
  base: reference('Where model is an adapter: the model that it was trained from, found in /content/base.'),
  adapters: ADAPTERS,
  access: ACCESS,
  mountOptions: MOUNT_OPTIONS,
  serviceAccountName: text('ServiceAccount of the pods, which must be able to read the bucket. Default: artifact-reader.', LONGEST_NAME),
  replicas: atLeast(0, 'How many replicas to keep running. Default: 1.'),
  nodes: atLeast(1, 'How many nodes each replica spans, with the GPUs of resources on each. More than 1 takes LeaderWorkerSet in the cluster. Default: 1.',
    { maximum: MOST_NODES }),
  scaling: oneOf(['external'], 'With external, an autoscaler decides how many replicas run, and replicas is left alone.'),
  autoscaling: AUTOSCALING,
  routing: oneOf([...ROUTINGS], 'With prefixAware, requests that come through a gateway go to the replica that has computed their beginning already, unless '
    + 'others have less to do. Two or more replicas of vLLM. Default: to any replica.'),
  port: atLeast(1, 'Port that the container listens on. Default: 8080.', { maximum: 65535 }),
  readinessPath: text('Path that answers 2xx over HTTP when a replica is ready. Default: /.', LONGEST_PATH, { pattern: '^/' }),
  livenessPath: text('Path that answers 2xx over HTTP while a replica works; one that does not for 100 seconds is restarted. Default: none is.',
    LONGEST_PATH, { pattern: '^/' }),
  probePort: atLeast(1, 'Port that the probes ask. Default: port.', { maximum: 65535 }),
  probeTimeout: duration('How long a probe waits for an answer. Default: 5s.'),
  terminationGracePeriod: duration('How long a replica has to end: 15 seconds in which it still answers, or half of it where that is less, '
    + 'then the rest for requests in flight. Default: 75s.'),
  startupTimeout: duration('How long a replica may take until it answers, such as 30m.'),
  surge: flag('Whether a new revision starts beside the old one, which takes spare GPUs, or after it.'),
});

const NOTEBOOK = objectOf<NotebookSpec>('What the notebook runs, and what it can read.', {
  ...COMMON,
  model: reference('A model to work with, found in /content/model.'),
  dataset: reference('A dataset to work with, found in /content/data.'),
  access: ACCESS,
  mountOptions: MOUNT_OPTIONS,
  storage: storage("The notebook's own disk, /content/work. It outlives suspension.", 'It can grow, but not shrink.'),
  readinessPath: text('Path that answers 2xx over HTTP, without a token, when the notebook is ready. Default: /api.', LONGEST_PATH, { pattern: '^/' }),
  idleTimeout: duration('Suspends the notebook after this long without activity, such as 1h. Default: never.'),
  restartOnChange: flag('Whether a running notebook restarts at once for a new revision, such as another model. Default: false, it is Outdated until it starts next.'),
});

/** The schema of each kind's spec. */
export const SPEC_SCHEMAS: Readonly<Record<Kind, Schema>> = { Model: MODEL, Dataset: DATASET, Server: SERVER, Notebook: NOTEBOOK };
