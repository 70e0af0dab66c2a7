/** What a resource costs while it runs: its part of the nodes that its pods can be on. */
import { expectedDuration, EXPECTED_DURATION_ANNOTATION } from '../api/expected-duration';
import { formatValue } from '../api/format-value';
import type { PlatformSpec } from '../api/platform';
import { isArtifactResource, sourceOf } from '../api/resource';
import type { Resource, ServerSpec } from '../api/resource';
import { ExpandError, namespaceOf, placesOf, replicaRange } from '../expand';
import type { Place } from '../expand';
import type { Range } from './amounts';
import { originFor } from './price-table';
import type { PriceTable } from './price-table';

const HOUR = 3600;

/** Where a pod without GPU is taken to run on a platform that does not know its nodes: what clusters of this library have. */
const OTHER_MACHINES: Readonly<Record<string, string>> = { gcp: 'n2d-standard-4', aws: 'm7i.xlarge', azure: 'Standard_D4ds_v5' };

/** A place, and what its part of a node costs an hour there. US dollars; absent where it is not known. */
export interface PlaceCost extends Place {
  /** By the capacity of the place. */
  readonly hourly?: number;
  readonly onDemand?: number;
  readonly spot?: number;
  /** Where the price is from. */
  readonly source?: string;
  readonly date?: string;
}

export interface ResourceCost {
  readonly kind: Resource['kind'];
  readonly namespace: string;
  readonly name: string;
  /** How many pods run at once, at most; 0 where it is suspended. */
  readonly replicas: number;
  /** How many pods run at least, of a Server that its `autoscaling` scales. */
  readonly fewestReplicas?: number;
  readonly places: readonly PlaceCost[];
  /** Of all replicas an hour, from the cheapest to the dearest place; absent where no price is known. */
  readonly hourly?: Range;
  /** The same, if all of it were on demand, and on spot nodes. */
  readonly onDemand?: Range;
  readonly spot?: Range;
  /** Of one run, where its duration is expected. */
  readonly run?: RunCost;
  /** Why something is not known. */
  readonly problem?: string;
}

export interface RunCost {
  readonly seconds: Range;
  /** Absent where no price is known. */
  readonly cost?: Range;
}

export interface Market {
  readonly platform: PlatformSpec;
  readonly region?: string;
  readonly prices: PriceTable;
  /** Pools whose nodes are paid for when they are bought. */
  readonly paidPools: ReadonlySet<string>;
  /** Where pods that ask for the same can be, once it is known: many resources ask for the same. */
  readonly places: Map<string, Found>;
}

/** Where a pod can be, or why it can be nowhere. */
type Found = { readonly places: readonly PlaceCost[] } | { readonly problem: string };

/** `undefined` for a resource for which nothing runs. */
export function resourceCost(resource: Resource, market: Market): ResourceCost | undefined {
  if (sourceOf(resource)) return undefined;
  const { kind, metadata: { name }, spec } = resource;
  const replicas = kind === 'Server' ? podsOf(spec as ServerSpec) : { min: spec.suspend ? 0 : 1, max: spec.suspend ? 0 : 1 };
  const fewest = replicas.min < replicas.max ? { fewestReplicas: replicas.min } : {};
  const known = { kind, namespace: namespaceOf(resource), name, replicas: replicas.max, ...fewest };
  const found = placesFor(resource, market);
  if ('problem' in found) return { ...known, places: [], problem: found.problem };
  const { places } = found;
  const duration = durationOf(resource);
  if (typeof duration === 'string') return { ...known, places, problem: duration };
  const hourly = rangeOf(places, 'hourly');
  const problem = problemOf(places, market);
  return {
    ...known,
    places,
    ...(hourly && { hourly: ofReplicas(hourly, replicas) }),
    ...ranges(places, replicas),
    ...(duration && { run: { seconds: duration, ...(hourly && { cost: costOfRun(hourly, duration) }) } }),
    ...(problem !== undefined && { problem }),
  };
}

/** Each replica has a pod on each of its nodes. */
function podsOf(spec: ServerSpec): Range {
  const { nodes = 1 } = spec;
  const { min, max } = replicaRange(spec);
  return { min: nodes * min, max: nodes * max };
}

