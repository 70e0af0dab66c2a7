/**
 * A Server that KEDA and its HTTP add-on scale by the requests that it has: they go through the interceptor, which counts them, and holds
 * them while no replica is ready. https://keda.sh/http-add-on/
 */
import type { Service } from 'kubernetes-types/core/v1';
import { DEFAULT_CONCURRENCY, DEFAULT_RETRY_AFTER, isByHpa } from '../api/autoscaling';
import type { AutoscalingSpec } from '../api/autoscaling';
import type { EnginesSpec, KedaSpec } from '../api/engines';
import { isAtLeast } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import type { ServerResource } from '../api/resource';
import { installLine } from '../catalog/engine-install';
import { childMetadata, namespaceOf, serviceChildName } from './child';
import type { KubeObject } from './child';
import { durationSeconds } from './duration';
import { scaleTarget } from './group';
import { SERVICE_PORT_NAME } from './ports';

/** What a gateway sets to reach a Server by the interceptor, whatever the host is that its client asks for. */
export const SERVER_HEADER = 'x-substratus-server';

/** The line that installs both, in the versions that this library is tested with. */
export const INSTALL_KEDA = installLine('keda', 'httpAddOn');

/** The oldest Kubernetes that KEDA 2.20 is tested with. https://keda.sh/docs/2.20/operate/cluster/#kubernetes-compatibility */
const OLDEST_KUBERNETES = '1.33';

/** How often KEDA looks whether a Server may go to zero. A request that wakes one is told at once. */
const POLLING_SECONDS = 15;
/** What a HorizontalPodAutoscaler takes at most. */
const LONGEST_WINDOW_SECONDS = 3600;
const REPLICA_EVERY_SECONDS = 60;

/**
 * Whether there was a request at all: those in flight are looked at twice in a second, so that a short one is not seen among them. The
 * target is more than a replica will ever have, so that the rate decides nothing else.
 */
const ANY_REQUEST = { targetValue: 1_000_000, window: '15s', granularity: '1s' };

/** Whether KEDA scales a Server. */
export function isByKeda({ spec: { autoscaling } }: Pick<ServerResource, 'spec'>): boolean {
  return autoscaling !== undefined && !isByHpa(autoscaling);
}

/** Why a platform cannot scale by requests; `undefined` if it can. */
export function kedaProblem(platform: PlatformSpec): string | undefined {
  if (!platform.keda) {
    return `autoscaling by requests needs KEDA and its HTTP add-on, which platform ${platform.clusterName} does not have; `
      + `install them (${INSTALL_KEDA}) and call addKeda() of the platform, or scale by cpu or metric`;
  }
  if (isAtLeast(platform, OLDEST_KUBERNETES)) return undefined;
  return `autoscaling by requests needs Kubernetes ${OLDEST_KUBERNETES} or newer, the oldest that KEDA is tested with, but platform `
    + `${platform.clusterName} has ${platform.kubernetesVersion}; upgrade the cluster, or scale by cpu or metric`;
}

/** KEDA with everything filled in. */
export function kedaOf({ keda = {} }: Pick<EnginesSpec, 'keda'>): Required<KedaSpec> {
  const { namespace = 'keda' } = keda;
  return {
    namespace,
    interceptor: 'keda-add-ons-http-interceptor-proxy',
    interceptorPort: 8080,
    scaler: `keda-add-ons-http-external-scaler.${namespace}:9090`,
    clusterDomain: 'cluster.local',
    ...keda,
  };
}

/** Name of the Service of the pods, behind that of the clients. */
export function podsName(server: ServerResource): string {
  return serviceChildName(server, 'pods');
}

/**
 * The Service that clients use leads to the interceptor, with 0, 1 and N replicas alike. By its name, for the endpoints of a Service may
 * be neither in another namespace nor the address of another Service.
 */
export function clientService(server: ServerResource, name: string, platform: PlatformSpec): Service {
  const { namespace, interceptor, interceptorPort, clusterDomain } = kedaOf(platform);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMetadata(server, { name, role: 'run' }),
    spec: {
      type: 'ExternalName',
      externalName: `${interceptor}.${namespace}.svc.${clusterDomain}`,
      ports: [{ name: SERVICE_PORT_NAME, port: interceptorPort, protocol: 'TCP' }],
    },
  };
}

