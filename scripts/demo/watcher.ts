/** The resources of a namespace and the pods of its server, as they are now. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { API_VERSION, KINDS } from '../../src/api/resource';
import type { Client } from '../../test/cluster/client';
import { follow } from '../../test/cluster/follow';
import type { Followed } from '../../test/cluster/follow';
import type { Reference } from '../../test/cluster/paths';
import { inOrder, rowOf } from './row';
import type { Row, Shown } from './row';
import type { ServingPod } from './view';

type StoredResource = Shown & Followed;
type StoredPod = Pod & Followed;

/** Where a server finds its model (docs/container-contract.md). */
const MODEL_PATH = '/content/model';

export interface WatcherOptions {
  readonly client: Client;
  readonly namespace: string;
  /** Called at each change. */
  readonly onChange: () => void;
}

export class Watcher {
  private readonly resources = new Map<string, StoredResource>();
  private readonly pods = new Map<string, StoredPod>();
  private readonly stopping = new AbortController();
  private readonly following: Promise<void>[] = [];

  constructor(private readonly options: WatcherOptions) {
    for (const kind of KINDS) this.into(this.resources, { apiVersion: API_VERSION, kind });
    this.into(this.pods, { apiVersion: 'v1', kind: 'Pod' });
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.following);
  }

  public rows(): Row[] {
    return inOrder([...this.resources.values()].map((resource) => rowOf(resource, Date.now())));
  }

  public find(kind: string, name: string): Shown | undefined {
    return [...this.resources.values()].find((resource) => resource.kind === kind && resource.metadata.name === name);
  }

  /** In the order in which they came. */
  public podsOf(deployment: string): ServingPod[] {
    return [...this.pods.values()]
      .filter(({ metadata }) => metadata.name.startsWith(`${deployment}-`))
      .map((pod) => servingPod(pod, this.namesOf('Model')));
  }

  public namesOf(kind: string): string[] {
    return [...this.resources.values()].filter((resource) => resource.kind === kind).map(({ metadata }) => metadata.name);
  }

  private into<T extends Followed>(known: Map<string, T>, of: { readonly apiVersion: string; readonly kind: string }): void {
    const { client, namespace, onChange } = this.options;
    const { signal } = this.stopping;
    this.following.push(follow<T>(client, { collection: { ...of, namespace }, signal }, ({ object, isGone }) => {
      if (isGone) known.delete(object.metadata.uid);
      else known.set(object.metadata.uid, { ...object, kind: of.kind });
      onChange();
    }));
  }
}

/** How many replicas answer, by the API server at this moment. */
export async function availableNow(client: Client, deployment: Pick<Reference, 'namespace' | 'name'>): Promise<number> {
  const { status } = await client.get<Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', ...deployment });
  return status?.availableReplicas ?? 0;
}

/** What the view says of a pod of a Server. A model's name ends as its recipe digest begins, and that is in the path of its mount. */
export function servingPod({ metadata, spec, status }: Pod, modelNames: readonly string[]): ServingPod {
  const mount = spec?.containers[0]?.volumeMounts?.find(({ mountPath }) => mountPath === MODEL_PATH);
  const recipe = mount?.subPath?.split('/')[1] ?? '';
  const model = modelNames.find((name) => recipe.startsWith(name.slice(name.lastIndexOf('-') + 1))) ?? recipe;
  const isReady = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
  const state = isReady ? 'ready' : 'starting';
  return { name: metadata?.name ?? '', model, state: metadata?.deletionTimestamp === undefined ? state : 'ending' };
}
