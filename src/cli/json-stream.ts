/** JSON values one after the other, in pieces that end anywhere: what `kubectl get --watch --output=json` prints. */

export class JsonStream {
  public hasValues = false;
  private text = '';
  private position = 0;
  private depth = 0;
  private isInString = false;
  private isEscaped = false;

  constructor(private readonly onValue: (value: unknown) => void) {}

  public push(piece: string): void {
    this.text += piece;
    for (; this.position < this.text.length; this.position += 1) {
      if (this.isEnd(this.text[this.position] ?? '')) this.take();
    }
  }

  /** Whether `character` closes an object. */
  private isEnd(character: string): boolean {
    if (this.isInString) {
      if (this.isEscaped) this.isEscaped = false;
      else if (character === '\\') this.isEscaped = true;
      else if (character === '"') this.isInString = false;
      return false;
    }
    if (character === '"') this.isInString = true;
    else if (character === '{') this.depth += 1;
    else if (character === '}') this.depth -= 1;
    return character === '}' && this.depth === 0;
  }

  private take(): void {
    const value = JSON.parse(this.text.slice(0, this.position + 1)) as unknown;
    this.text = this.text.slice(this.position + 1);
    this.position = -1;
    this.hasValues = true;
    this.onValue(value);
  }
}
