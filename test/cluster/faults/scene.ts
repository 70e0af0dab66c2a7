/** A namespace with a reconciler of its own behind a proxy of its own, so that many faults are tried at once on one cluster. */
import type { Namespace, ServiceAccount } from 'kubernetes-types/core/v1';
import { customResourceDefinitions } from '../../../src/api/crds';
import type { PlatformSpec } from '../../../src/api/platform';
import { API_VERSION } from '../../../src/api/resource';
import type { Kind } from '../../../src/api/resource';
import type { Condition, Status } from '../../../src/api/status';
import { staticToken } from '../../../src/reconciler/kube/token';
import { FaultProxy } from '../../reconciler/fault-proxy';
import { HAS_OPENSSL, selfSigned } from '../../reconciler/kube/certificate';
import type { Client, KubeObject } from '../client';
import type { Cluster, ClusterOptions } from '../cluster';
import { assertConverged } from '../converged';
import type { Reference } from '../paths';
import { ReconcilerProgram } from '../program';
import { until } from '../until';
import { doubled } from './doubled';

export const PLATFORM: PlatformSpec = {
  cloud: 'local',
  clusterName: 'kwok',
  artifacts: { url: 's3://artifacts', endpoint: 'http://minio:9000', credentialsSecret: 'store' },
};

/** For HTTP/2, as API servers speak it: watches share connections then, and are cut together. */
const CERTIFICATE = HAS_OPENSSL ? selfSigned() : undefined;

/** How long anything may take that is not measured: the machine may have much else to do. */
export const PATIENCE_SECONDS = 120;
const EVERY_MS = 250;

/** Room for all that is tried at once. */
export const ROOMY: Partial<ClusterOptions> = {
  nodes: [{ name: 'node-1', cpu: '2000', memory: '8Ti', ephemeralStorage: '100Ti', pods: '10000' }],
};

/** An object of one of the four kinds, as it is stored. */
export interface Stored extends KubeObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string; readonly generation: number };
  readonly status?: Status;
}

/** Makes the four kinds known to a cluster. */
export async function installKinds({ client }: Pick<Cluster, 'client'>): Promise<void> {
  for (const definition of customResourceDefinitions()) await client.apply(definition as KubeObject);
  for (const { metadata: { name } } of customResourceDefinitions()) await untilEstablished(client, name);
}

async function untilEstablished(client: Client, name: string): Promise<void> {
  const reference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
  await until(`${name} is established`, async () => {
    const { status } = await client.get<KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } }>(reference);
    return status?.conditions?.some(({ type, status: holds }) => type === 'Established' && holds === 'True');
  });
}

export class Scene {
  /** Makes the namespace, and a proxy before the API server. Starts no program yet. */
  public static async set(cluster: Cluster, namespace: string): Promise<Scene> {
    await createNamespace(cluster.client, namespace);
    return new Scene(cluster, namespace, await proxyOf(cluster));
  }

