/** How a Server is reached by what routes requests to it. */
import type { NetworkPolicyEgressRule } from 'kubernetes-types/networking/v1';
import type { PlatformSpec } from '../api/platform';
import type { ServerResource } from '../api/resource';
import { inNamespaces, tcp } from '../clouds/network';
import { clientPort } from './autoscaling';
import { namespaceOf } from './child';
import { durationSeconds } from './duration';
import { isByKeda, kedaOf } from './keda';
import { SERVER_PORT_NAME } from './ports';
import { runnable, runtimeOf } from './runtime';
import { coldStartSeconds, DEFAULT_STARTUP, serviceName } from './server';

/** How a Server is reached from outside its namespace. */
export interface ServerAddress {
  readonly hostname: string;
  readonly port: number;
  /** Name by which its program knows the model, where that is known. */
  readonly model?: string;
  /** How long a request is held while it starts; absent where none is held. */
  readonly coldStartSeconds?: number;
}

/** @throws ExpandError if the Server asks for what cannot be. */
export function serverAddress(declared: ServerResource, platform: PlatformSpec): ServerAddress {
  const { resource: server } = runnable(declared, platform);
  const { startupTimeout = DEFAULT_STARTUP } = server.spec;
  const { interceptor, namespace } = kedaOf(platform);
  const service = isByKeda(server) ? `${interceptor}.${namespace}` : `${serviceName(server)}.${namespaceOf(server)}`;
  return {
    hostname: `${service}.svc.${clusterDomainOf(platform)}`,
    port: clientPort(server, platform),
    ...(runtimeOf(declared) && { model: declared.metadata.name }),
    ...(isHeld(server) && { coldStartSeconds: coldStartSeconds(durationSeconds('startupTimeout', startupTimeout)) }),
  };
}

/** Whether requests wait for it while it starts. */
function isHeld(server: ServerResource): boolean {
  return isByKeda(server) && server.spec.autoscaling?.coldStart !== 'retryAfter';
}

/** As the engines that the platform has say it, all of which see the same one. */
export function clusterDomainOf(platform: Pick<PlatformSpec, 'envoyGateway' | 'keda'>): string {
  return platform.envoyGateway?.clusterDomain ?? kedaOf(platform).clusterDomain;
}

/** To the Servers of some namespaces, at the port at which they serve. */
export function toServers(namespaces: readonly string[]): NetworkPolicyEgressRule {
  const pods = { matchLabels: { role: 'run' }, matchExpressions: [{ key: 'server', operator: 'Exists' }] };
  return { to: [inNamespaces(namespaces, pods)], ports: tcp(SERVER_PORT_NAME) };
}
