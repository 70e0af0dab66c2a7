/** What a ready-made program is: which image it runs in, with which arguments, and what it needs. Pure data and functions. */
import type { PlatformSpec } from '../api/platform';
import type { Kind } from '../api/resource';
import type { GpuModel } from '../catalog/gpus';
import type { ImageName } from '../catalog/images';
import type { ModelTask } from './engines/tasks';
import type { ParamTable, Settings } from './param';
import type { ProgramName } from './program';

/** What a program does, and therefore which kinds run it. */
export type Role = 'loader' | 'trainer' | 'quantizer' | 'engine' | 'workbench';

/** The kinds that run the programs of each role. */
export const KINDS_OF_ROLE: Readonly<Record<Role, readonly Kind[]>> = {
  loader: ['Model', 'Dataset'],
  trainer: ['Model'],
  quantizer: ['Model'],
  engine: ['Server'],
  workbench: ['Notebook'],
};

/** What the files of a model are in, as far as engines and quantizers care. */
export type ModelFormat = 'safetensors' | 'gguf' | 'adapter';

export interface Runtime {
  /** Name in `spec.runtime.name`. */
  readonly name: string;
  readonly role: Role;
  /** Raised only when the same params mean another result. */
  readonly version: number;
  /** One line for people. */
  readonly summary: string;
  /** Its settings for a kind. */
  readonly params: (kind: Kind) => ParamTable;
  /** Why these settings contradict each other or the pod; `undefined` if they do not. */
  readonly problem?: (context: RuntimeContext) => string | undefined;
  /** What it loads from, beside a package index. */
  readonly loadsFrom?: 'huggingFace' | 'modelScope' | 'internet';
  /** How it runs in a pod. */
  readonly container: (context: RuntimeContext) => RuntimeContainer;
  /** Format of the model that it makes, where that is known before it runs. */
  readonly makes?: (settings: Settings) => ModelFormat | undefined;
  /** Formats of the datasets that it takes, where it does not take all. */
  readonly takesRows?: readonly string[];
  /** Formats of the models that it takes, where it does not take all. */
  readonly takes?: readonly ModelFormat[];
  /** Whether it serves adapters beside their base. */
  readonly takesAdapters?: true;
  /** Why an engine serves none, where there is more to say than that. */
  readonly whyNoAdapters?: string;
  /** Whether it can divide a model among the GPUs of many nodes. */
  readonly spansNodes?: true;
  /** What an engine is for with these params, as far as that is known. */
  readonly serves?: (params: Settings) => readonly ModelTask[];
  /** Params that follow from a model, where the author sets none. */
  readonly paramsFor?: (model: ModelFacts, params: Settings) => Settings;
}

/** What is known of a model along its chain. */
export interface ModelFacts {
  /** Repository of a hub that it was made from. */
  readonly repository?: string;
  /** Rank of an adapter; of several, the largest. */
  readonly loraRank?: number;
}

/** What decides how a program runs. */
export interface RuntimeContext {
  readonly settings: Settings;
  readonly kind: Kind;
  /** Name of the resource. */
  readonly name: string;
  readonly platform: PlatformSpec;
  /** The GPUs of the container; absent without. */
  readonly gpus?: { readonly model?: GpuModel; readonly count: number };
  /** Where an engine is to listen. */
  readonly port: number;
  /** On how many nodes it runs, with these GPUs on each. Default: 1. */
  readonly nodes?: number;
  /** Whether the resource has a model, a dataset. */
  readonly hasModel: boolean;
  readonly hasDataset: boolean;
  /** Whether the model is an adapter, whose base is there too. */
  readonly hasBase?: boolean;
  /** Names of the adapters that are served beside it, sorted. */
  readonly adapters?: readonly string[];
  /** Whether the model is read from a bucket while it is used. */
  readonly isStreamed?: boolean;
  /** What the author adds to the arguments. */
  readonly args?: readonly string[];
  /** Whether the author's own image takes the place of the stock one. */
  readonly hasOwnImage?: boolean;
}

/** How a program runs in a pod. */
export interface RuntimeContainer {
  readonly image: ImageName;
  /** Absent: the entrypoint of the image. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The files at `/opt/substratus`, where the program is ours. */
  readonly program?: ProgramName;
  /** Those of its files that this run needs. Default: all. */
  readonly programFiles?: readonly string[];
  /** Whether packages are installed from an index: when it starts, or by its user. Default: none are. */
  readonly packages?: 'at start' | 'by its user';
  /** Whether it reads a registry, with the pull secrets of its resource. */
  readonly readsRegistry?: true;
  /** What runs before it in another image, with the same environment and the same staging volume. */
  readonly before?: RuntimeStep;
  /** The only processors that the image is for. Default: both that Kubernetes runs on. */
  readonly architecture?: 'amd64';
  /** Whom it runs as; absent: as whom its image says. */
  readonly user?: { readonly uid: number; readonly gid?: number };
  /** What it asks for without a GPU; with one, see the GPU's own. */
  readonly resources?: { readonly cpu: string; readonly memory: string; readonly disk: string };
  /** How long a run has to end when it is asked to, in seconds: to write a checkpoint. Default: Kubernetes' 30. */
  readonly graceSeconds?: number;
  /** Of an engine or a workbench. */
  readonly serving?: RuntimeServing;
  /** Where it runs on many nodes. */
  readonly group?: RuntimeGroup;
}

/** How a program runs on the nodes of a group. `LWS_GROUP_SIZE`, `LWS_WORKER_INDEX` and `LWS_LEADER_ADDRESS` are in its environment. */
export interface RuntimeGroup {
  /** Added to its arguments on all nodes but the first. */
  readonly workerArgs: readonly string[];
  /** The variable that is to hold the address of its pod. */
  readonly addressVariable: string;
}

/** A program that runs before another in the same pod. */
export interface RuntimeStep {
  readonly name: string;
  readonly image: ImageName;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** URL of the bucket that it reads as the workspace, unless its author gives credentials. */
  readonly bucket?: string;
  /** The folder that it fills for the program, on the node. Default: it fills the staging volume, from a store that it may read. */
  readonly fills?: string;
}

/** How an engine is asked whether it is ready, and how long it has to end. */
export interface RuntimeServing {
  readonly readinessPath: string;
  readonly terminationGracePeriod?: string;
}
