/** What the reconciler keeps of the objects in the cluster: enough to decide, and no more, for there are many. */
import { createHash } from 'node:crypto';
import { ARCHIVE_KEY, ARCHIVE_ROLE } from '../../api/archive';
import { digest, recipeDigest } from '../../api/digest';
import { OWNER_LABEL } from '../../api/labels';
import { API_GROUP, API_VERSION, isArtifactResource, KINDS, RETRY_ANNOTATION } from '../../api/resource';
import type { Kind, Resource, ServerSpec } from '../../api/resource';
import type { Status } from '../../api/status';
import { gatesOf, MAX_DISRUPTIONS_ANNOTATION, REQUEST_ANNOTATION, REQUEST_KIND, SCALER_KINDS } from '../../expand';
import type { Step } from '../../expand';
import { FIELD_MANAGER } from '../kube/client';
import type { LiveMetadata, LiveObject } from '../kube/types';
import { readApplied } from './applied';
import type { Applied } from './applied';
import { liveFingerprint } from './fingerprint';
import type { Fingerprint } from './fingerprint';
import { ownedBy } from './managed-fields';
import { requestState } from './request';
import type { RequestState } from './request';
import { scalerConditions } from './scaler';
import type { ScalerCondition } from './scaler';
import { sizeOf } from './size';

type KeptMetadata = Omit<LiveMetadata, 'managedFields' | 'ownerReferences'>;

/** A resource of one of the four kinds. */
export type Observed = Resource & {
  readonly metadata: KeptMetadata & { readonly namespace: string };
  readonly status?: Status;
  /** There if the spec is too large to be kept: large fields are missing, and the resource is read when it is worked on. */
  readonly withheld?: Withheld;
  /** Server: whether `replicas` in the stored spec is what the reconciler wrote for autoscalers to read; it is not in this spec. */
  readonly isSeeded?: boolean;
};

/** Who writes `replicas` of a Server for autoscalers to read, and owns it until anybody sets another number. */
export const SCALE_MANAGER = 'substratus-scale';

export interface Withheld {
  /** The recipe digest of an artifact that has no inputs: others ask for it. */
  readonly recipe?: string;
}

/** What owns a child, in its namespace or in the workspace that builds there. */
export interface Owner {
  readonly kind: Kind;
  readonly name: string;
  readonly uid: string;
}

export interface JobState {
  readonly outcome: 'Complete' | 'Failed' | undefined;
  readonly reason?: string;
  readonly message?: string;
  readonly suspended: boolean;
  readonly active: number;
  readonly failed: number;
  /** How many pods may fail before it fails. */
  readonly attempts: number;
  /** RFC 3339. */
  readonly finishedAt?: string;
  readonly maxDisruptions: number;
  /** Pods that a disruption has taken, by uid; written there by the reconciler, for the pods themselves may go. */
  readonly disrupted: readonly string[];
  /** The ProvisioningRequest whose nodes its pods run on. */
  readonly request?: string;
}

/** Of a Deployment, or of a LeaderWorkerSet, whose replicas are groups of pods. */
export interface DeploymentState {
  readonly replicas: number;
  /** Whether it was this program that has set their number, and nobody since. */
  readonly ownsReplicas: boolean;
  /** Pods in all, those that are on their way out included. */
  readonly current: number;
  readonly updated: number;
  readonly available: number;
  /** Whether the figures are about the latest generation. */
  readonly isObserved: boolean;
  /** Why it does not go on; `undefined` if it does. */
  readonly problem?: { readonly reason: string; readonly message: string };
}

export interface ObservedChild {
  readonly kind: string;
  readonly metadata: Pick<LiveMetadata, 'name' | 'namespace' | 'uid' | 'resourceVersion' | 'creationTimestamp' | 'deletionTimestamp'>;
  readonly owner?: Owner;
  readonly role?: string;
  readonly recipe?: string;
  readonly retry?: string;
  readonly applied?: Applied;
  readonly live: Fingerprint;
  readonly job?: JobState;
  readonly deployment?: DeploymentState;
  /** ConfigMaps with an archive only: its digest. */
  readonly archive?: string;
  /** PersistentVolumeClaims only. */
  readonly phase?: string;
  /** What an autoscaler says of itself: whether it works, and whether there is demand. */
  readonly scaler?: readonly ScalerCondition[];
  /** ProvisioningRequests only. */
  readonly request?: RequestState;
}

