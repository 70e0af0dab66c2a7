/** What nodes of the picture cost, in a few words. */
import type { Resource } from '../api/resource';
import { totalOf } from '../cost/amounts';
import type { NodeCost, Range, StandingItem } from '../cost/amounts';
import type { ClusterCost, Estimate } from '../cost/estimate';
import { shownHourly, shownRange } from '../cost/money';
import { namespaceOf } from '../expand';
import type { Detail, GraphNode } from './model';
import type { Block } from './stacks';

type Costs = Pick<GraphNode, 'cost' | 'details'>;

/** All that is there of a stack, and what it costs beside that on the cluster. */
export function stackCosts({ stacks }: Estimate, stack: string, cluster?: ClusterCost): Partial<Pick<GraphNode, 'cost'>> {
  const found = stacks.find(({ name }) => name === stack);
  const { unknown, ...range } = totalOf([...found?.items ?? [], ...cluster?.items ?? []]);
  if (range.max === 0) return {};
  return { cost: `${dollars(range)} a month${unknown.max > 0 ? ` without ${unknown.max} item${unknown.max === 1 ? '' : 's'}` : ''}` };
}

/** A pool by its node, anything else by the month. */
export function blockCosts({ stacks }: Estimate, blocks: readonly Block[]): Costs {
  const items = blocks.flatMap(({ stack, address }) => (
    stacks.find(({ name }) => name === stack)?.items.filter((item) => item.address === address) ?? []
  ));
  const [pool] = items.flatMap(({ nodes }) => nodes ?? []);
  const month = monthOf(items);
  if (!pool) return { ...(month !== undefined && { cost: month }), details: [] };
  const rows: [string, string | undefined][] = [
    ['A node on demand', hourly(pool.onDemand)], ['A node on spot', hourly(pool.spot)], ['All its nodes', month],
  ];
  const cost = hourly(priceOf(pool));
  return { ...(cost !== undefined && { cost: `${cost} each` }), details: detailsOf(rows) };
}

/** That of its capacity; of a capacity block and of flex-start it is in no table. */
function priceOf({ capacity, onDemand, spot }: NodeCost): number | undefined {
  if (capacity === 'spot') return spot;
  return capacity === 'on-demand' || capacity === 'reservation' ? onDemand : undefined;
}

/** What a resource costs while it runs; nothing on a cloud that has no prices. */
export function resourceCosts(cluster: ClusterCost | undefined, resource: Resource): Costs {
  const { kind, metadata: { name } } = resource;
  const found = cluster?.resources.find((each) => each.kind === kind && each.name === name && each.namespace === namespaceOf(resource));
  if (!found) return { details: [] };
  const { hourly: range, onDemand, spot, run, problem } = found;
  const rows: [string, string | undefined][] = [
    ['On demand', hourlyRange(onDemand)], ['On spot nodes', hourlyRange(spot)],
    ['Cost of a run', run?.cost && `${dollars(run.cost, 2)}`], ['Cost not known', problem],
  ];
  const cost = hourlyRange(range);
  return { ...(cost !== undefined && { cost }), details: detailsOf(rows) };
}

function detailsOf(rows: readonly [string, string | undefined][]): Detail[] {
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}

function monthOf(items: readonly StandingItem[]): string | undefined {
  const { max, min, unknown } = totalOf(items);
  if (items.length === 0 || max === 0) return undefined;
  return `${unknown.max > 0 ? 'at least ' : ''}${dollars({ min, max })} a month`;
}

function hourlyRange(range: Range | undefined): string | undefined {
  return range && range.max > 0 ? `$${shownRange(range, shownHourly).replace(' to ', ' to $')}/h` : undefined;
}

function hourly(amount: number | undefined): string | undefined {
  return hourlyRange(amount === undefined ? undefined : { min: amount, max: amount });
}

/** `$1,234`, `$0 to $4,288`. */
function dollars({ min, max }: Range, digits = 0): string {
  const shown = (amount: number): string => `$${amount.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ',')}`;
  return shownRange({ min, max }, shown);
}
