import { parseJson } from './parse-json';

const NEWLINE = 0x0a;

/** Puts JSON values together, one a line, from bytes as they arrive. What has no newline yet is not a line. */
export class JsonLines {
  private parts: Buffer[] = [];

  constructor(private readonly onValue: (value: unknown) => void) {}

  /**
   * Takes bytes; a character may begin in one call and end in the next.
   *
   * @throws TransportError if a whole line is not JSON; and what `onValue` throws.
   */
  public push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.parts.length > 0 ? Buffer.concat([...this.parts, chunk.subarray(start, end)]) : chunk.subarray(start, end);
      this.parts = [];
      start = end + 1;
      if (line.length > 0) this.onValue(parseJson(line));
    }
    if (start < chunk.length) this.parts.push(chunk.subarray(start));
  }
}
