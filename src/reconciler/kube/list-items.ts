import { parseJson } from './parse-json';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** How deep the items of a list are: in an array, in the list. */
const ITEMS_DEPTH = 2;

/**
 * Takes a list apart as it arrives, item by item, so that no more of it is in memory than one of them. The only array that the API
 * server writes right below a list is that of its items.
 */
export class ListItems {
  private depth = 0;
  private isInText = false;
  private isEscaped = false;
  private isInItems = false;
  /** The item that has begun. */
  private item: Buffer[] = [];
  /** The list without its items. */
  private readonly envelope: Buffer[] = [];

  constructor(private readonly onItem: (item: unknown) => void) {}

  /**
   * Takes bytes; a character may begin in one call and end in the next.
   *
   * @throws TransportError if an item is not JSON; and what `onItem` throws.
   */
  public push(chunk: Buffer): void {
    let start = 0;
    for (let at = this.afterText(chunk, 0); at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        this.isInText = true;
        at = this.afterText(chunk, at + 1) - 1;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (this.isInItems && this.depth === ITEMS_DEPTH) start = at;
        this.depth += 1;
        if (byte === OPEN_OBJECT || this.depth !== ITEMS_DEPTH) continue;
        this.isInItems = true;
        this.envelope.push(chunk.subarray(start, at + 1));
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        this.depth -= 1;
        if (!this.isInItems || this.depth > ITEMS_DEPTH) continue;
        if (this.depth === ITEMS_DEPTH) {
          this.complete(chunk.subarray(start, at + 1));
        } else {
          this.isInItems = false;
          start = at;
        }
      }
    }
    if (!this.isInItems) this.envelope.push(chunk.subarray(start));
    else if (this.depth > ITEMS_DEPTH) this.item.push(chunk.subarray(start));
  }

  /**
   * The list without its items, once all has been taken.
   *
   * @throws TransportError if it is not JSON.
   */
  public end<T>(): T {
    return parseJson(Buffer.concat(this.envelope)) as T;
  }

  /** Where a text ends that has begun before `at`, if one has; the end of the bytes, if it goes on beyond them. */
  private afterText(bytes: Buffer, at: number): number {
    if (!this.isInText) return at;
    let next = this.isEscaped ? at + 1 : at;
    while (next < bytes.length && bytes[next] !== QUOTE) next += bytes[next] === BACKSLASH ? 2 : 1;
    this.isInText = next >= bytes.length;
    this.isEscaped = next > bytes.length;
    return next + 1;
  }

  private complete(last: Buffer): void {
    const bytes = this.item.length > 0 ? Buffer.concat([...this.item, last]) : last;
    this.item = [];
    this.onItem(parseJson(bytes));
  }
}
