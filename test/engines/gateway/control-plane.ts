/** Envoy Gateway and the controller of Envoy AI Gateway, as processes against a cluster. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Secret } from 'kubernetes-types/core/v1';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubeObject } from '../../cluster/client';
import type { Cluster } from '../../cluster/cluster';
import type { Component } from '../../cluster/component';
import { freePort } from '../../cluster/port';
import { until } from '../../cluster/until';
import { writeCertificates } from '../certificates';
import { Island } from './island';
import type { IslandOptions } from './island';
import type { Names } from './names';
import type { GatewayPrograms } from './programs';

export const ENVOY_GATEWAY_NAMESPACE = 'envoy-gateway-system';
const AI_GATEWAY_NAMESPACE = 'envoy-ai-gateway-system';
const AI_GATEWAY = 'ai-gateway-controller';
const ENVOY_GATEWAY = 'envoy-gateway';
const EXTENSION_PORT = 1063;
const WEBHOOK_PORT = 9443;
/** What Envoy and the rate limit service ask Envoy Gateway at. */
const CONFIGURATION_PORTS = [18000, 18001] as const;
const START_SECONDS = 120;
const ENVIRONMENT = { ENVOY_GATEWAY_NAMESPACE, KUBERNETES_CLUSTER_DOMAIN: 'cluster.local' };

/** Values of the charts, as far as they are needed here: those that `ModelGateway.helmValues` gives. */
export interface GatewayValues {
  readonly 'gateway-helm': { readonly config: { readonly envoyGateway: EnvoyGatewayConfiguration } };
  readonly 'ai-gateway-helm': { readonly controller: { readonly metricsRequestHeaderAttributes: string } };
}

export interface EnvoyGatewayConfiguration {
  readonly rateLimit: { readonly backend: { readonly redis: { readonly url: string } } };
}

export class GatewayControlPlane {
  private readonly islands: Island[] = [];
  public readonly parts: Component[] = [];

  constructor(private readonly cluster: Cluster, private readonly programs: GatewayPrograms, private readonly names: Names) {}

  /** Starts them. Resolves when Envoy Gateway has taken its class of gateways. */
  public async start(values: GatewayValues): Promise<void> {
    await this.define();
    await this.startAiGateway([`--metricsRequestHeaderAttributes=${values['ai-gateway-helm'].controller.metricsRequestHeaderAttributes}`]);
    await this.startEnvoyGateway(values['gateway-helm'].config.envoyGateway);
  }

  public async stop(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.kill()));
    await Promise.all(this.islands.map((island) => island.stop()));
  }

  /** The ends of their logs. */
  public lastWords(): string {
    return this.parts.map((part) => `${part.name}:\n${part.lastWords()}`).join('\n');
  }

  private async define(): Promise<void> {
    const { client } = this.cluster;
    const definitions = this.programs.definitions.flatMap((file) => parseAllDocuments(withoutTemplate(fs.readFileSync(file, 'utf8'))))
      .map((document) => document.toJS() as KubeObject | null).filter((object): object is KubeObject => object?.kind === 'CustomResourceDefinition');
    await Promise.all(definitions.map((definition) => client.apply(definition)));
    for (const { metadata } of definitions) {
      const reference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: metadata?.name ?? '' };
      await until(`${metadata?.name} is established`, async () => JSON.stringify(await client.get(reference)).includes('"type":"Established"'), { seconds: START_SECONDS });
    }
    for (const name of [ENVOY_GATEWAY_NAMESPACE, AI_GATEWAY_NAMESPACE]) await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  private async startAiGateway(more: readonly string[]): Promise<void> {
    const host = `${AI_GATEWAY}.${AI_GATEWAY_NAMESPACE}.svc`;
    const directory = path.join(path.dirname(this.cluster.kubeconfig), 'ai-gateway-certificates');
    writeCertificates(directory, host);
    const webhook = await freePort();
    for (const object of webhookObjects(webhook, fs.readFileSync(path.join(directory, 'ca.crt')))) await this.cluster.client.apply(object);
    const address = this.names.addressOf(AI_GATEWAY, AI_GATEWAY_NAMESPACE);
    const island = this.island({
      name: AI_GATEWAY,
      files: Object.fromEntries(['ca.crt', 'tls.crt', 'tls.key'].map((name) => [`certs/${name}`, fs.readFileSync(path.join(directory, name))])),
      egress: [this.toApiServer()],
      ingress: [{ at: { host: address, port: EXTENSION_PORT }, port: EXTENSION_PORT }, { at: { host: '127.0.0.1', port: webhook }, port: WEBHOOK_PORT }],
    });
    this.parts.push(await island.start(AI_GATEWAY, [
      this.programs.controller, '--logLevel=info', '--enableLeaderElection=false', `--envoyGatewayNamespace=${ENVOY_GATEWAY_NAMESPACE}`, ...more,
    ], { POD_NAMESPACE: AI_GATEWAY_NAMESPACE }));
  }

  /** What the Job of the chart does: makes the certificates by which the parts know each other. */
  private async makeCertificates(): Promise<Secret> {
    const certgen = await this.island({ name: 'certgen', egress: [this.toApiServer()] })
      .start('certgen', [this.programs['envoy-gateway'], 'certgen', '--disable-topology-injector'], ENVIRONMENT);
    await until('the certificates are made', () => certgen.ending !== undefined, { seconds: START_SECONDS });
    if (certgen.ending !== 0) throw new Error(`certgen has failed (${certgen.ending}):\n${certgen.lastWords()}`);
    return this.cluster.client.get({ apiVersion: 'v1', kind: 'Secret', namespace: ENVOY_GATEWAY_NAMESPACE, name: ENVOY_GATEWAY });
  }

  private async startEnvoyGateway(values: EnvoyGatewayConfiguration): Promise<void> {
    for (const object of ownersOfTheInfrastructure()) await this.cluster.client.apply(object);
    const address = this.names.addressOf(ENVOY_GATEWAY, ENVOY_GATEWAY_NAMESPACE);
    const extension = this.names.addressOf(AI_GATEWAY, AI_GATEWAY_NAMESPACE);
    const secret = await this.makeCertificates();
    const island = this.island({
      name: ENVOY_GATEWAY,
      files: { 'config/envoy-gateway.yaml': stringify(configurationOf(values)), 'var/lib/eg/wasm/.keep': '', ...filesOf('certs', secret) },
      egress: [this.toApiServer(), { at: { host: extension, port: EXTENSION_PORT }, to: { host: extension, port: EXTENSION_PORT } }],
      ingress: CONFIGURATION_PORTS.map((port) => ({ at: { host: address, port }, port })),
    });
    this.parts.push(await island.start(ENVOY_GATEWAY, [this.programs['envoy-gateway'], 'server', '--config-path=/config/envoy-gateway.yaml'], ENVIRONMENT));
  }

  private island(options: IslandOptions): Island {
    const island = new Island(this.cluster, options, this.names.file);
    this.islands.push(island);
    return island;
  }

  private toApiServer(): { readonly at: { host: string; port: number }; readonly to: { host: string; port: number } } {
    const { hostname: host, port } = new URL(this.cluster.url);
    return { at: { host, port: Number(port) }, to: { host, port: Number(port) } };
  }
}

