/** The Gateway itself, and how its proxies run. Pure. */
import type { Namespace, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { CLIENT_HEADER, MODEL_HEADER } from '../../../api/keys';
import { PART_OF } from '../../../api/labels';
import { imageNamed } from '../../../catalog/images';
import { cloudNamed } from '../../../clouds/pods';
import { SERVER_HEADER, withPodDefaults } from '../../../expand';
import type { KubeObject } from '../../../expand';
import { requestCosts } from './costs';
import { AI_API, ENVOY_API, GATEWAY_API, gatewayTarget, TOKENS_LISTENER } from './gateway-settings';
import type { GatewayRef, GatewaySettings } from './gateway-settings';
import { routeNamespace } from './served-route';

const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

/**
 * What a client must not say of itself: who it is, which Server it wants, and to which address the endpoint picker would send it.
 * `x-ai-eg-model` is overwritten from the body as well.
 */
export function spoofableHeaders(): string[] {
  return [CLIENT_HEADER, MODEL_HEADER, SERVER_HEADER, 'x-gateway-destination-endpoint', 'x-gateway-model-name'];
}

/**
 * Load balancers cut connections on which nothing is sent, after 240 seconds (Azure, «Load Balancer TCP Reset and Idle
 * Timeout» at learn.microsoft.com) or 350 (AWS), and a held request sends nothing.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
 */
export const KEEPALIVE = { probes: 3, idleTime: '60s', interval: '20s' };

export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;

export function gatewayObjects(settings: GatewaySettings): KubeObject[] {
  return [
    ownNamespace(settings),
    ...certificate(settings),
    ...secretGrants(settings),
    gatewayClass(settings),
    envoyProxy(settings),
    gatewayConfig(settings),
    gateway(settings),
    clientPolicy(settings),
  ];
}

/** Name of the GatewayClass, which is the cluster's. */
export function className({ namespace, name }: GatewayRef): string {
  return `${namespace}-${name}`;
}

/** Name of the Secret with the certificate. */
function tlsSecret({ name, tls }: Pick<GatewaySettings, 'name' | 'tls'>): string {
  return tls?.secretName ?? `${name}-tls`;
}

function ownNamespace({ namespace }: GatewaySettings): Namespace {
  const standard = 'restricted';
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { ...PART_OF, 'pod-security.kubernetes.io/enforce': standard, 'pod-security.kubernetes.io/warn': standard } },
  };
}

/** https://cert-manager.io/docs/usage/certificate/ */
function certificate(settings: GatewaySettings): KubeObject[] {
  const { tls, hostname } = settings;
  if (!tls?.issuer) return [];
  const { name, kind, group } = tls.issuer;
  const spec = { secretName: tlsSecret(settings), dnsNames: [hostname], issuerRef: { name, kind, group } };
  return [owned(settings, 'cert-manager.io/v1', { kind: 'Certificate', name: tlsSecret(settings), spec })];
}

/** Lets the Gateway read the one Secret of another namespace. */
function secretGrants({ namespace, name, tls }: GatewaySettings): KubeObject[] {
  if (tls?.secretNamespace === undefined || tls.secretNamespace === namespace) return [];
  const from = [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace }];
  const to = [{ group: '', kind: 'Secret', name: tls.secretName }];
  return [owned({ namespace: tls.secretNamespace }, 'gateway.networking.k8s.io/v1beta1', { kind: 'ReferenceGrant', name: `${namespace}-${name}`, spec: { from, to } })];
}

function gatewayClass(settings: GatewaySettings): KubeObject {
  const controllerName = 'gateway.envoyproxy.io/gatewayclass-controller';
  return { apiVersion: GATEWAY_API, kind: 'GatewayClass', metadata: { name: className(settings), labels: { ...PART_OF } }, spec: { controllerName } } as KubeObject;
}

function gateway(settings: GatewaySettings): KubeObject {
  const { namespace, name } = settings;
  return {
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    metadata: { name, namespace, labels: { ...PART_OF }, annotations: { 'aigateway.envoyproxy.io/gateway-config': name } },
    spec: {
      gatewayClassName: className(settings),
      infrastructure: { parametersRef: { group: 'gateway.envoyproxy.io', kind: 'EnvoyProxy', name } },
      listeners: listeners(settings),
    },
  } as KubeObject;
}

/** Keys at the usual port; tokens, where they are taken, at one of their own, for each is asked for with a policy of its own. */
function listeners(settings: GatewaySettings): object[] {
  const { tls, providers } = settings;
  const keys = { name: tls ? 'https' : 'http', port: tls ? HTTPS_PORT : HTTP_PORT };
  const tokens = providers.length > 0 ? [{ name: TOKENS_LISTENER, port: tokensPort(settings) }] : [];
  return [keys, ...tokens].map((at) => listener(settings, at));
}

