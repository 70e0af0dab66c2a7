/** Trees of aligned columns for a terminal, however narrow. */

export type Style = (text: string) => string;

export interface TreeOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** How each column looks; plain where none is given. */
  readonly styles?: readonly Style[];
}

const GAP = '  ';
const plain: Style = (text) => text;

/** A line a row where they fit, else one below another what fits together. */
export function tree(rows: readonly (readonly string[])[], { width, styles = [] }: TreeOptions): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const fits = 3 + widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length) <= width;
  return rows.flatMap((row, index) => {
    const isLast = index === rows.length - 1;
    const cells = row.map((text, column) => ({ text: fits ? text.padEnd(widths[column] ?? 0) : text, style: styles[column] ?? plain }));
    const lines = fits ? [cells] : broken(cells.filter(({ text }) => text), width);
    return lines.map((line, number) => branch({ isLast, isFirst: number === 0 }) + joined(line));
  });
}

interface Cell {
  readonly text: string;
  readonly style: Style;
}

/** As many cells on a line as there is room for. */
function broken(cells: readonly Cell[], width: number): Cell[][] {
  const lines: Cell[][] = [];
  for (const cell of cells) {
    const line = lines.at(-1);
    const used = (line ?? []).reduce((sum, each) => sum + each.text.length + GAP.length, lines.length > 1 ? 5 : 3);
    if (line && used + cell.text.length <= width) line.push(cell);
    else lines.push([cell]);
  }
  return lines;
}

function branch({ isLast, isFirst }: { readonly isLast: boolean; readonly isFirst: boolean }): string {
  if (isFirst) return isLast ? '└─ ' : '├─ ';
  return isLast ? '     ' : '│    ';
}

function joined(cells: readonly Cell[]): string {
  const last = cells.at(-1);
  const padded = cells.map((cell) => cell.style(cell === last ? cell.text.trimEnd() : cell.text));
  return padded.join(GAP).trimEnd();
}
