/** What the pods of a resource tell: why they do not run, or how they ended. */
import { KINDS } from '../../api/resource';
import type { Kind } from '../../api/resource';
import type { Reason } from '../../api/status';
import type { LiveObject } from '../kube/types';
import { lastWords } from './last-words';

/** How a container ended. */
export interface Ending {
  readonly container: string;
  readonly exitCode: number;
  readonly reason?: string;
  /** Its last words: what it wrote to the termination log, or the end of its output. */
  readonly message?: string;
  /** RFC 3339. */
  readonly finishedAt?: string;
  /** The most memory that it could have; `isDefault` where a LimitRange of the namespace has set it. */
  readonly memoryLimit?: { readonly amount: string; readonly isDefault: boolean };
}

/** Why a pod does not run. */
export interface Trouble {
  readonly reason: Reason;
  readonly message: string;
  /** Whether it takes a person to go on. */
  readonly isStuck: boolean;
}

export interface ObservedPod {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string; readonly resourceVersion: string };
  readonly createdAt: string;
  /** Kind and name of its resource. */
  readonly resource?: { readonly kind: Kind; readonly name: string };
  /** The label `role`: the step, or `run` for what serves. */
  readonly role?: string;
  /** Uid of the Job or ReplicaSet. */
  readonly controller?: string;
  readonly phase: string;
  readonly isReady: boolean;
  readonly isEnding: boolean;
  /** Whether it has a node. */
  readonly isScheduled: boolean;
  /** Whether it has a node, on which no container has begun. */
  readonly isStarting: boolean;
  /** Whether a disruption has taken it, such as a preemption or a drain. */
  readonly isDisrupted: boolean;
  readonly trouble?: Trouble;
  /** The end of its main container, or of the one that failed. */
  readonly ending?: Ending;
  /** Why the pod as a whole has failed, such as its deadline. */
  readonly failure?: string;
  /** Image of the main container, by digest. */
  readonly imageDigest?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly imageID?: string;
  readonly restartCount?: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
}

interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly finishedAt?: string;
}

interface Limited {
  readonly name: string;
  readonly resources?: { readonly limits?: { readonly memory?: string } };
}

interface PodLike extends LiveObject {
  readonly spec?: { readonly containers?: Limited[]; readonly initContainers?: Limited[] };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[];
    readonly containerStatuses?: ContainerStatus[];
    readonly initContainerStatuses?: ContainerStatus[];
  };
}

export function observePod(live: LiveObject): ObservedPod {
  const { status = {}, metadata } = live as PodLike;
  const { name, namespace, uid, resourceVersion, labels = {}, creationTimestamp = '', deletionTimestamp, ownerReferences = [] } = metadata;
  const conditions = new Map((status.conditions ?? []).map((condition) => [condition.type, condition]));
  const kind = KINDS.find((candidate) => labels[candidate.toLowerCase()] !== undefined);
  const main = programOf(live as PodLike);
  const isScheduled = conditions.get('PodScheduled')?.status === 'True';
  return {
    metadata: { name, namespace, uid, resourceVersion },
    createdAt: creationTimestamp,
    ...(kind && { resource: { kind, name: labels[kind.toLowerCase()] ?? '' } }),
    role: labels.role,
    controller: ownerReferences.find(({ controller }) => controller)?.uid,
    phase: status.phase ?? 'Pending',
    isReady: conditions.get('Ready')?.status === 'True',
    isEnding: deletionTimestamp !== undefined,
    isScheduled,
    isStarting: isScheduled
      && allContainers(live as PodLike).every(({ state }) => state?.waiting !== undefined),
    isDisrupted: conditions.get('DisruptionTarget')?.status === 'True',
    trouble: troubleOf(live as PodLike),
    ending: endingOf(live as PodLike),
    ...(status.phase === 'Failed' && status.reason && { failure: failureOf(status) }),
    imageDigest: main && digestOf(main.imageID),
  };
}

function failureOf({ reason = '', message = '' }: NonNullable<PodLike['status']>): string {
  if (reason === 'DeadlineExceeded') return 'took longer than spec.timeout';
  return message ? `${reason}: ${message}` : reason;
}

/** One that was loaded onto the node and not pulled has only the id of its configuration, which no registry knows. */
function digestOf(imageId = ''): string | undefined {
  return /@(sha256:[0-9a-f]{64})/.exec(imageId)?.[1];
}

