/** A Server: a Deployment that reads a model, or groups of pods on many nodes, behind a Service. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Container, Lifecycle, PodTemplateSpec, Service, ServicePort } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { adaptersProblem } from '../api/adapters';
import { spansNodes } from '../api/nodes';
import { isAtLeast } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import { DEFAULT_SERVER_PORT } from '../api/resource';
import type { ServerResource, ServerSpec } from '../api/resource';
import type { ArtifactContext } from './artifact';
import { serverEntry } from './autoscaling';
import { buildChildren } from './build';
import { childMetadata, selectorLabels, serviceChildName } from './child';
import type { Child, KubeObject } from './child';
import { durationSeconds } from './duration';
import { ExpandError } from './error';
import { addressVariable, groupPolicies, leaderWorkerSet, withFabric } from './group';
import { groupProblem, WORKER_ROLE } from './lws';
import { paramsOf } from './params';
import { pickerObjects } from './picker';
import { userPodTemplate } from './pod';
import { SERVER_PORT_NAME, SERVICE_PORT_NAME } from './ports';
import { hasPicker, routingProblem } from './routing';
import { runnable } from './runtime';
import type { Runnable } from './runtime';

/** What a replica has to start. */
export const DEFAULT_STARTUP = '30m';
const PERIOD_SECONDS = 10;
/** How long a replica may not answer at `livenessPath`. */
const LIVENESS_SECONDS = 100;

/** Time for an answer to a probe. Longer than Kubernetes' second, for a server that loads or computes is slow to answer. */
const DEFAULT_PROBE_TIMEOUT = '5s';

/**
 * Drain: endpoints hear of the pod's end within these seconds, in which it still answers; then it has the rest of its grace
 * period for requests in flight. Figures of the llm-d and KServe components (2026).
 */
const PRE_STOP_SECONDS = 15;
const DEFAULT_GRACE_PERIOD = '75s';
/** For a node to come up and the image to be pulled, on top of the start of the program. */
const PROVISIONING_SECONDS = 1800;

export function expandServer(declared: ServerResource, context: ArtifactContext): Child[] {
  if (!declared.spec.model) throw new ExpandError('model is not set; a Server needs one to serve');
  const problem = groupProblem(declared, context.platform);
  if (problem) throw new ExpandError(problem);
  const run = runnable(declared, context.platform);
  const { resource: server, program } = run;
  const unserved = adaptersProblem(declared.spec) ?? routingProblem(declared, context.platform);
  if (unserved) throw new ExpandError(unserved);
  const { configMap } = paramsOf(server);
  const { startupTimeout = DEFAULT_STARTUP, suspend } = server.spec;
  const startupSeconds = durationSeconds('startupTimeout', startupTimeout);
  const pods = service(server);
  const { before, scalers } = serverEntry(server, {
    service: pods, platform: context.platform, startupTimeout, startupSeconds,
    coldStartSeconds: coldStartSeconds(startupSeconds),
  });
  const runs = spansNodes(server.spec) ? [...groupPolicies(server, context.platform), group(run, context)] : [deployment(run, context)];
  const workload: KubeObject[] = [...runs, ...before, disruptionBudget(server)];
  /* Paused before the Deployment goes to zero, so that nothing wakes it meanwhile. */
  const objects = [
    configMap, ...(program ? [program] : []), ...(suspend ? [...scalers, ...workload] : [...workload, ...scalers]),
    ...(hasPicker(server) ? pickerObjects(server, pods, context.platform) : []),
  ];
  return [...buildChildren(server, context), ...objects.map((object) => ({ step: 'serve' as const, object }))];
}

/** How long a request may wait for a Server with no replica, of which a program takes so long to answer. */
export function coldStartSeconds(startupSeconds: number): number {
  return startupSeconds + PROVISIONING_SECONDS;
}

/** Name of the Deployment and the Service of a server, as the original Substratus has it. */
export function serviceName(server: ServerResource): string {
  return serviceChildName(server, 'server');
}

