/** Text that comes in pieces, line by line. */

/** What is left of a line that was written over, as progress bars do, in a terminal. */
export function asShown(line: string): string {
  return line.split('\r').filter((part) => part !== '').at(-1) ?? '';
}

export class Lines {
  private rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  public push(piece: string): void {
    const lines = `${this.rest}${piece}`.split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.onLine(line);
  }

  /** The last line, which has no line break. */
  public end(): void {
    if (this.rest !== '') this.onLine(this.rest);
    this.rest = '';
  }
}