export const RECIPE_LABEL = `${API_GROUP}/recipe`;
export const DISRUPTED_ANNOTATION = `${API_GROUP}/disrupted`;

/**
 * What a spec may take in memory (A5). Nearly all take less than a tenth; what a tenant stores may take a MiB, and thirty of these would
 * end the reconciler of everybody.
 */
export const KEPT_SPEC_BYTES = 8 * 2 ** 10;
/** What a field of a larger one may take. */
const KEPT_FIELD_BYTES = 512;
/** Fields that are looked up for other resources. */
const LOOKED_UP = ['model', 'dataset', 'sharing', 'source'];
/** What an annotation of ours may take; of a longer one the digest is kept, for it is only compared. */
const KEPT_ANNOTATION_LENGTH = 256;

/** What is kept of a resource. */
export function observeResource(live: LiveObject, kind: Kind): Observed {
  const observed = wholeResource(live, kind);
  return sizeOf(observed.spec, KEPT_SPEC_BYTES) > KEPT_SPEC_BYTES ? withoutLargeFields(observed) : observed;
}

/** Objects of a list do not say what they are, so that it is said here. One that an older definition let in may have no spec. */
export function wholeResource(live: LiveObject, kind: Kind): Observed {
  const { managedFields: _, ownerReferences: __, annotations = {}, ...metadata } = live.metadata;
  const own = Object.entries(annotations).filter(([name]) => name.startsWith(`${API_GROUP}/`))
    .map(([name, value]) => [name, value.length > KEPT_ANNOTATION_LENGTH ? digest(value) : value]);
  const kept = { ...metadata, annotations: Object.fromEntries(own) };
  const observed = { spec: {}, ...live, apiVersion: API_VERSION, kind, metadata: kept } as unknown as Observed;
  return kind === 'Server' && 'spec' in ownedBy(live, SCALE_MANAGER) ? withoutSeed(observed) : observed;
}

function withoutSeed(observed: Observed): Observed {
  const { replicas: _, ...spec } = observed.spec as ServerSpec;
  return { ...observed, spec, isSeeded: true } as Observed;
}

function withoutLargeFields(observed: Observed): Observed {
  const kept = Object.entries(observed.spec)
    .filter(([field, value]) => LOOKED_UP.includes(field) || sizeOf(value, KEPT_FIELD_BYTES) <= KEPT_FIELD_BYTES);
  const withheld: Withheld = isArtifactResource(observed) && gatesOf(observed).length === 0 ? { recipe: recipeDigest(observed) } : {};
  return { ...observed, spec: Object.fromEntries(kept), withheld } as unknown as Observed;
}

/** Children that nobody of ours owns are kept too: a workspace's objects, and those that can be taken over. */
export function observeChild(live: LiveObject, kind = live.kind ?? ''): ObservedChild {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, labels = {}, annotations = {} } = live.metadata;
  const applied = readApplied(annotations);
  const owned = ownedBy(live, FIELD_MANAGER);
  const found = liveFingerprint(owned);
  return {
    kind,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp },
    owner: ownerOf(live),
    role: labels.role,
    recipe: labels[RECIPE_LABEL],
    retry: annotations[RETRY_ANNOTATION],
    applied,
    live: found.rest === applied?.rest && found.template === applied.template ? applied : found, // held once, for there are many
    ...(kind === 'Job' && { job: jobState(live as JobLike) }),
    ...(kind === 'Deployment' && { deployment: deploymentState(live as DeploymentLike, owned) }),
    ...(kind === 'LeaderWorkerSet' && { deployment: groupState(live as DeploymentLike, owned) }),
    ...(kind === 'ConfigMap' && labels.role === ARCHIVE_ROLE && { archive: archiveDigest(live) }),
    ...(SCALER_KINDS.includes(kind) && { scaler: scalerConditions(live) }),
    ...(kind === REQUEST_KIND && { request: requestState(live) }),
    ...(kind === 'PersistentVolumeClaim' && { phase: (live as { status?: { phase?: string } }).status?.phase }),
  };
}

