/**
 * The wire format of the four kinds: what is stored in the cluster, written by constructs or by hand.
 *
 * Every field of the original `substratus.ai/v1` keeps its name and meaning; what we add is optional.
 * No field has a default here: expansion sets them, so that the stored JSON stays what its author wrote.
 */
import type { ArchiveSpec } from './archive';
import type { AutoscalingSpec } from './autoscaling';
import type { BuildSpec } from './build';
import type { ModelSourceSpec } from './model-source';
import type { PodSpec } from './pod-spec';
import type { RoutingSpec } from './routing';

export type { PodSpec } from './pod-spec';

export const API_GROUP = 'substratus.ai';
export const API_VERSION = `${API_GROUP}/v1`;

/** On a resource: another value retries the step that failed. On a Job: the value that it was made for. */
export const RETRY_ANNOTATION = `${API_GROUP}/retry`;

/** On a Notebook: a time after `status.culledAt` starts it again, RFC 3339. */
export const RESUME_ANNOTATION = `${API_GROUP}/resume`;

/** On a Notebook: another value restarts one that is outdated. */
export const RESTART_ANNOTATION = `${API_GROUP}/restart`;

/** On a child: what it was made from, and how much of it is as it was made. The one annotation that only the reconciler writes. */
export const APPLIED_ANNOTATION = `${API_GROUP}/applied`;

/** On a NetworkPolicy that the reconciler has made: the digest of what it was made from. */
export const MADE_FROM_ANNOTATION = `${API_GROUP}/made-from`;

/** On a Model: which quantizer was chosen for it, and why. For people. */
export const QUANTIZER_ANNOTATION = `${API_GROUP}/quantizer`;

/** Holds a resource back until its artifact is deleted, where its deletionPolicy says so. */
export const ARTIFACT_FINALIZER = `${API_GROUP}/artifact`;

export type Kind = 'Model' | 'Dataset' | 'Server' | 'Notebook';

/** The kinds that produce an artifact. */
export type ArtifactKind = 'Model' | 'Dataset';

export const KINDS: readonly Kind[] = ['Model', 'Dataset', 'Server', 'Notebook'];

