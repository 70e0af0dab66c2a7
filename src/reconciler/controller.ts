/** Brings one resource after another to what it asks for. Safe to run at any time, any number of times. */
import { secondsOf } from '../api/duration';
import type { PlatformSpec } from '../api/platform';
import { isArtifactResource, KINDS, PLURALS } from '../api/resource';
import type { NotebookSpec } from '../api/resource';
import { isOpenTo, keyOfResource } from '../expand';
import { Applier } from './act/applier';
import type { ApplierContext } from './act/applier';
import { Repairs } from './act/repairs';
import { seedScale } from './act/scale';
import { StatusWriter } from './act/status-writer';
import type { StatusWriterContext } from './act/status-writer';
import { isNamespaceGoing, refusalOf } from './act/write-error';
import { decide } from './decide/decide';
import type { Decision, Verdict } from './decide/decision';
import { inProgress } from './decide/decision';
import { rememberedExpand } from './decide/expansions';
import { takesArtifact } from './decide/twins';
import type { View } from './decide/view';
import { ApiError } from './kube/api-error';
import { Limiter } from './kube/limiter';
import type { Asked } from './observe/activities';
import { Activities } from './observe/activities';
import { buildsFor, childrenOf } from './observe/caches';
import { lookupsOf } from './observe/lookups';
import type { Lookups } from './observe/lookups';
import { wholeResource } from './observe/observed';
import type { Observed, ObservedChild } from './observe/observed';
import { ProgressReader } from './observe/progress-reader';
import { Warnings } from './observe/warnings';
import type { Log } from './runtime/log';
import type { Outcome } from './runtime/workers';
import { RESOURCE_TYPES } from './types';

/** How often a resource is looked at again right after a write, before it has to wait for events. */
const MAX_PASSES = 4;

export interface ControllerOptions extends Omit<ApplierContext, 'onRepair'>, StatusWriterContext {
  readonly platform: PlatformSpec;
  readonly rollOnUpgrade: boolean;
  /** Where a notebook answers. */
  readonly notebookUrl: (notebook: { readonly namespace: string; readonly url: string }) => string;
  readonly enqueue: (key: string) => void;
  /** Namespaces that it should work in and may not read, so that who uses what from there is not known. */
  readonly unread: () => readonly string[];
}

/** What has come of a resource, and when to look at it again though nothing may have happened. */
interface Result {
  /** None where there is nothing to tell, or nobody to tell it of. */
  readonly verdict?: Verdict;
  /** What the verdict is about. */
  readonly generation?: number;
  readonly lookAgainMs?: number;
  /** Thrown once the verdict is told, so that it is logged and counted. */
  readonly failure?: unknown;
}

export class Controller {
  private readonly applier: Applier;
  private readonly writer: StatusWriter;
  private readonly warnings: Warnings;
  private readonly activities: Activities;
  private readonly progress: ProgressReader;
  private readonly repairs: Repairs;
  private readonly expand = rememberedExpand();
  private readonly askedAt = new Map<string, number>();
  /** What is too large to be kept is worked on one by one, so that there is never more of it in memory than one. */
  private readonly large = new Limiter(1);
  private readonly untilTheEnd = new AbortController().signal;

  constructor(private readonly options: ControllerOptions) {
    const { client, clock, enqueue } = options;
    this.applier = new Applier({ ...options, onRepair: (resource, child) => this.repaired(resource, child) });
    this.writer = new StatusWriter(options);
    this.warnings = new Warnings(client, clock);
    this.activities = new Activities(clock, enqueue);
    this.progress = new ProgressReader({ client, clock, onNews: enqueue });
    this.repairs = new Repairs(clock);
  }

  public async reconcile(key: string, log?: Log): Promise<Outcome> {
    const resource = this.find(key);
    await this.collectBuilds(key, resource);
    if (!resource) return this.forget(key);
    const waitMs = this.repairs.waitMs(key);
    if (waitMs > 0) return { requeueAfterMs: waitMs };
    const bringAbout = () => this.bringAbout(key, resource, log);
    const result = await (resource.withheld ? this.large.run(bringAbout, this.untilTheEnd) : bringAbout());
    const told = await this.tell(key, resource, result);
    const current = this.find(key);
    if (current) await seedScale(this.options.client, this.options.caches, current);
    if (result.failure !== undefined) throw result.failure;
    return told;
  }

