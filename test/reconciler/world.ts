/**
 * A cluster in memory: it carries decisions out at once, and runs pods as a test says. What a real API server makes of the same is in
 * test/cluster; here it is about what is decided, quickly and in any order.
 */
import type { PlatformSpec } from '../../src/api/platform';
import type { Resource } from '../../src/api/resource';
import type { Condition, Status } from '../../src/api/status';
import { expand, keyOf, keyOfResource } from '../../src/expand';
import type { KubeObject } from '../../src/expand';
import { ownership } from '../../src/reconciler/act/apply';
import { writeOf } from '../../src/reconciler/act/writes';
import type { Write } from '../../src/reconciler/act/writes';
import { decide } from '../../src/reconciler/decide/decide';
import type { Decision } from '../../src/reconciler/decide/decision';
import { changedStatus } from '../../src/reconciler/decide/status';
import type { View } from '../../src/reconciler/decide/view';
import type { Idle } from '../../src/reconciler/observe/activity';
import { readApplied, writeApplied } from '../../src/reconciler/observe/applied';
import { childrenOf, newCaches } from '../../src/reconciler/observe/caches';
import type { Caches } from '../../src/reconciler/observe/caches';
import { fingerprintOf } from '../../src/reconciler/observe/fingerprint';
import { lookupsOf } from '../../src/reconciler/observe/lookups';
import { observeChild } from '../../src/reconciler/observe/observed';
import type { JobState, Observed, ObservedChild } from '../../src/reconciler/observe/observed';
import type { ObservedPod } from '../../src/reconciler/observe/pods';

const MAX_ROUNDS = 50;

/** How a Job ends. */
export interface End {
  readonly exitCode?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly imageDigest?: string;
  /** Leaves no pod to tell. */
  readonly podless?: boolean;
}

/** An edit by someone. */
export interface Edit {
  readonly spec?: object;
  readonly annotations?: Record<string, string>;
  readonly deletionTimestamp?: string;
  /** With null it is lost. */
  readonly status?: Status | null;
}

export class World {
  public readonly caches: Caches;
  /** Every object that was made or changed, in order. */
  public readonly written: string[] = [];
  public readonly secrets: string[] = [];
  public rollOnUpgrade = false;
  public idle?: Idle;
  public progress?: string;
  /** How long everything has been waited for. Milliseconds. */
  public waitedMs = Infinity;
  public warnings = new Map<string, string>();
  public grant?: View['grant'];
  public readonly objects = new Map<string, KubeObject>();
  private sequence = 0;

  constructor(public platform: PlatformSpec) {
    this.caches = newCaches(platform);
  }

  public add<R extends Resource>(resource: R): R {
    const before = this.caches.resources[resource.kind].get(`${resource.metadata.namespace}/${resource.metadata.name}`);
    const metadata = {
      ...resource.metadata,
      namespace: resource.metadata.namespace ?? 'default',
      uid: before?.metadata.uid ?? this.next('uid'),
      resourceVersion: String(this.count()),
      generation: (before?.metadata.generation ?? 0) + 1,
    };
    const status = before?.status && { status: before.status };
    this.caches.resources[resource.kind].set({ ...resource, metadata, ...status } as unknown as Observed);
    return resource;
  }

  public change(resource: Resource, { spec, status, ...metadata }: Edit): void {
    const before = this.get(resource);
    const generation = (before.metadata.generation ?? 0) + (spec ? 1 : 0);
    this.caches.resources[resource.kind].set({
      ...before,
      metadata: { ...before.metadata, ...metadata, resourceVersion: String(this.count()), generation },
      ...(spec && { spec: { ...before.spec, ...spec } }),
      ...(status !== undefined && { status: status ?? undefined }),
    } as Observed);
  }

  public delete(resource: Resource): void {
    const observed = this.get(resource);
    this.caches.resources[resource.kind].delete(`${resource.metadata.namespace}/${resource.metadata.name}`, observed.metadata.uid);
    for (const child of childrenOf(this.caches, observed)) this.remove(child);
  }

  public get({ kind, metadata: { namespace, name } }: Resource): Observed {
    const found = this.caches.resources[kind].get(`${namespace}/${name}`);
    if (!found) throw new Error(`no ${kind} ${namespace}/${name}`);
    return found;
  }

  public ready(resource: Resource): Condition {
    return this.condition(resource, 'Ready') as Condition;
  }

  public condition(resource: Resource, type: string): Condition | undefined {
    return this.get(resource).status?.conditions?.find((condition) => condition.type === type);
  }

  public children(resource: Resource): ObservedChild[] {
    return childrenOf(this.caches, this.get(resource));
  }