/** The labels of a server's pods, as the scale subresource has them. */
export function serverSelector(server: ServerResource): string {
  return Object.entries(selectorLabels(server, 'run')).map(([name, value]) => `${name}=${value}`).sort().join();
}

function deployment(run: Runnable<ServerResource>, context: ArtifactContext): Deployment {
  const { resource: server, resource: { spec } } = run;
  const { surge = true } = spec;
  const startupSeconds = durationSeconds('startupTimeout', spec.startupTimeout ?? DEFAULT_STARTUP);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: childMetadata(server, { name: serviceName(server), role: 'run' }),
    spec: {
      ...replicasOf(spec),
      selector: { matchLabels: selectorLabels(server, 'run') },
      strategy: { type: 'RollingUpdate', rollingUpdate: surge ? { maxSurge: 1, maxUnavailable: 0 } : { maxSurge: 0, maxUnavailable: 1 } },
      progressDeadlineSeconds: startupSeconds + PROVISIONING_SECONDS,
      revisionHistoryLimit: 2,
      template: answering(run, context),
    },
  };
}

/** With external it is the number of an autoscaler: of one that aims at the Server, or `undefined` if one aims at what it runs. */
function replicasOf({ replicas, scaling, autoscaling, suspend }: ServerSpec): { readonly replicas?: number } {
  if (suspend) return { replicas: 0 };
  return (scaling !== 'external' && !autoscaling) || replicas !== undefined ? { replicas: replicas ?? 1 } : {};
}

/** The pod that answers requests. */
function answering({ resource: server, pod, group: onGroup }: Runnable<ServerResource>, context: ArtifactContext): PodTemplateSpec {
  const { spec } = server;
  const startupSeconds = durationSeconds('startupTimeout', spec.startupTimeout ?? DEFAULT_STARTUP);
  const graceSeconds = graceOf(spec);
  return userPodTemplate(server, context, {
    role: 'run',
    container: { name: 'serve', ...probes(server, startupSeconds), ...drain(graceSeconds, context.platform) },
    pod: { terminationGracePeriodSeconds: graceSeconds },
    preset: addressVariable(onGroup?.addressVariable),
    ...pod,
  });
}

/**
 * Its workers have no probe, for they serve nothing: where one ends, the group starts again. They do not drain, for they go after their
 * leader has ended.
 */
function group(run: Runnable<ServerResource>, context: ArtifactContext): KubeObject {
  const { resource: server, pod, group: onGroup } = run;
  const { spec } = server;
  const args = [...spec.args ?? [], ...onGroup?.workerArgs ?? []];
  const worker = userPodTemplate({ ...server, spec: { ...spec, args } }, context, {
    role: WORKER_ROLE,
    container: { name: 'serve' },
    pod: { terminationGracePeriodSeconds: graceOf(spec) },
    preset: addressVariable(onGroup?.addressVariable),
    ...pod,
  });
  const onFabric = (template: PodTemplateSpec) => withFabric(template, spec, context.platform);
  const templates = { leader: onFabric(answering(run, context)), worker: onFabric(worker) };
  return leaderWorkerSet(server, { ...replicasOf(spec), ...templates }, context.platform);
}

function graceOf({ terminationGracePeriod = DEFAULT_GRACE_PERIOD }: ServerSpec): number {
  return durationSeconds('terminationGracePeriod', terminationGracePeriod);
}

type Probes = Pick<Container, 'ports' | 'startupProbe' | 'readinessProbe' | 'livenessProbe'>;

/**
 * Probes: patient until the model is loaded, then quick to take a replica out. None restarts it unless there is a path for that: where
 * `readinessPath` answers behind the queue of requests, as with many engines, a busy server would be killed.
 */
