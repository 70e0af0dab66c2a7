/** A cluster with the reconciler in it, and scenes that play there at the same time, each in a namespace of its own. */
import { MANAGED_BY_LABEL, MANAGER_NAME } from '../../../src/api/labels';
import type { PlatformSpec } from '../../../src/api/platform';
import { API_VERSION } from '../../../src/api/resource';
import type { Kind, Metadata, ModelSpec, Resource } from '../../../src/api/resource';
import type { Condition, Status } from '../../../src/api/status';
import { expand } from '../../../src/expand';
import type { Child, Inputs } from '../../../src/expand';
import type { LiveObject } from '../../../src/reconciler/kube/types';
import { referenceTo } from '../client';
import type { Client, KubeObject } from '../client';
import type { Cluster } from '../cluster';
import { assertConverged } from '../converged';
import { describeOnCluster } from '../describe';
import { ReconcilerProgram } from '../program';
import type { ReconcilerOptions } from '../program';
import { until } from '../until';
import { applyDefinitions } from './definitions';
import { gpuNodes } from './gpu-nodes';

/** A laptop with a store. */
export const PLATFORM: PlatformSpec = {
  cloud: 'local',
  clusterName: 'stage',
  artifacts: { url: 's3://artifacts', endpoint: 'http://minio.minio:9000', credentialsSecret: 'store' },
  gpuPools: [{ name: 'l4', gpu: 'nvidia-l4', gpusPerNode: 8 }],
};

const TIMEOUT_SECONDS = 120;

/** A stored resource. */
export interface Stored extends LiveObject {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Status;
}

/** An object of which the names are all that is known. */
export type Live = LiveObject & { readonly spec?: unknown; readonly status?: unknown };

interface Scene {
  readonly play: () => Promise<unknown>;
  result?: Promise<unknown>;
}

export interface StageOptions {
  /**
   * More of the environment of the reconciler.
   *
   * @default - none
   */
  readonly env?: () => NodeJS.ProcessEnv;

  /**
   * Whether each scene starts a reconciler of its own.
   *
   * @default false
   */
  readonly isEmpty?: boolean;
}

export class Stage {
  private readonly scenes: Scene[] = [];
  protected program?: ReconcilerProgram;
  private count = 0;

  constructor(protected readonly clusterOf: () => Cluster, private readonly options: StageOptions = {}) {}

  public get cluster(): Cluster {
    return this.clusterOf();
  }

  public get client(): Client {
    return this.cluster.client;
  }

  public get reconciler(): ReconcilerProgram {
    if (!this.program) throw new Error('the reconciler has not started');
    return this.program;
  }

  /** Adds a scene, which begins with all others; what it returns awaits its end. */
  public scene<T>(play: () => Promise<T>): () => Promise<T> {
    const scene: Scene = { play };
    this.scenes.push(scene);
    return () => (scene.result ?? Promise.reject(new Error('the scene has not begun'))) as Promise<T>;
  }

  /** @internal */
  public async open(): Promise<void> {
    await this.prepare();
    for (const scene of this.scenes) {
      scene.result = scene.play();
      scene.result.catch(() => undefined); // its test tells
    }
  }

  /** @internal */
  public async close(): Promise<void> {
    await this.program?.stop();
  }

  /** What has to be there before the scenes begin. */
  protected async prepare(): Promise<void> {
    await applyDefinitions(this.cluster);
    await Promise.all(gpuNodes(PLATFORM).map((node) => this.cluster.createNode(node)));
    const { env, isEmpty } = this.options;
    if (!isEmpty) this.program = await ReconcilerProgram.start(this.cluster, { platform: PLATFORM, env: env?.() });
  }

  /** A reconciler for one namespace. */
  public reconcilerFor(namespace: string, options: Partial<ReconcilerOptions> = {}): Promise<ReconcilerProgram> {
    const { platform = PLATFORM, env, ...rest } = options;
    return ReconcilerProgram.start(this.cluster, { platform, name: `reconciler-${namespace}`, env: { WATCH_NAMESPACES: namespace, ...env }, ...rest });
  }

  /** A namespace for a scene. */
  public async namespace(labels: Readonly<Record<string, string>> = {}): Promise<string> {
    this.count += 1;
    const name = `scene-${this.count}`;
    await this.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    return name;
  }

  public async apply(resource: Resource): Promise<Stored> {
    return this.client.apply(resource) as Promise<unknown> as Promise<Stored>;
  }

  public get(resource: KubeObject): Promise<Stored> {
    return this.client.get(referenceTo(resource)) as Promise<unknown> as Promise<Stored>;
  }

  public async find(object: KubeObject): Promise<Live | undefined> {
    return this.client.find(referenceTo(object)) as Promise<unknown> as Promise<Live | undefined>;
  }

  /** Waits until the status says so, and returns the condition Ready. */
  public reason(resource: KubeObject, reason: string): Promise<Condition> {
    return this.condition(resource, { what: `says ${reason}`, holds: (condition) => condition.reason === reason });
  }

  public async ready(resource: KubeObject): Promise<Stored> {
    await this.condition(resource, { what: 'is Ready', holds: ({ status }) => status === 'True' });
    return this.get(resource);
  }

  public until<T>(what: string, ask: () => Promise<T> | T) {
    return until(what, ask, { seconds: TIMEOUT_SECONDS, everyMs: 200 });
  }

