/** Envoy Gateway and Envoy AI Gateway on a platform: where they are, and which pods are the proxies of a Gateway. */
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import type { NetworkPolicyPeer } from 'kubernetes-types/networking/v1';
import type { EnvoyGatewaySpec, ModelGatewaySpec } from '../api/model-gateway';
import { isAtLeast } from '../api/platform';
import type { PlatformSpec } from '../api/platform';
import { ENGINE_CHARTS } from '../catalog/engine-charts';
import { helmLine } from '../catalog/engine-install';
import { inNamespaces } from '../clouds/network';

/** The oldest Kubernetes that Envoy AI Gateway runs on. https://aigateway.envoyproxy.io/docs/getting-started/prerequisites */
const OLDEST_KUBERNETES = '1.32';
/** Older ones refuse every rate limit. https://github.com/envoyproxy/gateway/issues/9186 */
const OLDEST_ENVOY_GATEWAY = '1.8.2';
const OLDEST_AI_GATEWAY = '1.0.0';

/** The line that installs both, in the versions that this library is tested with. */
export const INSTALL_ENVOY_GATEWAY = [
  helmLine(ENGINE_CHARTS.envoyGateway, ['--values gateway-helm.yaml']),
  helmLine(ENGINE_CHARTS.aiGatewayCrds),
  helmLine(ENGINE_CHARTS.aiGateway, ['--values ai-gateway-helm.yaml']),
].join(' && ');

/** Both with everything filled in. */
export function envoyGatewayOf({ envoyGateway = {} }: Pick<PlatformSpec, 'envoyGateway'>): Required<EnvoyGatewaySpec> {
  return {
    namespace: ENGINE_CHARTS.envoyGateway.namespace,
    version: ENGINE_CHARTS.envoyGateway.version.slice(1),
    aiNamespace: ENGINE_CHARTS.aiGateway.namespace,
    aiVersion: ENGINE_CHARTS.aiGateway.version.slice(1),
    inGatewayNamespace: false,
    clusterDomain: 'cluster.local',
    ...envoyGateway,
  };
}

/** Why a platform can have no gateway; `undefined` if it can. */
export function envoyGatewayProblem(platform: PlatformSpec): string | undefined {
  const { clusterName, kubernetesVersion } = platform;
  if (!platform.envoyGateway) {
    return `a gateway needs Envoy Gateway and Envoy AI Gateway, which platform ${clusterName} does not have; `
      + `install them (${INSTALL_ENVOY_GATEWAY}; docs/gateway.md has the values) and call addEnvoyGateway() of the platform`;
  }
  if (!isAtLeast(platform, OLDEST_KUBERNETES)) {
    return `a gateway needs Kubernetes ${OLDEST_KUBERNETES} or newer, the oldest that Envoy AI Gateway runs on, but platform ${clusterName} has `
      + `${kubernetesVersion}; upgrade the cluster`;
  }
  const { version, aiVersion } = envoyGatewayOf(platform);
  return versionProblem('Envoy Gateway', version, OLDEST_ENVOY_GATEWAY) ?? versionProblem('Envoy AI Gateway', aiVersion, OLDEST_AI_GATEWAY);
}

function versionProblem(name: string, version: string, oldest: string): string | undefined {
  const [numbers, others] = [version, oldest].map((text) => text.split('.').map(Number));
  const index = [0, 1, 2].find((part) => numbers?.[part] !== others?.[part]);
  if (index === undefined || (numbers?.[index] ?? 0) > (others?.[index] ?? 0)) return undefined;
  return `a gateway needs ${name} ${oldest} or newer, but the platform has ${version}; upgrade it`;
}

export interface Proxies {
  readonly namespace: string;
  readonly pods: LabelSelector;
}

/** The pods of a Gateway's proxies, by the labels that Envoy Gateway gives them: beside itself, or in the namespace of the Gateway. */
export function proxiesOf(platform: Pick<PlatformSpec, 'envoyGateway'>, { namespace, name }: ModelGatewaySpec): Proxies {
  const { namespace: controller, inGatewayNamespace } = envoyGatewayOf(platform);
  return {
    namespace: inGatewayNamespace ? namespace : controller,
    pods: { matchLabels: { 'gateway.envoyproxy.io/owning-gateway-name': name, 'gateway.envoyproxy.io/owning-gateway-namespace': namespace } },
  };
}

/** The proxies of all gateways, as those whom a NetworkPolicy lets in. */
export function proxyPeers(platform: Pick<PlatformSpec, 'envoyGateway' | 'modelGateways'>): NetworkPolicyPeer[] {
  return (platform.modelGateways ?? []).map((gateway) => {
    const { namespace, pods } = proxiesOf(platform, gateway);
    return inNamespaces([namespace], pods);
  });
}
