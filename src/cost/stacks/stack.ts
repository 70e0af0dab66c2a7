/** What a Terraform stack costs for as long as it is there. */
import type { PricedCloud } from '../../catalog/standing-prices';
import type { StackState, TerraformArguments, TerraformJson } from '../../state/state';
import { fixed, sumOf, times } from '../amounts';
import type { Range, StandingItem } from '../amounts';
import type { Assumptions } from '../assumptions';
import type { PriceTable } from '../price-table';
import { allOf, blocksOf, textIn } from './arguments';
import { AWS_FREE, AWS_READERS, awsNodes, awsRegion } from './aws';
import { AZURE_FREE, AZURE_READERS, azureNodes, azureRegion } from './azure';
import { GCP_FREE, GCP_READERS, gcpNodes, gcpRegion } from './gcp';
import type { Reader, ReadItem, StackContext } from './pricing';

/** What is known of a cloud's resources. */
interface Side {
  readonly prefix: string;
  readonly readers: Readonly<Record<string, Reader>>;
  /** Types that cost nothing by themselves. */
  readonly free: RegExp;
  readonly region: (terraform: TerraformJson) => string | undefined;
  readonly nodes: (terraform: TerraformJson) => Range[];
}

const SIDES: Readonly<Record<PricedCloud, Side>> = {
  gcp: {
    prefix: 'google_', readers: GCP_READERS, free: GCP_FREE, region: gcpRegion,
    nodes: (terraform) => allOf(terraform, 'google_container_node_pool').map((pool) => gcpNodes(pool, terraform)),
  },
  aws: {
    prefix: 'aws_', readers: AWS_READERS, free: AWS_FREE, region: awsRegion,
    nodes: (terraform) => allOf(terraform, 'aws_eks_node_group').map(awsNodes),
  },
  azure: {
    prefix: 'azurerm_', readers: AZURE_READERS, free: AZURE_FREE, region: azureRegion,
    nodes: (terraform) => [
      ...allOf(terraform, 'azurerm_kubernetes_cluster').flatMap((cluster) => blocksOf(cluster, 'default_node_pool')),
      ...allOf(terraform, 'azurerm_kubernetes_cluster_node_pool'),
    ].map(azureNodes),
  },
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
    cloud, { cloud, region, prices, assumptions, terraform, nodes: sumOf(SIDES[cloud].nodes(terraform)) },
  ]));
  const items: StandingItem[] = [];
  const free: string[] = [];
  for (const [type, resources] of Object.entries(terraform.resource ?? {})) {
    const cloud = CLOUDS.find((each) => type.startsWith(SIDES[each].prefix));
    const context = cloud && contexts.get(cloud);
    for (const [id, args] of Object.entries(resources)) {
      const address = `${type}.${id}`;
      const isFree = cloud !== undefined && SIDES[cloud].free.test(type);
      const read = isFree ? [] : readItems(type, args, context).filter(({ components }) => components.length > 0);
      items.push(...read.map((item) => ({ address, type, ...item })));
      if (read.length === 0) free.push(address);
    }
  }
  return { name, places: placesOfStack(terraform), items, free };
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