  /** A Model or Dataset whose artifact `check` finds in the bucket. */
  public async published(resource: Resource): Promise<Stored> {
    const namespace = resource.metadata.namespace ?? '';
    const message = JSON.stringify({ published: true, contentDigest: `sha256:${'c'.repeat(64)}`, bytes: 1, files: 1 });
    this.cluster.kubelet.cue({ namespace, container: 'check', namePrefix: resource.metadata.name }, { outcome: 'succeed', message });
    await this.apply(resource);
    return this.ready(resource);
  }

  /** The one object of a kind and role that a resource has. */
  public async child(resource: KubeObject, kind: string, role?: string): Promise<Live> {
    return this.until(`${resource.kind} ${resource.metadata?.name} has its ${kind}`, async () => (await this.children(resource, kind))
      .find(({ metadata }) => role === undefined || metadata.labels?.role === role));
  }

  public async children({ kind, metadata = {} }: KubeObject, childKind: string): Promise<Live[]> {
    const labels = { [MANAGED_BY_LABEL]: MANAGER_NAME, [kind?.toLowerCase() ?? '']: metadata.name ?? '' };
    const { apiVersion } = GROUPS[childKind] ?? { apiVersion: 'v1' };
    const items = await this.client.list({ apiVersion, kind: childKind, namespace: metadata.namespace, labels }) as unknown as Live[];
    return items.map((item) => ({ ...item, apiVersion, kind: childKind }));
  }

  /** The pods of a resource that have not been deleted. */
  public async pods(resource: KubeObject): Promise<Live[]> {
    return (await this.children(resource, 'Pod')).filter(({ metadata }) => !metadata.deletionTimestamp);
  }

  /** What its Events say, once there is one of that reason: they are written when there is time. */
  public told(resource: KubeObject, reason: string): Promise<Record<string, string>> {
    return this.until(`there is an Event ${reason}`, async () => {
      const events = await this.events(resource);
      return events[reason] === undefined ? undefined : events;
    }) as Promise<Record<string, string>>;
  }

  /** The messages of Events about a resource, by their reason. */
  public async events({ kind, metadata = {} }: KubeObject): Promise<Record<string, string>> {
    const events = await this.client.list({ apiVersion: 'v1', kind: 'Event', namespace: metadata.namespace }) as unknown as EventLike[];
    const own = events.filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === metadata.name);
    return Object.fromEntries(own.map(({ reason, message }) => [reason, message]));
  }

  public converged(namespaces: readonly string[], platform = PLATFORM): Promise<void> {
    return assertConverged(this.cluster, { platform, namespaces, seconds: TIMEOUT_SECONDS });
  }

  /** Waits for the condition Ready to be as expected. */
  private async condition(resource: KubeObject, { what, holds }: Expected): Promise<Condition> {
    let ready: Condition | undefined;
    const found = await this.until(`${resource.kind} ${resource.metadata?.name} ${what}`, async () => {
      ready = (await this.get(resource)).status?.conditions?.find(({ type }) => type === 'Ready');
      return ready && holds(ready) ? ready : undefined;
    }).catch((error: Error) => {
      throw new Error(`${error.message}; its status says ${ready?.reason}: ${ready?.message}`);
    });
    return found;
  }
}

interface Expected {
  readonly what: string;
  readonly holds: (ready: Condition) => boolean;
}

interface EventLike {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

const GROUPS: Readonly<Record<string, { readonly apiVersion: string }>> = {
  Deployment: { apiVersion: 'apps/v1' }, ReplicaSet: { apiVersion: 'apps/v1' }, Job: { apiVersion: 'batch/v1' },
  PodDisruptionBudget: { apiVersion: 'policy/v1' },
};

/** Tests on a stage of their own. */
export function describeOnStage(name: string, tests: (stage: Stage) => void, options: StageOptions = {}): void {
  describeOnCluster(name, {}, (cluster) => {
    const stage = new Stage(cluster, options);
    tests(stage);
    beforeAll(() => stage.open());
    afterAll(() => stage.close());
  });
}

/** A resource with a name in a namespace. */
export function resourceOf<S extends object>(kind: Kind, metadata: Metadata, spec: S): Resource {
  return { apiVersion: API_VERSION, kind, metadata, spec } as unknown as Resource;
}

export function model(namespace: string, name: string, spec: Partial<ModelSpec> = {}): Resource {
  return resourceOf('Model', { namespace, name }, { image: 'example.com/model:1', ...spec });
}

export function server(namespace: string, name: string, spec: object = {}): Resource {
  return resourceOf('Server', { namespace, name }, { image: 'example.com/server:1', model: { name: 'opt' }, ...spec });
}

export function notebook(namespace: string, name: string, spec: object = {}): Resource {
  return resourceOf('Notebook', { namespace, name }, { image: 'example.com/notebook:1', ...spec });
}

/** What a resource without inputs, or with these, expands to: to know a name before it is there. */
interface Which {
  readonly step?: string;
  readonly inputs?: Inputs;
}

export function childNamed(owner: Resource, kind: string, { step, inputs = {} }: Which = {}): KubeObject {
  const isIt = (child: Child) => child.object.kind === kind && (step === undefined || child.step === step);
  const found = expand(owner, { platform: PLATFORM, inputs }).find(isIt);
  if (!found) throw new Error(`${owner.kind} ${owner.metadata.name} has no ${kind}`);
  return found.object;
}
