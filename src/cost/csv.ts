/** Rows of comma-separated values, as spreadsheets write them: quotes, either kind of line end, a byte order mark. */

/** One row, with its number in the file. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The rows that have something in them, without comments, which begin with `#`. A cell ends where its line ends. */
export function csvRows(text: string): CsvRow[] {
  return text.replace(/^\ufeff/, '').split(/\r\n?|\n/)
    .map((line, index) => ({ line: index + 1, text: line }))
    .filter((row) => row.text.trim() !== '' && !row.text.startsWith('#'))
    .map((row) => ({ line: row.line, cells: cellsOf(row.text) }));
}

/** With quotes, a cell may have commas, and quotes as two of them. */
function cellsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',').map((cell) => cell.trim());
  const cells = line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"\s*|([^,]*))/g);
  return [...cells].map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain.trim());
}