  /** The names of what there is, by kind and role: `Job run`. */
  public roles(resource: Resource): string[] {
    return this.children(resource).map(({ kind, role }) => `${kind} ${role}`).sort();
  }

  public child(resource: Resource, kind: string, role?: string): ObservedChild {
    const found = this.children(resource).filter((child) => child.kind === kind && (role === undefined || child.role === role)).pop();
    if (!found) throw new Error(`no ${kind} ${role ?? ''} of ${resource.metadata.name}; there is ${this.roles(resource).join(', ')}`);
    return found;
  }

  /** Reconciles everything until nothing changes any more. */
  public settle(): void {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (!this.all().map((resource) => this.reconcile(resource)).some(Boolean)) return;
    }
    throw new Error(`does not come to rest; last: ${this.written.slice(-6).join(', ')}`);
  }

  /** Reconciles one resource, once. */
  public look(resource: Resource): void {
    this.reconcile(this.get(resource));
  }

  /** The decision about a resource as things are. */
  public decide(resource: Resource): Decision {
    return decide(this.view(this.get(resource)));
  }

  /** Ends the Job of a step, with its pod. */
  public end(resource: Resource, step: string, { exitCode = 0, reason, message, imageDigest, podless }: End = {}): ObservedChild {
    const job = this.children(resource).filter((child) => child.role === step && child.job && child.job.outcome === undefined).pop();
    if (!job) throw new Error(`no ${step} of ${resource.metadata.name} is running; there is ${this.roles(resource).join(', ')}`);
    if (!podless) {
      this.pod(resource, job, {
        phase: exitCode === 0 ? 'Succeeded' : 'Failed', imageDigest, ending: { container: step, exitCode, reason, message },
      });
    }
    const state: Partial<JobState> = { outcome: exitCode === 0 ? 'Complete' : 'Failed', finishedAt: this.time(), failed: exitCode === 0 ? 0 : 1 };
    return this.update(job, { job: { ...job.job, ...state } as JobState });
  }

  public pod(resource: Resource, controller: ObservedChild, state: Partial<ObservedPod> = {}): ObservedPod {
    const { kind, metadata: { name } } = resource;
    const { namespace } = controller.metadata;
    const pod: ObservedPod = {
      metadata: { name: this.next('pod'), namespace, uid: this.next('uid'), resourceVersion: String(this.count()) },
      createdAt: this.time(),
      resource: { kind, name },
      role: controller.role,
      controller: controller.metadata.uid,
      phase: 'Running', isReady: false, isEnding: false, isScheduled: true, isStarting: false, isDisrupted: false,
      ...state,
    };
    this.caches.pods.set(pod);
    return pod;
  }

  public forgetPods(resource: Resource, role?: string): void {
    for (const pod of this.caches.pods.by('resource', keyOfResource(resource))) {
      if (role === undefined || pod.role === role) this.caches.pods.delete(`${pod.metadata.namespace}/${pod.metadata.name}`);
    }
  }

  /** Lets all pods of a Deployment answer. */
  public rollOut(resource: Resource): void {
    const deployment = this.child(resource, 'Deployment');
    const { replicas = 0, ownsReplicas = false } = deployment.deployment ?? {};
    const all = { current: replicas, updated: replicas, available: replicas };
    this.update(deployment, { deployment: { replicas, ownsReplicas, ...all, isObserved: true } });
    this.settle();
  }

  public update(child: ObservedChild, change: Partial<ObservedChild>): ObservedChild {
    const after = { ...child, ...change, metadata: { ...child.metadata, ...change.metadata, resourceVersion: String(this.count()) } };
    this.caches.children.get(child.kind)?.set(after);
    return after;
  }

  public remove({ kind, metadata: { namespace, name, uid } }: ObservedChild): void {
    this.caches.children.get(kind)?.delete(`${namespace}/${name}`, uid);
  }

  /** Publishes an artifact from nothing. */
  public publish(resource: Resource): void {
    this.settle();
    this.end(resource, 'check', { message: '{"published":false}' });
    this.settle();
    this.end(resource, 'run', { imageDigest: `sha256:${'a'.repeat(64)}` });
    this.settle();
    this.end(resource, 'publish', { message: `{"published":true,"contentDigest":"sha256:${'b'.repeat(64)}","bytes":2048,"files":2}` });
    this.settle();
  }

  private all(): Observed[] {
    return Object.values(this.caches.resources).flatMap((cache) => [...cache.list()]);
  }

  private reconcile(resource: Observed): boolean {
    const current = this.caches.resources[resource.kind].get(`${resource.metadata.namespace}/${resource.metadata.name}`);
    if (!current) return false;
    const decision = decide(this.view(current));
    const changed = this.carryOut(current, decision);
    const isThere = this.caches.resources[resource.kind].get(`${resource.metadata.namespace}/${resource.metadata.name}`) !== undefined;
    const status = isThere ? changedStatus(current, decision.verdict, this.time()) : undefined;
    if (status) this.change(current, { status });
    return changed || status !== undefined;
  }

  public view(resource: Observed): View {
    return {
      resource, platform: this.platform, expand,
      rollOnUpgrade: this.rollOnUpgrade, warnings: this.warnings, idle: this.idle, progress: this.progress, grant: this.grant,
      children: childrenOf(this.caches, resource),
      pods: this.caches.pods.by('resource', keyOf({ kind: resource.kind, namespace: resource.metadata.namespace, name: resource.metadata.name })),
      askedFor: () => this.waitedMs,
      ...lookupsOf(this.caches, resource),
    };
  }

  private carryOut(resource: Observed, { desired, obsolete, spent = [], inTheWay = [], secret, disrupted, finalizer }: Decision): boolean {
    const { finalizers = [] } = resource.metadata;
    const ours = 'substratus.ai/artifact';
    if (finalizer !== undefined && finalizers.includes(ours) !== finalizer) return this.setFinalizers(resource, finalizer ? [ours] : []);
    for (const child of inTheWay) this.remove(child);
    if (secret && !this.secrets.includes(secret.name)) this.secrets.push(secret.name);
    if (disrupted?.job.job) this.update(disrupted.job, { job: { ...disrupted.job.job, disrupted: disrupted.pods } });
    const children = childrenOf(this.caches, resource);
    const writes = desired.flatMap((wanted) => {
      const { kind, metadata: { namespace, name } = {} } = wanted.object;
      const child = children.find((each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace);
      return writeOf(wanted, child, () => false) ?? [];
    });
    for (const change of writes) this.write(resource, change);
    if (writes.length === 0) for (const child of obsolete) this.remove(child);
    for (const { metadata } of spent) this.caches.pods.delete(`${metadata.namespace}/${metadata.name}`);
    return writes.length > 0 || inTheWay.length > 0 || (writes.length === 0 && obsolete.length > 0) || disrupted !== undefined;
  }

  private setFinalizers(resource: Observed, finalizers: string[]): boolean {
    if (finalizers.length === 0 && resource.metadata.deletionTimestamp) this.delete(resource);
    else this.caches.resources[resource.kind].set({ ...resource, metadata: { ...resource.metadata, ...this.newer(), finalizers } });
    return true;
  }

  private newer(): { readonly resourceVersion: string } {
    return { resourceVersion: String(this.count()) };
  }

  private write(owner: Observed, { object, applied, child, keepsTemplate }: Write): void {
    this.written.push(`${object.kind}/${object.metadata?.name}`);
    const wanted = fingerprintOf(object);
    const { spec } = object as { spec?: { replicas?: number; suspend?: boolean } };
    const live = {
      ...object,
      metadata: {
        ...object.metadata,
        name: object.metadata?.name ?? '',
        uid: child?.metadata.uid ?? this.next('uid'),
        resourceVersion: String(this.count()),
        creationTimestamp: child?.metadata.creationTimestamp ?? this.time(),
        ...ownership(owner, object.metadata),
      },
    };
    const observed = observeChild(live as Parameters<typeof observeChild>[0], object.kind);
    const { replicas = 1 } = spec ?? {};
    const ownsReplicas = spec?.replicas !== undefined;
    this.caches.children.get(object.kind ?? '')?.set({
      ...observed,
      applied: readApplied({ 'substratus.ai/applied': writeApplied(applied) }),
      live: keepsTemplate && child ? { ...wanted, template: child.live.template } : wanted,
      ...(observed.job && { job: { ...observed.job, ...(child?.job && { ...child.job, suspended: spec?.suspend ?? false }) } }),
      ...(observed.deployment && {
        deployment: { ...observed.deployment, ...child?.deployment, replicas, ownsReplicas, isObserved: false },
      }),
    });
    if (!keepsTemplate) this.objects.set(`${object.kind}/${object.metadata?.name}`, object);
  }

  private next(prefix: string): string {
    return `${prefix}-${String(this.count()).padStart(6, '0')}`;
  }

  private count(): number {
    this.sequence += 1;
    return this.sequence;
  }

  private time(): string {
    return new Date(Date.UTC(2026, 0, 1) + this.count() * 1000).toISOString().replace('.000Z', 'Z');
  }
}
