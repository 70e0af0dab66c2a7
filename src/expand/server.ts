/** A Server: a Deployment that reads a model, behind a Service. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Container, Lifecycle, Service } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { isAtLeast } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import type { ServerResource } from '../api/resource';
import type { ArtifactContext } from './artifact';
import { buildChildren } from './build';
import { childMetadata, selectorLabels, serviceChildName } from './child';
import type { Child } from './child';
import { durationSeconds } from './duration';
import { ExpandError } from './error';
import { paramsOf } from './params';
import { userPodTemplate } from './pod';

const DEFAULT_PORT = 8080;
const DEFAULT_STARTUP = '30m';
const STARTUP_PERIOD_SECONDS = 10;

/**
 * Drain: endpoints hear of the pod's end within these seconds, in which it still answers; then it has the rest of its grace
 * period for requests in flight. Figures of the llm-d and KServe components (2026).
 */
const PRE_STOP_SECONDS = 15;
const GRACE_PERIOD_SECONDS = 75;
/** For a node to come up and the image to be pulled, on top of the start of the program. */
const PROVISIONING_SECONDS = 1800;

const PORT_NAME = 'http-serve';

export function expandServer(server: ServerResource, context: ArtifactContext): Child[] {
  if (!server.spec.model) throw new ExpandError('model is not set; a Server needs one to serve');
  const { replicas, scaling } = server.spec;
  if (replicas !== undefined && scaling) {
    throw new ExpandError(`replicas is ${replicas} but scaling is ${scaling}; leave replicas to the autoscaler, or scaling out`);
  }
  const { configMap } = paramsOf(server);
  return [
    ...buildChildren(server, context),
    { step: 'serve', object: configMap },
    { step: 'serve', object: deployment(server, context) },
    { step: 'serve', object: service(server) },
    ...disruptionBudget(server).map((object) => ({ step: 'serve' as const, object })),
  ];
}

/** Name of the Deployment and the Service of a server, as the ancestor has it. */
export function serviceName(server: ServerResource): string {
  return serviceChildName(server, 'server');
}

function deployment(server: ServerResource, context: ArtifactContext): Deployment {
  const { spec } = server;
  const { replicas = 1, scaling, surge = true, suspend } = spec;
  const startupSeconds = durationSeconds('startupTimeout', spec.startupTimeout ?? DEFAULT_STARTUP);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: childMetadata(server, { name: serviceName(server), role: 'run' }),
    spec: {
      /* An autoscaler owns the number, unless nothing shall run. */
      ...((scaling !== 'external' || suspend) && { replicas: suspend ? 0 : replicas }),
      selector: { matchLabels: selectorLabels(server, 'run') },
      strategy: { type: 'RollingUpdate', rollingUpdate: surge ? { maxSurge: 1, maxUnavailable: 0 } : { maxSurge: 0, maxUnavailable: 1 } },
      progressDeadlineSeconds: startupSeconds + PROVISIONING_SECONDS,
      revisionHistoryLimit: 2,
      template: userPodTemplate(server, context, {
        role: 'run',
        container: { name: 'serve', ...runtime(server, startupSeconds, context.platform) },
        pod: { terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS },
      }),
    },
  };
}

type Runtime = Pick<Container, 'ports' | 'lifecycle' | 'startupProbe' | 'readinessProbe' | 'livenessProbe'>;

/** Probes: patient until the model is loaded, then quick to take a replica out, and slow to restart it. */
function runtime({ spec }: ServerResource, startupSeconds: number, platform: PlatformSpec): Runtime {
  const { port = DEFAULT_PORT, readinessPath = '/' } = spec;
  const httpGet = { path: readinessPath, port: PORT_NAME };
  return {
    ports: [{ name: PORT_NAME, containerPort: port, protocol: 'TCP' }],
    startupProbe: { httpGet, periodSeconds: STARTUP_PERIOD_SECONDS, failureThreshold: Math.ceil(startupSeconds / STARTUP_PERIOD_SECONDS) },
    readinessProbe: { httpGet, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
    livenessProbe: { httpGet, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 10 },
    lifecycle: { preStop: preStop(platform) },
  };
}

/** Kubernetes sleeps by itself since 1.30; before, the image's own `sleep` does, and where it has none the pod ends at once. */
function preStop(platform: PlatformSpec): Lifecycle['preStop'] {
  return isAtLeast(platform, '1.30') ? { sleep: { seconds: PRE_STOP_SECONDS } } : { exec: { command: ['sleep', String(PRE_STOP_SECONDS)] } };
}

function service(server: ServerResource): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMetadata(server, { name: serviceName(server), role: 'run' }),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(server, 'run'),
      ports: [{ name: 'http', port: server.spec.port ?? DEFAULT_PORT, targetPort: PORT_NAME, protocol: 'TCP' }],
    },
  };
}

/** None for one replica, which it would protect from nothing but the drain of its node. */
function disruptionBudget(server: ServerResource): PodDisruptionBudget[] {
  const { replicas = 1, scaling, suspend } = server.spec;
  if (replicas < 2 || scaling === 'external' || suspend) return [];
  return [{
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: childMetadata(server, { name: serviceName(server), role: 'run' }),
    spec: { maxUnavailable: 1, selector: { matchLabels: selectorLabels(server, 'run') }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  }];
}
