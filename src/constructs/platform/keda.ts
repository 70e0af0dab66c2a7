import type { KedaSpec } from '../../api/engines';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';

/** Where KEDA and its HTTP add-on are in a cluster, which scale Servers by their requests. The defaults are those of their Helm charts. */
export interface KedaOptions {
  /**
   * Namespace of both.
   *
   * @default 'keda'
   */
  readonly namespace?: string;

  /**
   * Name of the Service of the interceptor, through which the requests go.
   *
   * @default 'keda-add-ons-http-interceptor-proxy'
   */
  readonly interceptorService?: string;

  /**
   * Port of that Service and of its pods: the port at which clients reach a Server that is scaled by its requests.
   *
   * @default 8080
   */
  readonly interceptorPort?: number;

  /**
   * Host and port of the scaler of the HTTP add-on, which KEDA asks.
   *
   * @default - `keda-add-ons-http-external-scaler.<namespace>:9090`
   */
  readonly scalerAddress?: string;

  /**
   * DNS domain of the cluster.
   *
   * @default 'cluster.local'
   */
  readonly clusterDomain?: string;
}

const KEDA = knownProps<KedaOptions>({
  namespace: true, interceptorService: true, interceptorPort: true, scalerAddress: true, clusterDomain: true,
});
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** @throws Error if a part of it cannot be. */
export function kedaSpec(keda: KedaOptions): KedaSpec {
  const problem = optionsProblem('addKeda', keda, KEDA) ?? kedaOptionsProblem(keda);
  if (problem) throw new Error(problem);
  const { namespace, interceptorService, interceptorPort, scalerAddress, clusterDomain } = keda;
  return {
    ...(namespace !== undefined && { namespace }),
    ...(interceptorService !== undefined && { interceptor: interceptorService }),
    ...(interceptorPort !== undefined && { interceptorPort }),
    ...(scalerAddress !== undefined && { scaler: scalerAddress }),
    ...(clusterDomain !== undefined && { clusterDomain }),
  };
}

function kedaOptionsProblem(options: KedaOptions): string | undefined {
  const { namespace, interceptorService, interceptorPort, scalerAddress, clusterDomain } = options;
  if (namespace !== undefined && !matches(LABEL, namespace)) {
    return `namespace is ${formatValue(namespace)}; give the name of a namespace, such as keda`;
  }
  if (interceptorService !== undefined && !matches(LABEL, interceptorService)) {
    return `interceptorService is ${formatValue(interceptorService)}; give the name of a Service, such as keda-add-ons-http-interceptor-proxy`;
  }
  if (interceptorPort !== undefined && !isPort(interceptorPort)) {
    return `interceptorPort is ${formatValue(interceptorPort)}; give a whole number from 1 to 65535`;
  }
  if (scalerAddress !== undefined && !isAddress(scalerAddress)) {
    return `scalerAddress is ${formatValue(scalerAddress)}; give host and port, such as keda-add-ons-http-external-scaler.keda:9090`;
  }
  if (clusterDomain !== undefined && !matches(NAME, clusterDomain)) {
    return `clusterDomain is ${formatValue(clusterDomain)}; give a domain, such as cluster.local`;
  }
  return undefined;
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535;
}

function isAddress(value: unknown): boolean {
  const [host = '', port = '', ...rest] = typeof value === 'string' ? value.split(':') : [];
  return rest.length === 0 && NAME.test(host) && /^[0-9]+$/.test(port) && isPort(Number(port));
}
