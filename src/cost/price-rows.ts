/** The rows of a table of prices, as the catalogue and a user's file have them. */
import { formatValue } from '../api/format-value';
import { nearest } from '../api/names';
import { CLOUDS } from '../clouds/pods';
import { csvRows } from './csv';
import type { CsvRow } from './csv';
import { PriceError } from './price-error';

const COLUMNS = ['cloud', 'region', 'machine', 'gpu', 'gpus', 'on_demand_usd_hour', 'spot_usd_hour', 'source', 'date'] as const;

type Column = (typeof COLUMNS)[number];

/** A machine, and where it is. */
export interface MachineKey {
  readonly cloud: string;
  readonly region: string;
  readonly machine: string;
  /** How many it has, where GPUs are attached to a machine that has none by itself. */
  readonly gpus?: number;
}

/** Where a price is from. */
export interface PriceOrigin {
  readonly source: string;
  readonly date: string;
}

/** US dollars an hour, and where the price on demand is from. A price that is not there is not known. */
export interface MachinePrice extends PriceOrigin {
  readonly onDemand?: number;
  /** At most that on demand: where the source has more, spot nodes are no discount. */
  readonly spot?: number;
  /** Where the spot price is from elsewhere. */
  readonly spotOrigin?: PriceOrigin;
}

/** One of a table, with its number in the file. */
export interface Row extends MachinePrice {
  readonly key: Required<MachineKey>;
  readonly line: number;
}

/** What prices are found by, without the number of GPUs. */
export function placeOf({ cloud, region, machine }: MachineKey): string {
  return `${cloud}/${region}/${machine}`;
}

/** Without a price of spot nodes above that on demand. */
export function withDiscount(onDemand: number | undefined, spot: number | undefined): Pick<MachinePrice, 'onDemand' | 'spot'> {
  return {
    ...(onDemand !== undefined && { onDemand }),
    ...(spot !== undefined && { spot: onDemand === undefined ? spot : Math.min(spot, onDemand) }),
  };
}

/** @throws PriceError where a row is wrong by itself; with its line. */
export function parsedRows(text: string, file: string): Row[] {
  const [header, ...rows] = csvRows(text, file);
  const columns = columnsOf(header, file);
  const seen = new Map<string, number>();
  return rows.map((csv) => {
    const row = rowOf({ csv, columns, file });
    const key = `${placeOf(row.key)}/${row.key.gpus}`;
    const first = seen.get(key);
    if (first !== undefined) {
      throw new PriceError(`${file}:${csv.line}: ${row.key.machine} in ${row.key.region} with gpus ${row.key.gpus} is in line ${first} already; leave one of them out`);
    }
    seen.set(key, csv.line);
    return row;
  });
}

function columnsOf(header: CsvRow | undefined, file: string): readonly string[] {
  if (!header) throw new PriceError(`${file}: the file is empty; its first line must be ${COLUMNS.join(',')}`);
  const missing = COLUMNS.find((column) => !header.cells.includes(column));
  if (missing === undefined) return header.cells;
  const meant = nearest(missing, header.cells.filter((cell) => !COLUMNS.some((column) => column === cell)));
  const hint = meant === undefined ? '' : `, but ${formatValue(meant)}`;
  throw new PriceError(`${file}:${header.line}: there is no column ${missing}${hint}; the first line must have ${COLUMNS.join(',')}`);
}

interface ParsedRow {
  readonly csv: CsvRow;
  readonly columns: readonly string[];
  readonly file: string;
}

function rowOf(parsed: ParsedRow): Row {
  const { csv: { line, cells }, columns, file } = parsed;
  if (cells.length !== columns.length) {
    throw new PriceError(`${file}:${line}: the row has ${cells.length} cells and the first line ${columns.length}; write a comma for each column, also where a cell is empty`);
  }
  const text = (column: Column): string => cells[columns.indexOf(column)] ?? '';
  const named = (column: Column): string => {
    if (text(column) === '') throw new PriceError(`${file}:${line}: ${column} is empty; name it`);
    return text(column);
  };
  const cloud = named('cloud');
  if (!Object.hasOwn(CLOUDS, cloud)) {
    throw new PriceError(`${file}:${line}: cloud is ${formatValue(cloud)}; use one of ${Object.keys(CLOUDS).join(', ')}`);
  }
  return {
    line,
    key: { cloud, region: named('region'), machine: named('machine'), gpus: numberIn(parsed, 'gpus') ?? 0 },
    ...withDiscount(numberIn(parsed, 'on_demand_usd_hour'), numberIn(parsed, 'spot_usd_hour')),
    source: text('source') || file,
    date: text('date') || 'undated',
  };
}

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** `undefined` where the cell is empty: what is not there is not known. */
function numberIn({ csv: { line, cells }, columns, file }: ParsedRow, column: Column): number | undefined {
  const text = cells[columns.indexOf(column)] ?? '';
  if (text === '') return undefined;
  const what = column === 'gpus' ? 'a whole number, 0 or more' : 'US dollars an hour, 0 or more, for example 0.7068, or leave it empty if it is not known';
  if (!NUMBER.test(text)) throw new PriceError(`${file}:${line}: ${column} is ${formatValue(text)}, which is not a number; give ${what}`);
  const value = Number(text);
  if (value < 0) throw new PriceError(`${file}:${line}: ${column} is ${text}, which is negative; give ${what}`);
  if (column === 'gpus' && !Number.isInteger(value)) throw new PriceError(`${file}:${line}: ${column} is ${text}; give ${what}`);
  return value;
}
