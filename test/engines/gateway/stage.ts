/** A cluster with the gateway: Envoy Gateway, Envoy AI Gateway, Envoy with its processor of requests, the rate limit service and Redis. */
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import * as path from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1';
import { findAssets } from '../../cluster/assets';
import type { KubeObject } from '../../cluster/client';
import { startCluster } from '../../cluster/cluster';
import type { Cluster } from '../../cluster/cluster';
import type { Component } from '../../cluster/component';
import { freePort } from '../../cluster/port';
import { until } from '../../cluster/until';
import { ENVOY_GATEWAY_NAMESPACE, GatewayControlPlane } from './control-plane';
import type { GatewayValues } from './control-plane';
import { Forward } from './forward';
import { Names } from './names';
import { PodProcesses } from './pod';
import { findGateway } from './programs';
import type { GatewayPrograms } from './programs';

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface Question {
  /** @default - the client shows none */
  readonly key?: string;
  /** @default - no body */
  readonly body?: object;
  /** @default '/v1/chat/completions' */
  readonly path?: string;
  /** @default - none beside */
  readonly headers?: http.OutgoingHttpHeaders;
}

/** Brings on what the tests need. */
type Open = (stage: GatewayStage) => Promise<void>;

const EXTENSION = 'ai-gateway-extproc';
const RATE_LIMIT_PORT = 8081;
const READY_PORT = 19003;
const METRICS_PORT = 19001;
const EXTENSION_PORT = 1064;
/** Envoy Gateway adds this to ports that are for root. */
const UNPRIVILEGED = 10_000;
const START_SECONDS = 120;

export class GatewayStage {
  public readonly names: Names;
  /** Whom pods trust that start from now on, PEM. */
  public authorities: string | Buffer = '';
  public readonly agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  private readonly plane: GatewayControlPlane;
  private readonly pods: PodProcesses[] = [];
  private readonly forwards: Forward[] = [];
  private redisServer?: Component;

  constructor(public readonly cluster: Cluster, private readonly programs: GatewayPrograms) {
    this.names = new Names(path.join(path.dirname(cluster.kubeconfig), 'hosts'));
    this.plane = new GatewayControlPlane(cluster, programs, this.names);
  }

  public get redis(): Component {
    if (!this.redisServer) throw new Error('Redis has not started');
    return this.redisServer;
  }

  /** Starts all but Envoy and the rate limit service, which come with the objects of a gateway. */
  public async open(values: GatewayValues): Promise<void> {
    this.startRedis(values['gateway-helm'].config.envoyGateway.rateLimit.backend.redis.url);
    await this.plane.start(values);
  }

  public async close(): Promise<void> {
    this.agent.destroy();
    await Promise.all(this.pods.map((pod) => pod.stop()));
    await Promise.all(this.forwards.map((forward) => forward.close()));
    await this.redisServer?.kill();
    await this.plane.stop();
  }

  public async apply(...objects: readonly object[]): Promise<void> {
    for (const object of objects) await this.cluster.client.apply(object as KubeObject);
  }

  /** Leads a port of a Service to one of this machine. */
  public async lead(service: { readonly namespace: string; readonly name: string; readonly port: number }, port: number): Promise<void> {
    const host = this.names.addressOf(service.name, service.namespace);
    this.forwards.push(await Forward.open(() => net.connect(port, '127.0.0.1'), { host, port: service.port }));
  }

