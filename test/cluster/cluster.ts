/** A Kubernetes cluster without containers: a real control plane, simulated nodes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Node } from 'kubernetes-types/core/v1';
import type { Assets } from './assets';
import { Bucket } from './bucket';
import { Client } from './client';
import type { Component } from './component';
import { ControlPlane } from './control-plane';
import type { ControlPlaneOptions, ProgramOptions } from './control-plane';
import { Kubelet } from './kubelet';
import { drain, evict, nodeOf, remove } from './nodes';
import type { NodeOptions, PodName } from './nodes';
import { freePort } from './port';
import { Provisioner, storageClass } from './provisioner';
import { until } from './until';

export interface ClusterOptions {
  readonly assets: Assets;

  /**
   * The nodes to begin with.
   *
   * @default - one with 16 CPU, 64 GiB and no GPU
   */
  readonly nodes?: readonly NodeOptions[];

  /**
   * What was published before: the bucket of another cluster.
   *
   * @default - an empty one
   */
  readonly bucket?: Bucket;

  /**
   * The least that a watch lasts, in seconds, if nothing cuts it.
   *
   * @default 1800
   */
  readonly minRequestTimeout?: number;

  /**
   * Whether there is only the API server, and nothing comes to life: whoever asks plays the controllers and kubelets.
   *
   * @default false
   */
  readonly isBare?: boolean;

  /**
   * Whether Services have endpoints: the addresses of their pods, at which nobody answers.
   *
   * @default false
   */
  readonly hasEndpoints?: boolean;
}

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

const START_ATTEMPTS = 3;
/** Longer than any cluster lasts. */
const TOKEN_SECONDS = 7 * 24 * 3600;
const MAX_OUTPUT = 64 * 1024 ** 2;
const run = promisify(execFile);

/** Starts a cluster. Resolves when Jobs, Deployments and claims come to life in it. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { assets, nodes = [{ name: 'node-1' }], minRequestTimeout = 1800, isBare = false, hasEndpoints } = options;
  const plane = await startControlPlane({ assets, minRequestTimeout, isBare, hasEndpoints });
  const cluster = new Cluster(plane, options);
  if (isBare) return cluster;
  try {
    await cluster.client.create(storageClass('standard', { isDefault: true }));
    await Promise.all(nodes.map((node) => cluster.createNode(node)));
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', name: 'default' };
    await until('the controllers work', () => cluster.client.find(account));
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Someone else may take the port between our look at it and the server's: then with another. */
async function startControlPlane(options: Omit<ControlPlaneOptions, 'port'>): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    const plane = new ControlPlane({ ...options, port: await freePort() });
    try {
      await plane.start();
      return plane;
    } catch (error) {
      const hasLostPort = plane.component('kube-apiserver').lastWords().includes('address already in use');
      await plane.stop();
      if (!hasLostPort || attempt === START_ATTEMPTS) throw error;
    }
  }
}

export class Cluster {
  public readonly url: string;
  /** Of the administrator; a path. */
  public readonly kubeconfig: string;
  /** Of the administrator. */
  public readonly token: string;
  /** What to trust when talking to the API server, PEM. */
  public readonly ca: string;
  /** Where each program writes its log. */
  public readonly logs: string;
  /** As the administrator. */
  public readonly client: Client;
  /** What was published. */
  public readonly bucket: Bucket;
  /** Decides what becomes of pods. */
  public readonly kubelet: Kubelet;
  private readonly provisioner: Provisioner;

  /** Takes over a control plane that runs: its kubelets and its disks, unless it is bare or has a node that runs containers. */
  constructor(protected readonly plane: ControlPlane, private readonly options: Pick<ClusterOptions, 'assets' | 'bucket' | 'isBare'>) {
    this.url = plane.url;
    this.kubeconfig = plane.kubeconfig;
    this.token = plane.files.adminToken;
    this.ca = plane.files.readCa();
    this.logs = plane.files.path('logs');
    this.client = new Client(this);
    this.bucket = options.bucket ?? new Bucket();
    this.kubelet = new Kubelet(this.client, this.bucket);
    this.provisioner = new Provisioner(this.client);
    if (options.isBare) return;
    this.kubelet.start();
    this.provisioner.start();
  }