/** Where tokens of identity providers are taken in place of keys. */
export function tokensPort({ tls }: Pick<GatewaySettings, 'tls'>): number {
  return tls ? 8443 : 8080;
}

function listener(settings: GatewaySettings, { name, port }: { readonly name: string; readonly port: number }): object {
  const { hostname, tls, namespace } = settings;
  const { secretNamespace = namespace } = tls ?? {};
  const certificateRefs = [{ group: '', kind: 'Secret', name: tlsSecret(settings), ...(secretNamespace !== namespace && { namespace: secretNamespace }) }];
  return {
    name,
    protocol: tls ? 'HTTPS' : 'HTTP',
    port,
    ...(hostname !== undefined && { hostname }),
    ...(tls && { tls: { mode: 'Terminate', certificateRefs } }),
    allowedRoutes: { kinds: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }], namespaces: routeNamespaces(settings) },
  };
}

/** A route that the Gateway takes could take the requests of others: it takes those of its own namespace, and beside pools. */
function routeNamespaces(settings: GatewaySettings): object {
  const namespaces = [...new Set([settings.namespace, ...settings.routes.map((route) => routeNamespace(settings, route)).sort()])];
  if (namespaces.length === 1) return { from: 'Same' };
  return { from: 'Selector', selector: { matchExpressions: [{ key: NAMESPACE_LABEL, operator: 'In', values: namespaces }] } };
}

/** What the program beside each proxy counts of an answer, for quotas. */
function gatewayConfig(settings: GatewaySettings): KubeObject {
  const { name, teams, prices } = settings;
  const resources = { requests: { cpu: '100m', memory: '128Mi' } };
  return owned(settings, AI_API, {
    kind: 'GatewayConfig', name, spec: { extProc: { kubernetes: { resources } }, globalLLMRequestCosts: requestCosts(teams, prices) },
  });
}

/** How the proxies run. A proxy that ends waits for the answers that it passes on, for as long as a request may be silent. */
function envoyProxy(settings: GatewaySettings): KubeObject {
  const { name, replicas, platform, idleSeconds } = settings;
  const image = imageNamed(platform, 'envoy');
  const kubernetes = {
    envoyDeployment: {
      replicas,
      ...podRules(settings),
      container: {
        resources: { requests: { cpu: '200m', memory: '512Mi' } },
        /* The tag is that of the installed Envoy Gateway. */
        ...(image !== imageNamed({}, 'envoy') && { imageRepository: image.replace(/(:[^:/]+)?(@.+)?$/, '') }),
      },
    },
    envoyService: service(settings),
    ...(replicas > 1 && { envoyPDB: { maxUnavailable: 1 } }),
  };
  return owned(settings, ENVOY_API, {
    kind: 'EnvoyProxy', name, spec: { provider: { type: 'Kubernetes', kubernetes }, shutdown: { drainTimeout: `${idleSeconds}s`, minDrainDuration: '15s' } },
  });
}

/** The rules of the platform for every pod, as far as Envoy Gateway takes them. */
function podRules({ platform }: GatewaySettings): object {
  const template: PodTemplateSpec = { metadata: {}, spec: { containers: [] } };
  const { metadata = {}, spec } = withPodDefaults(template, { platform });
  const { labels, annotations } = metadata;
  const { nodeSelector, tolerations, priorityClassName, imagePullSecrets } = spec ?? {};
  const pod = Object.fromEntries(Object.entries({ labels, annotations, nodeSelector, tolerations, priorityClassName, imagePullSecrets })
    .filter(([, value]) => value !== undefined));
  return Object.keys(pod).length === 0 ? {} : { pod };
}

function service({ platform, internal, serviceAnnotations }: GatewaySettings): object {
  const { loadBalancer } = cloudNamed(platform.cloud);
  const annotations = { ...(internal ? loadBalancer?.internal : loadBalancer?.external), ...serviceAnnotations };
  return {
    type: internal && !loadBalancer ? 'ClusterIP' : 'LoadBalancer',
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

function clientPolicy(settings: GatewaySettings): KubeObject {
  const { name, idleSeconds, maxRequestSize } = settings;
  return owned(settings, ENVOY_API, {
    kind: 'ClientTrafficPolicy',
    name,
    spec: {
      targetRefs: [gatewayTarget(settings)],
      connection: { bufferLimit: maxRequestSize },
      headers: { earlyRequestHeaders: { remove: spoofableHeaders() } },
      tcpKeepalive: KEEPALIVE,
      timeout: { http: { requestReceivedTimeout: `${idleSeconds}s`, streamIdleTimeout: `${idleSeconds}s` } },
    },
  });
}

interface Owned {
  readonly kind: string;
  readonly name: string;
  readonly spec: object;
}

/** An object in the namespace of the gateway. */
function owned({ namespace }: Pick<GatewayRef, 'namespace'>, apiVersion: string, { kind, name, spec }: Owned): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace, labels: { ...PART_OF } }, spec } as KubeObject;
}
