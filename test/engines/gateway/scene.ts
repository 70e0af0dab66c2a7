/** Teams, keys and Servers behind a ModelGateway, as an App writes them; model servers answer in place of the pods. */
import { App, Chart } from 'cdk8s';
import { ModelGateway, Platform, Server } from '../../../src';
import type { GatewayIdentityProviderOptions, GatewayModelPrice } from '../../../src';
import type { KubeObject } from '../../cluster/client';
import type { GatewayValues } from './control-plane';
import { ModelServer } from './model-server';
import type { GatewayStage } from './stage';

export const NAMESPACE = 'model-gateway';
export const GATEWAY = 'models';
/** Not 8080, at which the proxy listens for tokens at all addresses of this machine. */
export const SERVER_PORT = 8000;

export interface Offer {
  /** `<namespace>/<server>`, each of which is played; the model has the name of the Server. */
  readonly servers: readonly string[];
  /** The same of Servers that are there. */
  readonly offered?: readonly string[];
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly teams: Readonly<Record<string, OfferedTeam>>;
  readonly prices?: Readonly<Record<string, GatewayModelPrice>>;
  readonly providers?: Readonly<Record<string, GatewayIdentityProviderOptions>>;
}

export interface OfferedTeam {
  readonly models: readonly string[];
  readonly keys: readonly string[];
  readonly tokensPerMonth?: number;
  readonly requestsPerMinute?: number;
  readonly budget?: number;
}

export interface Written {
  readonly objects: readonly KubeObject[];
  readonly values: GatewayValues;
}

/** What the App of an offer writes. */
export function written(offer: Offer): Written {
  const { servers, offered = [], aliases = {}, prices = {}, providers = {} } = offer;
  const platform = Platform.local({ clusterName: 'laptop' });
  platform.addEnvoyGateway();
  const chart = new Chart(new App(), 'gateway', { namespace: NAMESPACE });
  const gateway = new ModelGateway(chart, GATEWAY, { platform, replicas: 1 });
  for (const server of [...servers, ...offered]) {
    const [serverNamespace = '', serverName = ''] = server.split('/');
    const imported = Server.fromServerAttributes(chart, server.replace('/', '.'), { serverName, serverNamespace });
    gateway.serve(imported, { aliases: [...aliases[serverName] ?? []], port: SERVER_PORT });
  }
  for (const [model, price] of Object.entries(prices)) gateway.addModelPrice(model, price);
  for (const [name, options] of Object.entries(providers)) gateway.addIdentityProvider(name, options);
  addTeams(gateway, offer);
  return { objects: chart.toJson() as KubeObject[], values: gateway.helmValues as GatewayValues };
}

function addTeams(gateway: ModelGateway, { teams }: Offer): void {
  for (const [name, { keys, models, ...limits }] of Object.entries(teams)) {
    const team = gateway.addTeam(name, { models: [...models], ...limits });
    for (const key of keys) team.addKey(key, { expires: nextMonth() });
  }
}

export class GatewayScene {
  private readonly servers = new Map<string, ModelServer>();

  constructor(private readonly stage: GatewayStage) {}

  /** The gateway with its proxy, where all keys are `sk-<team>-<key>`. */
  public async open(offer: Offer): Promise<void> {
    const { objects, values } = written(offer);
    await this.stage.open(values);
    for (const server of offer.servers) await this.startServer(server);
    await this.stage.apply(...objects);
    for (const [team, { keys }] of Object.entries(offer.teams)) await this.setKeys(team, Object.fromEntries(keys.map((key) => [key, `sk-${team}-${key}`])));
    await this.stage.startProxy({ namespace: NAMESPACE, name: GATEWAY });
  }

  public server(name: string): ModelServer {
    const server = this.servers.get(name);
    if (!server) throw new Error(`there is no ${name}`);
    return server;
  }

  public async close(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.stop()));
  }

  /** Makes these the keys of a team, as `substratus keys` does: client ids and their keys; `null` takes one away. */
  public async setKeys(team: string, keys: Readonly<Record<string, string | null>>): Promise<void> {
    const data = Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${team}.${key}`, value && Buffer.from(value).toString('base64')]));
    await this.stage.cluster.client.patch({ apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: `keys-${team}` }, { data });
  }

  private async startServer(name: string): Promise<void> {
    const [namespace = '', server = ''] = name.split('/');
    const model = new ModelServer();
    await model.start(this.stage.names.addressOf(`${server}-server`, namespace), SERVER_PORT);
    this.servers.set(server, model);
  }
}

function nextMonth(): string {
  return new Date(Date.now() + 30 * 24 * 3600 * 1000).toISOString().slice(0, 10);
}
