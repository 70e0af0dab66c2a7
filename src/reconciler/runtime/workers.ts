import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { SYSTEM_CLOCK, sleep } from '../clock';
import type { Clock } from '../clock';
import { ApiError, TransportError, WritesStoppedError } from '../kube/api-error';
import { errorText } from './log';
import type { Log, LogFields } from './log';
import { Registry } from './metrics';
import { isMistake } from './mistake';
import type { Queue } from './queue';
import { TerminalError } from './terminal-error';
import { WorkerMetrics } from './worker-metrics';

/** How many keys are worked on at the same time. */
export const DEFAULT_WORKERS = 8;
/** How long work may take to finish once it is to stop. */
export const STOP_LIMIT_MS = 20_000;
/** The longest wait after nobody has answered: the key is not at fault, and the server is retried as soon as it is back. */
export const UNREACHABLE_CAP_MS = 10_000;
/** How long work that waits for nothing may keep everything else out. */
const TURN_MS = 10;
const MS_PER_SECOND = 1000;

/** What is to happen after a key was worked on without an error. */
export interface Outcome {
  /** Work on it again after this long. */
  readonly requeueAfterMs?: number;
}

/** What work on a key is given besides the key. */
export interface Attempt {
  /** Says of each line which attempt it is from. */
  readonly log: Log;
  readonly reconcileID: string;
}

export type Reconcile = (key: string, attempt: Attempt) => Promise<Outcome>;

export interface WorkersOptions {
  /** Name of the controller, in logs and metrics. */
  readonly name: string;
  readonly queue: Queue;
  readonly reconcile: Reconcile;
  readonly log: Log;
  readonly count?: number;
  readonly metrics?: Registry;
  readonly clock?: Clock;
  /** What a log says of a key. */
  readonly fieldsOf?: (key: string) => LogFields;
}

/** Takes keys from a queue and works on them, a few at a time, never twice at once on the same. */
export class Workers {
  private readonly options: Required<WorkersOptions>;
  private readonly metrics: WorkerMetrics;
  private loops: Promise<void>[] = [];
  private isStopping = false;
  private turnSince = 0;

  constructor(options: WorkersOptions) {
    const { count = DEFAULT_WORKERS, metrics = new Registry(), clock = SYSTEM_CLOCK, fieldsOf = (key) => ({ key }) } = options;
    this.options = { ...options, count, metrics, clock, fieldsOf };
    this.metrics = new WorkerMetrics(options.name, metrics);
    this.metrics.limit(count);
  }

  public start(): void {
    if (this.loops.length > 0) return;
    this.loops = Array.from({ length: this.options.count }, () => this.loop());
  }

  /** Accepts no further keys, and waits for work in progress, up to a limit. Says whether all of it finished. */
  public async stop(): Promise<boolean> {
    const { queue, clock } = this.options;
    this.isStopping = true;
    queue.shutDown();
    const limit = new AbortController();
    const finished = Promise.all(this.loops).then(() => true);
    const late = sleep(clock, STOP_LIMIT_MS, limit.signal).then(() => false);
    const inTime = await Promise.race([finished, late]);
    limit.abort();
    return inTime;
  }

  private async loop(): Promise<void> {
    const { queue } = this.options;
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      if (!this.isStopping) await this.work(key);
      queue.done(key);
      await this.giveWay();
    }
  }

  /** Answers, timers and probes have their turn too, though there may be thousands of keys at which nothing is to be done. */
  private async giveWay(): Promise<void> {
    const { clock } = this.options;
    if (clock.now() - this.turnSince < TURN_MS) return;
    await setImmediate();
    this.turnSince = clock.now();
  }

  private async work(key: string): Promise<void> {
    const { clock, name, fieldsOf, reconcile, log } = this.options;
    const reconcileID = randomUUID();
    const attemptLog = log.with({ controller: name, ...fieldsOf(key), reconcileID });
    const started = clock.now();
    this.metrics.started();
    try {
      this.succeeded(key, await reconcile(key, { log: attemptLog, reconcileID }));
    } catch (error) {
      this.failed(key, error, attemptLog);
    } finally {
      this.metrics.finished((clock.now() - started) / MS_PER_SECOND);
    }
  }

  private succeeded(key: string, { requeueAfterMs }: Outcome): void {
    const { queue } = this.options;
    queue.forget(key);
    if (requeueAfterMs !== undefined) queue.addAfter(key, requeueAfterMs);
    this.metrics.result(requeueAfterMs === undefined ? 'success' : 'requeue_after');
  }

  private failed(key: string, error: unknown, log: Log): void {
    const { queue } = this.options;
    this.metrics.failed(error);
    if (error instanceof TerminalError) {
      log.error('reconcile failed for good', { error: errorText(error) });
      return queue.forget(key);
    }
    const fields = { error: errorText(error), failures: queue.failures(key) + 1, ...describe(error) };
    if (isExpected(error)) log.info('reconcile is to be tried again', fields);
    else log.error('reconcile failed', fields);
    queue.addRateLimited(key, { atLeastMs: retryAfterMs(error), ...(error instanceof TransportError && { atMostMs: UNREACHABLE_CAP_MS }) });
  }
}

/** Part of normal operation: someone else wrote in between, or leadership was lost. */
function isExpected(error: unknown): boolean {
  return ApiError.isConflict(error) || error instanceof WritesStoppedError;
}

function retryAfterMs(error: unknown): number | undefined {
  return error instanceof ApiError && error.retryAfterSeconds !== undefined ? error.retryAfterSeconds * MS_PER_SECOND : undefined;
}

/** Of an API error which; of a mistake of this program where. */
function describe(error: unknown): LogFields {
  if (error instanceof ApiError) return { status: error.status, reason: error.reason };
  return isMistake(error) && error instanceof Error ? { stack: error.stack } : {};
}
