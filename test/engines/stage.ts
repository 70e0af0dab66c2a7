/** A cluster with KEDA, its HTTP add-on and the reconciler, and Servers that they scale. */
import * as http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { AutoscalingSpec } from '../../src/api/autoscaling';
import type { PlatformSpec } from '../../src/api/platform';
import type { Resource } from '../../src/api/resource';
import { findAssets } from '../cluster/assets';
import { startCluster } from '../cluster/cluster';
import type { Cluster } from '../cluster/cluster';
import { ReconcilerProgram } from '../cluster/program';
import { applyDefinitions } from '../cluster/reconciler/definitions';
import { model, PLATFORM, server, Stage } from '../cluster/reconciler/stage';
import { Backend } from './backend';
import { Engines } from './engines';
import type { Tuning } from './engines';
import { findEngines } from './programs';
import type { EnginePrograms } from './programs';

/** What a client hears. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** When it was asked, when the first part of the answer came and when the last one. */
  readonly at: { readonly sent: number; readonly first: number; readonly last: number };
}

export interface Question {
  readonly headers?: http.OutgoingHttpHeaders;
  /** @default '/v1/models' */
  readonly path?: string;
  /** JSON to be posted. */
  readonly body?: object;
}

export interface Elastic {
  readonly namespace: string;
  readonly name: string;
  readonly resource: Resource;
  readonly backend: Backend;
}

/** Of which Server something is asked. */
export type ElasticName = Pick<Elastic, 'namespace' | 'name'>;

/** The shortest start and idle time that the tests wait for. */
export const SHORT = { startupTimeout: '5s', resources: { cpu: '100m', memory: '128Mi' } } as const;

export class EngineStage extends Stage {
  private running?: Engines;
  private readonly backends: Backend[] = [];
  private readonly asked = new Set<http.ClientRequest>();

  constructor(clusterOf: () => Cluster, private readonly programs: EnginePrograms, private readonly tuning?: Tuning) {
    super(clusterOf);
  }

  public get engines(): Engines {
    if (!this.running) throw new Error('the engines have not started');
    return this.running;
  }

  public get platform(): PlatformSpec {
    return { ...PLATFORM, keda: this.engines.keda };
  }

  public override async close(): Promise<void> {
    for (const request of this.asked) request.destroy();
    await super.close();
    await this.running?.stop();
    await Promise.all(this.backends.map((backend) => backend.stop()));
  }

  protected override async prepare(): Promise<void> {
    await applyDefinitions(this.cluster);
    this.running = await Engines.start(this.cluster, this.programs, this.tuning);
    this.program = await ReconcilerProgram.start(this.cluster, { platform: this.platform });
  }

  /** A Server of a published model, once a replica of it is ready. */
  public async elastic(autoscaling: AutoscalingSpec, spec: object = {}): Promise<Elastic> {
    const namespace = await this.namespace();
    await this.published(model(namespace, 'opt'));
    return this.answered({ namespace, name: 'chat' }, { autoscaling, ...spec });
  }

  /** So many Servers of one published model. */
  public async fleet(count: number, autoscaling: AutoscalingSpec): Promise<Elastic[]> {
    const namespace = await this.namespace();
    await this.published(model(namespace, 'opt'));
    return Promise.all(Array.from({ length: count }, (_, index) => this.answered({ namespace, name: `chat-${index}` }, { autoscaling })));
  }

  /** What the Server answers by the interceptor, to which the Service of its clients leads. */
  public ask({ namespace, name }: ElasticName, question: Question = {}): Promise<Answer> {
    const { headers = { host: `${name}-server.${namespace}.svc:8080` }, path = '/v1/models', body } = question;
    const port = this.engines.interceptorPort;
    const options = { host: '127.0.0.1', port, path, method: body ? 'POST' : 'GET', headers: { 'content-type': 'application/json', ...headers }, agent: false };
    return new Promise((resolve, reject) => {
      const sent = performance.now();
      const request = http.request(options, (answer) => {
        let text = '';
        let first = 0;
        answer.on('data', (chunk) => {
          first ||= performance.now();
          text += String(chunk);
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, at: { sent, first, last: performance.now() } }));
        answer.on('error', reject);
      });
      this.asked.add(request);
      request.on('close', () => this.asked.delete(request)).on('error', reject).end(body && JSON.stringify(body));
    });
  }

  public async replicas(chat: ElasticName): Promise<number> {
    return (await this.deployment(chat)).spec?.replicas ?? 1;
  }

  public deployment({ namespace, name }: ElasticName): Promise<Deployment> {
    return this.client.get<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: `${name}-server` });
  }

  /** Waits until so many replicas are asked for. */
  public untilReplicas(elastic: ElasticName, wanted: number): Promise<unknown> {
    return this.until(`there are ${wanted} replicas`, async () => await this.replicas(elastic) === wanted);
  }

  /** Until nothing of it answers, and the interceptor has heard of it. */
  public async untilGone(chat: Omit<Elastic, 'backend'>): Promise<void> {
    await this.untilReplicas(chat, 0);
    await this.until('its pods are gone', async () => (await this.pods(chat.resource)).length === 0);
    await pause(500);
  }

  /** Leads those who ask for a Server by any of its hosts to a port of this machine. */
  public lead(chat: ElasticName, port: number): void {
    for (const host of hostsOf(chat)) this.engines.network.lead(host, port);
  }

  /** A Server, whoever answers for it, once a replica of it is ready. */
  public async serve({ namespace, name }: ElasticName, spec: object): Promise<Resource> {
    const resource = server(namespace, name, { ...SHORT, ...spec });
    await this.apply(resource);
    await this.ready(resource);
    return resource;
  }

  private async answered({ namespace, name }: ElasticName, spec: object): Promise<Elastic> {
    const backend = new Backend(this.client, { namespace, server: name });
    this.backends.push(backend);
    await backend.start();
    this.lead({ namespace, name }, backend.port);
    return { namespace, name, backend, resource: await this.serve({ namespace, name }, spec) };
  }
}

/** A gateway that has a host of its own for a Server, and tells the interceptor by the header which it means. */
export function gatewayOf(namespace: string): string {
  return `${namespace}.models.example.com`;
}

/** Go asks a proxy for the host that its client has asked for, whichever it connects to: for all by which a Server is found. */
function hostsOf({ namespace, name }: ElasticName): string[] {
  const host = `${name}-server.${namespace}`;
  return [gatewayOf(namespace), ...[host, `${host}.svc`, `${host}.svc.cluster.local`].flatMap((each) => [each, `${each}:8080`])];
}

/** Tests on a stage of their own. Skipped, and counted so, where the engines are not built: `npm run test:engines` builds them. */
export function describeWithEngines(name: string, tests: (stage: () => EngineStage) => void, tuning?: Tuning): void {
  const [assets, programs] = [findAssets(), findEngines()];
  (assets && programs ? describe : describe.skip)(name, () => {
    let cluster: Cluster | undefined;
    let stage: EngineStage | undefined;

    beforeAll(async () => {
      if (!assets || !programs) return;
      cluster = await startCluster({ assets, hasEndpoints: true });
      stage = new EngineStage(() => cluster as Cluster, programs, tuning);
      await stage.open();
    });

    afterAll(async () => {
      await stage?.close();
      await cluster?.stop();
    });

    tests(() => {
      if (!stage) throw new Error('the engines have not started');
      return stage;
    });
  });
}
