/** Boxes in rows, as words in lines. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Packed<T extends Size> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
}

export interface PackOptions {
  /** A row ends before an item that would be wider; a single item may be. */
  readonly width: number;
  readonly gap: number;
}

export function packed<T extends Size>(items: readonly T[], { width, gap }: PackOptions): Size & { readonly placed: readonly Packed<T>[] } {
  const placed: Packed<T>[] = [];
  let [x, y, rowHeight, widest] = [0, 0, 0, 0];
  for (const item of items) {
    if (x > 0 && x + item.width > width) [x, y, rowHeight] = [0, y + rowHeight + gap, 0];
    placed.push({ item, x, y });
    x += item.width + gap;
    rowHeight = Math.max(rowHeight, item.height);
    widest = Math.max(widest, x - gap);
  }
  return { placed, width: widest, height: y + rowHeight };
}
