/** Text in columns, for terminals and pull requests. Pure. */

export interface ColumnsOptions {
  /**
   * Between two columns.
   *
   * @default - two spaces
   */
  readonly gap?: string;

  /**
   * Columns whose cells are aligned right, such as numbers.
   *
   * @default - none
   */
  readonly right?: readonly number[];

  /**
   * How long a cell is in the terminal, for cells with colours.
   *
   * @default - its number of characters, escape sequences of colours left out
   */
  readonly lengthOf?: (cell: string) => number;
}

const GAP = '  ';
// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;]*m/g;

/** One line a row, each column as wide as its widest cell; no spaces at the end. A missing cell is empty. */
export function columns(rows: readonly (readonly string[])[], options: ColumnsOptions = {}): string[] {
  const { gap = GAP, right = [], lengthOf = visibleLength } = options;
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => lengthOf(row[column] ?? ''))));
  const padded = (row: readonly string[]) => widths.map((width, column) => {
    const cell = row[column] ?? '';
    const padding = ' '.repeat(width - lengthOf(cell));
    return right.includes(column) ? padding + cell : cell + padding;
  });
  return rows.map((row) => padded(row).join(gap).trimEnd());
}

/** How many characters of `text` are seen. */
export function visibleLength(text: string): number {
  return [...text.replace(COLOURS, '')].length;
}

/** `text` in lines of at most `width` characters, broken at spaces; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const line = lines.at(-1);
    if (line !== undefined && visibleLength(line) + 1 + visibleLength(word) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
