/** How much memory a value takes, roughly. */

/** Of an object, a list, a number, and so on, whatever is in it. */
const BYTES_OF_A_NODE = 16;

/** Stops counting at `limit`, so that what is large takes no longer than what is not. */
export function sizeOf(value: unknown, limit = Infinity): number {
  let size = 0;
  const pending: unknown[] = [value];
  while (pending.length > 0 && size <= limit) {
    const next = pending.pop();
    size += BYTES_OF_A_NODE;
    if (typeof next === 'string') size += next.length;
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, inner] of Object.entries(next)) {
      size += key.length;
      pending.push(inner);
    }
  }
  return size;
}
