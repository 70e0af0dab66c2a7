import { setImmediate } from 'node:timers/promises';
import { SYSTEM_CLOCK, SYSTEM_RANDOM, sleep } from '../clock';
import type { Clock, Random } from '../clock';
import type { Log } from '../runtime/log';
import { Registry } from '../runtime/metrics';
import { linkedSignal } from './abort';
import { ApiError, TransportError } from './api-error';
import type { Cache, Cached } from './cache';
import type { Client, WatchEvent } from './client';
import { IdleTimer } from './idle-timer';
import { MIN_WATCH_MS, needsList } from './reflector-errors';
import { ReflectorMetrics } from './reflector-metrics';
import { ReflectorReport } from './reflector-report';
import { RetryDelays } from './retry-delays';
import type { LiveObject, ResourceType } from './types';
import { keyOf } from './types';

export const PAGE_SIZE = 500;
/** A watch ends after a time between these two, so that not all of them end at once. */
export const MIN_WATCH_SECONDS = 300;
export const MAX_WATCH_SECONDS = 600;
/** A watch that says nothing for so long is taken to be dead: bookmarks come every minute. */
export const IDLE_LIMIT_MS = 90_000;
/** The longest wait before it is asked again whether what was never read may be read: its rights may come after this program. */
export const FORBIDDEN_CAP_MS = 5000;
/** A watch that lasted this long was healthy, even if nothing happened. */
export const HEALTHY_WATCH_MS = 120_000;

export interface ReflectorOptions<T extends Cached> {
  readonly client: Client;
  readonly type: ResourceType;
  readonly cache: Cache<T>;
  /** What is kept of an object; nothing, if it is of no interest. Objects in lists have neither `apiVersion` nor `kind`. */
  readonly transform: (live: LiveObject) => T | undefined;
  readonly log: Log;
  readonly labelSelector?: string;
  /** All namespaces if absent. */
  readonly namespace?: string;
  /** Only metadata is fetched. */
  readonly metadataOnly?: boolean;
  /** A cluster may do without the type: as long as it is absent there are no such objects. */
  readonly optional?: boolean;
  readonly metrics?: Registry;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** Keeps a cache equal to what the cluster has of a type: lists it, then watches it, whatever happens. */
export class Reflector<T extends Cached> {
  private readonly options: ReflectorOptions<T>;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly report: ReflectorReport;
  private readonly metrics: ReflectorMetrics;
  private readonly delays: RetryDelays;
  private readonly stopping = new AbortController();
  private readonly synced: Promise<void>;
  private markSynced: (() => void) | undefined;
  private loop?: Promise<void>;
  private isSynced = false;
  private forbidden = false;
  /** Whether there was a version that is too old since things were well. */
  private wasGone = false;
  private active: number;
  /** Up to where the cache is known to be complete; absent if it has to be listed. */
  private resourceVersion?: string;

  constructor(options: ReflectorOptions<T>) {
    const { type, log, metrics = new Registry(), clock = SYSTEM_CLOCK, random = SYSTEM_RANDOM } = options;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.report = new ReflectorReport(log.with({ type: type.plural }));
    this.metrics = new ReflectorMetrics(type.kind, metrics);
    this.delays = new RetryDelays(random);
    this.active = clock.now();
    this.synced = new Promise((resolve) => {
      this.markSynced = resolve;
    });
  }

  /** The type that this is about. */
  public get type(): ResourceType {
    return this.options.type;
  }

  /** Whether the cache has been complete once. */
  public get hasSynced(): boolean {
    return this.isSynced;
  }

  /** Whether the API server said last that this may not be read. */
  public get isForbidden(): boolean {
    return this.forbidden;
  }

  /** When something last happened, an error included: time of the clock. It is silent only if it hangs, which takes a start. */
  public get lastActivity(): number {
    return this.loop ? this.active : Infinity;
  }

  public whenSynced(): Promise<void> {
    return this.synced;
  }

  public start(): void {
    this.loop ??= this.run();
  }

