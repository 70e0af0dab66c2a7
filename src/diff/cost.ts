/** What a change costs: standing cost a month and what runs an hour, before and after, where they differ. */
import { isUnknown, itemTotal, totalOf } from '../cost/amounts';
import type { Range, StandingItem, Total } from '../cost/amounts';
import { estimate } from '../cost/estimate';
import type { Estimate, EstimateOptions } from '../cost/estimate';
import { shownHourly, shownRange, shownUsd } from '../cost/money';
import type { ResourceCost } from '../cost/resources';
import type { State } from '../state/state';
import { isSame } from './changes';
import { paired } from './pairs';

/** What a thing costs, as far as it is known. */
export interface KnownAmount extends Range {
  /** Whether there is more of it, whose price is not known. */
  readonly isUnknown?: boolean;
}

/** One amount on both sides; absent where the thing is not there. */
export interface AmountChange {
  readonly name: string;
  readonly from?: KnownAmount;
  readonly to?: KnownAmount;
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
  readonly range: KnownAmount;
}

function standingOf(all: Estimate): Amount[] {
  return [...all.stacks, ...all.clusters].flatMap(({ name, items }) => items.map((item) => ({ name: `${name}: ${titleOf(item)}`, range: knownOf(item) })));
}

function knownOf(item: StandingItem): KnownAmount {
  return { ...itemTotal(item), ...(isUnknown(item, 'max') && { isUnknown: true }) };
}

function titleOf({ what, detail }: StandingItem): string {
  return detail === undefined ? what : `${what} ${detail}`;
}

function runningOf({ clusters }: Estimate): Amount[] {
  return clusters.flatMap(({ resources }) => resources.filter(({ kind }) => kind === 'Server' || kind === 'Notebook').map(running));
}

/** Without a replica it costs nothing, whatever one costs. */
function running({ kind, namespace, name, hourly, replicas }: ResourceCost): Amount {
  return { name: `${kind} ${namespace}/${name}`, range: hourly ?? { min: 0, max: 0, ...(replicas > 0 && { isUnknown: true }) } };
}

function changesOf(from: readonly Amount[], to: readonly Amount[]): AmountChange[] {
  return paired(from, to, ({ name }) => name).flatMap(({ from: before, to: after }) => {
    if (isSame(before?.range, after?.range)) return [];
    return [{ name: (after ?? before)?.name ?? '', ...(before?.range && { from: before.range }), ...(after?.range && { to: after.range }) }];
  });
}

/** One line an amount; the first is the sum. What is not known is named, so that it does not read as a saving. */
export function costLines({ monthly, items, hourly }: CostChange): string[] {
  const [before, after] = [monthly.from.unknown.max, monthly.to.unknown.max];
  const unknown = before + after > 0 ? `, without what has no known price: ${itemsWords(before)} before, ${itemsWords(after)} after` : '';
  return [
    `a month: ${shownRange(monthly.from)} → ${shownRange(monthly.to)} USD${unknown}`,
    ...items.map(({ name, from, to }) => `${name}: ${amount(from, shownUsd)} → ${amount(to, shownUsd)} USD`),
    ...hourly.map(({ name, from, to }) => `${name}: ${amount(from, shownHourly)} → ${amount(to, shownHourly)} USD an hour`),
  ];
}

function itemsWords(count: number): string {
  return `${count} ${count === 1 ? 'item' : 'items'}`;
}

function amount(known: KnownAmount | undefined, shown: (value: number) => string): string {
  if (!known) return '(none)';
  if (!known.isUnknown) return shownRange(known, shown);
  return known.max > 0 ? `${shownRange(known, shown)} + unknown` : 'unknown';
}
