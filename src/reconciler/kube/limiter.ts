import { abortReason } from './abort';

/** Lets so many tasks run at a time; the others wait in order. */
export class Limiter {
  private readonly waiting = new Set<() => void>();
  private running = 0;

  constructor(private readonly limit: number) {}

  /** Runs `task` when it is its turn. Does not run it if `signal` aborts before. */
  public async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.turn(signal);
    try {
      return await task();
    } finally {
      this.running--;
      const [next] = this.waiting;
      next?.();
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(abortReason(signal));
      const begin = (): void => {
        settle();
        this.running++;
        resolve();
      };
      const giveUp = (): void => {
        settle();
        reject(abortReason(signal));
      };
      const settle = (): void => {
        this.waiting.delete(begin);
        signal.removeEventListener('abort', giveUp);
      };
      if (this.running < this.limit) return begin();
      this.waiting.add(begin);
      signal.addEventListener('abort', giveUp);
    });
  }
}
