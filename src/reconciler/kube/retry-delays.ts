import { Backoff } from '../backoff';
import type { Random } from '../clock';
import { ApiError, TransportError } from './api-error';

const BASE_MS = 800;
/** The longest wait while nobody answers at all: nobody is spared by a longer one, and the server is retried as soon as it is back. */
const UNREACHABLE_CAP_MS = 4000;
const REFUSED_CAP_MS = 30_000;
/** The longest wait that is granted to a server which asks for one. */
const MAX_RETRY_AFTER_MS = 30_000;
const MS_PER_SECOND = 1000;

/**
 * How long to wait after errors: ever longer, and as long as the server asks for.
 *
 * How long nobody answered does not count once someone does: a server that has just started asks for a second of patience, and not
 * for as long as it was away.
 */
export class RetryDelays {
  private readonly unreachable: Backoff;
  private readonly refused: Backoff;

  constructor(random: Random) {
    this.unreachable = new Backoff({ baseMs: BASE_MS, capMs: UNREACHABLE_CAP_MS, random });
    this.refused = new Backoff({ baseMs: BASE_MS, capMs: REFUSED_CAP_MS, random });
  }

  /** Errors since the last success. */
  public get failures(): number {
    return this.unreachable.failures + this.refused.failures;
  }

  /** Counts an error, and says how many milliseconds to wait after it. */
  public nextMs(error: unknown): number {
    if (error instanceof TransportError) return this.unreachable.next();
    const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * MS_PER_SECOND : 0;
    return Math.max(this.refused.next(), Math.min(asked, MAX_RETRY_AFTER_MS));
  }

  /** To be called after a success. */
  public reset(): void {
    this.unreachable.reset();
    this.refused.reset();
  }
}