  public async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        this.resourceVersion ??= await this.list();
        await this.watch(this.resourceVersion);
      } catch (error) {
        if (!signal.aborted) await sleep(this.clock, this.failed(error), signal);
      }
    }
  }

  /** Takes all objects in, page by page, and says at which resource version they were so. */
  private async list(): Promise<string> {
    const { client, type, namespace, labelSelector, metadataOnly, transform, cache } = this.options;
    const options = { namespace, labelSelector, metadataOnly, limit: PAGE_SIZE, signal: this.stopping.signal };
    const objects: T[] = [];
    const take = (item: LiveObject): void => {
      const object = this.unchanged(item) ?? transform(item);
      if (object) objects.push(object);
    };
    this.metrics.listed();
    for (let token: string | undefined; ;) {
      const page = await client.page(type, { ...options, continue: token }, take);
      this.touch();
      if (page.continue === undefined) {
        const steps = cache.replaceInSteps(objects, page.resourceVersion, namespace);
        while (!steps.next().done) await setImmediate();
        this.report.listed(objects.length);
        this.complete();
        return page.resourceVersion;
      }
      token = page.continue;
      await setImmediate();
    }
  }

  /** The object that is kept already: most of them after another list, and in events those that are the echo of an own write. */
  private unchanged({ metadata }: LiveObject): T | undefined {
    const kept = this.options.cache.get(keyOf(metadata));
    return kept?.metadata.uid === metadata.uid && kept.metadata.resourceVersion === metadata.resourceVersion ? kept : undefined;
  }

  private async watch(resourceVersion: string): Promise<void> {
    const { client, type, namespace, labelSelector, metadataOnly } = this.options;
    const started = this.clock.now();
    const connection = linkedSignal(this.stopping.signal);
    const idle = new IdleTimer({ clock: this.clock, limitMs: IDLE_LIMIT_MS, onIdle: () => connection.abort(new TransportError('silence')) });
    let events = 0;
    const heard = (): void => {
      this.touch();
      idle.restart();
    };
    heard();
    this.metrics.watched();
    const { signal } = connection;
    const options = { namespace, labelSelector, metadataOnly, resourceVersion, timeoutSeconds: this.watchSeconds(), signal };
    try {
      await client.watch(type, options, (event) => {
        events++;
        heard();
        this.take(event);
      });
    } catch (error) {
      if (!idle.hasExpired) throw error;
      this.report.silent();
    } finally {
      idle.stop();
      connection.unlink();
      if (this.clock.now() - started >= HEALTHY_WATCH_MS) this.healthy();
    }
    if (events === 0 && this.clock.now() - started < MIN_WATCH_MS) throw new Error('the watch ended as soon as it began');
  }

  private take(event: WatchEvent): void {
    this.healthy();
    if (event.type === 'BOOKMARK') {
      this.resourceVersion = event.object.metadata.resourceVersion;
      return;
    }
    const { metadata } = event.object;
    const object = event.type === 'DELETED' ? undefined : this.unchanged(event.object) ?? this.options.transform(event.object);
    if (object) this.options.cache.set(object);
    else this.options.cache.delete(keyOf(metadata), metadata.uid);
    this.resourceVersion = metadata.resourceVersion;
  }

  /** Notes an error, and says how many milliseconds to wait after it. */
  private failed(error: unknown): number {
    this.touch();
    this.metrics.failed();
    this.report.failed(error, this.delays.failures + 1);
    if (needsList(error)) this.resourceVersion = undefined;
    if (ApiError.isNotFound(error)) this.absent();
    this.forbidden = ApiError.isForbidden(error);
    const wait = this.forbidden && !this.isSynced ? Math.min(this.delays.nextMs(error), FORBIDDEN_CAP_MS) : this.delays.nextMs(error);
    const isFirstGone = ApiError.isGone(error) && !this.wasGone;
    this.wasGone ||= isFirstGone;
    return isFirstGone ? 0 : wait;
  }

  /** The type is not served: there are no such objects. */
  private absent(): void {
    this.options.cache.replace([], undefined, this.options.namespace);
    if (this.options.optional) this.complete();
  }

  private healthy(): void {
    this.wasGone = false;
    this.delays.reset();
    this.report.healthy();
  }

  private complete(): void {
    this.isSynced = true;
    this.forbidden = false;
    this.markSynced?.();
  }

  private touch(): void {
    this.active = this.clock.now();
  }

  private watchSeconds(): number {
    return MIN_WATCH_SECONDS + Math.floor(this.random() * (MAX_WATCH_SECONDS - MIN_WATCH_SECONDS + 1));
  }
}
