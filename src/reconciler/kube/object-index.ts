/** Finds the keys of objects by values that they have. */
export class ObjectIndex<T> {
  /** Most values are of one object only, and a set for each would be most of what an index takes. */
  private readonly keys = new Map<string, string | Set<string>>();

  constructor(private readonly valuesOf: (object: T) => readonly string[]) {}

  public get(value: string): Iterable<string> {
    const keys = this.keys.get(value) ?? [];
    return typeof keys === 'string' ? [keys] : keys;
  }

  public add(key: string, object: T): void {
    for (const value of this.valuesOf(object)) {
      const keys = this.keys.get(value) ?? key;
      if (typeof keys !== 'string') keys.add(key);
      else this.keys.set(value, keys === key ? key : new Set([keys, key]));
    }
  }

  public delete(key: string, object: T): void {
    for (const value of this.valuesOf(object)) {
      const keys = this.keys.get(value);
      if (typeof keys === 'object') keys.delete(key);
      if (keys === key || (typeof keys === 'object' && keys.size === 0)) this.keys.delete(value);
    }
  }
}
