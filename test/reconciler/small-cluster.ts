/** The controller with its caches and triggers, on a store in memory: what wakes whom, and whether it comes to rest. */
import type { PlatformSpec } from '../../src/api/platform';
import type { Kind, Resource } from '../../src/api/resource';
import { Workspaces } from '../../src/reconciler/act/workspace';
import { Controller } from '../../src/reconciler/controller';
import { ApiError } from '../../src/reconciler/kube/api-error';
import type { ApplyOptions, Client, Page, Patch } from '../../src/reconciler/kube/client';
import { FIELD_MANAGER } from '../../src/reconciler/kube/client';
import type { LiveObject, ObjectRef, ObjectToWrite, ResourceType } from '../../src/reconciler/kube/types';
import { newCaches } from '../../src/reconciler/observe/caches';
import type { Caches } from '../../src/reconciler/observe/caches';
import { observeChild, observeResource } from '../../src/reconciler/observe/observed';
import { addTriggers } from '../../src/reconciler/observe/triggers';
import type { EventRecorder } from '../../src/reconciler/runtime/events';
import { RESOURCE_TYPES, typeOf } from '../../src/reconciler/types';
import { platformOf } from '../expand/fixtures';
import { FakeClock } from './fake-clock';
import { FakeStore, merged } from './fake-store';
import type { Place, StoredObject } from './fake-store';

type Json = Record<string, unknown>;

const MOST_LOOKS = 500;

function placeOf({ group, plural }: ResourceType, namespace: string | undefined): Place {
  return { collection: `${group}/${plural}`, namespace };
}

export class SmallCluster {
  public readonly store = new FakeStore();
  public readonly clock = new FakeClock();
  public readonly caches: Caches;
  /** What was written, in order: `Deployment chat-server`, `Server chat status Starting`. */
  public readonly writes: string[] = [];
  public readonly events: string[] = [];
  /** Changes what is applied, as a webhook does. */
  public admit?: (object: Json) => Json;
  /** Namespaces that the reconciler may not read. */
  public unread: readonly string[] = [];
  /** What a pod has written, by its name. */
  public output?: (pod: string) => string;
  /** Called before a patch is carried out. */
  public beforePatch?: () => void;
  private readonly waiting = new Set<string>();
  private readonly controller: Controller;

  constructor(platform: PlatformSpec = platformOf('gcp')) {
    this.caches = newCaches(platform);
    const client = this.client();
    this.controller = new Controller({
      client, platform, caches: this.caches, clock: this.clock, rollOnUpgrade: false,
      workspaces: new Workspaces(client, this.caches, platform),
      events: { record: (_: unknown, { reason }: { reason: string }) => this.events.push(reason) } as unknown as EventRecorder,
      tokenOf: () => undefined, notebookUrl: () => '', unread: () => this.unread, enqueue: (key) => this.waiting.add(key),
    });
    addTriggers(this.caches, (key) => this.waiting.add(key));
    this.store.onEvent(({ type, object }) => this.hear(object, type === 'DELETED'));
  }

  /** Creates a resource, or changes it. */
  public user(resource: Resource, change: Json = {}): void {
    const { kind, metadata: { namespace, name } } = resource;
    const place = placeOf(RESOURCE_TYPES[kind], namespace);
    this.store.put(place, merged(this.store.get(place, name) ?? resource, change) as Json);
  }

  /** Lets all pods of a Deployment answer. */
  public rollOut(name: string): void {
    const place = placeOf(typeOf({ kind: 'Deployment' }), 'team-a');
    const deployment = this.store.get(place, name) as StoredObject;
    const { replicas = 1 } = deployment.spec as { replicas?: number };
    const status = { observedGeneration: deployment.metadata.generation, replicas, updatedReplicas: replicas, availableReplicas: replicas };
    this.store.put(place, { ...deployment, status });
  }

  public reasonOf({ kind, metadata: { namespace, name } }: Resource): string | undefined {
    const observed = this.caches.resources[kind].get(`${namespace}/${name}`);
    return observed?.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
  }

  /** Lets it work for a while, and says how often it has looked at something. */
  public async run(ms = 5000): Promise<number> {
    const end = this.clock.now() + ms;
    let looks = 0;
    for (;;) {
      const [key] = this.waiting;
      if (key !== undefined) {
        this.waiting.delete(key);
        if (++looks > MOST_LOOKS) throw new Error(`does not come to rest; last: ${this.writes.slice(-6).join(', ')}`);
        await this.look(key);
      } else if (this.clock.now() + (this.clock.nextIn ?? Infinity) <= end) {
        await this.clock.advance(this.clock.nextIn ?? 0);
      } else {
        return looks;
      }
    }
  }

