/** Where the demo is seen: a terminal, whose picture is drawn again in place, or a file, which gets a line for each change. */
import type { WriteStream } from 'node:tty';
import { changes, draw } from './view';
import type { Palette, Picture } from './view';

/** What is used of a stream; of one that is not a terminal, `columns` and `rows` are missing. */
export type Output = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows'>>;

export interface ScreenOptions {
  readonly output: Output;
  /** A terminal alone has colours, and only where NO_COLOR is not set. */
  readonly noColor: boolean;
  /** Milliseconds since the beginning. */
  readonly elapsedMs: () => number;
}

const ESCAPE = '\u001b[';
const CLEAR_LINE = `${ESCAPE}K`;
const CLEAR_BELOW = `${ESCAPE}J`;
const HIDE_CURSOR = `${ESCAPE}?25l`;
const SHOW_CURSOR = `${ESCAPE}?25h`;
const NARROW = 80;
const LOW = 24;

export class Screen {
  public readonly palette: Palette;
  private readonly isTerminal: boolean;
  private shown: readonly string[] = [];
  private last?: Picture;
  private isReleased = false;

  constructor(private readonly options: ScreenOptions) {
    this.isTerminal = options.output.isTTY === true;
    this.palette = paletteOf(this.isTerminal && !options.noColor);
  }

  /** A line that stays, with the time. */
  public say(line: string): void {
    const time = `${(this.options.elapsedMs() / 1000).toFixed(1)} s`.padStart(8);
    this.print([`${this.palette.dim(time)}  ${line}`]);
  }

  /** Lines that stay, as they are. */
  public print(lines: readonly string[]): void {
    const picture = this.shown;
    this.replace([...lines]);
    this.shown = [];
    this.replace(picture);
  }

  /** Replaces the picture that was there. */
  public show(picture: Picture): void {
    if (this.isReleased) return;
    const before = this.last?.rows ?? [];
    this.last = picture;
    if (!this.isTerminal) {
      for (const line of changes(before, picture.rows)) this.say(line);
      return;
    }
    const { columns = NARROW, rows = LOW } = this.options.output;
    this.options.output.write(HIDE_CURSOR);
    this.replace(draw(picture, { width: columns, palette: this.palette }).slice(0, rows - 1));
  }

  /** What is shown stays, and there are no more pictures. */
  public release(): void {
    if (this.isTerminal) this.options.output.write(SHOW_CURSOR);
    this.isReleased = true;
    this.shown = [];
  }

  /** In one piece, and over what was there, so that nothing flickers. */
  private replace(lines: readonly string[]): void {
    const { output } = this.options;
    if (!this.isTerminal) {
      for (const line of lines) output.write(`${line}\n`);
      return;
    }
    const up = this.shown.length > 0 ? `${ESCAPE}${this.shown.length}A` : '';
    output.write(`${up}\r${lines.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`);
    this.shown = lines;
  }
}

function paletteOf(isColoured: boolean): Palette {
  const paint = (code: number) => (text: string): string => (isColoured ? `${ESCAPE}${code}m${text}${ESCAPE}0m` : text);
  return { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32), yellow: paint(33), cyan: paint(36) };
}
