import type { Clock } from '../clock';

interface Entry {
  readonly key: string;
  readonly due: number;
}

/** Keys that are to come back later; for each the earliest time counts. One timer, however many keys. */
export class Delays {
  private readonly due = new Map<string, number>();
  /** A binary heap, the earliest first. It also holds entries that an earlier one for the same key has made void. */
  private readonly heap: Entry[] = [];
  private cancelTimer?: () => void;

  constructor(private readonly clock: Clock, private readonly onDue: (key: string) => void) {}

  public get size(): number {
    return this.due.size;
  }

  /** Calls back with `key` after `ms`, unless it does so earlier. */
  public add(key: string, ms: number): void {
    const due = this.clock.now() + ms;
    if ((this.due.get(key) ?? Infinity) <= due) return;
    this.due.set(key, due);
    this.push({ key, due });
    if (this.heap[0]?.due === due) this.wait();
  }

  /** Forgets all keys. */
  public clear(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.due.clear();
    this.heap.length = 0;
  }

  private wait(): void {
    this.cancelTimer?.();
    const [first] = this.heap;
    this.cancelTimer = first && this.clock.after(first.due - this.clock.now(), () => this.fire());
  }

  private fire(): void {
    const now = this.clock.now();
    for (let first = this.heap[0]; first && first.due <= now; first = this.heap[0]) {
      this.pop();
      if (this.due.get(first.key) !== first.due) continue;
      this.due.delete(first.key);
      this.onDue(first.key);
    }
    this.wait();
  }

  private push(entry: Entry): void {
    let index = this.heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.dueAt(parent) <= entry.due) break;
      this.swap(index, parent);
      index = parent;
    }
  }

  private pop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      const child = this.dueAt(left + 1) < this.dueAt(left) ? left + 1 : left;
      if (this.dueAt(child) >= last.due) return;
      this.swap(index, child);
      index = child;
    }
  }

  private dueAt(index: number): number {
    return this.heap[index]?.due ?? Infinity;
  }

  private swap(a: number, b: number): void {
    const [first, second] = [this.heap[a], this.heap[b]];
    if (first === undefined || second === undefined) return;
    this.heap[a] = second;
    this.heap[b] = first;
  }
}
