/** The option `--prices` of the commands that tell what something costs. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { usedNamesIn } from '../cost/estimate';
import { PriceTable } from '../cost/price-table';
import type { State } from '../state/state';
import { CliError } from './errors';

/** The table of the catalogue, or that with the prices of a file over it. */
export function pricesFor(state: State, file: string | undefined, cwd: string): PriceTable {
  const table = PriceTable.builtIn();
  if (file === undefined) return table;
  return table.with(readPrices(path.resolve(cwd, file), file), file, usedNamesIn(state));
}

function readPrices(file: string, shown: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`${shown} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}); give the path of a price file`);
  }
}
