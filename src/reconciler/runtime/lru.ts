/** A map that forgets what was not used for longest. */
export class Lru<V> {
  private readonly values = new Map<string, { readonly value: V; readonly weight: number }>();
  private total = 0;

  /** @param weigh what a value counts for of the limit; what is above the limit by itself is not kept. */
  constructor(private readonly limit: number, private readonly weigh: (value: V) => number = () => 1) {}

  public get size(): number {
    return this.values.size;
  }

  /** What all values count for. */
  public get weight(): number {
    return this.total;
  }

  public get(key: string): V | undefined {
    const entry = this.values.get(key);
    if (entry === undefined) return undefined;
    this.values.delete(key);
    this.values.set(key, entry);
    return entry.value;
  }

  public set(key: string, value: V): void {
    this.delete(key);
    const weight = this.weigh(value);
    if (weight > this.limit) return;
    this.values.set(key, { value, weight });
    this.total += weight;
    for (const oldest of this.values.keys()) {
      if (this.total <= this.limit) return;
      this.delete(oldest);
    }
  }

  public delete(key: string): void {
    this.total -= this.values.get(key)?.weight ?? 0;
    this.values.delete(key);
  }
}
