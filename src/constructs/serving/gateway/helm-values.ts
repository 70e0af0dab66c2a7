/** How Envoy Gateway and Envoy AI Gateway are installed for gateways of ours: the values of their Helm charts. Pure. */
import type { PlatformSpec } from '../../../api/platform';
import { imageNamed } from '../../../catalog/images';
import { envoyGatewayOf } from '../../../expand';
import type { RedisSpec } from './gateway-redis';

export interface HelmSource {
  readonly platform: PlatformSpec;
  readonly redis: RedisSpec;
  /** Host and port of Redis. */
  readonly redisAddress: string;
}

/** By which header of a request its client is known, and under which name metrics have it. */
const CLIENT_ATTRIBUTE = 'x-client-id:client_id';
/** Envoy's own 20 milliseconds are soon over where Redis is busy, and then nothing is limited. */
const RATE_LIMIT_TIMEOUT = '250ms';
const AI_SERVICE_PORT = 1063;
const ALL = { includeAll: true };
/** Where the cluster does not know the kind, Envoy Gateway does not start with it. */
const INFERENCE_POOL = { group: 'inference.networking.k8s.io', kind: 'InferencePool', version: 'v1' };

/**
 * By chart: `gateway-helm` of Envoy Gateway, and `ai-gateway-crds-helm` and `ai-gateway-helm` of Envoy AI Gateway. Only what differs from
 * their own, to be merged into the values of an Envoy Gateway that is there already.
 *
 * @see https://github.com/envoyproxy/ai-gateway/blob/v1.0.0/manifests/envoy-gateway-values.yaml
 */
export function helmValues(source: HelmSource): Record<string, object> {
  return { 'gateway-helm': envoyGatewayValues(source), 'ai-gateway-crds-helm': {}, 'ai-gateway-helm': aiGatewayValues(source) };
}

function envoyGatewayValues({ platform, redis, redisAddress }: HelmSource): object {
  const { aiNamespace, clusterDomain, inGatewayNamespace } = envoyGatewayOf(platform);
  const hostname = `ai-gateway-controller.${aiNamespace}.svc.${clusterDomain}`;
  const kubernetes = { ...(inGatewayNamespace && { deploy: { type: 'GatewayNamespace' } }), ...rateLimitDeployment(redis) };
  return {
    ...images(platform),
    ...(clusterDomain !== 'cluster.local' && { kubernetesClusterDomain: clusterDomain }),
    config: {
      envoyGateway: {
        ...(Object.keys(kubernetes).length > 0 && { provider: { type: 'Kubernetes', kubernetes } }),
        extensionApis: { enableBackend: true },
        extensionManager: {
          ...(platform.inferenceExtension && { backendResources: [INFERENCE_POOL] }),
          hooks: {
            xdsTranslator: {
              translation: { listener: ALL, route: ALL, cluster: ALL, secret: ALL },
              post: ['Translation', 'Cluster', 'Route'],
            },
          },
          service: { fqdn: { hostname, port: AI_SERVICE_PORT } },
        },
        rateLimit: {
          backend: { type: 'Redis', redis: { url: redisAddress, ...(redis.tls && { tls: {} }) } },
          timeout: RATE_LIMIT_TIMEOUT,
          failClosed: false,
        },
      },
    },
  };
}

/** The password of Redis, by reference. */
function rateLimitDeployment({ password }: RedisSpec): object {
  if (!password) return {};
  const { name, key } = password;
  return { rateLimitDeployment: { container: { env: [{ name: 'REDIS_AUTH', valueFrom: { secretKeyRef: { name, key } } }] } } };
}

/** Those that the platform has copies of. */
function images(platform: PlatformSpec): object {
  const own = {
    envoyGateway: mirrored(platform, 'envoy-gateway'), ratelimit: mirrored(platform, 'envoy-ratelimit'),
  };
  const given = Object.entries(own).flatMap(([name, image]) => (image === undefined ? [] : [[name, { image }]]));
  return given.length > 0 ? { global: { images: Object.fromEntries(given) } } : {};
}

function mirrored(platform: PlatformSpec, name: 'envoy-gateway' | 'envoy-ratelimit'): string | undefined {
  const image = imageNamed(platform, name);
  return image === imageNamed({}, name) ? undefined : image;
}

function aiGatewayValues({ platform }: HelmSource): object {
  const { namespace } = envoyGatewayOf(platform);
  return {
    controller: {
      metricsRequestHeaderAttributes: CLIENT_ATTRIBUTE,
      ...repository(imageNamed(platform, 'ai-gateway-controller'), imageNamed({}, 'ai-gateway-controller')),
    },
    ...section('extProc', repository(imageNamed(platform, 'ai-gateway-extproc'), imageNamed({}, 'ai-gateway-extproc'))),
    ...(namespace !== 'envoy-gateway-system' && { envoyGateway: { namespace } }),
  };
}

/** The chart has repository and tag apart. */
function repository(image: string, preset: string): object {
  if (image === preset) return {};
  const [, name = image, tag] = /^(.*?)(?::([^:/]+))?$/.exec(image) ?? [];
  return { image: { repository: name, ...(tag !== undefined && { tag }) } };
}

function section(name: string, values: object): object {
  return Object.keys(values).length > 0 ? { [name]: values } : {};
}
