/** What the pods of a gateway may reach, and who reaches them. Pure. */
import type { NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicySpec } from 'kubernetes-types/networking/v1';
import { PART_OF } from '../../../api/labels';
import { inNamespaces, tcp, toDns, toHost } from '../../../clouds/network';
import { cloudNamed } from '../../../clouds/pods';
import { envoyGatewayOf, proxiesOf, toInterceptor, toServers } from '../../../expand';
import { HTTP_PORT, HTTPS_PORT, tokensPort } from './gateway-objects';
import type { GatewayRef, GatewaySettings } from './gateway-settings';

/** Envoy Gateway has its proxies listen above 1024. https://gateway.envoyproxy.io/docs/api/extension_types/#envoyproxykubernetesprovider */
const PORT_SHIFT = 10_000;
/** Of a proxy: Envoy's metrics, and those of the program beside it that counts tokens. */
const METRICS_PORTS = [19001, 1064];
/** Of Envoy Gateway: the configuration of proxies, and files for them. */
const CONTROL_PORTS = [18000, 18002];
const RATE_LIMIT_PORT = 8081;
/** Where endpoint pickers are asked. */
const PICKER_PORT = 9002;

/** Nothing for the namespace of the gateway but DNS, and for its proxies, wherever they run, what they are for. */
export function networkObjects(settings: GatewaySettings): NetworkPolicy[] {
  const { name, namespace, platform } = settings;
  const proxies = proxiesOf(platform, settings);
  return [
    policy({ namespace, name: `${name}-default` }, { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [dns(settings)] }),
    policy({ namespace: proxies.namespace, name: `${namespace}-${name}-proxies` }, {
      podSelector: proxies.pods, policyTypes: ['Ingress', 'Egress'], ingress: ingressOf(settings), egress: egressOf(settings),
    }),
  ];
}

/** From anywhere: who may use it is said by keys. The probes come from the node, which no policy blocks. */
function ingressOf(settings: GatewaySettings): NetworkPolicyIngressRule[] {
  const { tls, providers, platform: { monitoringNamespaces = [] } } = settings;
  const tokens = providers.length > 0 ? [tokensPort(settings)] : [];
  return [
    { ports: tcp(PORT_SHIFT + (tls ? HTTPS_PORT : HTTP_PORT), ...tokens) },
    ...(monitoringNamespaces.length > 0 ? [{ from: [inNamespaces(monitoringNamespaces)], ports: tcp(...METRICS_PORTS) }] : []),
  ];
}

function egressOf(settings: GatewaySettings): NetworkPolicyEgressRule[] {
  const { platform, routes, providers } = settings;
  const namespaces = [...new Set(routes.map(({ namespace }) => namespace))].sort();
  const pools = [...new Set(routes.filter(({ pool }) => pool !== undefined).map(({ namespace }) => namespace))].sort();
  return [
    dns(settings),
    { to: [inNamespaces([envoyGatewayOf(platform).namespace])], ports: tcp(...CONTROL_PORTS, RATE_LIMIT_PORT) },
    ...toInterceptor(platform),
    ...(namespaces.length > 0 ? [toServers(namespaces)] : []),
    ...(pools.length > 0 ? [{ to: [inNamespaces(pools)], ports: tcp(PICKER_PORT) }] : []),
    ...providers.map(({ jwksUri }) => toHost(jwksUri)),
  ];
}

function dns({ platform }: GatewaySettings): NetworkPolicyEgressRule {
  return toDns(platform, cloudNamed(platform.cloud).network(platform));
}

function policy({ namespace, name }: GatewayRef, spec: NetworkPolicySpec): NetworkPolicy {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace, labels: { ...PART_OF } }, spec };
}