export interface Metadata {
  readonly name: string;
  /** Absent only before the API server or a chart has set it. */
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

interface ResourceOf<K extends Kind, S> {
  readonly apiVersion: string;
  readonly kind: K;
  readonly metadata: Metadata;
  readonly spec: S;
}

export type ModelResource = ResourceOf<'Model', ModelSpec>;
export type DatasetResource = ResourceOf<'Dataset', DatasetSpec>;
export type ServerResource = ResourceOf<'Server', ServerSpec>;
export type NotebookResource = ResourceOf<'Notebook', NotebookSpec>;

/** A resource that produces an artifact. */
export type ArtifactResource = ModelResource | DatasetResource;
export type Resource = ArtifactResource | ServerResource | NotebookResource;

/** A number of cores or GiB, as the original Substratus has it (an integer, also as a string), or a Kubernetes quantity such as `500m`. */
export type QuantityOrInteger = number | string;

/** Fields of all kinds. */
export interface CommonSpec {
  /** Image to run. With `build`, the built image is used instead; with `runtime`, it replaces the image of the ready-made program. */
  readonly image?: string;
  /** A ready-made program to run in place of an image; `params` are its settings, and `args` are added to its arguments. */
  readonly runtime?: RuntimeSpec;
  readonly build?: BuildSpec;
  /** Files that are mounted read-only at `/content/src`, of which the digest is part of the recipe. */
  readonly code?: ArchiveSpec;
  /** Replaces the image's entrypoint. */
  readonly command?: string[];
  /** Replaces the image's arguments. */
  readonly args?: string[];
  /** Environment; a value may be `${{ secrets.<name>.<key> }}`. */
  readonly env?: Record<string, string>;
  /** Environment that changes no result, such as a log level: no part of the recipe. Written as `env` is. */
  readonly runtimeEnv?: Record<string, string>;
  /** Written to `/content/params.json`, and to `PARAM_<UPPER_KEY>`. */
  readonly params?: Record<string, number | string>;
  /**
   * Keys of those params whose string is a number or a boolean in JSON, such as `"0.0002"` or `"false"`: `/content/params.json` has them
   * so. Outside the recipe, which has the string either way.
   */
  readonly literalParams?: string[];
  readonly resources?: ResourcesSpec;
  /** Nothing runs while this is true. */
  readonly suspend?: boolean;
  readonly imagePullSecrets?: { readonly name: string }[];
  /** What to add to the pod that runs the image. */
  readonly pod?: PodSpec;
  /** The Pod Security Standard that the pods meet: `baseline` (default) or `restricted`. */
  readonly podSecurity?: PodSecurity;
  /** Whether a string of the spec may look like a credential. */
  readonly allowPlainText?: boolean;
}

/** A ready-made program, as in `src/runtimes`. */
export interface RuntimeSpec {
  /** Name such as `huggingface`, `sft` or `vllm`. */
  readonly name: string;
  /** What the settings mean: raised only when the same settings would give another result. Absent is 1, for ever. */
  readonly version?: number;
}

export type PodSecurity = 'baseline' | 'restricted';

export type Capacity = 'on-demand' | 'spot' | 'spot-first' | 'flex-start' | 'queued';

export interface ResourcesSpec {
  readonly cpu?: QuantityOrInteger;
  readonly memory?: QuantityOrInteger;
  readonly disk?: QuantityOrInteger;
  readonly gpu?: GpuSpec;
  readonly capacity?: Capacity;
  readonly limits?: LimitsSpec;
  /** Size of `/dev/shm`, which is part of the memory. */
  readonly sharedMemory?: QuantityOrInteger;
}

/** The most that a container may use. */
export interface LimitsSpec {
  readonly cpu?: QuantityOrInteger;
  readonly memory?: QuantityOrInteger;
}

export interface GpuSpec {
  /** Name in the catalog or among the platform's own, such as `nvidia-l4`. Default: the one kind that the platform has. */
  readonly type?: string;
  readonly count?: number;
  /** A slice of a shared GPU, such as `mig-1g.10gb`, `time-slicing-4` or `mps-4`. Default: whole GPUs. */
  readonly sharing?: string;
}

export interface Reference {
  readonly name: string;
  /** Namespace of the object, which must share it. Default: that of the resource. */
  readonly namespace?: string;
}

/** How inputs get into a pod: mounted from the bucket, or copied to the node's disk first. */
export type Access = 'stream' | 'download';

export interface InputsSpec {
  readonly model?: Reference;
  readonly dataset?: Reference;
  /** Of a Server whose `model` is an adapter: the model that it was trained from. */
  readonly base?: Reference;
  readonly access?: Access;
  /** More options of the driver that mounts the inputs, where the cloud takes them for one mount. */
  readonly mountOptions?: string[];
}

/** A LoRA adapter that a Server serves beside its model, as `<server>:<name>`. */
export interface AdapterSpec {
  readonly name: string;
  readonly model: Reference;
}

export interface StorageSpec {
  readonly size?: QuantityOrInteger;
  readonly storageClassName?: string;
}

export interface SharingSpec {
  /** Namespaces that may use the artifact; `*` is all. */
  readonly namespaces: string[];
}

/** Fields of the kinds that produce an artifact. */
export interface ArtifactSpec extends CommonSpec {
  /** Attempts after the first; disruptions such as a preemption do not count. */
  readonly retries?: number;
  /** Limit of one attempt, from the start of its pod on a node; a duration such as `12h`. */
  readonly timeout?: string;
  /** The volume that `/content/artifacts` is on until it is published. */
  readonly staging?: StorageSpec;
  readonly sharing?: SharingSpec;
  /** What becomes of the published artifact when the resource is deleted. */
  readonly deletionPolicy?: 'Retain' | 'Delete';
}

export interface ModelSpec extends ArtifactSpec, Omit<InputsSpec, 'base'> {
  /** Files that are there already, in place of all that would make some: nothing runs. */
  readonly source?: ModelSourceSpec;
}

export interface DatasetSpec extends ArtifactSpec {}

/** `model` is required in effect; the schema cannot say so, for an older cluster may hold a server without. */
export interface ServerSpec extends CommonSpec, Omit<InputsSpec, 'dataset'> {
  /** Adapters of the model (of an adapter, of its base), each under a name of its own. */
  readonly adapters?: readonly AdapterSpec[];
  /** Its pods run as this account, in place of `artifact-reader`. */
  readonly serviceAccountName?: string;
  readonly replicas?: number;
  /** How many nodes each replica spans, with the GPUs of `resources` on each. Default: 1. */
  readonly nodes?: number;
  /** `external`: an autoscaler owns the number of replicas. */
  readonly scaling?: 'external';
  /** An autoscaler that comes with the Server, in place of `replicas` and `scaling`. */
  readonly autoscaling?: AutoscalingSpec;
  /** To which replica a request goes that comes through a gateway; absent, to any. */
  readonly routing?: RoutingSpec;
  readonly port?: number;
  /** Asked for by the startup probe and the readiness probe. */
  readonly readinessPath?: string;
  /** Restarts a replica that does not answer there; absent, nothing does. */
  readonly livenessPath?: string;
  /** Port of the probes, where it is not `port`. */
  readonly probePort?: number;
  /** How long a probe waits for an answer; a duration such as `5s`. */
  readonly probeTimeout?: string;
  /** How long a replica has to end, with what it drains for; a duration such as `75s`. */
  readonly terminationGracePeriod?: string;
  /** How long a replica may take until it answers; a duration such as `30m`. */
  readonly startupTimeout?: string;
  /** Whether a new revision starts beside the old one, which takes spare capacity. */
  readonly surge?: boolean;
}

export interface NotebookSpec extends CommonSpec, Omit<InputsSpec, 'base'> {
  readonly storage?: StorageSpec;
  /** Asked for by the readiness probe. */
  readonly readinessPath?: string;
  /** Suspended after this long without activity; a duration such as `1h`. */
  readonly idleTimeout?: string;
  /** Whether a running notebook restarts at once for a new revision, such as another model. Default: at its next start. */
  readonly restartOnChange?: boolean;
}

/** Port of a Server that names none. */
export const DEFAULT_SERVER_PORT = 8080;

/** Plural names, as in paths of the API and of the bucket. */
export const PLURALS: Readonly<Record<Kind, string>> = {
  Model: 'models',
  Dataset: 'datasets',
  Server: 'servers',
  Notebook: 'notebooks',
};

/** A field that refers to an artifact; of an adapter with its name. */
export type InputField = 'model' | 'dataset' | 'base' | `adapters.${string}`;

/** Which artifact kind a reference field points to. */
export function kindOfInput(field: InputField): ArtifactKind {
  return field === 'dataset' ? 'Dataset' : 'Model';
}

export function isArtifactResource(resource: Resource): resource is ArtifactResource {
  return resource.kind === 'Model' || resource.kind === 'Dataset';
}

/** Where the files of a Model are that are there already; `undefined` for whatever is made. */
export function sourceOf({ kind, spec }: Pick<Resource, 'kind' | 'spec'>): ModelSourceSpec | undefined {
  return kind === 'Model' ? (spec as ModelSpec).source : undefined;
}

/** References, by the fields that they are in. */
export interface References {
  readonly model?: Reference;
  readonly dataset?: Reference;
  readonly base?: Reference;
  readonly [adapter: `adapters.${string}`]: Reference;
}

/** The references that a resource has, by field. A reference without a name counts as absent: the original Substratus client wrote such. */
export function referencesOf({ kind, spec }: Pick<Resource, 'kind' | 'spec'>): References {
  const { model, dataset, base } = spec as InputsSpec;
  const ofServer = kind === 'Server' ? { ...(base?.name && { base }), ...adaptersIn(spec as ServerSpec) } : {};
  return { ...(model?.name && { model }), ...(dataset?.name && { dataset }), ...ofServer };
}

/** By their names, so that their order in the spec means nothing. */
function adaptersIn({ adapters = [] }: ServerSpec): References {
  const fields = adapters.map(({ name, model }) => [`adapters.${name}`, model] as const);
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}
