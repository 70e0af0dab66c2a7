import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/reconciler/clock';

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/** Time that passes when it is told to. */
export class FakeClock implements Clock {
  /** Added to the date only: how wrong this machine's date is. */
  public skewMs = 0;
  private time = 1_000_000;
  private readonly timers = new Set<Timer>();

  /** How many timers wait. */
  public get pending(): number {
    return this.timers.size;
  }

  /** In how many milliseconds the next timer is due, if there is one. */
  public get nextIn(): number | undefined {
    const next = this.next(Infinity);
    return next && Math.max(0, next.due - this.time);
  }

  public now(): number {
    return this.time;
  }

  public date(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.time + this.skewMs);
  }

  public after(ms: number, callback: () => void): () => void {
    const timer = { due: this.time + Math.max(ms, 0), callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Lets time pass, timer by timer, and what they start do its work in between. */
  public async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (let next = this.next(end); next; next = this.next(end)) {
      this.time = Math.max(this.time, next.due);
      this.timers.delete(next);
      next.callback();
      await settle();
    }
    this.time = end;
  }

  /** Lets time pass without anything happening in it, as when a process is frozen; then what was due happens. */
  public async freeze(ms: number): Promise<void> {
    this.time += ms;
    await this.advance(0);
  }

  private next(end: number): Timer | undefined {
    return [...this.timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }
}

/** Lets promises, and what they start, go on. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round++) await setImmediate();
}

/** Waits in real time: for what goes over a socket. */
export function pause(ms = 4): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `condition` holds, in real time: for what goes over a socket. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what} did not come about`);
    await pause(2);
  }
}
