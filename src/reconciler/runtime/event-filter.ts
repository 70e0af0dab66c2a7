import type { Clock } from '../clock';
import { Lru } from './lru';

/** How many Events an object may have at once. */
export const EVENT_BURST = 25;
/** After which time it may have one more. */
export const EVENT_REFILL_MS = 5 * 60_000;
/** How many objects are remembered. */
const MAX_OBJECTS = 4096;

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Keeps one object from flooding the cluster with Events. */
export class EventFilter {
  private readonly buckets = new Lru<Bucket>(MAX_OBJECTS);

  constructor(private readonly clock: Clock) {}

  /** Whether an Event about an object may be written now; if so it is counted. */
  public admits(uid: string): boolean {
    const at = this.clock.now();
    const { tokens, at: before } = this.buckets.get(uid) ?? { tokens: EVENT_BURST, at };
    const filled = Math.min(EVENT_BURST, tokens + (at - before) / EVENT_REFILL_MS);
    if (filled < 1) return false;
    this.buckets.set(uid, { tokens: filled - 1, at });
    return true;
  }
}
