/** KEDA and its HTTP add-on as processes against a cluster. */
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as path from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KedaSpec } from '../../src/api/engines';
import { ENGINE_CHARTS } from '../../src/catalog/engine-charts';
import type { KubeObject } from '../cluster/client';
import type { Cluster } from '../cluster/cluster';
import type { Component } from '../cluster/component';
import { freePort } from '../cluster/port';
import { until } from '../cluster/until';
import { writeCertificates } from './certificates';
import { FakeNetwork } from './network';
import type { EnginePrograms } from './programs';

const NAMESPACE = 'keda';
const METRICS = 'external.metrics.k8s.io';
const ADMIN = 'interceptor-admin';
/** An address of the interceptor that the API server takes; the network leads it to this machine. */
const INTERCEPTOR_IP = '10.99.0.1';
const START_SECONDS = 60;

/** What their charts set by `scaler.streamInterval` and `extraArgs.keda`. */
export interface Tuning {
  /** How often the scaler tells KEDA that there are requests. */
  readonly streamIntervalMs: number;
  /** Flags of KEDA's operator. */
  readonly operator: Readonly<Record<string, number>>;
}

const PINNED: Tuning = {
  streamIntervalMs: ENGINE_CHARTS.httpAddOn.values.scaler.streamInterval,
  operator: ENGINE_CHARTS.keda.values.extraArgs.keda,
};

interface Ports {
  readonly proxy: number;
  readonly admin: number;
  readonly scaler: number;
  readonly metrics: number;
  readonly adapter: number;
}

type TunedPorts = Ports & Tuning;

export class Engines {
  /** Starts them. Resolves when they work. */
  public static async start(cluster: Cluster, programs: EnginePrograms, tuning: Tuning = PINNED): Promise<Engines> {
    const [proxy, admin, scaler, metrics, adapter] = await Promise.all([freePort(), freePort(), freePort(), freePort(), freePort()]);
    const engines = new Engines(cluster, programs, { ...tuning, proxy, admin, scaler, metrics, adapter });
    try {
      await engines.begin();
      return engines;
    } catch (error) {
      const words = [...engines.parts.values()].map((part) => `${part.name}:\n${part.lastWords()}`).join('\n');
      await engines.stop();
      throw new Error(`${(error as Error).message}; ${engines.lastSeen}\n${words}`);
    }
  }

  public readonly network = new FakeNetwork();
  private lastSeen = '';
  public readonly parts = new Map<string, Component>();

  private constructor(private readonly cluster: Cluster, private readonly programs: EnginePrograms, private readonly ports: TunedPorts) {}

  /** What the platform says of them. */
  public get keda(): KedaSpec {
    return { scaler: `127.0.0.1:${this.ports.scaler}` };
  }

  /** Where the interceptor answers, as the Service of the clients leads there. */
  public get interceptorPort(): number {
    return this.ports.proxy;
  }

  public part(name: 'interceptor' | 'scaler' | 'operator' | 'adapter'): Component {
    const part = this.parts.get(name);
    if (!part) throw new Error(`${name} has not started`);
    return part;
  }

  public async stop(): Promise<void> {
    await Promise.all([...this.parts.values()].map((part) => part.kill()));
    await this.network.stop();
  }

  /** Resolves when the interceptor takes requests. */
  public untilInterceptorIsReady(): Promise<unknown> {
    return until('the interceptor is ready', () => answers(this.ports.admin, '/readyz'), { seconds: START_SECONDS });
  }

  private async begin(): Promise<void> {
    await this.network.start();
    await this.define();
    const certificates = path.join(path.dirname(this.cluster.kubeconfig), 'keda-certificates');
    writeCertificates(certificates);
    this.network.lead(`${INTERCEPTOR_IP}:${this.ports.admin}`, this.ports.admin);
    await this.startAddOn();
    await this.startKeda(certificates);
  }

