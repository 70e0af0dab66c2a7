import type { Random } from './clock';

export interface BackoffOptions {
  /** The longest that the first wait may be. */
  readonly baseMs: number;
  /** The longest that any wait may be. */
  readonly capMs: number;
  readonly random: Random;
}

/** How long to wait before the next attempt: twice as long each time, with full jitter, so that many clients spread out. */
export class Backoff {
  private count = 0;

  constructor(private readonly options: BackoffOptions) {}

  /** Failures since the last success. */
  public get failures(): number {
    return this.count;
  }

  /** Counts a failure, and says how many milliseconds to wait after it. */
  public next(): number {
    const { baseMs, capMs, random } = this.options;
    return random() * exponential({ baseMs, capMs, failures: this.count++ });
  }

  /** To be called after a success. */
  public reset(): void {
    this.count = 0;
  }
}

/** `baseMs`, doubled `failures` times, at most `capMs`. */
export function exponential({ baseMs, capMs, failures }: { baseMs: number; capMs: number; failures: number }): number {
  return Math.min(capMs, baseMs * 2 ** failures);
}
