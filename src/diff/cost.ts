/** What a change costs: standing cost a month and what runs an hour, before and after, where they differ. */
import { itemTotal, totalOf } from '../cost/amounts';
import type { Range, StandingItem, Total } from '../cost/amounts';
import { estimate } from '../cost/estimate';
import type { Estimate, EstimateOptions } from '../cost/estimate';
import { shownHourly, shownRange, shownUsd } from '../cost/money';
import type { ResourceCost } from '../cost/resources';
import type { State } from '../state/state';
import { isSame } from './changes';
import { paired } from './pairs';

/** One amount on both sides; absent where the thing is not there, or has no price. */
export interface AmountChange {
  readonly name: string;
  readonly from?: Range;
  readonly to?: Range;
}

/** In US dollars. */
export interface CostChange {
  /** Of all that is there all the time, a month: with as few nodes as there can be, and as many. */
  readonly monthly: { readonly from: Total; readonly to: Total };
  /** Parts of it that differ. */
  readonly items: readonly AmountChange[];
  /** Servers and Notebooks whose cost an hour differs. */
  readonly hourly: readonly AmountChange[];
}

/** The cost of both sides; `undefined` where nothing of it differs. */
export function costChangeOf(from: State, to: State, options: EstimateOptions = {}): CostChange | undefined {
  const [before, after] = [estimate(from, options), estimate(to, options)];
  const monthly = { from: totalOf(itemsOf(before)), to: totalOf(itemsOf(after)) };
  const items = changesOf(standingOf(before), standingOf(after));
  const hourly = changesOf(runningOf(before), runningOf(after));
  return items.length + hourly.length > 0 || !isSame(monthly.from, monthly.to) ? { monthly, items, hourly } : undefined;
}

function itemsOf({ stacks, clusters }: Estimate): StandingItem[] {
  return [...stacks, ...clusters].flatMap(({ items }) => items);
}

interface Amount {
  readonly name: string;
  readonly range?: Range;
}

function standingOf(all: Estimate): Amount[] {
  return [...all.stacks, ...all.clusters].flatMap(({ name, items }) => items.map((item) => ({ name: `${name}: ${titleOf(item)}`, range: itemTotal(item) })));
}

function titleOf({ what, detail }: StandingItem): string {
  return detail === undefined ? what : `${what} ${detail}`;
}

function runningOf({ clusters }: Estimate): Amount[] {
  return clusters.flatMap(({ resources }) => resources.filter(({ kind }) => kind === 'Server' || kind === 'Notebook').map(running));
}

function running({ kind, namespace, name, hourly }: ResourceCost): Amount {
  return { name: `${kind} ${namespace}/${name}`, ...(hourly && { range: hourly }) };
}

function changesOf(from: readonly Amount[], to: readonly Amount[]): AmountChange[] {
  return paired(from, to, ({ name }) => name).flatMap(({ from: before, to: after }) => {
    if (isSame(before?.range, after?.range)) return [];
    return [{ name: (after ?? before)?.name ?? '', ...(before?.range && { from: before.range }), ...(after?.range && { to: after.range }) }];
  });
}

/** One line an amount; the first is the sum. */
export function costLines({ monthly, items, hourly }: CostChange): string[] {
  const unknown = monthly.to.unknown.max > 0 ? `, without ${monthly.to.unknown.max} ${monthly.to.unknown.max === 1 ? 'item' : 'items'} of unknown price` : '';
  return [
    `a month: ${shownRange(monthly.from)} → ${shownRange(monthly.to)} USD${unknown}`,
    ...items.map(({ name, from, to }) => `${name}: ${amount(from, shownUsd)} → ${amount(to, shownUsd)} USD`),
    ...hourly.map(({ name, from, to }) => `${name}: ${amount(from, shownHourly)} → ${amount(to, shownHourly)} USD an hour`),
  ];
}

function amount(range: Range | undefined, shown: (value: number) => string): string {
  return range ? shownRange(range, shown) : '(none)';
}
