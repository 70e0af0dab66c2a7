/** Teams, keys and Servers behind a ModelGateway, as an App writes them; model servers answer in place of the pods. */
import { App, Chart } from 'cdk8s';
import { ModelGateway, Platform, Server } from '../../../src';
import { keyAccess } from '../../../src/constructs/serving/gateway/access';
import { requestCosts } from '../../../src/constructs/serving/gateway/costs';
import { trafficPolicy } from '../../../src/constructs/serving/gateway/limits';
import type { KubeObject } from '../../cluster/client';
import type { GatewayValues } from './control-plane';
import { ModelServer } from './model-server';
import type { GatewayStage } from './stage';

export const NAMESPACE = 'model-gateway';
export const GATEWAY = 'models';
const SERVER_PORT = 8080;

export interface Offer {
  /** `<namespace>/<server>`, each of which is played; the model has the name of the Server. */
  readonly servers: readonly string[];
  /** The same of Servers that are there. */
  readonly offered?: readonly string[];
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly teams: Readonly<Record<string, OfferedTeam>>;
}

export interface OfferedTeam {
  readonly models: readonly string[];
  readonly keys: readonly string[];
  readonly tokensPerMonth?: number;
  readonly requestsPerMinute?: number;
}

export interface Written {
  readonly objects: readonly KubeObject[];
  readonly values: GatewayValues;
}

/** What the App of an offer writes. */
export function written({ servers, offered = [], aliases = {}, teams }: Offer): Written {
  const platform = Platform.local({ clusterName: 'laptop' });
  platform.addEnvoyGateway();
  const chart = new Chart(new App(), 'gateway', { namespace: NAMESPACE });
  const gateway = new ModelGateway(chart, GATEWAY, { platform, replicas: 1 });
  for (const server of [...servers, ...offered]) {
    const [serverNamespace = '', serverName = ''] = server.split('/');
    const imported = Server.fromServerAttributes(chart, server.replace('/', '.'), { serverName, serverNamespace });
    gateway.serve(imported, { aliases: [...aliases[serverName] ?? []] });
  }
  return { objects: withTeams(chart.toJson() as KubeObject[], teams), values: gateway.helmValues as GatewayValues };
}

export function withTeams(all: readonly KubeObject[], teams: Offer['teams']): KubeObject[] {
  const specs = Object.entries(teams).map(([name, { keys, models, ...limits }]) => ({
    name, models, ...limits, keys: keys.map((id) => ({ id, secretName: `keys-${name}`, secretKey: `${name}.${id}`, expires: nextMonth() })),
  }));
  const objects = all.map((object) => {
    const spec = (object as unknown as { spec: object }).spec;
    if (object.kind === 'SecurityPolicy') return { ...object, spec: { ...spec, ...keyAccess(specs) } };
    if (object.kind === 'BackendTrafficPolicy') return { ...object, spec: { ...spec, rateLimit: trafficPolicy(specs, '3600s').rateLimit } };
    if (object.kind === 'GatewayConfig') return { ...object, spec: { ...spec, globalLLMRequestCosts: requestCosts(specs, []) } };
    return object;
  });
  const secrets = specs.map(({ name }) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name: `keys-${name}`, namespace: NAMESPACE } }));
  return [...objects.slice(0, 1), ...secrets, ...objects.slice(1)];
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
