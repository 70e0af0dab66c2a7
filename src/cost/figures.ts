/** The figures of an estimate, one by one: for programs. */
import { isUnknown, itemTotal, totalOf } from './amounts';
import type { StandingItem, Total } from './amounts';
import type { Estimate } from './estimate';
import type { ResourceCost } from './resources';

/** What is there all the time. */
export interface StandingFigures {
  readonly address: string;
  readonly what: string;
  readonly detail?: string;
  /** What is known of it. */
  readonly monthlyAtMinNodes: number;
  readonly monthlyAtMaxNodes: number;
  readonly hasUnknownPrice: boolean;
  readonly hasPriceFromMemory: boolean;
}

/** All of it as JSON. */
export interface CostFigures {
  readonly currency: 'USD';
  readonly assumptions: Estimate['assumptions'];
  readonly stacks: readonly { readonly name: string; readonly total: Total; readonly items: readonly StandingFigures[] }[];
  readonly clusters: readonly {
    readonly name: string; readonly cloud?: string; readonly region?: string;
    readonly total: Total; readonly items: readonly StandingFigures[]; readonly resources: readonly ResourceCost[];
  }[];
}

export function figuresOf({ stacks, clusters, assumptions }: Estimate): CostFigures {
  return {
    currency: 'USD',
    assumptions,
    stacks: stacks.map(({ name, items }) => ({ name, total: totalOf(items), items: items.map(standingFigures) })),
    clusters: clusters.map(({ items, resources, ...cluster }) => ({
      ...cluster, total: totalOf(items), items: items.map(standingFigures), resources,
    })),
  };
}

export function standingFigures(item: StandingItem): StandingFigures {
  const { address, what, detail, components } = item;
  const { min, max } = itemTotal(item);
  return {
    address,
    what,
    ...(detail !== undefined && { detail }),
    monthlyAtMinNodes: min,
    monthlyAtMaxNodes: max,
    hasUnknownPrice: isUnknown(item, 'max'),
    hasPriceFromMemory: components.some(({ price }) => price?.isFromMemory),
  };
}
