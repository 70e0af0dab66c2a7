import { SYSTEM_CLOCK, SYSTEM_RANDOM, sleep } from '../clock';
import type { Clock, Random } from '../clock';
import { ApiError } from '../kube/api-error';
import type { Client } from '../kube/client';
import { LEASE, microTime } from './lease';
import type { Lease, LeaseSpec } from './lease';
import { errorText } from './log';
import type { Log } from './log';
import { Registry } from './metrics';
import type { Gauge } from './metrics';

/** For how long nobody else takes a lease that is not renewed. */
export const LEASE_DURATION_MS = 15_000;
/** A leader that could not renew for so long leads no longer; sooner than others take over. */
export const RENEW_DEADLINE_MS = 10_000;
/** How often a leader renews, and others look. */
export const RETRY_PERIOD_MS = 2000;
/** Those who look wait up to this much less, each for itself. */
const RETRY_JITTER = 0.2;
/** How long letting go may take. */
const RELEASE_LIMIT_MS = 2000;
const MS_PER_SECOND = 1000;

/** For the client of an elector, which is its own: renewals must not wait behind other requests, nor be tried for long. */
export const LEASE_CLIENT_OPTIONS = { maxInFlight: 2, maxAttempts: 1, requestTimeoutMs: RENEW_DEADLINE_MS / 2 } as const;

export interface ElectorOptions {
  /** A client of its own, made with `LEASE_CLIENT_OPTIONS`. */
  readonly client: Client;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Of this process alone. */
  readonly identity: string;
  readonly log: Log;
  /** This process leads now. */
  readonly onStarted: () => void;
  /** It leads no longer: because it let go, or because it must not go on. It does not come back. */
  readonly onStopped: (reason: 'released' | 'lost') => void;
  readonly metrics?: Registry;
  readonly clock?: Clock;
  readonly random?: Random;
}

/** A lease as it was last seen, and since when it has been so by this process's own clock. */
interface Observed {
  readonly spec: LeaseSpec;
  readonly resourceVersion: string;
  readonly since: number;
}

type State = 'standby' | 'leader' | 'ended';

/** Makes sure that one process at a time leads, by a Lease. No two clocks are ever compared. */
export class Elector {
  private readonly options: ElectorOptions;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly status: Gauge;
  private readonly stopping = new AbortController();
  private loop?: Promise<void>;
  private state: State = 'standby';
  private observed?: Observed;
  /** When the request was sent that renewed the lease last. */
  private renewedAt = -Infinity;
  private cancelDeadline?: () => void;
  private lastError = '';

  constructor(options: ElectorOptions) {
    const { name, metrics = new Registry(), clock = SYSTEM_CLOCK, random = SYSTEM_RANDOM } = options;
    this.options = options;
    this.clock = clock;
    this.random = random;
    this.status = metrics.gauge('leader_election_master_status', 'Whether this process leads.');
    this.status.set(0, { name });
  }

  /** Whether this process may act as the leader, at this very moment. */
  public get isLeader(): boolean {
    return this.state === 'leader' && this.clock.now() - this.renewedAt < RENEW_DEADLINE_MS;
  }

  public start(): void {
    this.loop ??= this.run();
  }

