/** A Server that a gateway offers: under which names, and where it is. */
import type { Construct } from 'constructs';
import type { PlatformSpec } from '../../../api/platform';
import { DEFAULT_SERVER_PORT } from '../../../api/resource';
import type { ServerResource } from '../../../api/resource';
import { clusterDomainOf, hasPicker, keyOf, serverAddress, serviceName } from '../../../expand';
import type { ServerAddress } from '../../../expand';
import { asValidation } from '../../checks/validation-error';
import { Declarations } from '../../kinds/declarations';
import type { IServer } from '../../kinds/server';
import type { Platform } from '../../platform/platform';
import type { GatewayServeOptions } from './gateway-props';
import type { ServedModel, ServedRoute } from './served';

export interface ServedServer {
  readonly server: IServer;
  readonly options: GatewayServeOptions;
}

/** Its names for clients, and below each of them those of its adapters. */
export function namesOf(served: ServedServer): string[] {
  const endings = adapterEndings(served);
  return ownNames(served).flatMap((name) => [name, ...endings.map((ending) => `${name}${ending}`)]);
}

function ownNames({ server, options: { name = server.serverName, aliases = [] } }: ServedServer): string[] {
  return [name, ...aliases];
}

/** What the names of its adapters have after that of the Server, such as `:sql`. */
function adapterEndings({ server: { serverName, servedModelNames } }: ServedServer): string[] {
  return servedModelNames.slice(1).map((served) => served.slice(serverName.length));
}

/** The route to it, as all is declared that there is. */
export function servedRoute(scope: Construct, served: ServedServer, platform: Platform): ServedRoute {
  const { server: { serverName: server, serverNamespace: namespace } } = served;
  const spec = platform._spec;
  const declared = declaredServer(scope, served.server, platform);
  const address = asValidation(scope, () => (declared ? serverAddress(declared, spec) : elsewhere(served, spec)));
  return {
    namespace,
    server,
    hostname: address.hostname,
    port: address.port,
    ...(address.coldStartSeconds !== undefined && { coldStartSeconds: address.coldStartSeconds }),
    models: modelsOf(served, address),
    ...(declared && hasPicker(declared) && { pool: serviceName(declared) }),
  };
}

function declaredServer(scope: Construct, { serverName, serverNamespace }: IServer, platform: Platform): ServerResource | undefined {
  const key = keyOf({ kind: 'Server', namespace: serverNamespace, name: serverName });
  const declarations = Declarations.all(scope).filter((all) => all.platform === platform);
  const [found] = declarations.flatMap((all) => all.find(key) ?? []);
  return found?.object.declared as ServerResource | undefined;
}

/** By the Service that all its clients use, which leads to KEDA's interceptor where that scales it. How long requests wait is not known. */
function elsewhere({ server, options: { port = DEFAULT_SERVER_PORT } }: ServedServer, platform: PlatformSpec): ServerAddress {
  const { serverName: name, serverNamespace: namespace } = server;
  const service = serviceName({ metadata: { name, namespace } } as ServerResource);
  return { hostname: `${service}.${namespace}.svc.${clusterDomainOf(platform)}`, port };
}

function modelsOf(served: ServedServer, address: ServerAddress): ServedModel[] {
  const { server: { serverName }, options: { model: upstream = address.model } } = served;
  const names = ownNames(served);
  const adapters = adapterEndings(served).flatMap((ending) => (
    names.map((name) => ({ name: `${name}${ending}`, upstream: `${serverName}${ending}` }))));
  return [...names.map((name) => ({ name, ...(upstream !== undefined && { upstream }) })), ...adapters];
}

/** What is wrong with a route when all is declared. */
export function routeProblems(route: ServedRoute, idleSeconds: number): string[] {
  const { namespace, server, coldStartSeconds = 0, pool, models } = route;
  const late = coldStartSeconds < idleSeconds ? [] : [
    `idleTimeout is ${idleSeconds} s but Server ${namespace}/${server} may take ${coldStartSeconds} s to start, while its requests wait; `
    + 'give more than that, or leave idleTimeout out',
  ];
  const renamed = pool === undefined ? [] : models.filter(({ name, upstream = name }) => name !== upstream);
  return [...late, ...renamed.map(({ name, upstream }) => (
    `Server ${namespace}/${server} has routing, by which requests reach its program as they are, so that it would not know the model ${name}; `
    + `offer it as ${upstream} alone, or leave routing out`
  ))];
}

/** The port of a Server that is declared here is known. */
export function portProblems(scope: Construct, { server, options: { port } }: ServedServer, platform: Platform): string[] {
  if (port === undefined || !declaredServer(scope, server, platform)) return [];
  return [`serve of Server ${server.serverNamespace}/${server.serverName} has port ${port}; port is for a Server that is declared elsewhere; leave it out`];
}
