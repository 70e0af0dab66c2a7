/** A picture on a terminal that is drawn again in place. */
import { visibleLength } from '../state/columns';
import type { Terminal } from './terminal';

const ESCAPE = '\u001b[';

export class Screen {
  /** Rows of the terminal that the last picture took. */
  private drawn = 0;

  constructor(private readonly terminal: Terminal) {}

  /** Replaces what was shown before. What does not fit on the terminal is cut. */
  public show(text: string): void {
    const lines = this.fitting(this.terminal.shown(text).split('\n'));
    const up = this.drawn > 0 ? `${ESCAPE}${this.drawn}A` : '';
    this.terminal.draw(`${up}\r${lines.map((line) => `${line}${ESCAPE}K\n`).join('')}${ESCAPE}J`);
    this.drawn = lines.reduce((sum, line) => sum + this.heightOf(line), 0);
  }

  private fitting(lines: readonly string[]): readonly string[] {
    let room = (this.terminal.rows ?? Infinity) - 2;
    const end = lines.findIndex((line) => (room -= this.heightOf(line)) < 0);
    return end < 0 ? lines : [...lines.slice(0, end), '…'];
  }

  /** A line that is too long goes on in the next row. */
  private heightOf(line: string): number {
    return Math.max(1, Math.ceil(visibleLength(line) / this.terminal.width));
  }
}
