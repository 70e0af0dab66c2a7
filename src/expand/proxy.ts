/** Proxies in the environment: programs read their variables in upper case, in lower case, or in both. */
import type { EnvVar } from 'kubernetes-types/core/v1';
import type { PlatformSpec } from '../api/platform';
import { cloudNamed } from '../clouds/pods';

const PROXIES = ['ALL_PROXY', 'HTTPS_PROXY', 'HTTP_PROXY'];
const NO_PROXY = 'NO_PROXY';
const VARIABLES: ReadonlySet<string> = new Set([...PROXIES, NO_PROXY]);

/**
 * What is reached without a proxy in any case: the pod itself, the cluster, and the metadata endpoint, which hands out credentials.
 * Kubernetes replaces the reference by the address of the API server.
 */
const ALWAYS_DIRECT = ['localhost', '127.0.0.1', '::1', '.svc', '.cluster.local', '169.254.169.254', '$(KUBERNETES_SERVICE_HOST)'];

export function isProxyVariable(name: string): boolean {
  return VARIABLES.has(name.toUpperCase());
}

/** Environments over one another, in which the variables of proxies have upper case. */
export function mergedProxies(...environments: readonly (Record<string, string> | undefined)[]): Record<string, string> {
  return Object.fromEntries(environments.flatMap((env = {}) => Object.entries(env).map(([name, value]) => {
    const upper = name.toUpperCase();
    return [VARIABLES.has(upper) ? upper : name, value];
  })));
}

/** The URLs of the proxies of an environment, but those that only a Secret knows. */
export function proxyUrls(env: Record<string, string> = {}): string[] {
  return PROXIES.map((name) => env[name] ?? '').filter((url) => url !== '' && !url.startsWith('${{'));
}

/** The variables with those of proxies in both cases, and with what must not go through one. */
export function proxyVariables(variables: readonly EnvVar[], platform: PlatformSpec): EnvVar[] {
  const hasProxy = variables.some(({ name }) => PROXIES.includes(name));
  const isSaid = variables.some(({ name }) => name === NO_PROXY);
  const all = hasProxy && !isSaid ? [...variables, { name: NO_PROXY, value: '' }] : variables;
  return all.flatMap((variable) => {
    if (!VARIABLES.has(variable.name)) return [variable];
    const complete = hasProxy && variable.name === NO_PROXY ? withDirect(variable, platform) : variable;
    return [complete, { ...complete, name: complete.name.toLowerCase() }];
  });
}

/** A list from a Secret is taken as it is. */
function withDirect({ name, value, valueFrom }: EnvVar, platform: PlatformSpec): EnvVar {
  if (valueFrom) return { name, valueFrom };
  const own = (value ?? '').split(',').map((host) => host.trim()).filter(Boolean);
  const { direct = [] } = cloudNamed(platform.cloud);
  return { name, value: [...new Set([...own, ...ALWAYS_DIRECT, ...direct, ...storeInside(platform)])].join() };
}

/** A store without TLS is one in the cluster or beside it, such as `http://minio.minio:9000`. */
function storeInside({ artifacts: { endpoint = '' } }: PlatformSpec): string[] {
  const [, host] = /^http:\/\/(\[[^\]]+\]|[^/:]+)/.exec(endpoint) ?? [];
  return host === undefined ? [] : [host];
}