  private async define(): Promise<void> {
    const { client } = this.cluster;
    const definitions = this.programs.definitions.flatMap((file) => parseAllDocuments(fs.readFileSync(file, 'utf8')))
      .map((document) => document.toJS() as KubeObject | null).filter((object): object is KubeObject => object?.kind === 'CustomResourceDefinition');
    await Promise.all(definitions.map((definition) => client.apply(definition)));
    const objects = [...addressOfInterceptor(this.ports), ...serviceOfMetrics(this.ports)];
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    for (const object of objects) await client.apply(object);
    for (const plural of ['scaledobjects.keda.sh', 'interceptorroutes.http.keda.sh']) {
      const reference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: plural };
      await until(`${plural} is established`, async () => JSON.stringify(await client.get(reference)).includes('"type":"Established"'));
    }
  }

  private async startAddOn(): Promise<void> {
    const { proxy, admin, scaler, streamIntervalMs } = this.ports;
    await this.startProgram('interceptor', [this.programs.interceptor], {
      KEDA_HTTP_PROXY_PORT: String(proxy), KEDA_HTTP_ADMIN_PORT: String(admin), OTEL_PROM_EXPORTER_PORT: String(await freePort()),
    });
    await this.untilInterceptorIsReady();
    await this.startProgram('scaler', [this.programs.scaler], {
      KEDA_HTTP_SCALER_PORT: String(scaler), KEDA_HTTP_SCALER_STREAM_INTERVAL_MS: String(streamIntervalMs),
      OTEL_PROM_EXPORTER_PORT: String(await freePort()),
      KEDA_HTTP_SCALER_TARGET_ADMIN_NAMESPACE: NAMESPACE, KEDA_HTTP_SCALER_TARGET_ADMIN_SERVICE: ADMIN,
      KEDA_HTTP_SCALER_TARGET_ADMIN_DEPLOYMENT: 'interceptor', KEDA_HTTP_SCALER_TARGET_ADMIN_PORT: String(admin),
    });
  }

  private async startKeda(certificates: string): Promise<void> {
    const { metrics, adapter, operator } = this.ports;
    const health = await freePort();
    await this.startProgram('operator', [
      this.programs.operator, `--cert-dir=${certificates}`, `--metrics-bind-address=127.0.0.1:${await freePort()}`,
      `--health-probe-bind-address=127.0.0.1:${health}`, `--metrics-service-bind-address=127.0.0.1:${metrics}`,
      ...Object.entries(operator).map(([flag, value]) => `--${flag}=${value}`),
    ]);
    await until('the operator of KEDA is ready', () => answers(health, '/readyz'), { seconds: START_SECONDS });
    const at = (name: string) => path.join(certificates, name);
    await this.startProgram('adapter', [
      this.programs.adapter, `--secure-port=${adapter}`, `--port=${await freePort()}`, `--metrics-service-address=localhost:${metrics}`,
      `--cert-dir=${certificates}`, `--tls-cert-file=${at('tls.crt')}`, `--tls-private-key-file=${at('tls.key')}`,
      ...['lister', 'authentication', 'authorization'].map((what) => `--${what}-kubeconfig=${this.cluster.kubeconfig}`),
      '--authentication-tolerate-lookup-failure=true',
    ]);
    const api = { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: `v1beta1.${METRICS}` };
    await until('external metrics are served', async () => {
      const { status } = await this.cluster.client.get<KubeObject & { readonly status?: object }>(api);
      const text = JSON.stringify(status);
      if (!text.includes('"type":"Available"') || !text.includes('"status":"True"')) this.lastSeen = text;
      else return true;
      return false;
    }, { seconds: START_SECONDS });
  }

  private async startProgram(name: string, command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    const part = this.cluster.startProgram(name, {
      command, kubeconfig: this.cluster.kubeconfig,
      env: { HTTP_PROXY: this.network.url, WATCH_NAMESPACE: '', POD_NAMESPACE: NAMESPACE, KEDA_CLUSTER_OBJECT_NAMESPACE: NAMESPACE, ...env },
    });
    this.parts.set(name, part);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** By which the scaler finds the interceptor. */
function addressOfInterceptor({ admin }: Ports): KubeObject[] {
  const metadata = { name: ADMIN, namespace: NAMESPACE };
  const port = { name: 'admin', port: admin, protocol: 'TCP' };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': ADMIN } },
    addressType: 'IPv4', ports: [port], endpoints: [{ addresses: [INTERCEPTOR_IP], conditions: { ready: true } }],
  };
  return [{ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [port] } } as KubeObject, slice];
}

/** By which the API server finds the adapter. It does not know who asks, as this API server signs no requests: anyone may read metrics. */
function serviceOfMetrics({ adapter }: Ports): KubeObject[] {
  const metadata = { name: 'keda-metrics', namespace: NAMESPACE };
  const group = METRICS;
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'metrics-for-all' }, rules: [{ apiGroups: [group], resources: ['*'], verbs: ['get', 'list'] }, { nonResourceURLs: ['/apis', '/apis/*'], verbs: ['get'] }] };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'metrics-for-all' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'metrics-for-all' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:anonymous' }],
  };
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port: adapter }] } };
  const api = {
    apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: `v1beta1.${group}` },
    spec: {
      group, version: 'v1beta1', insecureSkipTLSVerify: true, groupPriorityMinimum: 100, versionPriority: 100,
      service: { namespace: NAMESPACE, name: 'keda-metrics', port: adapter },
    },
  };
  /* An API server that signs requests to others writes it. */
  const authentication = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' }, data: {} };
  return [role, binding, service, api, authentication];
}

/** Whether something answers 2xx there. */
function answers(port: number, route: string): Promise<boolean> {
  return new Promise((resolve) => {
    http.get({ host: '127.0.0.1', port, path: route }, (answer) => {
      answer.resume();
      resolve((answer.statusCode ?? 500) < 300);
    }).on('error', () => resolve(false));
  });
}
