/** Sums of money in which something may be missing. US dollars. */

/** From at least to at most. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The price of one unit, with where it is from. */
export interface UnitPrice {
  readonly usd: number;
  readonly source: string;
  readonly date: string;
  /** Whether it is from memory, and not checked. */
  readonly isFromMemory?: boolean;
  /** Whether it is the list price of the US, taken for another region. */
  readonly isOfOtherRegion?: boolean;
}

/** A part of what a thing costs: an amount a month, and the price of each. */
export interface Component {
  readonly name: string;
  readonly unit: string;
  readonly quantity: Range;
  /** Absent where it is not known. */
  readonly price?: UnitPrice;
  /** Whether the amount is an assumption. */
  readonly isUsage?: boolean;
}

/** Something that costs money for as long as it is there. */
export interface StandingItem {
  /** Address in Terraform, or the resource of Kubernetes. */
  readonly address: string;
  /** Type in Terraform, or kind in Kubernetes. */
  readonly type: string;
  /** For people, such as `NAT gateway`. */
  readonly what: string;
  /** More of it, such as its name. Items of the same `what` and `detail` are shown as one. */
  readonly detail?: string;
  /** Where it is a part of the resource at `address`: the name of the block. */
  readonly block?: string;
  /** Of a pool. */
  readonly nodes?: NodeCost;
  readonly components: readonly Component[];
}

/** The nodes of a pool, and what one of them costs an hour. */
export interface NodeCost {
  /** For people, with its capacity. */
  readonly machine: string;
  /** Such as `on-demand`, `spot` or `flex-start`. */
  readonly capacity: string;
  readonly count: Range;
  readonly onDemand?: number;
  readonly spot?: number;
}

/** A sum, and how many parts of it are not known. */
export interface Total extends Range {
  /** At least, and at most. */
  readonly unknown: Range;
}

export function costOf({ quantity, price }: Component): Range | undefined {
  return price && { min: quantity.min * price.usd, max: quantity.max * price.usd };
}

/** Whether something of an item has a price that is not known. What there is none of costs nothing. */
export function isUnknown({ components }: StandingItem, at: keyof Range): boolean {
  return components.some(({ price, quantity }) => !price && quantity[at] > 0);
}

export function itemTotal(item: StandingItem): Range {
  return sumOf(item.components.flatMap((component) => costOf(component) ?? []));
}

export function totalOf(items: readonly StandingItem[]): Total {
  const unknown = (at: keyof Range): number => items.filter((item) => isUnknown(item, at)).length;
  return { ...sumOf(items.map(itemTotal)), unknown: { min: unknown('min'), max: unknown('max') } };
}

export function sumOf(ranges: readonly Range[]): Range {
  return ranges.reduce((sum, { min, max }) => ({ min: sum.min + min, max: sum.max + max }), { min: 0, max: 0 });
}

/** What holds whether there are few nodes or many. */
export function fixed(amount: number): Range {
  return { min: amount, max: amount };
}

export function times({ min, max }: Range, factor: number): Range {
  return { min: min * factor, max: max * factor };
}