/** The Service of the pods, which the interceptor asks. */
export function podsService(server: ServerResource, service: Service): Service {
  return { ...service, metadata: childMetadata(server, { name: podsName(server), role: 'run' }) };
}

export interface ColdStartTime {
  /** How long a program may take to answer. */
  readonly startupSeconds: number;
  /** How long a cold start may take in all: for a node to come up too, and for the image to be pulled. */
  readonly coldStartSeconds: number;
}

/**
 * Which requests are the Server's, and how long they wait: for as long as a cold start may take, and then for as long as the answer takes,
 * as without the interceptor. The name of the Service alone is not among the hosts, for routes are of the whole cluster.
 */
export function interceptorRoute(server: ServerResource, name: string, { autoscaling, platform, coldStartSeconds }: Scaled): KubeObject {
  const { concurrency = DEFAULT_CONCURRENCY, coldStart = 'wait', retryAfter = DEFAULT_RETRY_AFTER } = autoscaling;
  const namespace = namespaceOf(server);
  const host = `${name}.${namespace}`;
  return withSpec('http.keda.sh/v1beta1', 'InterceptorRoute', {
    metadata: childMetadata(server, { name, role: 'run' }),
    spec: {
      target: { service: podsName(server), portName: SERVICE_PORT_NAME },
      rules: [
        { hosts: [host, `${host}.svc`, `${host}.svc.${kedaOf(platform).clusterDomain}`] },
        { headers: [{ name: SERVER_HEADER, value: `${namespace}/${server.metadata.name}` }] },
      ],
      scalingMetric: { concurrency: { targetValue: concurrency }, requestRate: ANY_REQUEST },
      timeouts: { readiness: `${coldStartSeconds}s`, request: '0s', responseHeader: '0s' },
      ...(coldStart === 'retryAfter' && { coldStart: { placeholder: { response: startingResponse(retryAfter) } } }),
    },
  });
}

/** An error as clients of OpenAI's API read it. */
function startingResponse(retryAfter: string): object {
  const seconds = durationSeconds('autoscaling.retryAfter', retryAfter);
  const error = { message: `the server is starting; try again in ${seconds} seconds`, type: 'server_error', code: 'starting' };
  return { statusCode: 503, headers: { 'Content-Type': 'application/json', 'Retry-After': String(seconds) }, body: JSON.stringify({ error }) };
}

interface Scaled extends ColdStartTime {
  readonly autoscaling: AutoscalingSpec;
  readonly platform: PlatformSpec;
}

/**
 * A Server of which nobody has asked anything yet starts one replica, and keeps it until it must have answered. `idle` is how long a
 * replica is kept that is not needed, be it the last one or another.
 */
export function scaledObject(server: ServerResource, name: string, scaled: Scaled): KubeObject {
  const { autoscaling: { min = 1, max, idle, concurrency = DEFAULT_CONCURRENCY }, platform, startupSeconds, coldStartSeconds } = scaled;
  const idleSeconds = idle === undefined ? startupSeconds : durationSeconds('autoscaling.idle', idle);
  const annotations = server.spec.suspend ? { 'autoscaling.keda.sh/paused-replicas': '0' } : undefined;
  return withSpec('keda.sh/v1alpha1', 'ScaledObject', {
    metadata: childMetadata(server, { name, role: 'run', annotations }),
    spec: {
      scaleTargetRef: scaleTarget(server, name),
      minReplicaCount: min,
      maxReplicaCount: max,
      pollingInterval: POLLING_SECONDS,
      cooldownPeriod: idleSeconds,
      initialCooldownPeriod: coldStartSeconds,
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleDown: {
              stabilizationWindowSeconds: Math.min(idleSeconds, LONGEST_WINDOW_SECONDS),
              policies: [{ type: 'Pods', value: 1, periodSeconds: REPLICA_EVERY_SECONDS }],
            },
          },
        },
      },
      triggers: [{
        type: 'external-push',
        /* KEDA asks the scaler for the target of the route only when this object changes. https://github.com/kedacore/http-add-on/issues/1656 */
        metadata: { scalerAddress: kedaOf(platform).scaler, interceptorRoute: name, concurrency: String(concurrency) },
      }],
    },
  });
}

/** Types that Kubernetes does not have. */
function withSpec(apiVersion: string, kind: string, rest: Pick<KubeObject, 'metadata'> & { readonly spec: object }): KubeObject {
  return { apiVersion, kind, ...rest };
}