  private async tell(key: string, { metadata: { uid } }: Observed, { verdict, lookAgainMs, generation }: Result): Promise<Outcome> {
    const current = this.find(key);
    const isAsDecided = current?.metadata.uid === uid && current.metadata.generation === generation;
    if (!verdict || !isAsDecided) return {}; // what has changed meanwhile comes by itself
    const { requeueAfterMs } = await this.writer.tell(current, verdict);
    return outcome(lookAgainMs, requeueAfterMs);
  }

  /** Frees what is remembered of an object that is gone. */
  public forgetObject(uid: string): void {
    this.applier.forget(uid);
    this.warnings.forget(uid);
    this.progress.forget(uid);
    this.askedAt.delete(uid);
  }

  private find(key: string): Observed | undefined {
    const [plural = '', namespace = '', name = ''] = key.split('/');
    const kind = KINDS.find((candidate) => PLURALS[candidate] === plural);
    return kind && this.options.caches.resources[kind].get(`${namespace}/${name}`);
  }

  /**
   * Removes what is in the namespace for builds of a resource that is gone; one of the same name is another. That it is gone is asked of
   * the API server: a cache may be behind another.
   */
  private async collectBuilds(key: string, resource: Observed | undefined): Promise<void> {
    const strays = buildsFor(this.options.caches, key).filter(({ owner }) => owner?.uid !== resource?.metadata.uid);
    for (const stray of strays) if (!await this.hasOwner(stray)) await this.applier.collect(stray);
  }

  private async hasOwner({ owner, metadata: { namespace = '' } }: ObservedChild): Promise<boolean> {
    const { client, caches } = this.options;
    if (!owner) return false;
    try {
      const live = await client.get(RESOURCE_TYPES[owner.kind], { namespace: caches.homeOf(namespace), name: owner.name });
      return live.metadata.uid === owner.uid;
    } catch (error) {
      if (ApiError.isNotFound(error)) return false;
      throw error;
    }
  }

  private forget(key: string): Outcome {
    this.writer.forget(key);
    this.repairs.forget(key);
    this.activities.forget(key);
    return {};
  }

  /** Decides and acts until there is nothing to write. */
  private async bringAbout(key: string, resource: Observed, log?: Log): Promise<Result> {
    let current = await this.whole(resource);
    for (let pass = 1; current?.metadata.uid === resource.metadata.uid; pass += 1) {
      const { view, lookAgainMs } = await this.viewOf(key, current, log);
      const decision = decide(view);
      const acted = await this.act(current, decision, log);
      const { generation } = current.metadata;
      if (typeof acted === 'object') return { ...acted, generation };
      if (decision.failure !== undefined) return { verdict: decision.verdict, generation, failure: decision.failure };
      if (acted === 'unchanged') return { verdict: decision.verdict, generation, lookAgainMs: soonest(lookAgainMs, decision.lookAgainMs) };
      if (pass === MAX_PASSES) return { verdict: decision.verdict, generation, lookAgainMs: this.slowDown(key) };
      const next = this.find(key);
      current = next && await this.whole(next);
    }
    return {};
  }