  private async look(key: string): Promise<void> {
    const again = (ms: number): void => void this.clock.after(ms, () => this.waiting.add(key));
    try {
      const { requeueAfterMs } = await this.controller.reconcile(key);
      if (requeueAfterMs !== undefined) again(requeueAfterMs);
    } catch (error) {
      if (!ApiError.isConflict(error)) throw error;
      again(5);
    }
  }

  private hear(object: StoredObject, isGone: boolean): void {
    const { kind = '', metadata: { namespace, name, uid } } = object;
    const resources = this.caches.resources[kind as Kind];
    const children = this.caches.children.get(kind);
    if (isGone) (resources ?? children)?.delete(`${namespace}/${name}`, uid);
    else if (resources) resources.set(observeResource(structuredClone(object), kind as Kind));
    else children?.set(observeChild(structuredClone(object), kind));
  }

  private client(): Client {
    return {
      get: async (type, ref) => this.existing(type, ref) as never,
      output: async (_, { name }) => this.output?.(name) ?? '',
      list: async () => [],
      page: async (): Promise<Page> => ({ resourceVersion: '' }),
      create: async (type, object) => this.write(type, object, `${type.kind} ${object.metadata.name}`) as never,
      apply: async (type, object, options) => this.apply(type, object, options) as never,
      patch: async (type, ref, patch) => this.patch(type, ref, patch) as never,
      remove: async (type, { namespace, name }) => {
        this.writes.push(`no ${type.kind} ${name}`);
        this.store.remove(placeOf(type, namespace), name);
      },
      watch: async () => undefined,
    };
  }

  private existing(type: ResourceType, { namespace, name }: ObjectRef): StoredObject {
    const object = this.store.get(placeOf(type, namespace), name);
    if (!object) throw new ApiError({ code: 404, reason: 'NotFound' });
    return structuredClone(object);
  }

  private apply(type: ResourceType, object: ObjectToWrite, { subresource }: ApplyOptions): LiveObject {
    const { namespace, name = '', resourceVersion, uid } = object.metadata;
    const old = this.store.get(placeOf(type, namespace), name);
    if (old && resourceVersion !== undefined) checkVersion(old, resourceVersion);
    if (uid !== undefined && old?.metadata.uid !== uid) throw new ApiError({ code: 409, reason: 'Conflict' });
    if (subresource) {
      const { status } = object as { status?: { conditions: { type: string; reason: string }[] } };
      return this.write(type, { ...this.existing(type, { namespace, name }), status }, `${type.kind} ${name} ${status?.conditions.map(({ reason }) => reason)[0]}`);
    }
    const applied = this.admitted(merged(old ?? {}, { ...object, metadata: { ...object.metadata, resourceVersion: undefined } }) as Json);
    return this.write(type, withManagedFields(applied), `${type.kind} ${name}`);
  }

  private admitted(object: Json): Json {
    return this.admit?.(object) ?? object;
  }

  private patch(type: ResourceType, ref: ObjectRef, { body }: Patch): LiveObject {
    this.beforePatch?.();
    const old = this.existing(type, ref);
    const { metadata } = body as { metadata: { resourceVersion?: string } };
    if (metadata.resourceVersion !== undefined) checkVersion(old, metadata.resourceVersion);
    return this.write(type, merged(old, body) as Json, `${type.kind} ${ref.name} patch`);
  }

  private write(type: ResourceType, object: object, what: string): LiveObject {
    this.writes.push(what);
    const { metadata: { namespace } } = object as ObjectToWrite;
    return structuredClone(this.store.put(placeOf(type, namespace), { apiVersion: 'v1', ...object, kind: type.kind })) as LiveObject;
  }
}

function checkVersion({ metadata }: StoredObject, resourceVersion: string): void {
  if (metadata.resourceVersion !== resourceVersion) throw new ApiError({ code: 409, reason: 'Conflict' });
}

/** All that is written is owned, down to the fields right below the object. */
function withManagedFields(object: Json): Json {
  const fields = Object.keys(object).filter((field) => !['apiVersion', 'kind', 'metadata', 'status'].includes(field)).map((field) => [`f:${field}`, {}]);
  const fieldsV1 = { ...Object.fromEntries(fields) as Json, 'f:metadata': { 'f:labels': {}, 'f:annotations': {} } };
  return { ...object, metadata: { ...object.metadata as Json, managedFields: [{ manager: FIELD_MANAGER, operation: 'Apply', fieldsV1 }] } };
}

