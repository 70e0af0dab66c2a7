/**
 * Queued capacity of Google Cloud: nodes that come up for a ProvisioningRequest, all of them or none, and that pods which name the request
 * then run on. The cluster autoscaler adds no node for such a pod by itself, so that it is there from the beginning and waits.
 *
 * @see https://cloud.google.com/kubernetes-engine/docs/how-to/provisioningrequest
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/apis/provisioningrequest/autoscaling.x-k8s.io/v1/types.go
 */
import type { PodTemplate, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../api/platform';
import { isArtifactResource } from '../api/resource';
import type { ArtifactResource, Resource } from '../api/resource';
import { childMetadata, childName, contentHash } from './child';
import type { KubeObject } from './child';
import { durationSeconds } from './duration';
import { gpuRequestOf } from './gpus';
import type { ObjectType } from './object-type';
import { capacityFor, placedPools } from './placement';

const PROVISIONING_CLASS = 'queued-provisioning.gke.io';
/** On a pod: the request whose nodes it runs on. */
export const REQUEST_ANNOTATION = 'autoscaling.x-k8s.io/consume-provisioning-request';
const CLASS_ANNOTATION = 'autoscaling.x-k8s.io/provisioning-class-name';
/** Lets GKE change the template as it changes pods, so that it knows what they take. */
const AS_PODS_ARE_CHANGED = { 'cloud.google.com/apply-warden-policies': 'true' };

/** For how long Google Cloud lends nodes of flex-start, and of queued pools. */
export const LENT_SECONDS = 604_800;
/** For a node to come up, and the image to be pulled: nodes are counted from when they are made. */
const STARTUP_SECONDS = 3600;

export const QUEUE_ROLE = 'request';
export const REQUEST_KIND = 'ProvisioningRequest';

export const QUEUE_TYPES: readonly ObjectType[] = [
  { group: '', version: 'v1', plural: 'podtemplates', kind: 'PodTemplate', namespaced: true },
  { group: 'autoscaling.x-k8s.io', version: 'v1', plural: 'provisioningrequests', kind: REQUEST_KIND, namespaced: true },
];

/** Whether a platform has nodes that come up for a request alone. */
export function hasQueue({ gpuPools = [] }: Pick<PlatformSpec, 'gpuPools'>): boolean {
  return gpuPools.some(({ capacity }) => capacity === 'queued');
}

/** Whether the pod of a resource waits for a request. */
export function isQueued({ spec: { resources } }: Resource, platform: PlatformSpec): boolean {
  return gpuRequestOf(resources, platform) !== undefined && capacityFor(resources, platform) === 'queued';
}

/** Why a resource cannot be on queued nodes; `undefined` if it can, or is not. */
export function queueKindProblem(resource: Resource, platform: PlatformSpec): string | undefined {
  if (isArtifactResource(resource) || !isQueued(resource, platform)) return undefined;
  const pools = placedPools(resource.spec.resources, platform).map(({ name, gpu }) => `pool ${name} with ${gpu}`).join(', ');
  return `a ${resource.kind} cannot run on queued nodes (${pools}): they are lent for one run, which ends, and for 7 days at most; `
    + 'add a pool of another capacity, for example flex-start, or use another gpu';
}

/** A run that asks for its nodes: the template of its pods, and what is applied beside its Job. */
export interface QueuedRun {
  readonly template: PodTemplateSpec;
  readonly objects: readonly KubeObject[];
}

export interface QueuedRunOptions {
  readonly template: PodTemplateSpec;
  readonly retries: number;
  /** Token of a retried run, which asks again. */
  readonly token?: string;
}

/** The request of a run and the pods that take its nodes. A suspended one asks for none. */
export function queuedRun(resource: ArtifactResource, { template, retries, token }: QueuedRunOptions): QueuedRun {
  const parameters = { maxRunDurationSeconds: String(longestRun(resource, retries)) };
  const name = childName(resource, `${resource.kind.toLowerCase()}-request-${contentHash(template, parameters, token)}`);
  const metadata = childMetadata(resource, { name, role: QUEUE_ROLE });
  const pods: PodTemplate = {
    apiVersion: 'v1', kind: 'PodTemplate', metadata: { ...metadata, labels: { ...metadata.labels, ...AS_PODS_ARE_CHANGED } }, template,
  };
  const request = {
    apiVersion: 'autoscaling.x-k8s.io/v1',
    kind: REQUEST_KIND,
    metadata,
    spec: { provisioningClassName: PROVISIONING_CLASS, parameters, podSets: [{ count: 1, podTemplateRef: { name } }] },
  };
  const annotations = { ...template.metadata?.annotations, [REQUEST_ANNOTATION]: name, [CLASS_ANNOTATION]: PROVISIONING_CLASS };
  return {
    template: { ...template, metadata: { ...template.metadata, annotations } },
    objects: resource.spec.suspend ? [] : [pods, request],
  };
}

/** What all attempts of a run may take: a shorter one is found sooner. */
function longestRun({ spec: { timeout } }: ArtifactResource, retries: number): number {
  if (timeout === undefined) return LENT_SECONDS;
  return Math.min(LENT_SECONDS, (retries + 1) * durationSeconds('timeout', timeout) + STARTUP_SECONDS);
}

const LENT: readonly (string | undefined)[] = ['flex-start', 'queued'];

/** What there is to say of a run that may take longer than its nodes are lent for; `undefined` if there is nothing. */
export function lentTooShort(resource: Resource, platform: PlatformSpec): string | undefined {
  if (!isArtifactResource(resource)) return undefined;
  const { timeout, resources } = resource.spec;
  if (timeout === undefined || !gpuRequestOf(resources, platform)) return undefined;
  const capacity = capacityFor(resources, platform);
  if (!LENT.includes(capacity) || durationSeconds('timeout', timeout) <= LENT_SECONDS) return undefined;
  return `timeout is ${timeout}, but ${capacity} nodes are lent for 168h (7 days) at most: a run that takes longer is stopped then, and goes on `
    + 'from what it has left in /content/artifacts on other nodes; use another capacity, or write checkpoints';
}