  /** The resource with all of its spec; `undefined` if it is not there any more. */
  private async whole(resource: Observed): Promise<Observed | undefined> {
    if (!resource.withheld) return resource;
    const { kind, metadata: { namespace, name } } = resource;
    try {
      return wholeResource(await this.options.client.get(RESOURCE_TYPES[kind], { namespace, name }), kind);
    } catch (error) {
      if (ApiError.isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** What does not come to rest, since someone changes each write, is written more and more slowly. */
  private slowDown(key: string): number {
    this.repairs.note(key);
    return this.repairs.waitMs(key);
  }

  /** Carries out a decision; says whether it changed anything, or why the API server would not have it. */
  private async act(resource: Observed, decision: Decision, log?: Log): Promise<'changed' | 'unchanged' | Result> {
    try {
      return await this.applier.apply(resource, decision) ? 'changed' : 'unchanged';
    } catch (error) {
      if (isNamespaceGoing(error)) return this.letGo(resource, log);
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      const { ready, fields, artifact } = decision.verdict;
      const verdict = { fields, artifact, ...refusal.verdict, ready };
      return { verdict, lookAgainMs: refusal.lookAgainMs };
    }
  }

  /** A namespace that is going away is never held up: nothing can be made in it, no Job that deletes and no Event that says so. */
  private async letGo(resource: Observed, log?: Log): Promise<Result> {
    if (resource.metadata.deletionTimestamp !== undefined) {
      const { artifact, artifacts } = resource.status ?? {};
      const url = artifact?.url ?? artifacts?.url;
      if (url !== undefined && isArtifactResource(resource) && takesArtifact(resource)) {
        log?.warn('the namespace is being deleted, so the artifact cannot be and stays in the bucket', { url });
      }
      await this.applier.apply(resource, { desired: [], obsolete: [], finalizer: false, verdict: inProgress('Deleting', '') });
    }
    return {};
  }

  private async viewOf(key: string, resource: Observed, log?: Log): Promise<{ readonly view: View; readonly lookAgainMs?: number }> {
    const { caches, platform, rollOnUpgrade, workspaces } = this.options;
    const { namespace } = resource.metadata;
    const children = childrenOf(caches, resource);
    const pods = caches.pods.by('resource', key);
    const gathered = await this.warnings.gather({ children, pods });
    const activity = this.activityOf(key, resource);
    const progress = this.progress.ask(resource, { pods, log });
    const problem = workspaces.grantProblem(namespace);
    const view: View = {
      resource, platform, children, pods, rollOnUpgrade,
      expand: this.expand,
      warnings: gathered.messages,
      askedFor: (askedUid) => this.askedFor(askedUid),
      ...this.lookups(resource),
      ...(activity?.idle && { idle: activity.idle }),
      ...(progress?.text !== undefined && { progress: progress.text }),
      ...(problem !== undefined && { grant: { problem, isFatal: workspaces.isMissingValues(namespace) } }),
    };
    return { view, lookAgainMs: soonest(gathered.lookAgainMs, activity?.lookAgainMs, progress?.lookAgainMs) };
  }

  /** A possible user of an artifact that cannot be seen keeps it: what is deleted is gone for good. */
  private lookups(resource: Observed): Lookups {
    const lookups = lookupsOf(this.options.caches, resource);
    const unseen = this.options.unread().filter((namespace) => isOpenTo(resource, namespace))
      .map((namespace) => `namespace ${namespace}, which the reconciler may not read`);
    return { ...lookups, users: () => [...lookups.users(), ...unseen] };
  }

  private askedFor(uid: string): number {
    const now = this.options.clock.now();
    const since = this.askedAt.get(uid) ?? now;
    this.askedAt.set(uid, since);
    return now - since;
  }

  /** What is known of the activity of a notebook that may have to sleep. */
  private activityOf(key: string, { kind, metadata, spec, status }: Observed): Asked | undefined {
    const { idleTimeout, suspend, env } = spec as NotebookSpec;
    if (kind !== 'Notebook' || idleTimeout === undefined) return undefined;
    const limitSeconds = secondsOf(idleTimeout);
    const token = env?.NOTEBOOK_TOKEN ?? this.options.tokenOf(metadata.uid); // one in a Secret is refused by expansion
    if (limitSeconds === undefined || suspend || !status?.ready || status.url === undefined || token === undefined) {
      this.activities.forget(key); // what was known is not of the next pod
      return undefined;
    }
    const url = this.options.notebookUrl({ namespace: metadata.namespace, url: status.url });
    return this.activities.ask(key, { url, token, limitSeconds });
  }

  private repaired(resource: Observed, { kind, metadata: { name } }: ObservedChild): void {
    this.repairs.note(keyOfResource(resource));
    this.options.events.record(resource, {
      type: 'Warning', reason: 'Repaired', message: `${kind} ${name} was changed by someone else, and was restored`,
    });
  }
}

function soonest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time): time is number => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function outcome(...times: readonly (number | undefined)[]): Outcome {
  const requeueAfterMs = soonest(...times);
  return requeueAfterMs === undefined ? {} : { requeueAfterMs };
}
