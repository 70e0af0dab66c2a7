/** The status of a resource, as the reconciler writes it and as tools read it. */
import type { Kind } from './resource';

/** `Condition` of meta/v1. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  /** The generation of the resource that it is about. */
  readonly observedGeneration?: number;
  /** When the status last changed, RFC 3339. */
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}

/** What was published, once it was. */
export interface PublishedArtifact {
  readonly recipeDigest: string;
  readonly url: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly contentDigest?: string;
  readonly bytes?: number;
  readonly files?: number;
  /** RFC 3339. */
  readonly completedAt?: string;
  /** Recipe digests of the inputs that it was made from. */
  readonly inputs?: { readonly model?: string; readonly dataset?: string };
}

/** Characters of `progress`. */
export const LONGEST_PROGRESS = 120;

export interface Status {
  /** Whether the condition Ready is true; the only signal of the original Substratus. */
  readonly ready?: boolean;
  /** -1 before any. */
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  /** Model and Dataset: what was published. */
  readonly artifact?: PublishedArtifact;
  /** Model and Dataset: where the artifact is, or will be; a field of the original Substratus. */
  readonly artifacts?: { readonly url: string };
  /** Model and Dataset: how far the ready-made program says it is, while it runs. */
  readonly progress?: string;
  /** Server: the model that is being served. */
  readonly model?: { readonly name: string; readonly namespace: string; readonly recipeDigest: string };
  /** Server and Notebook: where it answers inside the cluster. */
  readonly url?: string;
  /** Server: pods that there are, those that are on their way out included. */
  readonly replicas?: number;
  /** Server: the labels of its pods, as autoscalers read them. */
  readonly selector?: string;
  /** Notebook: when it was suspended for lack of activity, RFC 3339. */
  readonly culledAt?: string;
}

/**
 * Why a resource is Ready or not: a closed list, for programs. The reasons of the conditions Complete, Built and Serving are those of the
 * original Substratus.
 */
export const REASONS = [
  'Published', 'Referenced', 'Serving', 'ScaledToZero', 'Waking', 'Open', 'Suspended', 'Culled', 'Deleting', 'StillUsed',
  'ModelNotFound', 'ModelNotReady', 'DatasetNotFound', 'DatasetNotReady', 'ReferenceNotPermitted', 'DependencyCycle',
  'ArchiveNotFound', 'ArchiveMismatch', 'InvalidSpec', 'NoWorkspace', 'NameConflict', 'KedaMissing', 'InferenceExtensionMissing', 'LwsMissing', 'QueueMissing',
  'Forbidden', 'QuotaExceeded', 'Rejected',
  'Building', 'Checking', 'Running', 'Publishing', 'Starting', 'RollingOut',
  'BuildFailed', 'CheckFailed', 'RunFailed', 'PublishFailed', 'DeletionFailed', 'BucketChanged', 'RolloutFailed', 'TooManyDisruptions',
  'Queued', 'CapacityRefused', 'Unschedulable', 'ImagePullFailed', 'ContainerConfigError', 'CrashLooping', 'NoPods', 'VolumePending', 'ReconcilerError',
] as const;

export type Reason = (typeof REASONS)[number];

/** The condition that the original Substratus had beside `status.ready`, by kind. */
export const ANCESTOR_CONDITIONS: Readonly<Record<Kind, 'Complete' | 'Serving'>> = {
  Model: 'Complete', Dataset: 'Complete', Server: 'Serving', Notebook: 'Serving',
};
