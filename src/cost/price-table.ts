/** Prices of machines by cloud, region and machine type: the table of the catalogue, and over it those of a user's own file. */
import type * as priceText from '../catalog/price-text';
import { checkRow, knownIn, NOTHING_USED } from './price-checks';
import type { UsedNames } from './price-checks';
import { parsedRows, placeOf, withDiscount } from './price-rows';
import type { MachineKey, MachinePrice, PriceOrigin, Row } from './price-rows';

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
  public with(text: string, file: string, used: UsedNames = NOTHING_USED): PriceTable {
    const rows = parsedRows(text, file);
    const table = [...this.byMachine.values()].flat();
    const known = knownIn(table.map(({ key }) => key), used);
    for (const row of rows) checkRow(row, file, known);
    const all = new PriceTable(table);
    for (const row of rows) all.add(filled(row, all.find(row.key)));
    return all;
  }

  /** Whether it has a price of any machine of a cloud. */
  public hasCloud(cloud: string): boolean {
    return [...this.byMachine.values()].some(([row]) => row?.key.cloud === cloud);
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
}

/** The row with the table's price where it has none, each with where it is from. */
function filled(row: Row, table: MachinePrice | undefined): Row {
  if (!table) return row;
  const onDemand = row.onDemand ?? table.onDemand;
  const prices = withDiscount(onDemand, row.spot ?? table.spot);
  const origin = originOf(row.onDemand === undefined ? table : row);
  const ofSpot = row.spot === undefined ? originFor(table, 'spot') : originOf(row);
  const isOther = prices.spot !== undefined && prices.spot !== onDemand && (ofSpot.source !== origin.source || ofSpot.date !== origin.date);
  return { line: row.line, key: row.key, ...prices, ...origin, ...(isOther && { spotOrigin: ofSpot }) };
}

function originOf({ source, date }: PriceOrigin): PriceOrigin {
  return { source, date };
}

/** Where the price of nodes of a capacity is from. */
export function originFor({ spotOrigin, ...price }: MachinePrice, capacity: string): PriceOrigin {
  return capacity === 'spot' && spotOrigin ? spotOrigin : originOf(price);
}
