/** Rows of comma-separated values, as spreadsheets write them: quotes, either kind of line end, a byte order mark. */
import { formatValue } from '../api/format-value';
import { PriceError } from './price-error';

/** One row, with its number in the file. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The rows that have something in them, without comments, which begin with `#`. A cell ends where its line ends.
 *
 * @throws PriceError if quotes are not closed in their line, or something follows them in their cell.
 */
export function csvRows(text: string, file = 'the file'): CsvRow[] {
  return text.replace(/^\ufeff/, '').split(/\r\n?|\n/)
    .map((line, index) => ({ line: index + 1, text: line }))
    .filter((row) => row.text.trim() !== '' && !row.text.startsWith('#'))
    .map((row) => ({ line: row.line, cells: cellsOf(row.text, `${file}:${row.line}`) }));
}

/** With quotes, a cell may have commas, and quotes as two of them. */
function cellsOf(line: string, where: string): string[] {
  const cells: string[] = [];
  for (let start = 0; start <= line.length;) {
    const { text, end } = cellAt(line, start, where);
    cells.push(text);
    start = end + 1;
  }
  return cells;
}

/** A cell, and where the comma behind it is, or the end of the line. */
interface Cell {
  readonly text: string;
  readonly end: number;
}

const QUOTED = /\s*"((?:[^"]|"")*)"\s*/y;
const PLAIN = /[^,]*/y;

function cellAt(line: string, start: number, where: string): Cell {
  QUOTED.lastIndex = start;
  const [whole, quoted] = QUOTED.exec(line) ?? [];
  if (whole !== undefined && quoted !== undefined) {
    const end = start + whole.length;
    if (end < line.length && line[end] !== ',') throw new PriceError(`${where}: something follows the closing quote of ${formatValue(quoted)}; write a quote in a cell as two`);
    return { text: quoted.replaceAll('""', '"'), end };
  }
  PLAIN.lastIndex = start;
  const plain = PLAIN.exec(line)?.[0] ?? '';
  if (plain.trimStart().startsWith('"')) throw new PriceError(`${where}: a quote is not closed in its line; close it, or write a quote in a cell as two`);
  return { text: plain.trim(), end: start + plain.length };
}
