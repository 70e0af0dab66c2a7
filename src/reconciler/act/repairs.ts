/** How soon a resource is repaired again: another writer that fights over its children does not keep us busy. */
import type { Clock } from '../clock';

const BASE_MS = 1000;
const CAP_MS = 60_000;

interface Repair {
  readonly count: number;
  readonly at: number;
}

export class Repairs {
  private readonly last = new Map<string, Repair>();

  constructor(private readonly clock: Clock) {}

  public note(key: string): void {
    this.last.set(key, { count: (this.last.get(key)?.count ?? 0) + 1, at: this.clock.now() });
  }

  /** How long the resource has to wait. Milliseconds, 0 if not at all. */
  public waitMs(key: string): number {
    const repair = this.last.get(key);
    if (!repair) return 0;
    const since = this.clock.now() - repair.at;
    if (since > 2 * CAP_MS) this.last.delete(key);
    return Math.max(0, Math.min(CAP_MS, BASE_MS * 2 ** (repair.count - 1)) - since);
  }

  public forget(key: string): void {
    this.last.delete(key);
  }
}
