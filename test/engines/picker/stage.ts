/** A cluster with a Server whose requests the real endpoint picker sends where the real Envoy asks it. */
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ConfigMap, Pod } from 'kubernetes-types/core/v1';
import { parseAllDocuments } from 'yaml';
import type { PlatformSpec } from '../../../src/api/platform';
import { RECONCILER } from '../../../src/api/reconciler';
import type { Resource } from '../../../src/api/resource';
import { clusterRole, ownRole, workspaceRole } from '../../../src/constructs/reconciler/reconciler-roles';
import { findAssets } from '../../cluster/assets';
import type { KubeObject } from '../../cluster/client';
import { startCluster } from '../../cluster/cluster';
import type { Cluster } from '../../cluster/cluster';
import type { Component } from '../../cluster/component';
import { freePort } from '../../cluster/port';
import { ReconcilerProgram } from '../../cluster/program';
import { applyDefinitions } from '../../cluster/reconciler/definitions';
import { gpuNodes } from '../../cluster/reconciler/gpu-nodes';
import { model, PLATFORM, server, Stage } from '../../cluster/reconciler/stage';
import { until } from '../../cluster/until';
import { bootstrap } from './envoy';
import type { EnvoyPorts } from './envoy';
import { findPicker } from './programs';
import type { PickerPrograms } from './programs';
import { Replica } from './replica';
import { AffineService } from './service';

export const NAMESPACE = 'team-a';
const SYSTEM = 'substratus-system';
const PICKERS = 2;
const START_SECONDS = 60;
/** Addresses of this machine, different ones in each run, by which the picker reaches the replicas at the addresses of their pods. */
const NETWORK = `127.${100 + (process.pid % 100)}.0`;

export interface Answer {
  readonly status: number;
  /** Address of the replica that answered. */
  readonly replica?: string;
}

/** A picker as a process, in place of one of its pods. */
interface Picker {
  readonly part: Component;
  readonly port: number;
  readonly metrics: number;
}

export class PickerStage extends Stage {
  public readonly resource: Resource;
  public readonly replicas: Replica[] = [];
  public readonly pickers: Picker[] = [];
  private service?: AffineService;
  private envoy?: Component;
  private ports: EnvoyPorts = { admin: 0, closed: 0, open: 0 };

  constructor(clusterOf: () => Cluster, private readonly programs: PickerPrograms) {
    super(clusterOf);
    this.resource = server(NAMESPACE, 'chat', {
      image: undefined, runtime: { name: 'vllm', version: 1 }, replicas: 3, routing: 'prefixAware', startupTimeout: '1m',
      resources: { gpu: { type: 'nvidia-l4', count: 1 } },
    });
  }

  public get platform(): PlatformSpec {
    return { ...PLATFORM, inferenceExtension: {}, workspaces: [{ namespace: NAMESPACE }] };
  }

  public override async close(): Promise<void> {
    await Promise.all([this.envoy, ...this.pickers.map(({ part }) => part)].map((part) => part?.kill()));
    await this.service?.stop();
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await super.close();
  }

  /** The reconciler has the rights that its construct writes, and no others. */
  protected override async prepare(): Promise<void> {
    await applyDefinitions(this.cluster);
    await Promise.all(gpuNodes(PLATFORM).map((node) => this.cluster.createNode(node)));
    for (const name of [NAMESPACE, SYSTEM]) await this.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const account = { namespace: SYSTEM, name: RECONCILER };
    await this.client.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
    const { platform } = this;
    const everywhere = clusterRole(platform, SYSTEM, { namespaces: [NAMESPACE] });
    const roles = [...ownRole(SYSTEM), ...everywhere, ...workspaceRole(platform, SYSTEM, NAMESPACE)];
    for (const role of roles) await this.client.apply(role as KubeObject);
    const env = { WATCH_NAMESPACES: NAMESPACE, POD_NAMESPACE: SYSTEM };
    const kubeconfig = await this.cluster.kubeconfigOf(account);
    this.program = await ReconcilerProgram.start(this.cluster, { platform, kubeconfig, env });
    await this.published(model(NAMESPACE, 'opt'));
  }

  /** Installs what the extension brings. */
  public async define(): Promise<void> {
    const definitions = this.programs.definitions.flatMap((file) => parseAllDocuments(fs.readFileSync(file, 'utf8')))
      .map((document) => document.toJS() as KubeObject | null).filter((object): object is KubeObject => object?.kind === 'CustomResourceDefinition');
    for (const definition of definitions) await this.client.apply(definition);
  }

  /** Starts what answers in place of the pods, the pickers as their Deployment has them, and Envoy. */
  public async start(): Promise<void> {
    await this.startReplicas();
    for (let number = 1; number <= PICKERS; number += 1) await this.startPicker(number);
    this.service = new AffineService(this.pickers.map(({ port }) => port));
    await this.service.start();
    await this.startEnvoy({ service: this.service.port, pickers: this.pickers.map(({ port }) => port) });
  }

  /** The picker that Envoy asks. */
  public get chosen(): Picker {
    const picker = this.pickers.find(({ port }) => port === this.service?.chosen);
    if (!picker) throw new Error('no picker was asked yet');
    return picker;
  }

