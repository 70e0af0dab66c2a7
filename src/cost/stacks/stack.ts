/** What a Terraform stack costs for as long as it is there. */
import type { PricedCloud } from '../../catalog/standing-prices';
import type { StackState, TerraformArguments, TerraformJson } from '../../state/state';
import { fixed, times } from '../amounts';
import type { StandingItem } from '../amounts';
import type { Assumptions } from '../assumptions';
import type { PriceTable } from '../price-table';
import { allOf, textIn } from './arguments';
import { AWS_FREE, AWS_READERS, awsRegion, awsRegionOf } from './aws';
import { AZURE_FREE, AZURE_READERS, azureRegion, azureRegionOf } from './azure';
import { GCP_FREE, GCP_READERS, gcpRegion, gcpRegionOf } from './gcp';
import type { Reader, ReadItem, StackContext } from './pricing';

/** What is known of a cloud's resources. */
interface Side {
  readonly prefix: string;
  readonly readers: Readonly<Record<string, Reader>>;
  /** Types that cost nothing by themselves. */
  readonly free: RegExp;
  readonly region: (terraform: TerraformJson) => string | undefined;
  /** Of one resource, where it or its cluster says it. */
  readonly regionOf: (args: TerraformArguments, terraform: TerraformJson) => string | undefined;
}

const SIDES: Readonly<Record<PricedCloud, Side>> = {
  gcp: { prefix: 'google_', readers: GCP_READERS, free: GCP_FREE, region: gcpRegion, regionOf: gcpRegionOf },
  aws: { prefix: 'aws_', readers: AWS_READERS, free: AWS_FREE, region: awsRegion, regionOf: awsRegionOf },
  azure: { prefix: 'azurerm_', readers: AZURE_READERS, free: AZURE_FREE, region: azureRegion, regionOf: azureRegionOf },
};

const CLOUDS = Object.keys(SIDES) as PricedCloud[];

/** What a stack costs a month. */
export interface StackCost {
  readonly name: string;
  /** Where it is: each cloud of it, with its region. */
  readonly places: readonly Place[];
  /** In the order of the stack. */
  readonly items: readonly StandingItem[];
  /** Addresses of what costs nothing by itself. */
  readonly free: readonly string[];
}

export interface Place {
  readonly cloud: PricedCloud;
  readonly region?: string;
}

interface Tables {
  readonly prices: PriceTable;
  readonly assumptions: Assumptions;
}

export function stackCost({ name, terraform }: StackState, { prices, assumptions }: Tables): StackCost {
  const contexts = new Map(placesOfStack(terraform).map(({ cloud, region }) => [
    cloud, { cloud, region, prices, assumptions, terraform },
  ]));
  const items: StandingItem[] = [];
  const free: string[] = [];
  for (const [type, resources] of Object.entries(terraform.resource ?? {})) {
    const cloud = CLOUDS.find((each) => type.startsWith(SIDES[each].prefix));
    const context = cloud && contexts.get(cloud);
    for (const [id, args] of Object.entries(resources)) {
      const address = `${type}.${id}`;
      const isFree = cloud !== undefined && SIDES[cloud].free.test(type);
      const read = isFree ? [] : readItems(type, args, context && placed(args, context)).filter(({ components }) => components.length > 0);
      items.push(...read.map((item) => ({ address, type, ...item })));
      if (read.length === 0) free.push(address);
    }
  }
  return { name, places: placesOfStack(terraform), items, free };
}

/** With the region of the resource, where that is another one than its stack's. */
function placed(args: TerraformArguments, context: StackContext): StackContext {
  const region = SIDES[context.cloud].regionOf(args, context.terraform) ?? context.region;
  return { ...context, ...(region !== undefined && { region }) };
}

/** Every region that something of a stack says that it is in. */
export function regionsOfStack(terraform: TerraformJson): string[] {
  const own = placesOfStack(terraform).flatMap(({ cloud }) => Object.entries(terraform.resource ?? {})
    .filter(([type]) => type.startsWith(SIDES[cloud].prefix))
    .flatMap(([, resources]) => Object.values(resources).flatMap((args) => SIDES[cloud].regionOf(args, terraform) ?? [])));
  return [...placesOfStack(terraform).flatMap(({ region }) => region ?? []), ...own];
}

/** Where a stack makes the cluster of a name; `undefined` where it makes none, or does not say where. */
export function clusterRegionIn(terraform: TerraformJson, cloud: PricedCloud, clusterName: string): string | undefined {
  const cluster = CLUSTERS.flatMap((type) => allOf(terraform, type)).find((each) => textIn(each, 'name') === clusterName);
  return cluster && SIDES[cloud].regionOf(cluster, terraform);
}

/** The clouds that a stack has resources of, and where. */
export function placesOfStack(terraform: TerraformJson): Place[] {
  const types = Object.keys(terraform.resource ?? {});
  return CLOUDS.filter((cloud) => types.some((type) => type.startsWith(SIDES[cloud].prefix))).map((cloud) => {
    const region = SIDES[cloud].region(terraform);
    return { cloud, ...(region !== undefined && { region }) };
  });
}

const CLUSTERS = ['google_container_cluster', 'aws_eks_cluster', 'azurerm_kubernetes_cluster'];

/** Names of the clusters that a stack makes. */
export function clusterNamesIn(terraform: TerraformJson): string[] {
  return CLUSTERS.flatMap((type) => allOf(terraform, type)).flatMap((cluster) => textIn(cluster, 'name') ?? []);
}

/** A type that is not known has a price that is not known. */
function readItems(type: string, args: TerraformArguments, context: StackContext | undefined): readonly ReadItem[] {
  const { readers } = context ? SIDES[context.cloud] : NOTHING;
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!reader || !context) return [{ what: type, components: [{ name: 'Price', unit: 'months', quantity: fixed(1) }] }];
  const items = [reader(args, context)].flat();
  return typeof args.count === 'number' ? items.map((item) => repeated(item, Number(args.count))) : items;
}

const NOTHING: Pick<Side, 'readers'> = { readers: {} };

function repeated({ components, ...item }: ReadItem, count: number): ReadItem {
  return { ...item, components: components.map((component) => ({ ...component, quantity: times(component.quantity, count) })) };
}
