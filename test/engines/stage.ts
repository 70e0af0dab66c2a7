/** A cluster with KEDA, its HTTP add-on and the reconciler, and Servers that they scale. */
import * as http from 'node:http';
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
import { findEngines } from './programs';
import type { EnginePrograms } from './programs';

/** What a client hears. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface Elastic {
  readonly namespace: string;
  readonly resource: Resource;
  readonly backend: Backend;
}

/** The shortest start and idle time that the tests wait for. */
export const SHORT = { startupTimeout: '5s' } as const;

export class EngineStage extends Stage {
  private running?: Engines;
  private readonly backends: Backend[] = [];

  constructor(clusterOf: () => Cluster, private readonly programs: EnginePrograms) {
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
    await super.close();
    await this.running?.stop();
    await Promise.all(this.backends.map((backend) => backend.stop()));
  }

  protected override async prepare(): Promise<void> {
    await applyDefinitions(this.cluster);
    this.running = await Engines.start(this.cluster, this.programs);
    this.program = await ReconcilerProgram.start(this.cluster, { platform: this.platform });
  }

  /** A Server of a published model, once it has answered for the first time. */
  public async elastic(autoscaling: AutoscalingSpec, spec: object = {}): Promise<Elastic> {
    const namespace = await this.namespace();
    const resource = server(namespace, 'chat', { ...SHORT, autoscaling, ...spec });
    const backend = new Backend(this.client, { namespace, server: 'chat' });
    this.backends.push(backend);
    await backend.start();
    for (const host of hostsOf(namespace)) this.engines.network.lead(host, backend.port);
    await this.published(model(namespace, 'opt'));
    await this.apply(resource);
    await this.ready(resource);
    return { namespace, resource, backend };
  }

  /** What the Server answers by the interceptor, to which the Service of its clients leads. */
  public ask({ namespace }: Pick<Elastic, 'namespace'>, headers: http.OutgoingHttpHeaders = { host: `chat-server.${namespace}.svc:8080` }): Promise<Answer> {
    const options = { host: '127.0.0.1', port: this.engines.interceptorPort, path: '/v1/models', headers, agent: false };
    return new Promise((resolve, reject) => {
      http.get(options, (answer) => {
        let text = '';
        answer.on('data', (chunk) => (text += String(chunk)));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
        answer.on('error', reject);
      }).on('error', reject);
    });
  }

  public async replicas({ namespace }: Pick<Elastic, 'namespace'>): Promise<number> {
    const deployment = await this.client.get<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'chat-server' });
    return deployment.spec?.replicas ?? 1;
  }

  /** Waits until so many replicas are asked for. */
  public untilReplicas(elastic: Pick<Elastic, 'namespace'>, wanted: number): Promise<unknown> {
    return this.until(`there are ${wanted} replicas`, async () => await this.replicas(elastic) === wanted);
  }
}

/** A gateway that has a host of its own for a Server, and tells the interceptor by the header which it means. */
export function gatewayOf(namespace: string): string {
  return `${namespace}.models.example.com`;
}

/** Go asks a proxy for the host that its client has asked for, whichever it connects to: for all by which a Server is found. */
function hostsOf(namespace: string): string[] {
  const host = `chat-server.${namespace}`;
  return [gatewayOf(namespace), ...[host, `${host}.svc`, `${host}.svc.cluster.local`].flatMap((name) => [name, `${name}:8080`])];
}

/** Tests on a stage of their own. Skipped, and counted so, where the engines are not built: `npm run test:engines` builds them. */
export function describeWithEngines(name: string, tests: (stage: () => EngineStage) => void): void {
  const [assets, programs] = [findAssets(), findEngines()];
  (assets && programs ? describe : describe.skip)(name, () => {
    let cluster: Cluster | undefined;
    let stage: EngineStage | undefined;

    beforeAll(async () => {
      if (!assets || !programs) return;
      cluster = await startCluster({ assets, hasEndpoints: true });
      stage = new EngineStage(() => cluster as Cluster, programs);
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
