import { definedOnly } from '../../api/defined';
import type { EnvoyGatewaySpec } from '../../api/model-gateway';
import { isDns1123Label } from '../../api/names';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';

/** Where Envoy Gateway and Envoy AI Gateway are in a cluster. The defaults are those of their Helm charts. */
export interface EnvoyGatewayOptions {
  /**
   * Namespace of Envoy Gateway.
   *
   * @default 'envoy-gateway-system'
   */
  readonly namespace?: string;

  /**
   * Version of Envoy Gateway.
   *
   * @default '1.8.3'
   */
  readonly version?: string;

  /**
   * Namespace of Envoy AI Gateway.
   *
   * @default 'envoy-ai-gateway-system'
   */
  readonly aiNamespace?: string;

  /**
   * Version of Envoy AI Gateway.
   *
   * @default '1.0.0'
   */
  readonly aiVersion?: string;

  /**
   * Whether Envoy Gateway runs the proxies of a Gateway in the namespace of that Gateway, instead of in its own. It holds for all Gateways
   * of the cluster.
   *
   * @default false
   */
  readonly inGatewayNamespace?: boolean;

  /**
   * DNS domain of the cluster.
   *
   * @default 'cluster.local'
   */
  readonly clusterDomain?: string;
}

const OPTIONS = knownProps<EnvoyGatewayOptions>({
  namespace: true, version: true, aiNamespace: true, aiVersion: true, inGatewayNamespace: true, clusterDomain: true,
});
/** Said in any case, for what is empty is left out of the JSON. */
const DEFAULT_NAMESPACE = 'envoy-gateway-system';
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const VERSION = /^[0-9]+\.[0-9]+\.[0-9]+$/;

/** @throws Error if a part of it is invalid. */
export function envoyGatewaySpec(options: EnvoyGatewayOptions): EnvoyGatewaySpec {
  const problem = optionsProblem('addEnvoyGateway', options, OPTIONS) ?? namesProblem(options) ?? versionsProblem(options);
  if (problem) throw new Error(problem);
  return { namespace: DEFAULT_NAMESPACE, ...definedOnly(options) };
}

function namesProblem({ namespace, aiNamespace, clusterDomain, inGatewayNamespace }: EnvoyGatewayOptions): string | undefined {
  for (const [field, value] of Object.entries({ namespace, aiNamespace })) {
    if (value !== undefined && !(typeof value === 'string' && isDns1123Label(value))) {
      return `${field} is ${formatValue(value)}; give the name of a namespace, such as envoy-gateway-system`;
    }
  }
  if (clusterDomain !== undefined && !(typeof clusterDomain === 'string' && NAME.test(clusterDomain))) {
    return `clusterDomain is ${formatValue(clusterDomain)}; give a domain, such as cluster.local`;
  }
  if (inGatewayNamespace === undefined || typeof inGatewayNamespace === 'boolean') return undefined;
  return `inGatewayNamespace is ${formatValue(inGatewayNamespace)}; give true or false`;
}

function versionsProblem({ version, aiVersion }: EnvoyGatewayOptions): string | undefined {
  const [wrong] = Object.entries({ version, aiVersion }).filter(([, value]) => value !== undefined && !(typeof value === 'string' && VERSION.test(value)));
  return wrong && `${wrong[0]} is ${formatValue(wrong[1])}; give a version such as 1.8.3`;
}
