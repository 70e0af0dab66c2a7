import { exponential } from '../backoff';
import { SYSTEM_CLOCK } from '../clock';
import type { Clock } from '../clock';
import { Delays } from './delays';
import { Fifo } from './fifo';
import { Registry } from './metrics';
import { QueueMetrics } from './queue-metrics';

/** The wait after a key's first failure; twice as long after each more. */
export const RETRY_BASE_MS = 5;
/** The longest wait after a failure. */
export const RETRY_CAP_MS = 5 * 60_000;

/** Limits of the wait after a failure. */
export interface Wait {
  readonly atLeastMs?: number;
  /** Failures that would make it longer do not count. */
  readonly atMostMs?: number;
}

export interface QueueOptions {
  /** In metrics. */
  readonly name: string;
  readonly clock?: Clock;
  readonly metrics?: Registry;
}

/** Low for what is only looked at to be safe; it waits for everything else. */
export type Priority = 'normal' | 'low';

/**
 * Keys to be worked on, as client-go has it: a key waits once however often it is added, is never with two workers at once,
 * and comes again if it was added while it was worked on.
 */
export class Queue {
  private readonly lanes = { normal: new Fifo<string>(), low: new Fifo<string>() };
  /** Keys that wait, and in which lane. What a lane holds beside is void. */
  private readonly waiting = new Map<string, Priority>();
  private readonly processing = new Set<string>();
  /** Keys that were added while they were worked on. */
  private readonly again = new Map<string, Priority>();
  private readonly failureCounts = new Map<string, number>();
  private readonly takers = new Fifo<(key: string | undefined) => void>();
  private readonly delays: Delays;
  private readonly metrics: QueueMetrics;
  private isShutDown = false;

  constructor({ name, clock = SYSTEM_CLOCK, metrics = new Registry() }: QueueOptions) {
    this.delays = new Delays(clock, (key) => this.add(key));
    this.metrics = new QueueMetrics({ name, clock, registry: metrics, depth: () => this.depth });
  }

  /** How many keys wait. */
  public get depth(): number {
    return this.waiting.size;
  }

  public add(key: string, { priority = 'normal' }: { readonly priority?: Priority } = {}): void {
    if (this.isShutDown) return;
    if (this.processing.has(key)) {
      if (this.again.get(key) !== 'normal') this.again.set(key, priority);
      return;
    }
    const lane = this.waiting.get(key);
    if (lane === 'normal' || lane === priority) return;
    if (lane === undefined) this.metrics.added(key);
    this.waiting.set(key, priority);
    this.lanes[priority].push(key);
    this.serve();
  }

  /** Adds `key` after `ms`; of several such calls the earliest counts. */
  public addAfter(key: string, ms: number): void {
    if (this.isShutDown) return;
    if (ms <= 0) this.add(key);
    else this.delays.add(key, ms);
  }

  /** Adds `key` after a wait that grows with its failures, within limits. */
  public addRateLimited(key: string, { atLeastMs = 0, atMostMs = RETRY_CAP_MS }: Wait = {}): void {
    const failures = this.failures(key);
    const waitMs = exponential({ baseMs: RETRY_BASE_MS, capMs: RETRY_CAP_MS, failures });
    if (waitMs <= atMostMs) this.failureCounts.set(key, failures + 1);
    this.metrics.retried();
    this.addAfter(key, Math.max(atLeastMs, Math.min(atMostMs, waitMs)));
  }

  /** To be called when work on `key` succeeded, or there is nothing more to do: the next failure is its first. */
  public forget(key: string): void {
    this.failureCounts.delete(key);
  }

  /** How often `key` failed since it was last forgotten. */
  public failures(key: string): number {
    return this.failureCounts.get(key) ?? 0;
  }

  /** The next key, once there is one, to be given back with `done`. Nothing once the queue is shut down and empty. */
  public take(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.takers.push(resolve);
      this.serve();
    });
  }

  /** Gives a key back. */
  public done(key: string): void {
    if (!this.processing.delete(key)) return;
    this.metrics.finished(key);
    const priority = this.again.get(key);
    this.again.delete(key);
    if (priority !== undefined) this.add(key, { priority });
    this.serve();
  }

  /** Accepts no further keys, and forgets those that were to come later. What waits is still handed out. */
  public shutDown(): void {
    this.isShutDown = true;
    this.delays.clear();
    this.again.clear();
    this.serve();
  }

  private serve(): void {
    while (this.takers.size > 0) {
      const key = this.next();
      if (key === undefined && !this.isShutDown) return;
      this.takers.shift()?.(key);
    }
  }

  private next(): string | undefined {
    for (const lane of ['normal', 'low'] as const) {
      for (let key = this.lanes[lane].shift(); key !== undefined; key = this.lanes[lane].shift()) {
        if (this.waiting.get(key) !== lane) continue;
        this.waiting.delete(key);
        this.processing.add(key);
        this.metrics.started(key);
        return key;
      }
    }
    return undefined;
  }
}
