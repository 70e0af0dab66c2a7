/** What Google Cloud's resources cost for as long as they are there. */
import { cloudNamed } from '../../clouds/pods';
import type { TerraformArguments, TerraformJson } from '../../state/state';
import { fixed, sumOf, times } from '../amounts';
import type { Component, Range } from '../amounts';
import { allOf, blockOf, numberIn, referredTo, textIn, textsIn } from './arguments';
import { hourly, monthly, part, poolItem, usage } from './pricing';
import type { PoolNodes, Reader, StackContext } from './pricing';

/** Above it, the hours of a gateway cost no more. */
const MOST_NAT_NODES = 32;
const LOCAL_SSD_GB = 375;
/** Zones of a regional cluster that names none. */
const DEFAULT_ZONES = 3;

export const GCP_FREE = /^google_(project_service|service_account|compute_(network|subnetwork|router|firewall|route)|kms_key_ring|storage_managed_folder)$|_iam_(member|binding|policy)$/;

export const GCP_READERS: Readonly<Record<string, Reader>> = {
  google_container_cluster: (args, context) => ({
    what: 'control plane', detail: textIn(args, 'name'), components: [hourly('Control plane', 'control-plane', context)],
  }),
  google_container_node_pool: (args, context) => poolItem(poolOf(args, context), context),
  google_compute_router_nat: (args, context) => {
    const { terraform, assumptions: { monthlyHours, natGb, egressGb } } = context;
    const gateways = allOf(terraform, 'google_compute_router_nat').length;
    const nodes = natNodes(args, context);
    const counted = { min: Math.min(nodes.min, MOST_NAT_NODES), max: Math.min(nodes.max, MOST_NAT_NODES) };
    return {
      what: 'NAT gateway and egress',
      components: [
        part({ name: 'Gateway, by node', item: 'nat-node', unit: 'hours', quantity: times(counted, monthlyHours) }, context),
        usage('Data through the gateway', { item: 'nat-gb', unit: 'GB', amount: natGb / gateways }, context),
        usage('Egress to the internet', { item: 'egress', unit: 'GB', amount: egressGb / gateways }, context),
      ],
    };
  },
  google_storage_bucket: (args, context) => ({
    what: 'bucket',
    detail: textIn(args, 'name'),
    components: [usage('Storage', { item: bucketItem(args), unit: 'GB', amount: context.assumptions.bucketGb }, context)],
  }),
  google_artifact_registry_repository: (args, context) => ({
    what: 'image registry',
    detail: textIn(args, 'repository_id'),
    components: [usage('Storage', { item: 'registry', unit: 'GB', amount: context.assumptions.registryGb }, context)],
  }),
  google_kms_crypto_key: (_, context) => ({ what: 'encryption key', components: [monthly('Active version', 'key', context)] }),
  google_compute_address: (_, context) => ({ what: 'public address', components: [hourly('Address', 'public-ip', context)] }),
  google_compute_forwarding_rule: (_, context) => ({ what: 'load balancer', components: [hourly('Forwarding rule', 'load-balancer', context)] }),
};

/** The nodes of the clusters in its region and its network. What does not say where it is counts. */
function natNodes(nat: TerraformArguments, { terraform, region }: StackContext): Range {
  const network = networkOf(referredTo(nat, 'router', terraform) ?? {});
  const pools = allOf(terraform, 'google_container_node_pool').filter((pool) => {
    const other = networkOf(referredTo(pool, 'cluster', terraform) ?? {});
    const isInNetwork = network === undefined || other === undefined || network === other;
    return isInNetwork && (gcpRegionOf(pool, terraform) ?? region) === region;
  });
  return sumOf(pools.map((pool) => gcpNodes(pool, terraform)));
}

/** Whichever attribute of it is referred to. */
function networkOf({ network }: TerraformArguments): string | undefined {
  return typeof network === 'string' ? network.replace(/\.[a-z_]+\}$/, '}') : undefined;
}

