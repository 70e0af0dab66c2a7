/** The objects by which a Server is reached under the names of its models. Pure. */
import { digest, shortDigest } from '../../../api/digest';
import { MODEL_HEADER } from '../../../api/keys';
import { PART_OF } from '../../../api/labels';
import { SERVER_HEADER } from '../../../expand';
import type { KubeObject } from '../../../expand';
import { AI_API, ENVOY_API } from './gateway-settings';
import type { GatewayRef } from './gateway-settings';
import type { ServedModel, ServedRoute } from './served';

/** https://github.com/envoyproxy/ai-gateway/blob/v1.0.0/api/v1beta1/ai_gateway_route.go: one of the 16 of an HTTPRoute is its own. */
const MAX_RULES = 15;
/** So that all rules have fewer than 128 matches together. https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec */
const MODELS_OF_A_RULE = 8;

/** An answer streams for as long as it takes. What is silent for too long ends, by the policies of the gateway. */
const NO_TIMEOUT = { request: '0s' };

/** In the namespace of the gateway, for all that is needed to reach a Service is its name; beside the pool where there is one. */
export function routeNamespace(gateway: GatewayRef, { pool, namespace }: Pick<ServedRoute, 'pool' | 'namespace'>): string {
  return pool === undefined ? gateway.namespace : namespace;
}

/**
 * Name of what is made for a Server. No two share one, and it has no dot, at which Envoy ends the name of a route in its metrics:
 * https://github.com/envoyproxy/envoy/blob/v1.38.3/source/common/config/well_known_names.cc
 */
function routeName(gateway: GatewayRef, { namespace, server, pool }: ServedRoute): string {
  const parts = pool === undefined ? [namespace, server] : [gateway.namespace, gateway.name, server];
  const name = parts.join('--');
  return parts.some((part) => part.includes('--')) ? `${name}-${shortDigest(digest(parts))}` : name;
}

export function routeObjects(gateway: GatewayRef, route: ServedRoute): KubeObject[] {
  const name = routeName(gateway, route);
  const parts = chunks(rulesOf(gateway, route), MAX_RULES);
  return [
    ...(route.pool === undefined ? backendObjects(gateway, route) : []),
    ...parts.map((part, index) => aiRoute(gateway, route, { name: index === 0 ? name : `${name}--part-${index + 1}`, rules: part })),
  ];
}

function backendObjects(gateway: GatewayRef, route: ServedRoute): KubeObject[] {
  const { hostname, port, namespace, server } = route;
  const metadata = { name: routeName(gateway, route), namespace: gateway.namespace, labels: { ...PART_OF } };
  return [
    object(ENVOY_API, 'Backend', { metadata, spec: { endpoints: [{ fqdn: { hostname, port } }] } }),
    object(AI_API, 'AIServiceBackend', {
      metadata,
      spec: {
        schema: { name: 'OpenAI' },
        backendRef: { group: 'gateway.envoyproxy.io', kind: 'Backend', name: metadata.name },
        headerMutation: { set: [{ name: SERVER_HEADER, value: `${namespace}/${server}` }] },
      },
    }),
  ];
}

/** A rule for the names that the Server's program knows as the same model. */
function rulesOf(gateway: GatewayRef, route: ServedRoute): object[] {
  const byUpstream = new Map<string, ServedModel[]>();
  for (const model of route.models) byUpstream.set(model.upstream ?? '', [...byUpstream.get(model.upstream ?? '') ?? [], model]);
  return [...byUpstream.values()].flatMap((models) => chunks(models, MODELS_OF_A_RULE)).map((part) => ({
    matches: part.map(({ name }) => ({ headers: [{ type: 'Exact', name: MODEL_HEADER, value: name }] })),
    backendRefs: [backendRef(gateway, route, part)],
    timeouts: NO_TIMEOUT,
    modelsOwnedBy: route.namespace,
  }));
}

function backendRef(gateway: GatewayRef, route: ServedRoute, models: readonly ServedModel[]): object {
  const { pool } = route;
  if (pool !== undefined) return { group: 'inference.networking.k8s.io', kind: 'InferencePool', name: pool };
  const renamed = models.find(({ name, upstream = name }) => name !== upstream);
  return { name: routeName(gateway, route), ...(renamed && { modelNameOverride: renamed.upstream }) };
}

interface RoutePart {
  readonly name: string;
  readonly rules: readonly object[];
}

function aiRoute(gateway: GatewayRef, route: ServedRoute, { name, rules }: RoutePart): KubeObject {
  return object(AI_API, 'AIGatewayRoute', {
    metadata: { name, namespace: routeNamespace(gateway, route), labels: { ...PART_OF } },
    spec: { parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: gateway.name, namespace: gateway.namespace }], rules },
  });
}

function object(apiVersion: string, kind: string, rest: Pick<KubeObject, 'metadata'> & { readonly spec: object }): KubeObject {
  return { apiVersion, kind, ...rest };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
