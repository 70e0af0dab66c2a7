/** A run whose nodes come up for a ProvisioningRequest: how long the request is kept, when it is made again, and what to say of it. */
import type { PodTemplate } from 'kubernetes-types/core/v1';
import { QUEUE_ROLE, REQUEST_KIND } from '../../expand';
import type { KubeObject } from '../../expand';
import type { ObservedChild } from '../observe/observed';
import type { ObservedPod, Trouble } from '../observe/pods';
import type { Decision, Desired } from './decision';
import { isLive } from './liveness';
import type { ArtifactView } from './view';

/** How long a request that was refused stays so, before it is made again. */
const ASK_AGAIN_MS = 600_000;
/** How long a pod may look for a node after its request has expired: the nodes may be there still, for the pod before it. */
const SETTLE_MS = 60_000;

/** What a run that has begun needs of its request. */
export interface QueueNeeds {
  readonly desired: readonly Desired[];
  /** A request that is over, to be made again. */
  readonly inTheWay: readonly ObservedChild[];
  /** Names of what stays. */
  readonly kept: readonly string[];
  readonly trouble?: Trouble;
  readonly lookAgainMs?: number;
}

const NOTHING: QueueNeeds = { desired: [], inTheWay: [], kept: [] };

/**
 * Of a run that waits, its request, under the name that its pods know. One that has nodes needs none: made again, the same request would
 * bring other nodes.
 */
export function queueNeeds(view: ArtifactView, job: ObservedChild, expanded: readonly Desired[]): QueueNeeds {
  const name = job.job?.request;
  if (name === undefined) return NOTHING;
  const parts = view.children.filter(({ role, metadata }) => role === QUEUE_ROLE && metadata.name === name);
  const request = parts.find(({ kind }) => kind === REQUEST_KIND);
  if (isLive(job, view.pods)) return request?.request?.state === 'waiting' ? NOTHING : { ...NOTHING, kept: [name] };
  const missing = expanded.filter(({ object }) => !parts.some(({ kind }) => kind === object.kind));
  const desired = missing.map((each) => ({ ...each, object: named(each.object, name) }));
  return { desired, inTheWay: [], kept: [name], ...(request && standing(view, { job, request })) };
}

/** The same object under the name that a Job knows it by, whatever expansion calls it now. */
function named(object: KubeObject, name: string): KubeObject {
  const { spec, ...rest } = object as KubeObject & Partial<Pick<PodTemplate, 'template'>> & { readonly spec?: { readonly podSets: readonly object[] } };
  const podSets = spec?.podSets.map((podSet) => ({ ...podSet, podTemplateRef: { name } }));
  return { ...rest, metadata: { ...object.metadata, name }, ...(spec && { spec: { ...spec, podSets } }) } as KubeObject;
}

interface Asked {
  readonly job: ObservedChild;
  readonly request: ObservedChild;
}

function standing(view: ArtifactView, { job, request }: Asked): Partial<QueueNeeds> {
  const { state = 'waiting', message = '' } = request.request ?? {};
  switch (state) {
    case 'failed': return refused(view, request, message);
    case 'expired':
    case 'revoked': return over(view, { job, request });
    case 'provisioned': return {};
    case 'waiting': return { trouble: { reason: 'Queued', message: `waiting in the queue for its nodes${words(message)}`, isStuck: false } };
  }
}

function refused(view: ArtifactView, request: ObservedChild, message: string): Partial<QueueNeeds> {
  const waited = view.askedFor(request.metadata.uid);
  const { name } = request.metadata;
  return {
    ...(waited >= ASK_AGAIN_MS ? { inTheWay: [request] } : { lookAgainMs: ASK_AGAIN_MS - waited }),
    trouble: {
      reason: 'CapacityRefused', isStuck: true,
      message: `ProvisioningRequest ${name} was refused${words(message)}; look at the quota of the GPU, and at maxNodes and zones of the pool. It is `
        + 'made again every 10 minutes, and at once if you delete it',
    },
  };
}

/** A pod that finds no node, though its request had some, needs another; while there is none that looks for a node, nothing does. */
function over(view: ArtifactView, { job, request }: Asked): Partial<QueueNeeds> {
  const pod = view.pods.find((each) => each.controller === job.metadata.uid && looksForNode(each));
  if (!pod) return {};
  const waited = view.askedFor(pod.metadata.uid);
  const message = 'its nodes are gone, since no pod has taken them in time, or since they were lent for a time that is over; it asks for others';
  const trouble = { reason: 'Queued', message, isStuck: false } as const;
  return waited >= SETTLE_MS ? { inTheWay: [request], trouble } : { lookAgainMs: SETTLE_MS - waited, trouble };
}

function looksForNode({ phase, isScheduled, isEnding }: ObservedPod): boolean {
  return phase === 'Pending' && !isScheduled && !isEnding;
}

function words(message: string): string {
  return message === '' ? '' : `: ${message}`;
}

/** The same decision, and none of the requests that nothing waits for any more: their nodes would come for nobody. */
export function withoutSpentRequests(decision: Decision, children: readonly ObservedChild[], kept: readonly string[] = []): Decision {
  const needed = new Set([...kept, ...decision.desired.map(({ object }) => object.metadata?.name)]);
  const spent = children.filter(({ role, metadata }) => role === QUEUE_ROLE && !needed.has(metadata.name));
  return spent.length === 0 ? decision : { ...decision, obsolete: [...decision.obsolete, ...spent] };
}
