/** Where a gateway may be, and what it may not share with another one. */
import type { PlatformSpec } from '../../../api/platform';
import { DEFAULT_RECONCILER_NAMESPACE } from '../../../api/reconciler';
import { envoyGatewayOf, kedaOf } from '../../../expand';

/** What another gateway of the platform has. */
export interface Neighbour {
  readonly node: { readonly path: string };
  readonly gatewayName: string;
  readonly gatewayNamespace: string;
  readonly redisAddress: string;
}

/** What the gateway denies by default in its namespace would stop what else is there. */
export function placeProblem(namespace: string, platform: PlatformSpec): string | undefined {
  const owner = ownerOf(namespace, platform);
  return owner && `namespace ${namespace} ${owner}; declare the gateway in a Chart with a namespace of its own`;
}

function ownerOf(namespace: string, platform: PlatformSpec): string | undefined {
  const { clusterName, workspaces = [], monitoringNamespaces = [], reconcilerNamespace = DEFAULT_RECONCILER_NAMESPACE } = platform;
  const { namespace: envoyGateway, aiNamespace } = envoyGatewayOf(platform);
  if (workspaces.some((workspace) => workspace.namespace === namespace)) return `is a workspace of platform ${clusterName}`;
  const builder = workspaces.find(({ buildNamespace }) => buildNamespace === namespace);
  if (builder) return `is where workspace ${builder.namespace} builds`;
  if (namespace === 'default') return 'is one that every cluster has already';
  if (namespace.startsWith('kube-')) return 'belongs to Kubernetes';
  if (namespace === envoyGateway) return 'is that of Envoy Gateway';
  if (namespace === aiNamespace) return 'is that of Envoy AI Gateway';
  if (namespace === kedaOf(platform).namespace) return 'is that of KEDA';
  if (namespace === reconcilerNamespace) return 'is that of the reconciler';
  return monitoringNamespaces.includes(namespace) ? 'is that of the monitoring' : undefined;
}

/** What is wrong with a gateway beside those that were declared before it; `undefined` if nothing is. */
export function neighbourProblem(gateway: Neighbour, others: readonly Neighbour[]): string | undefined {
  const { gatewayNamespace, redisAddress } = gateway;
  const beside = others.find((other) => other.gatewayNamespace === gatewayNamespace);
  if (beside) {
    return `namespace ${gatewayNamespace} has the gateway ${beside.node.path} already, whose objects this one would overwrite; `
      + 'declare it in a Chart with a namespace of its own';
  }
  const counting = others.find((other) => other.redisAddress !== redisAddress);
  return counting && `its Redis is ${redisAddress}, but Envoy Gateway counts for all gateways of a cluster in one, which is that of the gateway `
    + `${counting.node.path}; give redis: GatewayRedis.url('${counting.redisAddress}')`;
}