function archiveDigest({ binaryData }: LiveObject & { readonly binaryData?: Readonly<Record<string, string>> }): string | undefined {
  const packed = binaryData?.[ARCHIVE_KEY];
  return packed === undefined ? undefined : `sha256:${createHash('sha256').update(packed, 'base64').digest('hex')}`;
}

export function ownerOf({ metadata: { ownerReferences = [], labels = {} } }: LiveObject): Owner | undefined {
  const owner = ownerReferences.find(({ apiVersion, controller }) => controller && apiVersion.startsWith(`${API_GROUP}/`));
  return owner ? { kind: owner.kind as Kind, name: owner.name, uid: owner.uid } : ownerByLabel(labels);
}

/** That of another namespace. */
function ownerByLabel(labels: Readonly<Record<string, string>>): Owner | undefined {
  const uid = labels[OWNER_LABEL];
  const kind = KINDS.find((candidate) => labels[candidate.toLowerCase()] !== undefined);
  return uid !== undefined && kind ? { kind, name: labels[kind.toLowerCase()] ?? '', uid } : undefined;
}

interface ConditionLike {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

interface JobLike extends LiveObject {
  readonly spec?: {
    readonly suspend?: boolean;
    readonly backoffLimit?: number;
    readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status?: {
    readonly active?: number;
    readonly failed?: number;
    readonly completionTime?: string;
    readonly conditions?: ConditionLike[];
  };
}

/** That of Kubernetes. */
const DEFAULT_BACKOFF_LIMIT = 6;

function jobState({ spec, status = {}, metadata: { annotations = {} } }: JobLike): JobState {
  const end = status.conditions?.find(({ type, status: holds }) => holds === 'True' && (type === 'Complete' || type === 'Failed'));
  const request = spec?.template?.metadata?.annotations?.[REQUEST_ANNOTATION];
  return {
    outcome: end?.type as JobState['outcome'],
    reason: end?.reason,
    message: end?.message,
    suspended: spec?.suspend ?? false,
    active: status.active ?? 0,
    failed: status.failed ?? 0,
    attempts: (spec?.backoffLimit ?? DEFAULT_BACKOFF_LIMIT) + 1,
    finishedAt: status.completionTime ?? end?.lastTransitionTime,
    maxDisruptions: Number(annotations[MAX_DISRUPTIONS_ANNOTATION] ?? Infinity),
    disrupted: (annotations[DISRUPTED_ANNOTATION] ?? '').split(',').filter(Boolean),
    ...(request !== undefined && { request }),
  };
}

interface DeploymentLike extends LiveObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    /** Of a LeaderWorkerSet: groups of which all pods are ready. */
    readonly readyReplicas?: number;
    readonly conditions?: ConditionLike[];
  };
}

function deploymentState({ spec, status = {}, metadata: { generation = 0 } }: DeploymentLike, owned: Pick<DeploymentLike, 'spec'>): DeploymentState {
  const { conditions = [] } = status;
  const failed = conditions.find(({ type, status: holds }) => type === 'ReplicaFailure' && holds === 'True')
    ?? conditions.find(({ type, status: holds }) => type === 'Progressing' && holds === 'False');
  return {
    replicas: spec?.replicas ?? 1,
    ownsReplicas: owned.spec?.replicas !== undefined,
    current: status.replicas ?? 0,
    updated: status.updatedReplicas ?? 0,
    available: status.availableReplicas ?? 0,
    isObserved: (status.observedGeneration ?? 0) >= generation,
    ...(failed && { problem: { reason: failed.reason ?? '', message: failed.message ?? '' } }),
  };
}

/** It tells nothing of why groups do not come up; their pods do. */
function groupState(live: DeploymentLike, owned: Pick<DeploymentLike, 'spec'>): DeploymentState {
  const { status = {} } = live;
  const { conditions: _, readyReplicas = 0, ...rest } = status;
  return deploymentState({ ...live, status: { ...rest, availableReplicas: readyReplicas } }, owned);
}

/** Whether a child belongs to a step, and for artifacts to a recipe. */
export function isJobOf(child: ObservedChild, step: Step, recipe?: string): boolean {
  return child.job !== undefined && child.role === step && (child.recipe === undefined || recipe === undefined || child.recipe === recipe);
}
