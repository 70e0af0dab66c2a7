/** The children of a Server whose number of replicas follows the demand. */
import type { HorizontalPodAutoscaler, MetricSpec } from 'kubernetes-types/autoscaling/v2';
import type { Service } from 'kubernetes-types/core/v1';
import { autoscalingProblem, isByHpa } from '../api/autoscaling';
import type { AutoscalingSpec } from '../api/autoscaling';
import type { EnginesSpec } from '../api/engines';
import type { PlatformSpec } from '../api/platform';
import { DEFAULT_SERVER_PORT } from '../api/resource';
import type { ServerResource, ServerSpec } from '../api/resource';
import { childMetadata, serviceChildName } from './child';
import type { KubeObject } from './child';
import { ExpandError } from './error';
import { scaleTarget } from './group';
import { clientService, interceptorRoute, isByKeda, kedaOf, kedaProblem, podsName, podsService, scaledObject } from './keda';
import type { ColdStartTime } from './keda';

/** What reaches a Server, and what scales it. */
export interface ServerEntry {
  /** The Services, and what requests need before the pods are there. */
  readonly before: readonly KubeObject[];
  /** What aims at the Deployment, or at the LeaderWorkerSet. */
  readonly scalers: readonly KubeObject[];
}

interface Entering extends ColdStartTime {
  readonly platform: PlatformSpec;
  readonly service: Service;
  /** How long a replica may take, as the spec has it. */
  readonly startupTimeout: string;
}

/** @throws ExpandError if the Server asks for what cannot be. */
export function serverEntry(server: ServerResource, { service, startupTimeout, ...time }: Entering): ServerEntry {
  const { autoscaling } = server.spec;
  if (!autoscaling) return { before: [service], scalers: [] };
  const problem = replicasProblem(server.spec) ?? autoscalingProblem(autoscaling, startupTimeout)
    ?? (isByKeda(server) ? kedaProblem(time.platform) : undefined);
  if (problem) throw new ExpandError(problem);
  const { name = '' } = service.metadata ?? {};
  if (isByHpa(autoscaling)) return { before: [service], scalers: [podAutoscaler(server, name, autoscaling)] };
  const scaled = { ...time, autoscaling };
  return {
    before: [clientService(server, name, time.platform), podsService(server, service), interceptorRoute(server, name, scaled)],
    scalers: [scaledObject(server, name, scaled)],
  };
}

/** Why nobody would know who decides how many replicas run; `undefined` if it is said once. */
export function replicasProblem({ autoscaling, replicas, scaling }: Pick<ServerSpec, 'autoscaling' | 'replicas' | 'scaling'>): string | undefined {
  if (!autoscaling || (replicas === undefined && scaling === undefined)) return undefined;
  const [field, value] = replicas === undefined ? ['scaling', scaling] : ['replicas', replicas];
  return `${field} is ${value} but autoscaling decides how many replicas run; leave one of them out`;
}

/** Fewest and most replicas; of a Server that another autoscaler scales, what it starts with. */
export function replicaRange({ autoscaling, replicas = 1, suspend }: Pick<ServerSpec, 'autoscaling' | 'replicas' | 'suspend'>): { min: number; max: number } {
  if (suspend) return { min: 0, max: 0 };
  return autoscaling ? { min: autoscaling.min ?? 1, max: autoscaling.max } : { min: replicas, max: replicas };
}

/** Port at which clients reach a Server: that of the interceptor, where it stands before the Server. */
export function clientPort(server: Pick<ServerResource, 'spec'>, platform: EnginesSpec): number {
  return isByKeda(server) ? kedaOf(platform).interceptorPort : server.spec.port ?? DEFAULT_SERVER_PORT;
}

/** Name of the Service that leads to the pods themselves. */
export function podsServiceName(server: ServerResource): string {
  return isByKeda(server) ? podsName(server) : serviceChildName(server, 'server');
}

function podAutoscaler(server: ServerResource, name: string, autoscaling: AutoscalingSpec): HorizontalPodAutoscaler {
  const { min = 1, max } = autoscaling;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: childMetadata(server, { name, role: 'run' }),
    spec: {
      scaleTargetRef: scaleTarget(server, name),
      minReplicas: min,
      maxReplicas: max,
      metrics: [metricSpec(autoscaling)],
    },
  };
}

function metricSpec({ cpu, metric }: AutoscalingSpec): MetricSpec {
  if (!metric) return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } } };
  return { type: 'Pods', pods: { metric: { name: metric.name }, target: { type: 'AverageValue', averageValue: String(metric.average) } } };
}
