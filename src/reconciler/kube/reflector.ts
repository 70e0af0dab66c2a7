import { setImmediate } from 'node:timers/promises';
import { Backoff } from '../backoff';
import { SYSTEM_CLOCK, SYSTEM_RANDOM, sleep } from '../clock';
import type { Clock, Random } from '../clock';
import { errorText } from '../runtime/log';
import type { Log } from '../runtime/log';
import { Registry } from '../runtime/metrics';
import { linkedSignal } from './abort';
import { ApiError, TransportError } from './api-error';
import type { Cache, Cached } from './cache';
import type { Client, WatchEvent } from './client';
import { MIN_WATCH_MS, needsList, retryDelayMs } from './reflector-errors';
import { ReflectorMetrics } from './reflector-metrics';
import type { LiveObject, ResourceType } from './types';
import { keyOf } from './types';

export const PAGE_SIZE = 500;
/** A watch ends after a time between these two, so that not all of them end at once. */
export const MIN_WATCH_SECONDS = 300;
export const MAX_WATCH_SECONDS = 600;
/** A watch that says nothing for so long is taken to be dead: bookmarks come every minute. */
export const IDLE_LIMIT_MS = 90_000;
/** A watch that lasted this long was healthy, even if nothing happened. */
export const HEALTHY_WATCH_MS = 120_000;
const BACKOFF_BASE_MS = 800;
const BACKOFF_CAP_MS = 30_000;

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
  private readonly log: Log;
  private readonly metrics: ReflectorMetrics;
  private readonly backoff: Backoff;
  private readonly stopping = new AbortController();
  private readonly synced: Promise<void>;
  private markSynced: (() => void) | undefined;
  private loop?: Promise<void>;
  private isSynced = false;
  private isAbsent = false;
  private lastError = '';
  private active: number;
  /** Up to where the cache is known to be complete; absent if it has to be listed. */
  private resourceVersion?: string;

  constructor(options: ReflectorOptions<T>) {
    const { type, log, metrics = new Registry(), clock = SYSTEM_CLOCK, random = SYSTEM_RANDOM } = options;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.log = log.with({ type: type.plural });
    this.metrics = new ReflectorMetrics(type.kind, metrics);
    this.backoff = new Backoff({ baseMs: BACKOFF_BASE_MS, capMs: BACKOFF_CAP_MS, random });
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

  /** When something last happened, an error included: time of the clock. It is silent only if it hangs. */
  public get lastActivity(): number {
    return this.active;
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
    const objects: T[] = [];
    this.metrics.listed();
    for (let token: string | undefined; ;) {
      const page = await client.list(type, {
        namespace, labelSelector, metadataOnly, limit: PAGE_SIZE, continue: token, attempts: 1, signal: this.stopping.signal,
      });
      this.touch();
      for (const item of page.items) {
        const object = transform(item);
        if (object) objects.push(object);
      }
      if (page.continue === undefined) {
        cache.replace(objects, page.resourceVersion);
        this.listed(objects.length);
        return page.resourceVersion;
      }
      token = page.continue;
      await setImmediate();
    }
  }

  private async watch(resourceVersion: string): Promise<void> {
    const { client, type, namespace, labelSelector, metadataOnly } = this.options;
    const started = this.clock.now();
    const connection = linkedSignal(this.stopping.signal);
    let cancelIdle = (): void => undefined;
    let isIdle = false;
    let events = 0;
    const heard = (): void => {
      this.touch();
      cancelIdle();
      cancelIdle = this.clock.after(IDLE_LIMIT_MS, () => {
        isIdle = true;
        connection.abort(new TransportError(`nothing was heard for ${IDLE_LIMIT_MS / 1000} s`));
      });
    };
    heard();
    this.metrics.watched();
    const options = { namespace, labelSelector, metadataOnly, resourceVersion, timeoutSeconds: this.watchSeconds() };
    try {
      await client.watch(type, options, (event) => {
        events++;
        heard();
        this.take(event);
      }, connection.signal);
    } catch (error) {
      if (!isIdle) throw error;
      this.log.info('the watch was silent and is opened anew');
    } finally {
      cancelIdle();
      connection.unlink();
      if (this.clock.now() - started >= HEALTHY_WATCH_MS) this.healthy();
    }
    if (events === 0 && this.clock.now() - started < MIN_WATCH_MS) throw new TransportError('the watch ended as soon as it began');
  }

  private take(event: WatchEvent): void {
    this.healthy();
    if (event.type === 'BOOKMARK') {
      this.resourceVersion = event.object.metadata.resourceVersion;
      return;
    }
    const { metadata } = event.object;
    const object = event.type === 'DELETED' ? undefined : this.options.transform(event.object);
    if (object) this.options.cache.set(object);
    else this.options.cache.delete(keyOf(metadata), metadata.uid);
    this.resourceVersion = metadata.resourceVersion;
  }

  private listed(count: number): void {
    if (this.isAbsent) this.log.info('the type is served now');
    this.isAbsent = false;
    this.log.debug('listed', { objects: count });
    this.complete();
  }

  /** Notes an error, and says how many milliseconds to wait after it. */
  private failed(error: unknown): number {
    this.touch();
    this.metrics.failed();
    if (needsList(error)) this.resourceVersion = undefined;
    if (ApiError.isNotFound(error)) this.absent();
    else this.report(error);
    const isFirst = this.backoff.failures === 0;
    const wait = this.backoff.next();
    return ApiError.isGone(error) && isFirst ? 0 : retryDelayMs(error, wait);
  }

  /** The type is not served: there are no such objects. */
  private absent(): void {
    if (!this.isAbsent) this.log.warn('the type is not served; trying again until it is');
    this.isAbsent = true;
    this.options.cache.replace([]);
    if (this.options.optional) this.complete();
  }

  /** Says an error when it is new; the rest is detail. */
  private report(error: unknown): void {
    const text = errorText(error);
    const fields = { error: text, failures: this.backoff.failures + 1 };
    if (text === this.lastError || ApiError.isGone(error)) this.log.debug('cannot list or watch', fields);
    else this.log.warn('cannot list or watch', fields);
    this.lastError = text;
  }

  private healthy(): void {
    this.backoff.reset();
    if (this.lastError !== '') this.log.info('listing and watching again');
    this.lastError = '';
  }

  private complete(): void {
    this.isSynced = true;
    this.markSynced?.();
  }

  private touch(): void {
    this.active = this.clock.now();
  }

  private watchSeconds(): number {
    return MIN_WATCH_SECONDS + Math.floor(this.random() * (MAX_WATCH_SECONDS - MIN_WATCH_SECONDS + 1));
  }
}