function costOfRun(hourly: Range, seconds: Range): Range {
  return { min: hourly.min * seconds.min / HOUR, max: hourly.max * seconds.max / HOUR };
}

/** From the fewest at the cheapest place to the most at the dearest. */
function ofReplicas({ min, max }: Range, replicas: Range): Range {
  return { min: min * replicas.min, max: max * replicas.max };
}

function ranges(places: readonly PlaceCost[], replicas: Range): Pick<ResourceCost, 'onDemand' | 'spot'> {
  const [onDemand, spot] = [rangeOf(places, 'onDemand'), rangeOf(places, 'spot')];
  return { ...(onDemand && { onDemand: ofReplicas(onDemand, replicas) }), ...(spot && { spot: ofReplicas(spot, replicas) }) };
}

/** From the cheapest to the dearest place whose price is known. */
function rangeOf(places: readonly PlaceCost[], field: 'hourly' | 'onDemand' | 'spot'): Range | undefined {
  const all = places.flatMap((place) => place[field] ?? []);
  return all.length > 0 ? { min: Math.min(...all), max: Math.max(...all) } : undefined;
}

function placesFor(resource: Resource, market: Market): Found {
  const { spec: { resources, pod, runtime } } = resource;
  if (runtime !== undefined || resource.kind === 'Notebook') return foundPlaces(resource, market);
  const key = JSON.stringify([resources, pod]);
  const known = market.places.get(key) ?? foundPlaces(resource, market);
  market.places.set(key, known);
  return known;
}

function foundPlaces(resource: Resource, market: Market): Found {
  try {
    const places = placesOf(resource, market.platform, OTHER_MACHINES[market.platform.cloud]);
    return { places: places.map((place) => priced(place, market)) };
  } catch (error) {
    if (error instanceof ExpandError) return { problem: error.message };
    throw error;
  }
}

function priced(place: Place, { platform: { cloud }, region, prices, paidPools }: Market): PlaceCost {
  const { pool, machineType, gpus, capacity, share } = place;
  const price = region === undefined || machineType === undefined ? undefined : prices.find({ cloud, region, machine: machineType, gpus });
  if (!price || share === undefined) return place;
  const { onDemand, spot } = price;
  const isPaid = pool !== undefined && paidPools.has(pool);
  const hourly = isPaid ? undefined : capacity === 'spot' ? spot : capacity === 'on-demand' ? onDemand : undefined;
  return {
    ...place,
    ...(hourly !== undefined && { hourly: share * hourly }),
    ...(onDemand !== undefined && { onDemand: share * onDemand }),
    ...(spot !== undefined && { spot: share * spot }),
    ...originFor(price, capacity),
  };
}

function problemOf(places: readonly PlaceCost[], { platform: { cloud }, region, paidPools }: Market): string | undefined {
  if (places.length === 0) return 'no pool of the platform can hold it';
  if (region === undefined) return `the region of the platform is not known; give ${cloud === 'azure' ? 'location' : 'region'} to it`;
  const missing = places.find(({ hourly }) => hourly === undefined);
  if (!missing) return undefined;
  const { pool, machineType, capacity } = missing;
  if (pool !== undefined && paidPools.has(pool)) return `pool ${pool} is a capacity block, whose price was that of the day on which it was bought`;
  if (machineType === undefined) return pool === undefined ? 'the machine type of its nodes is not known' : `the machine type of pool ${pool} is not known`;
  return `no ${capacity === 'on-demand' ? '' : `${capacity} `}price of ${machineType} in ${region}`;
}

/** What its annotation says, or what is wrong with that. */
function durationOf(resource: Resource): Range | string | undefined {
  const text = isArtifactResource(resource) ? resource.metadata.annotations?.[EXPECTED_DURATION_ANNOTATION] : undefined;
  if (text === undefined) return undefined;
  return expectedDuration(text)
    ?? `annotation ${EXPECTED_DURATION_ANNOTATION} is ${formatValue(text)}; give a duration such as 2h30m, or from at least to at most, such as 2h-5h`;
}
