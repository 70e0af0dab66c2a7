/** What is declared as money: pure, from what was synthesized and a table of prices. */
import type { GpuPoolSpec, PlatformSpec } from '../api/platform';
import type { PricedCloud } from '../catalog/standing-prices';
import { cloudNamed } from '../clouds/pods';
import type { ClusterState, StackState, State } from '../state/state';
import type { StandingItem } from './amounts';
import { assumptionsWith } from './assumptions';
import type { Assumptions } from './assumptions';
import { clusterItems } from './cluster-items';
import type { UsedNames } from './price-checks';
import { PriceTable } from './price-table';
import { resourceCost } from './resources';
import type { ResourceCost } from './resources';
import { capacityBlocksIn } from './stacks/aws';
import { clusterNamesIn, clusterRegionIn, placesOfStack, regionsOfStack, stackCost } from './stacks/stack';
import type { StackCost } from './stacks/stack';

/** What a cluster costs beside its stack. */
export interface ClusterCost {
  readonly name: string;
  /** Absent where no platform is known for it. */
  readonly cloud?: string;
  readonly region?: string;
  /** What is there all the time. */
  readonly items: readonly StandingItem[];
  /** What runs, on nodes that the stack has. */
  readonly resources: readonly ResourceCost[];
}

export interface Estimate {
  readonly stacks: readonly StackCost[];
  readonly clusters: readonly ClusterCost[];
  readonly assumptions: Assumptions;
}

export interface EstimateOptions {
  /** Default: the table of the catalogue. */
  readonly prices?: PriceTable;
  /** Over the defaults. */
  readonly assumptions?: Partial<Assumptions>;
}

/** @throws PriceError if an assumption is not one. */
export function estimate({ clusters, stacks }: State, options: EstimateOptions = {}): Estimate {
  const assumptions = assumptionsWith(options.assumptions);
  const { prices = PriceTable.builtIn() } = options;
  return {
    stacks: stacks.map((stack) => stackCost(stack, { prices, assumptions })),
    clusters: clusters.map((cluster) => clusterCost(cluster, stacks, { prices, assumptions })),
    assumptions,
  };
}

/** Machine types and regions of a state: a user's price file may name them, whatever they are. */
export function usedNamesIn(state: State): UsedNames {
  const platforms = state.clusters.flatMap(({ platform }) => (platform ? [platform, platform.artifacts] : []));
  const racks = state.clusters.flatMap(({ platform }) => (platform && isRack(platform) ? [platform.clusterName] : []));
  const ofStacks = state.stacks.flatMap(({ terraform }) => regionsOfStack(terraform));
  return { machines: machinesIn(state), regions: new Set([...ofStacks, ...racks, ...platforms.flatMap(({ region }) => region ?? [])]) };
}

function machinesIn({ clusters, stacks }: State): ReadonlySet<string> {
  const ofPlatforms = clusters.flatMap(({ platform: { gpuPools = [], nodePools = [] } = NO_POOLS }) => [...gpuPools, ...nodePools]);
  const texts = stacks.map(({ terraform }) => JSON.stringify(terraform.resource ?? {}));
  const ofStacks = texts.flatMap((text) => [...text.matchAll(/"(?:machine_type|vm_size|instance_types?)":(?:\[([^\]]*)\]|("[^"]*"))/g)]
    .flatMap(([, list = '', one = '']) => [...(list + one).matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)));
  return new Set([...ofPlatforms.flatMap(machineTypesOf), ...ofStacks]);
}

function machineTypesOf({ machineType, machineTypes }: Partial<GpuPoolSpec>): readonly string[] {
  return machineTypes ?? (machineType === undefined ? [] : [machineType]);
}

const NO_POOLS: Pick<PlatformSpec, 'gpuPools' | 'nodePools'> = {};

const PRICED: Readonly<Record<PricedCloud, true>> = { gcp: true, aws: true, azure: true };

/** Whether a cloud has prices: a local cluster has none. */
export function isPriced(cloud: string): cloud is PricedCloud {
  return Object.hasOwn(PRICED, cloud);
}

/** Whether its nodes are the user's own, whose prices are by the name of the cluster. */
function isRack({ cloud }: Pick<PlatformSpec, 'cloud'>): boolean {
  return cloudNamed(cloud).hasOwnNodes ?? false;
}

interface Tables {
  readonly prices: PriceTable;
  readonly assumptions: Assumptions;
}

function clusterCost(cluster: ClusterState, stacks: readonly StackState[], { prices, assumptions }: Tables): ClusterCost {
  const { name, platform, resources } = cluster;
  if (!platform) return { name, items: [], resources: [] };
  const { cloud } = platform;
  if (!isPriced(cloud) && !prices.hasCloud(cloud)) return { name, cloud, items: [], resources: [] };
  const region = regionOf(platform, stacks);
  const place = { cloud, ...(region !== undefined && { region }) };
  const paidPools = new Set(stacks.flatMap(({ terraform }) => capacityBlocksIn(terraform, platform.clusterName)));
  const market = { platform, prices, paidPools, places: new Map(), ...place };
  return {
    name,
    ...place,
    items: isPriced(cloud) ? clusterItems(cluster, { ...place, cloud, assumptions }) : [],
    resources: resources.flatMap((resource) => resourceCost(resource, market) ?? []),
  };
}

/** What the platform says, else its stack: the one that makes its cluster, or the only one on its cloud. */
function regionOf({ cloud, clusterName, region, artifacts }: PlatformSpec, stacks: readonly StackState[]): string | undefined {
  if (isRack({ cloud })) return clusterName;
  const onCloud = stacks.flatMap(({ terraform }) => (
    placesOfStack(terraform).filter((place) => place.cloud === cloud).map((place) => ({ terraform, ...place }))));
  const [only, ...others] = onCloud;
  const own = onCloud.find(({ terraform }) => clusterNamesIn(terraform).includes(clusterName)) ?? (others.length === 0 ? only : undefined);
  return region ?? (own && (clusterRegionIn(own.terraform, own.cloud, clusterName) ?? own.region)) ?? artifacts.region;
}
