/** What is there all the time, as lines of a table. */
import { columns } from '../state/columns';
import { isUnknown, itemTotal, sumOf, totalOf } from './amounts';
import type { Range, StandingItem, UnitPrice } from './amounts';
import { shownHourly, shownUsd } from './money';

export const MEMORY_MARK = '*';
export const REGION_MARK = '†';

/** What comes first. All else follows in the order in which it is declared. */
const ORDER = ['control plane', 'nodes', 'NAT gateway', 'NAT gateway and egress', 'egress', 'public address', 'load balancer', 'bucket', 'image registry'];

/** Those that are alike as one line, and the total. */
export function standingLines(items: readonly StandingItem[]): string[] {
  const groups = groupsOf(items);
  const marks = groups.map(markOf);
  const width = Math.max(...marks.map(({ length }) => length));
  const lines = groups.map((group, index) => groupLine(group, (marks[index] ?? '').padEnd(width)));
  const { min, max } = totalOf(items);
  const unknown = { min: unknownIn(groups, 'min'), max: unknownIn(groups, 'max') };
  const blank = ' '.repeat(width);
  const total = { what: 'total', detail: withoutWords(unknown), min: `${shownUsd(min)}${blank}`, max: `${shownUsd(max)}${blank}` };
  const shown: readonly Line[] = items.length > 1 ? [...lines, total] : lines;
  if (!items.some(({ nodes }) => nodes)) return columns(shown.map((line) => [line.what, line.detail, line.max]), { right: [2] });
  const heading = ['', '', 'on demand', 'spot', `min nodes${blank}`, `max nodes${blank}`];
  return columns([heading, ...shown.map(({ what, detail, onDemand = '', spot = '', ...cost }) => [what, detail, onDemand, spot, cost.min, cost.max])], { right: [2, 3, 4, 5] });
}

/** How many lines have a price that is not known. */
function unknownIn(groups: readonly (readonly StandingItem[])[], at: keyof Range): number {
  return groups.filter((group) => group.some((item) => isUnknown(item, at))).length;
}

interface Line {
  readonly what: string;
  readonly detail: string;
  /** An hour of a node. */
  readonly onDemand?: string;
  readonly spot?: string;
  readonly min: string;
  readonly max: string;
}

function groupsOf(items: readonly StandingItem[]): (readonly StandingItem[])[] {
  const groups = new Map<string, StandingItem[]>();
  for (const item of items) {
    const key = `${item.what}\n${item.detail ?? ''}\n${item.nodes?.machine ?? ''}`;
    groups.set(key, [...groups.get(key) ?? [], item]);
  }
  return [...groups.values()].sort((a, b) => rankOf(a) - rankOf(b));
}

function rankOf([item]: readonly StandingItem[]): number {
  const rank = ORDER.indexOf(item?.what ?? '');
  return rank < 0 ? ORDER.length : rank;
}

function groupLine(items: readonly StandingItem[], mark: string): Line {
  const [first] = items;
  const { what = '', detail = '', nodes } = first ?? {};
  const all = sumOf(items.map(itemTotal));
  const amount = (at: keyof Range): string => {
    if (!items.some((item) => isUnknown(item, at))) return `${shownUsd(all[at])}${mark}`;
    return `${all[at] > 0 ? `${shownUsd(all[at])} + unknown` : 'unknown'}${mark}`;
  };
  const amounts = { min: amount('min'), max: amount('max') };
  if (!nodes) return { what: items.length > 1 ? `${items.length} × ${what}` : what, detail, ...amounts };
  const count = sumOf(items.flatMap((item) => item.nodes?.count ?? []));
  const hourly = (usd: number | undefined): string => (usd === undefined ? 'unknown' : shownHourly(usd));
  return { what, detail: `${detail}: ${nodeWords(count)} × ${nodes.machine}`, onDemand: hourly(nodes.onDemand), spot: hourly(nodes.spot), ...amounts };
}

function nodeWords({ min, max }: Range): string {
  return min === max ? `${min}` : `${min}–${max}`;
}

function markOf(items: readonly StandingItem[]): string {
  const prices = items.flatMap(({ components }) => components.flatMap(({ price, quantity }) => (price && quantity.max > 0 ? [price] : [])));
  const has = (field: keyof UnitPrice): boolean => prices.some((price) => price[field] === true);
  return `${has('isFromMemory') ? MEMORY_MARK : ''}${has('isOfOtherRegion') ? REGION_MARK : ''}`;
}

/** What a total leaves out. */
export function withoutWords({ min, max }: Range): string {
  if (max === 0) return '';
  return `${min === max ? '' : 'at most: '}without ${max} ${max === 1 ? 'item' : 'items'} of unknown price`;
}
