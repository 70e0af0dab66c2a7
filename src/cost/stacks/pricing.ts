/** What the readers of stacks have in common: prices by item, and the nodes of a pool. */
import { STANDING_PRICES } from '../../catalog/standing-prices';
import type { PricedCloud, StandingPrice } from '../../catalog/standing-prices';
import type { TerraformArguments, TerraformJson } from '../../state/state';
import { fixed, times } from '../amounts';
import type { Component, Range, StandingItem, UnitPrice } from '../amounts';
import type { Assumptions } from '../assumptions';
import type { MachinePrice } from '../price-rows';
import { originFor } from '../price-table';
import type { PriceTable } from '../price-table';

export interface StackContext {
  readonly cloud: PricedCloud;
  /** Of the resource that is read; absent where neither it nor its stack says it. */
  readonly region?: string;
  readonly prices: PriceTable;
  readonly assumptions: Assumptions;
  readonly terraform: TerraformJson;
}

/** What is read of a resource; its address and type are known already. */
export type ReadItem = Omit<StandingItem, 'address' | 'type'>;

/** Reads one type of resource. Without a component it costs nothing by itself. */
export type Reader = (args: TerraformArguments, context: StackContext) => ReadItem | readonly ReadItem[];

const BY_ITEM: ReadonlyMap<string, StandingPrice> = new Map(STANDING_PRICES.map((row) => [`${row.cloud}/${row.item}`, row]));

/** Regions of the US, in the words of each cloud. */
const US = { gcp: /^us-/, aws: /^us-(?!gov-)/, azure: /us\d?$/ } as const;

/** The list price of something; `undefined` where it is in no table. */
export function standingPrice(cloud: PricedCloud, item: string, region?: string): UnitPrice | undefined {
  const row = BY_ITEM.get(`${cloud}/${item}`);
  if (!row) return undefined;
  const { usd, source, date, everywhere = false } = row;
  const isElsewhere = !everywhere && region !== undefined && !US[cloud].test(region);
  return { usd, source, date, ...(source === 'memory' && { isFromMemory: true }), ...(isElsewhere && { isOfOtherRegion: true }) };
}

interface Part {
  readonly name: string;
  /** In the table of standing prices. */
  readonly item: string;
  readonly unit: string;
  readonly quantity: Range;
  readonly isUsage?: boolean;
}

/** A part at its list price. */
export function part({ item, ...component }: Part, { cloud, region }: Pick<StackContext, 'cloud' | 'region'>): Component {
  const price = standingPrice(cloud, item, region);
  return { ...component, ...(price && { price }) };
}

/** A part that is paid for by the hour for as long as it is there. */
export function hourly(name: string, item: string, context: StackContext): Component {
  return part({ name, item, unit: 'hours', quantity: fixed(context.assumptions.monthlyHours) }, context);
}

/** A part that is paid for by the month. */
export function monthly(name: string, item: string, context: StackContext): Component {
  return part({ name, item, unit: 'months', quantity: fixed(1) }, context);
}

/** An amount that is assumed. */
export function usage(name: string, use: Pick<Part, 'item' | 'unit'> & { readonly amount: number }, context: StackContext): Component {
  const { amount, ...rest } = use;
  return part({ name, ...rest, quantity: fixed(amount), isUsage: true }, context);
}

/** The nodes of a pool. */
export interface PoolNodes {
  readonly pool: string;
  readonly machine?: string;
  /** Other machine types that its nodes may be of: the dearest whose price is known is what they are counted at. */
  readonly otherMachines?: readonly string[];
  readonly gpus?: number;
  readonly capacity: 'on-demand' | 'spot' | 'flex-start' | 'block' | 'reservation';
  readonly nodes: Range;
  /** What each node has beside the machine. */
  readonly disks: readonly Component[];
}

const CAPACITY_WORDS: Readonly<Record<PoolNodes['capacity'], string>> = {
  'on-demand': 'on demand', 'spot': 'spot', 'flex-start': 'flex-start', 'block': 'capacity block', 'reservation': 'on demand, of a reservation',
};

interface PricedMachine {
  readonly price?: MachinePrice;
  /** Of its capacity, an hour. */
  readonly usd?: number;
}

/** The machine that a node is counted at: one of several may come up, so that the dearest is what it costs at most. */
function dearest({ machine = 'machine', otherMachines = [], ...pool }: PoolNodes, context: StackContext): PricedMachine & { readonly words: string } {
  const all = [machine, ...otherMachines].map((name) => ({ name, ...priceOf(name, pool, context) }));
  const [most = { name: machine }] = [...all].sort((a, b) => (b.usd ?? -1) - (a.usd ?? -1));
  const unknown = all.filter(({ usd }) => usd === undefined).length;
  const words = otherMachines.length === 0 ? most.name
    : `${most.name}, the dearest ${unknown === 0 ? '' : 'of known price '}of ${all.length} types`;
  return { ...most, words };
}

function priceOf(machine: string, { gpus, capacity }: Pick<PoolNodes, 'gpus' | 'capacity'>, { cloud, region, prices }: StackContext): PricedMachine {
  const price = region === undefined ? undefined : prices.find({ cloud, region, machine, gpus });
  const usd = capacity === 'spot' ? price?.spot : capacity === 'on-demand' || capacity === 'reservation' ? price?.onDemand : undefined;
  return { ...(price && { price }), ...(usd !== undefined && { usd }) };
}

/** A pool as an item: its machines, and the disks of each. */
export function poolItem(pool: PoolNodes, context: StackContext): ReadItem {
  const { capacity, nodes, disks } = pool;
  const { monthlyHours } = context.assumptions;
  const { words: machine, price, usd } = dearest(pool, context);
  return {
    what: 'nodes',
    detail: pool.pool,
    nodes: {
      machine: `${machine}, ${CAPACITY_WORDS[capacity]}`,
      capacity,
      count: nodes,
      ...(price?.onDemand !== undefined && { onDemand: price.onDemand }),
      ...(price?.spot !== undefined && { spot: price.spot }),
    },
    components: [
      {
        name: `${machine}, ${CAPACITY_WORDS[capacity]}`,
        unit: 'hours',
        quantity: times(nodes, monthlyHours),
        ...(price && usd !== undefined && { price: { usd, ...originFor(price, capacity) } }),
      },
      ...disks.map((disk) => ({ ...disk, quantity: { min: nodes.min * disk.quantity.min, max: nodes.max * disk.quantity.max } })),
    ],
  };
}
