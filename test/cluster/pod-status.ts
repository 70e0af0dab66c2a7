/** What a kubelet writes to the status of a pod. Pure: a pod, and what has become of it. */
import { createHash } from 'node:crypto';
import type { Container, ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from 'kubernetes-types/core/v1';
import type { Cue } from './cue';

const OOM_EXIT_CODE = 137;
const STOPPED_EXIT_CODE = 143;
const RESTARTS = 3;

/** The status of a pod whose containers have just started, or cannot. */
export function startedStatus(pod: Pod, cue: Cue): PodStatus {
  const startedAt = now();
  const common = { startTime: startedAt, hostIP: '10.0.0.1', podIP: podIp(pod), podIPs: [{ ip: podIp(pod) }] };
  switch (cue.outcome) {
    case 'image-pull': return {
      ...common,
      phase: 'Pending',
      conditions: readiness(false, 'ContainersNotReady'),
      containerStatuses: statuses(pod, { waiting: { reason: 'ImagePullBackOff', message: cue.message ?? 'Back-off pulling image' } }),
    };
    case 'crash': return {
      ...common,
      phase: 'Running',
      conditions: readiness(false, 'ContainersNotReady'),
      initContainerStatuses: initStatuses(pod, startedAt),
      containerStatuses: statuses(pod, { waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' } }).map(
        (status) => ({ ...status, restartCount: RESTARTS, lastState: terminated(cue, startedAt) }),
      ),
    };
    default: return {
      ...common,
      phase: 'Running',
      conditions: cue.outcome === 'unready' ? readiness(false, 'ContainersNotReady') : readiness(true),
      initContainerStatuses: initStatuses(pod, startedAt),
      containerStatuses: statuses(pod, { running: { startedAt } }).map((status) => ({ ...status, ready: cue.outcome !== 'unready' })),
    };
  }
}

/** The status of a pod that has come to its end, or undefined for an outcome that has none. */
export function endedStatus(pod: Pod, cue: Cue): PodStatus | undefined {
  const startedAt = pod.status?.startTime ?? now();
  const containerStatuses = statuses(pod, terminated(cue, startedAt));
  switch (cue.outcome) {
    case 'succeed': return { phase: 'Succeeded', conditions: readiness(false, 'PodCompleted'), containerStatuses };
    case 'fail':
    case 'oom': return { phase: 'Failed', conditions: readiness(false, 'PodFailed'), containerStatuses };
    case 'evict': return {
      phase: 'Failed',
      reason: 'Evicted',
      message: cue.message ?? 'The node was low on resource: memory.',
      conditions: [...readiness(false, 'PodFailed'), disruption('TerminationByKubelet', cue.message ?? 'The node was low on resource: memory.')],
      containerStatuses,
    };
    default: return undefined;
  }
}

/** The status of a pod that was stopped from outside: what a kubelet writes before it lets a deleted pod go. */
export function stoppedStatus(pod: Pod): PodStatus {
  const cue: Cue = { outcome: 'fail', exitCode: STOPPED_EXIT_CODE };
  const containerStatuses = statuses(pod, terminated(cue, pod.status?.startTime ?? now()));
  return { phase: 'Failed', conditions: readiness(false, 'PodFailed'), containerStatuses };
}

/** Says that a pod's end was not its own doing, so that a Job does not count it. */
export function disruption(reason: string, message: string): PodCondition {
  return { type: 'DisruptionTarget', status: 'True', reason, message, lastTransitionTime: now() };
}

function statuses({ spec }: Pod, state: ContainerState): ContainerStatus[] {
  return (spec?.containers ?? []).map((container) => containerStatus(container, state));
}

function initStatuses({ spec }: Pod, startedAt: string): ContainerStatus[] {
  return (spec?.initContainers ?? []).map((container) => (container.restartPolicy === 'Always'
    ? { ...containerStatus(container, { running: { startedAt } }), ready: true }
    : { ...containerStatus(container, terminated({ outcome: 'succeed' }, startedAt)), ready: true }));
}

function containerStatus({ name, image = '' }: Container, state: ContainerState): ContainerStatus {
  const isPulled = state.waiting?.reason !== 'ImagePullBackOff';
  return { name, image, imageID: isPulled ? imageId(image) : '', ready: false, started: state.running !== undefined, restartCount: 0, state };
}

function terminated({ outcome, exitCode = 1, message }: Cue, startedAt: string): ContainerState {
  const finished = { startedAt, finishedAt: now(), ...(message !== undefined && { message }) };
  switch (outcome) {
    case 'succeed': return { terminated: { ...finished, exitCode: 0, reason: 'Completed' } };
    case 'oom': return { terminated: { ...finished, exitCode: OOM_EXIT_CODE, reason: 'OOMKilled' } };
    case 'evict': return { terminated: { ...finished, exitCode: OOM_EXIT_CODE, reason: 'Error' } };
    default: return { terminated: { ...finished, exitCode, reason: 'Error' } };
  }
}

function readiness(isReady: boolean, reason?: string): PodCondition[] {
  const status = isReady ? 'True' : 'False';
  const lastTransitionTime = now();
  return [
    { type: 'Initialized', status: 'True', lastTransitionTime },
    { type: 'Ready', status, lastTransitionTime, ...(reason !== undefined && { reason }) },
    { type: 'ContainersReady', status, lastTransitionTime, ...(reason !== undefined && { reason }) },
  ];
}

/** `<repository>@sha256:…`, the same for the same image. */
function imageId(image: string): string {
  const repository = image.replace(/[:@][^/]*$/, '');
  return `${repository}@sha256:${createHash('sha256').update(image).digest('hex')}`;
}

/** An address that nobody answers at. */
function podIp({ metadata }: Pod): string {
  const [a = 0, b = 0] = createHash('sha256').update(metadata?.uid ?? '').digest();
  return `10.244.${a}.${b}`;
}

/** Kubernetes' times have no fractions of a second. */
function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
