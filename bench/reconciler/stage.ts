/** What the measurements are made on: an API server, simulated controllers, and what the API server has told so far. */
import { customResourceDefinitions } from '../../src/api/crds';
import { findAssets } from '../../test/cluster/assets';
import type { Client, KubeObject } from '../../test/cluster/client';
import { startCluster } from '../../test/cluster/cluster';
import type { Cluster } from '../../test/cluster/cluster';
import { follow } from '../../test/cluster/follow';
import type { Followed } from '../../test/cluster/follow';
import { until } from '../../test/cluster/until';
import { Actor } from './actor';

interface Resource extends Followed {
  readonly status?: { readonly ready?: boolean };
}

const API_VERSION = 'substratus.ai/v1';
const WRITERS = 24;
const A_WHILE = 1800;

export class Stage {
  public static async start(): Promise<Stage> {
    const assets = findAssets();
    if (!assets) throw new Error('the programs of a cluster are not there; `npm run bench:reconciler` says why');
    const stage = new Stage(await startCluster({ assets, isBare: true }));
    await Promise.all(customResourceDefinitions().map((definition) => stage.client.apply(definition as KubeObject)));
    for (const kind of ['models', 'datasets', 'servers', 'notebooks']) {
      await until(`${kind} are served`, () => stage.client.request('GET', `/apis/${API_VERSION}/${kind}`).catch(() => undefined));
    }
    stage.start();
    return stage;
  }

  public readonly actor: Actor;
  /** When something was first seen, in milliseconds of `performance.now()`: `Model name` that is Ready, `Deployment name`. */
  public readonly seenAt = new Map<string, number>();
  private readonly stopping = new AbortController();
  private following: Promise<unknown> = Promise.resolve();

  private constructor(public readonly cluster: Cluster) {
    this.actor = new Actor(cluster.client);
  }

  public get client(): Client {
    return this.cluster.client;
  }

  /** How many resources of some kinds have been Ready, or how many children there have been. */
  public count(...kinds: readonly string[]): number {
    return [...this.seenAt.keys()].filter((key) => kinds.includes(key.slice(0, key.indexOf(' ')))).length;
  }

  public async untilSeen(what: string, count: number, ...kinds: readonly string[]): Promise<void> {
    await until(`${count} ${what}`, () => this.count(...kinds) >= count, { seconds: A_WHILE, everyMs: 20 });
  }

  public async createNamespaces(names: readonly string[]): Promise<void> {
    await this.create(names.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
  }

  /** Creates objects in their order, some at a time. */
  public async create(objects: readonly KubeObject[]): Promise<void> {
    const rest = objects[Symbol.iterator]();
    const writer = async (): Promise<void> => {
      for (const object of rest) await this.client.create(object);
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    await this.cluster.stop();
    await this.following;
    await this.actor.stop();
  }

  private start(): void {
    this.actor.start();
    const see = ({ kind, metadata: { name } }: Followed): void => {
      const key = `${kind} ${name}`;
      if (!this.seenAt.has(key)) this.seenAt.set(key, performance.now());
    };
    const seeReady = (object: Resource): void => {
      if (object.status?.ready) see(object);
    };
    const kinds = ['Model', 'Dataset', 'Server'].map((kind) => this.follow(API_VERSION, kind, seeReady));
    this.following = Promise.all([...kinds, this.follow('apps/v1', 'Deployment', see)]);
  }

  private follow(apiVersion: string, kind: string, onObject: (object: Resource) => void): Promise<void> {
    const collection = { apiVersion, kind };
    return follow<Resource>(this.client, { collection, signal: this.stopping.signal }, ({ object, isGone }) => {
      if (!isGone) onObject(object);
    });
  }
}
