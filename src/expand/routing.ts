/** Whether requests for a Server can go where their beginning has been computed already, and what is wrong where they cannot. */
import type { EnginesSpec } from '../api/engines';
import { formatValue } from '../api/format-value';
import type { PlatformSpec } from '../api/platform';
import type { ServerResource, ServerSpec } from '../api/resource';
import { ROUTINGS } from '../api/routing';
import { replicaRange } from './autoscaling';
import { isByKeda } from './keda';
import { INFERENCE_EXTENSION, INSTALL_INFERENCE_EXTENSION } from './picker-access';
import { runtimeOf } from './runtime';

/** The only engine whose metrics the picker reads as they are. */
const ENGINE = 'vllm';
/** What is said of what it is for, where it cannot be had. */
const OR_LEAVE_OUT = 'or leave routing out';

/** Whether a picker chooses the replica of each request. */
export function hasPicker({ spec }: Pick<ServerResource, 'spec'>): boolean {
  return spec.routing !== undefined;
}

/** Why a Server cannot have the routing that it asks for; `undefined` if it can, or asks for none. */
export function routingProblem(server: ServerResource, platform: Pick<PlatformSpec, 'clusterName'> & EnginesSpec): string | undefined {
  const { routing } = server.spec;
  if (routing === undefined) return undefined;
  if (!ROUTINGS.includes(routing)) return `routing is ${formatValue(routing)}; give ${ROUTINGS.join(' or ')}, ${OR_LEAVE_OUT}`;
  return engineProblem(server) ?? scalerProblem(server) ?? platformProblem(platform);
}

/** Why there is nothing to choose from. For what is written in code: a Server in a cluster may be scaled to one replica for a while. */
export function fewReplicas(spec: Pick<ServerSpec, 'routing' | 'replicas' | 'scaling' | 'autoscaling'>): string | undefined {
  const { routing, scaling, autoscaling } = spec;
  const { max } = replicaRange(spec);
  if (routing === undefined || scaling === 'external' || max !== 1) return undefined;
  const [field, words] = autoscaling ? ['autoscaling.max', 'autoscaling.max is 1'] : ['replicas', 'there is 1 replica'];
  return `routing is ${routing} but ${words}, so that there is nothing to choose from; set ${field} to 2 or more, ${OR_LEAVE_OUT}`;
}

/** Why routing would have no effect on a platform. For what is written in code: a gateway may come later to a cluster. */
export function noGateway({ routing }: Pick<ServerSpec, 'routing'>, { clusterName, modelGateways = [], inferenceExtension = {} }: PlatformSpec): string | undefined {
  if (routing === undefined || modelGateways.length > 0 || inferenceExtension.gatewayNamespaces !== undefined) return undefined;
  return `routing is ${routing}, which has an effect on requests that come through a gateway alone, but platform ${clusterName} has none; declare a `
    + `ModelGateway, name the namespaces of the proxies of yours in addInferenceExtension({ gatewayNamespaces: […] }), ${OR_LEAVE_OUT}`;
}

function engineProblem(server: ServerResource): string | undefined {
  const { routing, params } = server.spec;
  const engine = runtimeOf(server)?.name;
  const remedy = `serve the model by ${ENGINE}, ${OR_LEAVE_OUT}`;
  if (engine === undefined) return `routing is ${routing}, which needs the metrics of vLLM, but the Server runs an image of its own; ${remedy}`;
  if (engine !== ENGINE) return `routing is ${routing}, which needs the metrics of vLLM, but the engine is ${engine}; ${remedy}`;
  const task = params?.task ?? 'generate';
  if (task === 'generate') return undefined;
  return `routing is ${routing} but param task is ${task}, whose answers do not build on the beginning of others; serve text, ${OR_LEAVE_OUT}`;
}

/** What comes through a gateway goes to the pods themselves, so that the interceptor, which counts, does not see it. */
function scalerProblem(server: ServerResource): string | undefined {
  if (!isByKeda(server)) return undefined;
  return `routing is ${server.spec.routing} but autoscaling counts requests, which do not pass its interceptor then: replicas would be stopped `
    + `while they answer; scale by cpu or metric, or by an autoscaler of your own (scaling: external), ${OR_LEAVE_OUT}`;
}

function platformProblem({ clusterName, inferenceExtension }: Pick<PlatformSpec, 'clusterName'> & EnginesSpec): string | undefined {
  if (inferenceExtension) return undefined;
  return `routing needs ${INFERENCE_EXTENSION}, which platform ${clusterName} does not have; `
    + `install it (${INSTALL_INFERENCE_EXTENSION}) and call addInferenceExtension() of the platform, ${OR_LEAVE_OUT}`;
}