  /** Lets go of the lease, so that another process can lead at once. */
  public async stop(): Promise<void> {
    this.stopping.abort();
    this.cancelDeadline?.();
    const limit = new AbortController();
    await Promise.race([this.loop?.then(() => this.release()), sleep(this.clock, RELEASE_LIMIT_MS, limit.signal)]);
    limit.abort();
    if (this.state === 'leader') this.end('released');
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted && this.state !== 'ended') {
      await this.attempt();
      await sleep(this.clock, this.waitMs(), signal);
    }
  }

  private async attempt(): Promise<void> {
    if (this.state === 'leader' && !this.isLeader) return this.end('lost');
    const sentAt = this.clock.now();
    try {
      const holder = await this.hold();
      if (holder === 'us') this.held(sentAt);
      if (holder === 'another' && this.state === 'leader') this.end('lost');
      this.lastError = '';
    } catch (error) {
      this.report(errorText(error));
    }
  }

  /** Takes or renews the lease if that is possible. Says who holds it then, if that is known. */
  private async hold(): Promise<'us' | 'another' | undefined> {
    const known = this.observed;
    if (this.state === 'leader' && known && await this.write(known)) return 'us';
    const lease = await this.read();
    if (lease && this.isHeldByAnother(lease)) return 'another';
    return await (lease ? this.write(lease) : this.create()) ? 'us' : undefined;
  }

  private async read(): Promise<Observed | undefined> {
    const { client, namespace, name } = this.options;
    try {
      return this.observe(await client.get<Lease>(LEASE, { namespace, name }));
    } catch (error) {
      if (ApiError.isNotFound(error)) return undefined;
      throw error;
    }
  }

  private async create(): Promise<boolean> {
    const { client, namespace, name } = this.options;
    try {
      const object = { metadata: { namespace, name }, spec: this.nextSpec({}) };
      this.observe(await client.create<Lease>(LEASE, object));
      return true;
    } catch (error) {
      if (ApiError.isAlreadyExists(error)) return false;
      throw error;
    }
  }

  /** Writes the lease, unless someone else did since it was seen. */
  private async write({ spec, resourceVersion }: Observed): Promise<boolean> {
    const { client, namespace, name } = this.options;
    try {
      const body = { metadata: { resourceVersion }, spec: this.nextSpec(spec) };
      this.observe(await client.patch<Lease>(LEASE, { namespace, name }, { type: 'merge', body }));
      return true;
    } catch (error) {
      if (ApiError.isConflict(error) || ApiError.isNotFound(error)) return false;
      throw error;
    }
  }

  private observe({ metadata, spec = {} }: Lease): Observed {
    const { resourceVersion } = metadata;
    if (this.observed?.resourceVersion === resourceVersion) return this.observed;
    this.observed = { spec, resourceVersion, since: this.clock.now() };
    return this.observed;
  }

  private isHeldByAnother({ spec, since }: Observed): boolean {
    const { holderIdentity = '' } = spec;
    if (holderIdentity === '' || holderIdentity === this.options.identity) return false;
    return this.clock.now() < since + durationMs(spec);
  }

  /** Until the next attempt. Who looks does so again at the moment when the lease ends. */
  private waitMs(): number {
    if (this.state === 'leader') return RETRY_PERIOD_MS;
    const period = RETRY_PERIOD_MS * (1 - RETRY_JITTER * this.random());
    if (!this.observed || !this.isHeldByAnother(this.observed)) return period;
    return Math.min(period, this.observed.since + durationMs(this.observed.spec) - this.clock.now());
  }

  private nextSpec({ holderIdentity, acquireTime, leaseTransitions = 0 }: LeaseSpec): LeaseSpec {
    const { identity } = this.options;
    const now = microTime(this.clock.date());
    const isRenewal = holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: LEASE_DURATION_MS / MS_PER_SECOND,
      acquireTime: isRenewal ? acquireTime : now,
      renewTime: now,
      leaseTransitions: isRenewal || holderIdentity === undefined ? leaseTransitions : leaseTransitions + 1,
    };
  }

  /** The lease is ours, by a request sent at `sentAt`. After a stall that is too long ago to be of use. */
  private held(sentAt: number): void {
    const left = RENEW_DEADLINE_MS - (this.clock.now() - sentAt);
    if (this.state === 'ended' || left <= 0) return;
    this.renewedAt = sentAt;
    this.cancelDeadline?.();
    this.cancelDeadline = this.clock.after(left, () => this.end('lost'));
    if (this.state === 'leader' || this.stopping.signal.aborted) return;
    this.state = 'leader';
    this.status.set(1, { name: this.options.name });
    this.options.log.info('leading', { identity: this.options.identity });
    this.options.onStarted();
  }

  /** Says an error when it is new. */
  private report(error: string): void {
    if (error !== this.lastError) this.options.log.warn('cannot renew or take the lease', { error });
    this.lastError = error;
  }

  private end(reason: 'released' | 'lost'): void {
    if (this.state === 'ended') return;
    const wasLeader = this.state === 'leader';
    this.state = 'ended';
    this.cancelDeadline?.();
    this.status.set(0, { name: this.options.name });
    this.options.log.info('lost the lease', { reason });
    if (wasLeader) this.options.onStopped(reason);
  }

  private async release(): Promise<void> {
    const { client, namespace, name, identity, log } = this.options;
    if (this.state === 'ended' || this.observed?.spec.holderIdentity !== identity) return;
    const { resourceVersion } = this.observed;
    const spec = { holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(this.clock.date()) };
    try {
      await client.patch(LEASE, { namespace, name }, { type: 'merge', body: { metadata: { resourceVersion }, spec } });
    } catch (error) {
      log.warn('cannot let go of the lease; others take it when it ends', { error: errorText(error) });
    }
  }
}

function durationMs({ leaseDurationSeconds = LEASE_DURATION_MS / MS_PER_SECOND }: LeaseSpec): number {
  return leaseDurationSeconds * MS_PER_SECOND;
}
