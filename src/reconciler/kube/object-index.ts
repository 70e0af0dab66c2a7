/** Finds the keys of objects by values that they have. */
export class ObjectIndex<T> {
  private readonly keys = new Map<string, Set<string>>();

  constructor(private readonly valuesOf: (object: T) => readonly string[]) {}

  public get(value: string): Iterable<string> {
    return this.keys.get(value) ?? [];
  }

  public add(key: string, object: T): void {
    for (const value of this.valuesOf(object)) {
      const keys = this.keys.get(value);
      if (keys) keys.add(key);
      else this.keys.set(value, new Set([key]));
    }
  }

  public delete(key: string, object: T): void {
    for (const value of this.valuesOf(object)) {
      const keys = this.keys.get(value);
      keys?.delete(key);
      if (keys?.size === 0) this.keys.delete(value);
    }
  }
}