function allContainers({ status = {} }: PodLike): ContainerStatus[] {
  return [...status.initContainerStatuses ?? [], ...status.containerStatuses ?? []];
}

/** Which container of a pod is the program: the kubelet sorts statuses by name, and a webhook may have added containers of its own. */
const PROGRAM_ANNOTATION = 'kubectl.kubernetes.io/default-container';

function programOf({ metadata: { annotations = {} }, status = {} }: PodLike): ContainerStatus | undefined {
  const { containerStatuses = [] } = status;
  return containerStatuses.find(({ name }) => name === annotations[PROGRAM_ANNOTATION]) ?? containerStatuses[0];
}

/** The end of the container that failed, else of the program. */
function endingOf(pod: PodLike): Ending | undefined {
  const ended = allContainers(pod).flatMap(({ name, state, lastState }) => {
    const terminated = state?.terminated ?? lastState?.terminated;
    return terminated ? [{ name, terminated }] : [];
  });
  const main = programOf(pod);
  const found = ended.find(({ terminated }) => terminated.exitCode !== 0) ?? ended.find(({ name }) => name === main?.name);
  if (!found) return undefined;
  const { exitCode, reason, message, finishedAt } = found.terminated;
  return { container: found.name, exitCode, reason, message: message?.trim(), finishedAt, memoryLimit: memoryLimitOf(pod, found.name) };
}

const LIMIT_RANGER_ANNOTATION = 'kubernetes.io/limit-ranger';

/** The LimitRanger notes what it sets: `LimitRanger plugin set: cpu, memory limit for container model`. */
function memoryLimitOf({ spec = {}, metadata: { annotations = {} } }: PodLike, container: string): Ending['memoryLimit'] {
  const all = [...spec.containers ?? [], ...spec.initContainers ?? []];
  const amount = all.find(({ name }) => name === container)?.resources?.limits?.memory;
  const notes = (annotations[LIMIT_RANGER_ANNOTATION] ?? '').replace(/^[^:]*: /, '').split('; ');
  const isDefault = notes.some((note) => note.includes('memory') && note.includes(' limit for ') && note.endsWith(`container ${container}`));
  return amount === undefined ? undefined : { amount, isDefault };
}

function troubleOf(pod: PodLike): Trouble | undefined {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return { reason: 'Unschedulable', message: `no node for the pod yet: ${scheduled.message ?? ''}`.trim(), isStuck: false };
  }
  for (const container of allContainers(pod)) {
    const trouble = waitingTrouble(container);
    if (trouble) return trouble;
  }
  return undefined;
}

function waitingTrouble({ name, state, lastState, restartCount = 0 }: ContainerStatus): Trouble | undefined {
  const { reason = '', message = '' } = state?.waiting ?? {};
  switch (reason) {
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return { reason: 'ImagePullFailed', message: `the image of container ${name} cannot be pulled: ${message || reason}`, isStuck: reason !== 'ErrImagePull' };
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
      return { reason: 'ContainerConfigError', message: `container ${name} cannot be started: ${message || reason}`, isStuck: true };
    case 'CrashLoopBackOff': {
      const end = lastState?.terminated;
      const how = end ? `: ${describeEnding({ container: name, ...end })}` : '';
      return { reason: 'CrashLooping', message: `restarted ${restartCount} times${how}`, isStuck: false };
    }
    default:
      return undefined;
  }
}

/** How a container ended, in words: `container model exited with 1: out of tokens`. */
export function describeEnding({ container, exitCode, reason, message, memoryLimit }: Ending): string {
  const words = message ? `: ${lastWords(message)}` : '';
  if (reason === 'OOMKilled') return `container ${container} was out of memory${memoryRemedy(memoryLimit)}${words}`;
  return `container ${container} exited with ${exitCode}${words}`;
}

function memoryRemedy(limit: Ending['memoryLimit']): string {
  if (!limit) return '; raise resources.memory';
  if (!limit.isDefault) return ` at its limit of ${limit.amount}; raise resources.limits.memory`;
  return ` at its limit of ${limit.amount}, which a LimitRange of the namespace sets; set resources.limits.memory`;
}

/** The newest first. */
export function newestFirst(pods: readonly ObservedPod[]): ObservedPod[] {
  return [...pods].sort((a, b) => (orderOf(a) < orderOf(b) ? 1 : -1));
}

function orderOf({ createdAt, metadata: { name } }: ObservedPod): string {
  return `${createdAt} ${name}`;
}