/** Of another class, or of several regions, the price is not in the table. */
function bucketItem(args: TerraformArguments): string {
  const isRegional = (textIn(args, 'location') ?? '').includes('-');
  return isRegional && (textIn(args, 'storage_class') ?? 'STANDARD') === 'STANDARD' ? 'bucket' : 'other-bucket';
}

function poolOf(args: TerraformArguments, context: StackContext): PoolNodes {
  const config = blockOf(args, 'node_config');
  const [gpus] = [numberIn(blockOf(config, 'guest_accelerator'), 'count')];
  const machine = textIn(config, 'machine_type');
  return {
    pool: textIn(args, 'name') ?? 'pool',
    machine,
    ...(gpus !== undefined && { gpus }),
    capacity: capacityOf(config),
    nodes: gcpNodes(args, context.terraform),
    disks: disksOf(config, machine, context),
  };
}

function capacityOf(config: TerraformArguments): PoolNodes['capacity'] {
  if (config.spot === true || config.preemptible === true) return 'spot';
  if (config.flex_start === true) return 'flex-start';
  return textIn(blockOf(config, 'reservation_affinity'), 'consume_reservation_type') === 'SPECIFIC_RESERVATION' ? 'reservation' : 'on-demand';
}

/** Limits are those of the pool, or those of each zone. */
export function gcpNodes(args: TerraformArguments, terraform: TerraformJson): Range {
  const scaling = blockOf(args, 'autoscaling');
  const total = numberIn(scaling, 'total_max_node_count');
  if (total !== undefined) return { min: numberIn(scaling, 'total_min_node_count') ?? 0, max: total };
  const cluster = referredTo(args, 'cluster', terraform) ?? {};
  const zones = [args, cluster].map((each) => textsIn(each, 'node_locations').length).find((count) => count > 0)
    ?? ((textIn(args, 'location') ?? '').split('-').length > 2 ? 1 : DEFAULT_ZONES);
  const each = numberIn(scaling, 'max_node_count');
  if (each !== undefined) return { min: zones * (numberIn(scaling, 'min_node_count') ?? 0), max: zones * each };
  return fixed(zones * (numberIn(args, 'node_count') ?? numberIn(args, 'initial_node_count') ?? 1));
}

/** The local disks that a machine comes with are in its price. */
function disksOf(config: TerraformArguments, machine: string | undefined, context: StackContext): Component[] {
  const type = textIn(config, 'disk_type') ?? 'pd-balanced';
  const size = numberIn(config, 'disk_size_gb') ?? 100;
  const bundled = cloudNamed('gcp').machines.find(({ machineType }) => machineType === machine)?.localSsdCount ?? 0;
  const ssds = (numberIn(blockOf(config, 'ephemeral_storage_local_ssd_config'), 'local_ssd_count') ?? 0) - bundled;
  return [
    part({ name: `Disk, ${type}`, item: type, unit: 'GB', quantity: fixed(size) }, context),
    ...ssds > 0 ? [part({ name: 'Local disks', item: 'local-ssd', unit: 'GB', quantity: fixed(ssds * LOCAL_SSD_GB) }, context)] : [],
  ];
}

/** Where the stack is. */
export function gcpRegion(terraform: TerraformJson): string | undefined {
  const location = allOf(terraform, 'google_container_cluster').map((cluster) => textIn(cluster, 'location')).find((each) => each !== undefined)
    ?? textIn(terraform.provider?.google?.[0] ?? {}, 'region');
  return location?.split('-').slice(0, 2).join('-');
}

/** Where a resource is: what it says itself, else what its cluster says. */
export function gcpRegionOf(args: TerraformArguments, terraform: TerraformJson): string | undefined {
  const places = [args, referredTo(args, 'cluster', terraform) ?? {}].flatMap((each) => [textIn(each, 'location'), textIn(each, 'region')]);
  return places.flatMap((place = '') => /^[a-z]+-[a-z]+\d+/.exec(place)?.[0] ?? [])[0];
}