  /** Stops everything and removes its files. */
  public async stop(): Promise<void> {
    await Promise.all([this.kubelet.stop(), this.provisioner.stop()]);
    this.client.close();
    await this.plane.stop();
  }

  /** `etcd`, `kube-apiserver`, `kube-controller-manager`, `kube-scheduler` or `kwok`: to kill, restart, freeze and thaw. */
  public component(name: string): Component {
    return this.plane.component(name);
  }

  /** Ends the API server, waits, and starts it again at the same address. Resolves when it answers. */
  public async restartApiServer({ signal = 'SIGKILL' as NodeJS.Signals, downMs = 0 } = {}): Promise<void> {
    await this.plane.restartApiServer({ signal, downMs });
  }

  /** Starts a program against the cluster, which ends with it if not before. Its output is in `logs`. */
  public startProgram(name: string, options: ProgramOptions): Component {
    return this.plane.startProgram(name, options);
  }

  /** Adds a node and waits until pods may go there. */
  public async createNode(options: NodeOptions): Promise<void> {
    await this.client.create(nodeOf(options));
    await this.untilNodeIsReady(options.name);
  }

  /** Waits until pods may go to the node. */
  public async untilNodeIsReady(name: string): Promise<void> {
    await until(`node ${name} is ready`, async () => {
      const node = await this.client.find<Node>({ apiVersion: 'v1', kind: 'Node', name });
      const isReady = node?.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
      return isReady && !node?.spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready');
    }, { seconds: 60 });
  }

  /** Takes a node away, and with it its pods, as when a spot machine is reclaimed. */
  public async deleteNode(name: string): Promise<void> {
    await remove(this.client, name);
  }

  /** Lets nothing more onto the node, and evicts what is there. */
  public async drain(node: string): Promise<void> {
    await drain(this.client, node);
  }

  /** Evicts a pod as `kubectl drain` does; a PodDisruptionBudget may refuse. */
  public async evict(pod: PodName): Promise<void> {
    await evict(this.client, pod);
  }

  /** A token of a ServiceAccount, as its pods have it. */
  public async tokenOf({ namespace, name }: ServiceAccountName): Promise<string> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: TOKEN_SECONDS } };
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const { status } = await this.client.request<{ readonly status: { readonly token: string } }>('POST', path, { body });
    return status.token;
  }

  /** A client with the rights of a ServiceAccount. Close it. */
  public async clientOf(account: ServiceAccountName): Promise<Client> {
    return new Client({ url: this.url, ca: this.ca, token: await this.tokenOf(account) });
  }

  /** A kubeconfig with the rights of a ServiceAccount; its path. */
  public async kubeconfigOf(account: ServiceAccountName): Promise<string> {
    const token = await this.tokenOf(account);
    return this.plane.files.writeKubeconfig(`kubeconfig-${account.namespace}-${account.name}`, { url: this.url, token });
  }

  /** Writes a file that goes with the cluster; its path. */
  public write(name: string, content: string | Buffer): string {
    return this.plane.files.write(name, content);
  }

  /** How `kubectl` is called, as the administrator: the words before its own. */
  public get kubectlCommand(): readonly string[] {
    return [...this.options.assets.kubectl, `--kubeconfig=${this.kubeconfig}`];
  }

  /** What `kubectl` prints, as the administrator. */
  public async kubectl(...args: string[]): Promise<string> {
    const [file = '', ...first] = this.kubectlCommand;
    const { stdout } = await run(file, [...first, ...args], { maxBuffer: MAX_OUTPUT });
    return stdout;
  }
}
