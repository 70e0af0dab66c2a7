/** A map that forgets what was not used for longest. */
export class Lru<V> {
  private readonly values = new Map<string, V>();

  constructor(private readonly limit: number) {}

  public get size(): number {
    return this.values.size;
  }

  public get(key: string): V | undefined {
    const value = this.values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  public set(key: string, value: V): void {
    this.values.delete(key);
    this.values.set(key, value);
    const [oldest] = this.values.keys();
    if (this.values.size > this.limit && oldest !== undefined) this.values.delete(oldest);
  }

  public delete(key: string): void {
    this.values.delete(key);
  }
}
