/** Who may do what, as one table for all stacks of a cloud. */
import type { AuditedStack } from './stacks';

/** One right of one holder in one stack, with the names of the stack left out. */
export interface Right {
  readonly who: string;
  readonly may: string;
  readonly address: string;
}

/** A right that is accepted; `because` where it has a `*` that needs a reason. */
export interface AcceptedRight {
  readonly may: string;
  readonly because?: string;
}

/** By who has them. */
export type RightsTable = Readonly<Record<string, readonly (AcceptedRight | string)[]>>;

export type RightsOf = (stack: AuditedStack) => readonly Right[];

/** Below a folder. Whoever may use a folder may use what is in it. */
const OF_A_FOLDER = /(<namespace>|<another namespace>|<folder>|<readable bucket>)\/\*/g;

function mayOf(accepted: AcceptedRight | string): string {
  return typeof accepted === 'string' ? accepted : accepted.may;
}

/** Rights that nobody accepted. */
export function added(rights: readonly Right[], table: RightsTable): string[] {
  return rights.filter(({ who, may }) => !(table[who] ?? []).some((each) => mayOf(each) === may)).map(({ address, who, may }) => `${address}: ${who} may ${may}`);
}

/** Rows of the table that no stack has any more. */
export function unused(rights: readonly Right[], table: RightsTable): string[] {
  return Object.entries(table).flatMap(([who, rows]) => rows.map(mayOf)
    .filter((may) => !rights.some((right) => right.who === who && right.may === may)).map((may) => `${who} may ${may}`));
}

/** Rows with a `*` that has no reason, or with a reason and no `*`. */
export function unexplained(table: RightsTable): string[] {
  return Object.entries(table).flatMap(([who, rows]) => rows.filter((row) => {
    const isWide = mayOf(row).replace(OF_A_FOLDER, '').includes('*');
    return isWide !== (typeof row !== 'string' && Boolean(row.because));
  }).map((row) => `${who} may ${mayOf(row)}`));
}
