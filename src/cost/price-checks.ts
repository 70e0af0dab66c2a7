/** Whether the rows of a user's price file are of something that is there: one that matches nothing would change nothing. */
import { formatValue } from '../api/format-value';
import { nearest } from '../api/names';
import { CLOUDS } from '../clouds/pods';
import { PriceError } from './price-error';
import type { MachineKey, Row } from './price-rows';

/** What was synthesized that a user's price file may name, whatever the table knows. */
export interface UsedNames {
  readonly machines: ReadonlySet<string>;
  readonly regions: ReadonlySet<string>;
}

export const NOTHING_USED: UsedNames = { machines: new Set(), regions: new Set() };

/** What rows may name: by cloud the regions, and the machines with the numbers of GPUs that they are in the table with. */
export interface KnownNames {
  readonly used: UsedNames;
  readonly regions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly gpus: ReadonlyMap<string, ReadonlySet<number>>;
}

/** @param table the keys of its rows */
export function knownIn(table: readonly Required<MachineKey>[], used: UsedNames): KnownNames {
  const regions = new Map<string, Set<string>>();
  const gpus = new Map<string, Set<number>>();
  for (const key of table) {
    regions.set(key.cloud, (regions.get(key.cloud) ?? new Set()).add(key.region));
    gpus.set(machineOf(key), (gpus.get(machineOf(key)) ?? new Set()).add(key.gpus));
  }
  return { used, regions, gpus };
}

function machineOf({ cloud, machine }: MachineKey): string {
  return `${cloud}/${machine}`;
}

/** @throws PriceError with the line, what is wrong with it, and a remedy. */
export function checkRow(row: Row, file: string, known: KnownNames): void {
  const problem = machineProblem(row, known) ?? regionProblem(row, known) ?? gpusProblem(row, known);
  if (problem !== undefined) throw new PriceError(`${file}:${row.line}: ${problem}`);
}

function machineProblem({ key }: Row, { used, gpus }: KnownNames): string | undefined {
  const { cloud, machine } = key;
  const { title, machines, shapeOf } = CLOUDS[cloud] ?? CLOUDS.local;
  const names = machines.map(({ machineType }) => machineType);
  if (used.machines.has(machine) || gpus.has(machineOf(key)) || names.includes(machine) || shapeOf(machine)) return undefined;
  const meant = nearest(machine, names);
  const hint = meant === undefined ? '' : `did you mean ${meant}? Or `;
  return `machine is ${formatValue(machine)}, which ${title} is not known to have, and which no pool here has; ${hint}leave the row out until a pool has it`;
}

function regionProblem({ key: { cloud, region } }: Row, { used, regions }: KnownNames): string | undefined {
  const ofTable = regions.get(cloud) ?? new Set();
  if (ofTable.has(region) || used.regions.has(region)) return undefined;
  const meant = nearest(region, [...used.regions, ...ofTable]);
  const hint = meant === undefined ? '' : `did you mean ${meant}? Or `;
  return `region is ${formatValue(region)}, of which the table has no machine, and in which nothing here is; ${hint}leave the row out until something is there`;
}

/** A machine comes with its GPUs; only where they are attached can their number differ. */
function gpusProblem({ key }: Row, { gpus }: KnownNames): string | undefined {
  const [only, ...others] = gpus.get(machineOf(key)) ?? [];
  if (only === undefined || others.length > 0 || only === key.gpus) return undefined;
  return `gpus is ${key.gpus}, but ${key.machine} has ${only}; give ${only}`;
}