  /** Runs the pods that Envoy Gateway has made for a gateway. Resolves when Envoy is ready. */
  public async startProxy({ namespace, name }: { readonly namespace: string; readonly name: string }): Promise<void> {
    try {
      await this.startRateLimit();
      await this.startEnvoy({ namespace, name });
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.lastWords()}`);
    }
  }

  /** What a client hears at a listener of the gateway. */
  public ask({ key, body, path: route = '/v1/chat/completions', headers = {} }: Question, listener = 80): Promise<Answer> {
    const text = body && JSON.stringify(body);
    const options: http.RequestOptions = {
      host: '127.0.0.1', port: listener < 1024 ? listener + UNPRIVILEGED : listener, path: route, method: text ? 'POST' : 'GET', agent: this.agent,
      headers: { host: 'models.example.com', ...(text && { 'content-type': 'application/json' }), ...(key && { authorization: `Bearer ${key}` }), ...headers },
    };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (answer) => {
        let heard = '';
        answer.on('data', (chunk) => (heard += String(chunk)));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: heard }));
        answer.on('error', reject);
      });
      request.on('error', reject).end(text);
    });
  }

  /** The sum of a metric of Envoy. */
  public async metric(name: string): Promise<number> {
    const { text } = await this.fetch(METRICS_PORT, '/stats/prometheus');
    const values = text.split('\n').filter((line) => line.startsWith(`${name}{`)).map((line) => Number(line.split(' ').at(-1)));
    return values.reduce((sum, value) => sum + value, 0);
  }

  /** The metrics of the processor of requests. */
  public async extensionMetrics(): Promise<string> {
    return (await this.fetch(EXTENSION_PORT, '/metrics')).text;
  }

  /** The ends of the logs of everything. */
  private lastWords(): string {
    const parts = this.pods.flatMap((pod) => [...pod.parts.values()]);
    return [this.plane.lastWords(), ...parts.map((part) => `${part.name}:\n${part.lastWords()}`)].join('\n');
  }

  private async startEnvoy({ namespace, name }: { readonly namespace: string; readonly name: string }): Promise<void> {
    const labels = { 'gateway.envoyproxy.io/owning-gateway-name': name, 'gateway.envoyproxy.io/owning-gateway-namespace': namespace };
    const pod = await until(`there is a pod of Envoy with ${EXTENSION}`, async () => (await this.podsOf(labels)).find(isComplete), { seconds: START_SECONDS });
    await this.run(pod, [{ container: EXTENSION, program: this.programs.extproc }, { container: 'envoy', program: this.programs.envoy }]);
    await until('Envoy is ready', async () => (await this.fetch(READY_PORT, '/ready')).status === 200, { seconds: START_SECONDS });
  }

  private podsOf(labels: Record<string, string>): Promise<Pod[]> {
    return this.cluster.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace: ENVOY_GATEWAY_NAMESPACE, labels });
  }

  private async run(pod: Pod, programs: Parameters<PodProcesses['start']>[0]): Promise<PodProcesses> {
    const processes = new PodProcesses(this.cluster, pod, this);
    this.pods.push(processes);
    await processes.start(programs);
    return processes;
  }

  private async startRateLimit(): Promise<void> {
    const pod = await until('there is a pod of the rate limit service', async () => (await this.podsOf({ 'app.kubernetes.io/name': 'envoy-ratelimit' }))[0],
      { seconds: START_SECONDS });
    const address = this.names.addressOf('envoy-ratelimit', ENVOY_GATEWAY_NAMESPACE);
    const port = await freePort();
    const env = {
      GRPC_HOST: address, GRPC_PORT: String(RATE_LIMIT_PORT), PORT: String(port), DEBUG_PORT: String(await freePort()),
      PROMETHEUS_ADDR: `127.0.0.1:${await freePort()}`, XDS_CLIENT_BACKOFF_INITIAL_INTERVAL: '1s',
    };
    await this.run(pod, [{ container: 'envoy-ratelimit', program: this.programs.service_cmd, env }]);
  }

  private startRedis(url: string): void {
    const [, name = '', namespace = '', port = ''] = /^([^.]+)\.([^.]+)\..*:(\d+)$/.exec(url) ?? [];
    const lib = path.resolve(path.dirname(this.programs.redis), '../lib');
    const libraries = fs.readdirSync(lib).map((directory) => path.join(lib, directory)).join(':');
    const address = this.names.addressOf(name, namespace);
    const options = ['--save', '', '--appendonly', 'no', '--protected-mode', 'no'];
    const command = [this.programs.redis, '--bind', address, '--port', port, ...options];
    this.redisServer = this.cluster.startProgram('redis', { command, kubeconfig: this.cluster.kubeconfig, env: { LD_LIBRARY_PATH: libraries } });
  }

  private fetch(port: number, route: string): Promise<{ readonly status?: number; readonly text: string }> {
    return new Promise((resolve) => {
      http.get({ host: '127.0.0.1', port, path: route, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += String(chunk)));
        answer.on('end', () => resolve({ ...(answer.statusCode !== undefined && { status: answer.statusCode }), text }));
      }).on('error', () => resolve({ text: '' }));
    });
  }
}

/** Whether Envoy AI Gateway has added what it needs to it. */
function isComplete({ metadata, spec }: Pod): boolean {
  return !metadata?.deletionTimestamp && spec?.initContainers?.some(({ name }) => name === EXTENSION) === true;
}

/** Tests on a stage of their own. Skipped, and counted so, where the programs are not built: `npm run test:engines` builds them. */
export function describeWithGateway(name: string, open: Open, tests: (stage: () => GatewayStage) => void): void {
  const [assets, programs] = [findAssets(), findGateway()];
  (assets && programs ? describe : describe.skip)(name, () => {
    let cluster: Cluster | undefined;
    let stage: GatewayStage | undefined;

    beforeAll(async () => {
      if (!assets || !programs) return;
      cluster = await startCluster({ assets });
      stage = new GatewayStage(cluster, programs);
      await open(stage);
    }, 300_000);

    afterAll(async () => {
      await stage?.close();
      await cluster?.stop();
    });

    tests(() => {
      if (!stage) throw new Error('the gateway has not started');
      return stage;
    });
  });
}
