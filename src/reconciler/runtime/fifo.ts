const MIN_COMPACTION = 1024;

/** First in, first out, at a constant cost. */
export class Fifo<T> {
  private items: T[] = [];
  private head = 0;

  public get size(): number {
    return this.items.length - this.head;
  }

  public push(item: T): void {
    this.items.push(item);
  }

  public shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.items[this.head++];
    if (this.head >= MIN_COMPACTION && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}