function probes({ spec }: ServerResource, startupSeconds: number): Probes {
  const { port = DEFAULT_SERVER_PORT, probePort, readinessPath = '/', livenessPath, probeTimeout = DEFAULT_PROBE_TIMEOUT } = spec;
  const timeoutSeconds = durationSeconds('probeTimeout', probeTimeout);
  const get = (path: string) => ({ httpGet: { path, port: probePort ?? SERVER_PORT_NAME } });
  /* A probe that waits for its timeout takes that long, however short the period is. */
  const periodSeconds = Math.max(PERIOD_SECONDS, timeoutSeconds);
  const failureThreshold = (seconds: number) => Math.ceil(seconds / periodSeconds);
  return {
    ports: [{ name: SERVER_PORT_NAME, containerPort: port, protocol: 'TCP' }],
    startupProbe: { ...get(readinessPath), periodSeconds, timeoutSeconds, failureThreshold: failureThreshold(startupSeconds) },
    readinessProbe: { ...get(readinessPath), periodSeconds: 5, timeoutSeconds, failureThreshold: 3 },
    ...(livenessPath !== undefined && {
      livenessProbe: { ...get(livenessPath), periodSeconds, timeoutSeconds, failureThreshold: failureThreshold(LIVENESS_SECONDS) },
    }),
  };
}

/** Why a probe cannot wait so long; `undefined` if it can. It would end after the time that a replica has to start. */
export function probeTimeoutProblem(spec: ServerSpec): string | undefined {
  if (spec.probeTimeout === undefined && spec.startupTimeout === undefined) return undefined;
  const { probeTimeout = DEFAULT_PROBE_TIMEOUT, startupTimeout = DEFAULT_STARTUP } = spec;
  const [timeout, startup] = [durationSeconds('probeTimeout', probeTimeout), durationSeconds('startupTimeout', startupTimeout)];
  if (timeout <= startup) return undefined;
  return `probeTimeout is ${probeTimeout} but startupTimeout is ${startupTimeout}, in which one probe at least must end; `
    + 'give a shorter probeTimeout, or a longer startupTimeout';
}

/** Still answers for a while when the pod ends: for no more than half of the grace period, the rest of which is for requests in flight. */
function drain(graceSeconds: number, platform: PlatformSpec): Pick<Container, 'lifecycle'> {
  const seconds = Math.min(PRE_STOP_SECONDS, Math.floor(graceSeconds / 2));
  return seconds > 0 ? { lifecycle: { preStop: preStop(seconds, platform) } } : {};
}

/** Kubernetes sleeps by itself since 1.30; before, the image's own `sleep` does, and where it has none the pod ends at once. */
function preStop(seconds: number, platform: PlatformSpec): Lifecycle['preStop'] {
  return isAtLeast(platform, '1.30') ? { sleep: { seconds } } : { exec: { command: ['sleep', String(seconds)] } };
}

function service(server: ServerResource): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMetadata(server, { name: serviceName(server), role: 'run' }),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(server, 'run'),
      ports: [{ name: SERVICE_PORT_NAME, port: server.spec.port ?? DEFAULT_SERVER_PORT, targetPort: SERVER_PORT_NAME, protocol: 'TCP' }, ...extraPorts(server)],
    },
  };
}

function extraPorts({ spec: { pod } }: ServerResource): ServicePort[] {
  return (pod?.ports ?? []).map(({ name, containerPort, protocol = 'TCP' }) => ({ name, port: containerPort, targetPort: name, protocol }));
}

/**
 * A drain takes one replica at a time, however many there are: also those of an autoscaler, and one alone does not block it, for
 * `maxUnavailable: 1` lets it go. A replica that does not answer protects nothing. Of groups all pods count: while a leader does not
 * answer, no pod of another group is taken.
 */
function disruptionBudget(server: ServerResource): PodDisruptionBudget {
  const { role, ...labels } = selectorLabels(server, 'run');
  const pods = { matchLabels: labels, matchExpressions: [{ key: 'role', operator: 'In', values: ['run', WORKER_ROLE] }] };
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: childMetadata(server, { name: serviceName(server), role: 'run' }),
    spec: {
      maxUnavailable: 1,
      selector: spansNodes(server.spec) ? pods : { matchLabels: { ...labels, role } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  };
}
