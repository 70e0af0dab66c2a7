/** Prices of machines by cloud, region and machine type: the table of the catalogue, and over it those of a user's own file. */
import { formatValue } from '../api/format-value';
import { nearest } from '../api/names';
import type * as priceText from '../catalog/price-text';
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

/** US dollars an hour. A price that is not there is not known. */
export interface MachinePrice {
  readonly onDemand?: number;
  /** At most that on demand: where the source has more, spot nodes are no discount. */
  readonly spot?: number;
  readonly source: string;
  readonly date: string;
}

interface Row extends MachinePrice {
  readonly key: Required<MachineKey>;
  readonly line: number;
}

/** What is known of prices. Later rows win over earlier ones. */
export class PriceTable {
  /** The table of the catalogue. It is large, and only read when it is asked for. */
  public static builtIn(): PriceTable {
    const { PRICES } = require('../catalog/price-text') as typeof priceText;
    return new PriceTable(parsedRows(PRICES, 'prices.csv'));
  }

  private readonly byMachine = new Map<string, Row[]>();

  private constructor(rows: readonly Row[]) {
    for (const row of rows) this.add(row);
  }

  /** How many machines in how many regions have a row. */
  public get size(): number {
    return [...this.byMachine.values()].reduce((sum, rows) => sum + rows.length, 0);
  }

  /**
   * The same table with the prices of a user's file over it. A price that the file leaves empty is that of the table.
   *
   * @throws PriceError if the file is not such a table; with the line, the column and a remedy.
   */
  public with(text: string, file: string, isUsed: (machine: string) => boolean = () => false): PriceTable {
    const rows = parsedRows(text, file);
    const machines = this.machines();
    for (const row of rows) checkMachine(row, file, (name) => isUsed(name) || machines.has(name));
    const all = new PriceTable([...this.byMachine.values()].flat());
    for (const row of rows) all.add({ ...row, ...filled(row, all.find(row.key)) });
    return all;
  }

  /** The price of a machine; `undefined` where nothing is known of it. */
  public find({ cloud, region, machine, gpus }: MachineKey): MachinePrice | undefined {
    const rows = this.byMachine.get(placeOf({ cloud, region, machine }));
    return gpus === undefined ? rows?.[0] : rows?.find(({ key }) => key.gpus === gpus);
  }

  /** From the first to the last date of its rows, for people. */
  public get dates(): string[] {
    return [...new Set([...this.byMachine.values()].flat().map(({ date }) => date))].sort();
  }

  private add(row: Row): void {
    const place = placeOf(row.key);
    const others = (this.byMachine.get(place) ?? []).filter(({ key }) => key.gpus !== row.key.gpus);
    this.byMachine.set(place, [...others, row]);
  }

  private machines(): ReadonlySet<string> {
    const catalogue = Object.values(CLOUDS).flatMap(({ machines }) => machines.map(({ machineType }) => machineType));
    return new Set([...catalogue, ...[...this.byMachine.values()].flat().map(({ key }) => key.machine)]);
  }
}

function placeOf({ cloud, region, machine }: MachineKey): string {
  return `${cloud}/${region}/${machine}`;
}

function filled({ onDemand, spot }: MachinePrice, table: MachinePrice | undefined): Pick<MachinePrice, 'onDemand' | 'spot'> {
  return withDiscount(onDemand ?? table?.onDemand, spot ?? table?.spot);
}

function withDiscount(onDemand: number | undefined, spot: number | undefined): Pick<MachinePrice, 'onDemand' | 'spot'> {
  return {
    ...(onDemand !== undefined && { onDemand }),
    ...(spot !== undefined && { spot: onDemand === undefined ? spot : Math.min(spot, onDemand) }),
  };
}

function parsedRows(text: string, file: string): Row[] {
  const [header, ...rows] = csvRows(text);
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

function checkMachine({ key: { cloud, machine }, line }: Row, file: string, isKnown: (machine: string) => boolean): void {
  const { title, machines, shapeOf } = CLOUDS[cloud] ?? CLOUDS.local;
  if (isKnown(machine) || shapeOf(machine)) return;
  const meant = nearest(machine, machines.map(({ machineType }) => machineType));
  const hint = meant === undefined ? '' : `did you mean ${meant}? Or `;
  throw new PriceError(`${file}:${line}: machine is ${formatValue(machine)}, which ${title} is not known to have, and which no pool here has; `
    + `${hint}leave the row out until a pool has it`);
}
