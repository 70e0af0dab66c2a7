/** Time and chance, injected everywhere, so that tests need neither wait nor hope. */
import { performance } from 'node:perf_hooks';

/** The longest that a timer can wait; above it Node fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A source of time. */
export interface Clock {
  /** Milliseconds since some moment. Never jumps, whatever happens to the machine's date. */
  now(): number;

  /** The machine's date: to be written down, never to be compared with another machine's. */
  date(): Date;

  /** Calls `callback` once after `ms`; returns what cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

export const SYSTEM_RANDOM: Random = () => Math.random();

/** Waits for `ms`, or until `signal` aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = (): void => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(ms, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
