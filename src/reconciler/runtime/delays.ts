import type { Clock } from '../clock';

interface Entry {
  readonly due: number;
  cancel(): void;
}

/** Keys that are to come back later; for each the earliest time counts. */
export class Delays {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly clock: Clock, private readonly onDue: (key: string) => void) {}

  public get size(): number {
    return this.entries.size;
  }

  /** Calls back with `key` after `ms`, unless it does so earlier. */
  public add(key: string, ms: number): void {
    const due = this.clock.now() + ms;
    const before = this.entries.get(key);
    if (before && before.due <= due) return;
    before?.cancel();
    const cancel = this.clock.after(ms, () => {
      this.entries.delete(key);
      this.onDue(key);
    });
    this.entries.set(key, { due, cancel });
  }

  /** Forgets all keys. */
  public clear(): void {
    for (const { cancel } of this.entries.values()) cancel();
    this.entries.clear();
  }
}
