/**
 * An estimate of the stacks as Infracost writes it, for what reads that: comments in pull requests, Atlantis, Spacelift.
 *
 * https://github.com/infracost/infracost/blob/master/schema/infracost.schema.json (2024)
 */
import { costOf } from './amounts';
import type { Component, Range, StandingItem } from './amounts';
import type { Assumptions } from './assumptions';
import type { Estimate } from './estimate';
import { exactUsd } from './money';
import type { StackCost } from './stacks/stack';

const VERSION = '0.2';

/** What was before is not known here. */
const NOTHING = { resources: [], totalHourlyCost: '0', totalMonthlyCost: '0', totalMonthlyUsageCost: '0' };

interface View {
  readonly at: keyof Range;
  readonly assumptions: Assumptions;
}

/** The stacks with as few nodes as they can have, or as many. Its time is the date of the newest price, so that it stays the same. */
export function infracost({ stacks, assumptions }: Estimate, at: keyof Range = 'min'): object {
  const view = { at, assumptions };
  const projects = stacks.map((stack) => project(stack, view));
  const all = stacks.flatMap(({ items }) => items);
  const totals = { ...costs(all.flatMap(({ components }) => components), view), ...summed(stacks) };
  const time = `${newestDate(all)}T00:00:00Z`;
  return {
    version: VERSION,
    metadata: {
      infracostCommand: 'breakdown', vcsBranch: '', vcsCommitSha: '', vcsCommitAuthorName: '', vcsCommitAuthorEmail: '',
      vcsCommitTimestamp: time, vcsCommitMessage: '',
    },
    currency: 'USD',
    projects,
    totalHourlyCost: totals.hourlyCost,
    totalMonthlyCost: totals.monthlyCost,
    totalMonthlyUsageCost: totals.monthlyUsageCost,
    pastTotalHourlyCost: '0',
    pastTotalMonthlyCost: '0',
    pastTotalMonthlyUsageCost: '0',
    diffTotalHourlyCost: totals.hourlyCost,
    diffTotalMonthlyCost: totals.monthlyCost,
    diffTotalMonthlyUsageCost: totals.monthlyUsageCost,
    timeGenerated: time,
    summary: totals.summary,
  };
}

function project(stack: StackCost, view: View): object {
  const { name, items, free } = stack;
  const { hourlyCost, monthlyCost, monthlyUsageCost } = costs(items.flatMap(({ components }) => components), view);
  const breakdown = {
    resources: resourcesOf(items, view),
    freeResources: free.map((address) => ({ name: address, resourceType: address.split('.')[0], metadata: {} })),
    totalHourlyCost: hourlyCost,
    totalMonthlyCost: monthlyCost,
    totalMonthlyUsageCost: monthlyUsageCost,
  };
  const path = `cdktf.out/stacks/${name}`;
  return {
    name, displayName: name, metadata: { path, type: 'terraform_dir' }, pastBreakdown: NOTHING, breakdown, diff: breakdown, ...summed([stack]),
  };
}

/** Items of the same address are one resource, with its blocks in it. */
function resourcesOf(items: readonly StandingItem[], view: View): object[] {
  const byAddress = new Map<string, StandingItem[]>();
  for (const item of items) byAddress.set(item.address, [...byAddress.get(item.address) ?? [], item]);
  return [...byAddress].map(([name, parts]) => {
    const own = parts.filter(({ block }) => block === undefined).flatMap(({ components }) => components);
    const blocks = parts.filter(({ block }) => block !== undefined);
    return {
      name,
      resourceType: parts[0]?.type,
      metadata: {},
      ...costs(parts.flatMap(({ components }) => components), view),
      costComponents: own.map((component) => costComponent(component, view)),
      ...(blocks.length > 0 && {
        subresources: blocks.map(({ block, components }) => ({
          name: block,
          metadata: {},
          ...costs(components, view),
          costComponents: components.map((component) => costComponent(component, view)),
        })),
      }),
    };
  });
}

function costComponent(component: Component, { at, assumptions: { monthlyHours } }: View): object {
  const { name, unit, quantity, price, isUsage } = component;
  const cost = costOf(component)?.[at];
  return {
    name,
    unit,
    hourlyQuantity: exactUsd(quantity[at] / monthlyHours),
    monthlyQuantity: exactUsd(quantity[at]),
    price: price ? exactUsd(price.usd) : null,
    hourlyCost: cost === undefined ? null : exactUsd(cost / monthlyHours),
    monthlyCost: cost === undefined ? null : exactUsd(cost),
    ...(isUsage && { usageBased: true }),
    priceNotFound: !price,
  };
}

interface Costs {
  readonly hourlyCost: string | null;
  readonly monthlyCost: string | null;
  readonly monthlyUsageCost: string | null;
}

/** The sum of what is known; null where there is something and nothing of it is known. */
function costs(components: readonly Component[], { at, assumptions: { monthlyHours } }: View): Costs {
  const sum = (some: readonly Component[]): number | undefined => {
    const known = some.flatMap((component) => costOf(component)?.[at] ?? []);
    return some.length > 0 && known.length === 0 ? undefined : known.reduce((total, each) => total + each, 0);
  };
  const total = sum(components);
  const used = sum(components.filter(({ isUsage }) => isUsage));
  const shown = (amount: number | undefined): string | null => (amount === undefined ? null : exactUsd(amount));
  const hourlyCost = shown(total === undefined ? undefined : total / monthlyHours);
  return { hourlyCost, monthlyCost: shown(total), monthlyUsageCost: shown(used) };
}

/** How many resources there are, and of which types those are whose price is in no table. */
function summed(stacks: readonly StackCost[]): { readonly summary: object } {
  const items = stacks.flatMap((stack) => stack.items);
  const addresses = new Map(items.map(({ address, type }) => [address, type]));
  const unsupported = items.filter(isOfUnknownType).map(({ type }) => type);
  const free = stacks.flatMap((stack) => stack.free);
  return {
    summary: {
      totalDetectedResources: addresses.size + free.length,
      totalSupportedResources: addresses.size - unsupported.length,
      totalUnsupportedResources: unsupported.length,
      totalUsageBasedResources: new Set(items.filter(isOfUsage).map(({ address }) => address)).size,
      totalNoPriceResources: free.length,
      unsupportedResourceCounts: countsOf(unsupported),
      noPriceResourceCounts: countsOf(free.map((address) => address.split('.')[0] ?? '')),
    },
  };
}

function isOfUsage({ components }: StandingItem): boolean {
  return components.some(({ isUsage }) => isUsage);
}

function isOfUnknownType({ what, type }: StandingItem): boolean {
  return what === type;
}

function countsOf(types: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of [...types].sort()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function newestDate(items: readonly StandingItem[]): string {
  const dates = items.flatMap(({ components }) => components.flatMap(({ price }) => price?.date ?? [])).filter((date) => DAY.test(date));
  return dates.sort().at(-1) ?? '1970-01-01';
}