  /** The same, with the rights of ServiceAccount `reconciler` in that namespace. */
  public static async setWithAccount(cluster: Cluster, namespace: string): Promise<Scene> {
    const account = { namespace, name: 'reconciler' };
    await createNamespace(cluster.client, namespace);
    await cluster.client.create<ServiceAccount>({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
    const { url, ca } = cluster;
    return new Scene(cluster, namespace, await proxyOf({ url, ca, token: await cluster.tokenOf(account) }));
  }

  /** Names of the programs that were started. */
  private readonly programs: string[] = [];
  private readonly proxies: FaultProxy[];

  private constructor(public readonly cluster: Cluster, public readonly namespace: string, public readonly proxy: FaultProxy) {
    this.proxies = [proxy];
  }

  /** Starts a reconciler of this namespace alone, which leads at once; a further one behind a proxy of its own. */
  public async start(env: NodeJS.ProcessEnv = {}, proxy = this.proxy): Promise<ReconcilerProgram> {
    const { cluster, namespace } = this;
    const name = `${namespace}-${this.programs.length + 1}`;
    this.programs.push(name);
    return ReconcilerProgram.start(cluster, {
      platform: PLATFORM,
      name,
      kubeconfig: cluster.write(`${name}.json`, proxy.kubeconfig),
      env: { POD_NAMESPACE: namespace, WATCH_NAMESPACES: namespace, LEASE_NAME: 'reconciler', ...env },
    });
  }

  /** Ends all programs of it, at once and without a word. */
  public async kill(): Promise<void> {
    await Promise.all(this.programs.map((name) => this.cluster.component(name).kill()));
  }

  /** One more way to the API server, for one more program. */
  public async anotherProxy(): Promise<FaultProxy> {
    const proxy = await proxyOf(this.cluster);
    this.proxies.push(proxy);
    return proxy;
  }

  /** The same in another namespace that its reconciler watches. */
  public in(namespace: string): Scene {
    return new Scene(this.cluster, namespace, this.proxy);
  }

  public create(kind: Kind, name: string, spec: object = { image: 'example.com/main:1' }): Promise<Stored> {
    const object = { apiVersion: API_VERSION, kind, metadata: { name, namespace: this.namespace }, spec };
    return this.cluster.client.create<KubeObject>(object) as Promise<Stored>;
  }

  public get(kind: Kind, name: string): Promise<Stored> {
    return this.cluster.client.get(this.referTo(kind, name));
  }

  public delete(kind: Kind, name: string): Promise<void> {
    return this.cluster.client.delete(this.referTo(kind, name), { propagationPolicy: 'Background' });
  }

  public list<T extends KubeObject>(apiVersion: string, kind: string): Promise<T[]> {
    return this.cluster.client.list<T>({ apiVersion, kind, namespace: this.namespace });
  }

  public async condition(kind: Kind, name: string, type = 'Ready'): Promise<Condition | undefined> {
    return (await this.get(kind, name)).status?.conditions?.find((condition) => condition.type === type);
  }

  /** Waits until a resource is Ready, for its latest generation. */
  public async untilReady(kind: Kind, name: string, seconds = PATIENCE_SECONDS): Promise<Stored> {
    await this.until(`${kind} ${name} is Ready`, async () => {
      const { status, metadata: { generation } } = await this.get(kind, name);
      return status?.ready && status.observedGeneration === generation;
    }, seconds);
    return this.get(kind, name);
  }

  public async untilReason(kind: Kind, name: string, reason: string): Promise<Condition> {
    await this.until(`${kind} ${name} is ${reason}`, async () => (await this.condition(kind, name))?.reason === reason);
    return await this.condition(kind, name) as Condition;
  }

  /**
   * Nothing lost, nothing doubled, no orphan, and every status as a fresh computation has it.
   *
   * @param others namespaces that it refers to
   */
  public async assertSound(seconds = PATIENCE_SECONDS, ...others: readonly string[]): Promise<void> {
    await assertConverged(this.cluster, { platform: PLATFORM, namespaces: [this.namespace, ...others], seconds });
    expect(await doubled(this.cluster.client, this.namespace)).toEqual([]);
  }

  /** Ends the programs and the proxies. */
  public async end(): Promise<void> {
    await this.kill();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }

  public until<T>(what: string, ask: () => Promise<T> | T, seconds = PATIENCE_SECONDS): Promise<unknown> {
    return until(`${what} in ${this.namespace}`, ask, { seconds, everyMs: EVERY_MS });
  }

  private referTo(kind: Kind, name: string): Reference {
    return { apiVersion: API_VERSION, kind, namespace: this.namespace, name };
  }
}

export async function createNamespace(client: Client, name: string): Promise<void> {
  await client.create<Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

function proxyOf({ url, ca, token }: Pick<Cluster, 'url' | 'ca' | 'token'>): Promise<FaultProxy> {
  return FaultProxy.start({ server: url, ca, token: staticToken(token) }, CERTIFICATE);
}