  /** What a client hears that comes through Envoy, set up as Envoy AI Gateway does it, or as a gateway that fails open. */
  public ask(prompt: string, by: 'closed' | 'open' = 'closed', more: object = {}): Promise<Answer> {
    const body = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: prompt }], ...more });
    const options = { host: '127.0.0.1', port: this.ports[by], path: '/v1/chat/completions', method: 'POST', headers: { 'content-type': 'application/json' } };
    return new Promise((resolve, reject) => {
      http.request(options, (answer) => {
        answer.resume();
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, replica: answer.headers['x-replica'] as string | undefined }));
      }).on('error', reject).end(body);
    });
  }

  /** Who has answered, each once. */
  public async whoAnswers(prompts: readonly string[]): Promise<(string | undefined)[]> {
    const answers: Answer[] = [];
    for (const prompt of prompts) answers.push(await this.ask(prompt));
    return [...new Set(answers.map(({ replica }) => replica))];
  }

  /** Waits until all pickers that run have read the metrics of the replicas as they are now. */
  public async untilRead(): Promise<void> {
    const before = this.replicas.map(({ reads }) => reads);
    await this.until('the metrics are read', () => this.replicas.every(({ reads }, index) => reads >= (before[index] ?? 0) + 4 * PICKERS));
  }

  /** Waits until a picker knows all replicas. */
  public async untilReady({ metrics, part }: Picker): Promise<void> {
    let seen = '';
    await until('the picker knows the replicas', async () => {
      if (!part.isRunning) throw new Error(`the picker has ended (${part.ending}):\n${part.lastWords()}`);
      const text = await fetch(`http://127.0.0.1:${metrics}/metrics`).then((answer) => answer.text(), () => '');
      seen = text.split('\n').filter((line) => line.startsWith('inference_pool_ready_pods')).join();
      return new RegExp(`\\{.*"chat-server".*\\} ${this.replicas.length}$`).test(seen);
    }, { seconds: START_SECONDS }).catch((error: Error) => {
      throw new Error(`${error.message}; it says ${seen}\n${part.lastWords()}`);
    });
  }

  private async startReplicas(): Promise<void> {
    const pods = await this.until('there are pods', async () => {
      const found = await this.podsOf('run');
      return found.length === 3 && found.every(({ status }) => status?.podIP !== undefined) ? found : undefined;
    });
    for (const [index, { metadata }] of pods.entries()) {
      const host = `${NETWORK}.${index + 1}`;
      const reference = { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: metadata?.name ?? '' };
      await this.client.patch(reference, { status: { podIP: host, podIPs: [{ ip: host }] } }, { subresource: 'status' });
      const replica = new Replica(host, 8080);
      this.replicas.push(replica);
      await replica.start();
    }
  }

  private podsOf(role: string): Promise<Pod[]> {
    return this.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, labels: { server: 'chat', role } });
  }

  /** With the arguments and the configuration of its pod, and with the rights of its account. */
  private async startPicker(number: number): Promise<void> {
    const deployment = await this.client.get<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: NAMESPACE, name: 'chat-picker' });
    const pod = deployment.spec?.template.spec;
    const configMap = await this.client.get<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', namespace: NAMESPACE, name: pod?.volumes?.[0]?.configMap?.name ?? '' });
    const config = this.cluster.write(`picker-${number}.yaml`, configMap.data?.['picker.yaml'] ?? '');
    const [port, metrics] = [await freePort(), await freePort()];
    const here: Readonly<Record<string, string | number>> = {
      '--config-file': config, '--grpc-port': port, '--metrics-port': metrics, '--grpc-health-port': await freePort(),
    };
    const args = (pod?.containers[0]?.args ?? []).map((arg) => {
      const [flag = ''] = arg.split('=');
      return here[flag] === undefined ? arg : `${flag}=${here[flag]}`;
    });
    const kubeconfig = await this.cluster.kubeconfigOf({ namespace: NAMESPACE, name: pod?.serviceAccountName ?? '' });
    const picker = { part: this.cluster.startProgram(`picker-${number}`, { command: [this.programs.epp, ...args], kubeconfig }), port, metrics };
    this.pickers.push(picker);
    await this.untilReady(picker);
  }

  private async startEnvoy(pickers: { readonly service: number; readonly pickers: readonly number[] }): Promise<void> {
    this.ports = { admin: await freePort(), closed: await freePort(), open: await freePort() };
    const config = this.cluster.write('envoy.json', JSON.stringify(bootstrap({ ports: this.ports, ...pickers, replicas: this.replicas })));
    const command = [this.programs.envoy, '--config-path', config, '--use-dynamic-base-id', '--concurrency', '1', '--log-level', 'warning'];
    const envoy = this.cluster.startProgram('envoy', { command, kubeconfig: this.cluster.kubeconfig });
    this.envoy = envoy;
    await until('Envoy is ready', async () => {
      if (!envoy.isRunning) throw new Error(`Envoy has ended (${envoy.ending}):\n${envoy.lastWords()}`);
      return fetch(`http://127.0.0.1:${this.ports.admin}/ready`).then(({ ok }) => ok, () => false);
    }, { seconds: START_SECONDS });
  }
}

/** Tests on a stage of their own. Skipped, and counted so, where the programs are not built: `npm run test:engines` builds them. */
export function describeWithPicker(name: string, tests: (stage: () => PickerStage) => void): void {
  const [assets, programs] = [findAssets(), findPicker()];
  (assets && programs ? describe : describe.skip)(name, () => {
    let cluster: Cluster | undefined;
    let stage: PickerStage | undefined;

    beforeAll(async () => {
      if (!assets || !programs) return;
      cluster = await startCluster({ assets });
      stage = new PickerStage(() => cluster as Cluster, programs);
      await stage.open();
    }, 300_000);

    afterAll(async () => {
      await stage?.close();
      await cluster?.stop();
    });

    tests(() => {
      if (!stage) throw new Error('the stage has not opened');
      return stage;
    });
  });
}