/** Files of a Secret, decoded, under a directory. */
export function filesOf(directory: string, { data = {} }: Secret): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [`${directory}/${name}`, Buffer.from(value, 'base64')]));
}

/** Charts have their definitions between conditions. */
function withoutTemplate(text: string): string {
  return text.split('\n').filter((line) => !line.startsWith('{{')).join('\n');
}

/** As the chart of Envoy Gateway has it, but for one replica that no other replaces, and without what writes zones into pods. */
function configurationOf(values: EnvoyGatewayConfiguration): object {
  const provider = { type: 'Kubernetes', kubernetes: { leaderElection: { disable: true }, proxyTopologyInjector: { disable: true } } };
  return { apiVersion: 'gateway.envoyproxy.io/v1alpha1', kind: 'EnvoyGateway', logging: { level: { default: 'info' } }, ...values, provider };
}

/** The webhook of the chart of Envoy AI Gateway, which adds the processor of requests to the pods of Envoy. */
function webhookObjects(port: number, ca: Buffer): KubeObject[] {
  const service = { namespace: AI_GATEWAY_NAMESPACE, name: AI_GATEWAY };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: service, spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] } } as KubeObject,
    {
      apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration',
      metadata: { name: `envoy-ai-gateway-gateway-pod-mutator.${AI_GATEWAY_NAMESPACE}` },
      webhooks: [{
        name: `${AI_GATEWAY}.${AI_GATEWAY_NAMESPACE}.svc.cluster.local`, sideEffects: 'None', admissionReviewVersions: ['v1'], failurePolicy: 'Fail',
        clientConfig: { service: { ...service, port, path: '/mutate' }, caBundle: ca.toString('base64') },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        objectSelector: { matchLabels: { 'app.kubernetes.io/managed-by': 'envoy-gateway' } },
      }],
    } as KubeObject,
  ];
}

/** What Envoy Gateway makes belongs to its own objects. */
function ownersOfTheInfrastructure(): KubeObject[] {
  const metadata = { name: ENVOY_GATEWAY, namespace: ENVOY_GATEWAY_NAMESPACE };
  const labels = { 'control-plane': ENVOY_GATEWAY };
  const ports = CONFIGURATION_PORTS.map((port) => ({ name: `port-${port}`, port }));
  const template = { metadata: { labels }, spec: { containers: [{ name: ENVOY_GATEWAY, image: 'docker.io/envoyproxy/gateway' }] } };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports, selector: labels } } as KubeObject,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { selector: { matchLabels: labels }, template } } as KubeObject,
  ];
}
