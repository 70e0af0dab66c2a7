/** What Azure's resources cost for as long as they are there. */
import type { TerraformArguments, TerraformJson } from '../../state/state';
import { fixed } from '../amounts';
import type { Component, Range } from '../amounts';
import { allOf, blocksOf, numberIn, referredTo, textIn } from './arguments';
import { hourly, monthly, part, poolItem, usage } from './pricing';
import type { PoolNodes, Reader, StackContext } from './pricing';

/** Premium disks are paid for by these sizes, in GiB. */
const DISK_SIZES = [128, 256, 512, 1024];

const POOL_BLOCK = 'default_node_pool';

export const AZURE_FREE = new RegExp('^azurerm_('
  + 'federated_identity_credential|user_assigned_identity|role_assignment|resource_group|virtual_network|subnet|subnet_\\w+_association|'
  + 'network_security_group|network_security_rule|nat_gateway_public_ip_association|private_dns_zone_virtual_network_link|'
  + 'monitor_data_collection_rule|monitor_data_collection_rule_association|monitor_diagnostic_setting|storage_container|'
  + 'storage_management_policy|container_registry_cache_rule|proximity_placement_group)$');

export const AZURE_READERS: Readonly<Record<string, Reader>> = {
  azurerm_kubernetes_cluster: (args, context) => {
    const name = textIn(args, 'name');
    const tier = textIn(args, 'sku_tier') ?? 'Free';
    return [
      { what: 'control plane', ...(name !== undefined && { detail: name }), components: [hourly('Control plane', `control-plane-${tier}`, context)] },
      ...blocksOf(args, POOL_BLOCK).map((pool) => ({ ...poolItem(poolOf(pool, context), context), block: POOL_BLOCK })),
    ];
  },
  azurerm_kubernetes_cluster_node_pool: (args, context) => poolItem(poolOf(args, context), context),
  azurerm_nat_gateway: (_, context) => {
    const { natGb, egressGb } = context.assumptions;
    const gateways = allOf(context.terraform, 'azurerm_nat_gateway').length;
    return {
      what: 'NAT gateway and egress',
      components: [
        hourly('Gateway', 'nat', context),
        usage('Data through the gateway', { item: 'nat-gb', unit: 'GB', amount: natGb / gateways }, context),
        usage('Egress to the internet', { item: 'egress', unit: 'GB', amount: egressGb / gateways }, context),
      ],
    };
  },
  azurerm_public_ip: (_, context) => ({ what: 'public address', components: [hourly('Address', 'public-ip', context)] }),
  azurerm_storage_account: (args, context) => ({
    what: 'bucket',
    detail: textIn(args, 'name'),
    components: [usage('Storage', {
      item: `bucket-${textIn(args, 'account_replication_type') ?? ''}`, unit: 'GB', amount: context.assumptions.bucketGb,
    }, context)],
  }),
  azurerm_container_registry: (args, context) => ({
    what: 'image registry', detail: textIn(args, 'name'), components: [monthly('Registry', `registry-${textIn(args, 'sku') ?? ''}`, context)],
  }),
  azurerm_log_analytics_workspace: (_, context) => {
    const workspaces = allOf(context.terraform, 'azurerm_log_analytics_workspace').length;
    return { what: 'logs', components: [usage('Ingestion', { item: 'logs', unit: 'GB', amount: context.assumptions.logsGb / workspaces }, context)] };
  },
  azurerm_private_endpoint: (_, context) => ({ what: 'private endpoint', components: [hourly('Endpoint', 'private-endpoint', context)] }),
  azurerm_private_dns_zone: (_, context) => ({ what: 'private DNS zone', components: [monthly('Zone', 'private-dns-zone', context)] }),
};

function poolOf(args: TerraformArguments, context: StackContext): PoolNodes {
  return {
    pool: textIn(args, 'name') ?? 'pool',
    machine: textIn(args, 'vm_size'),
    capacity: textIn(args, 'priority') === 'Spot' ? 'spot' : textIn(args, 'capacity_reservation_group_id') === undefined ? 'on-demand' : 'reservation',
    nodes: azureNodes(args),
    disks: textIn(args, 'os_disk_type') === 'Ephemeral' ? [] : [diskOf(args, context)],
  };
}

export function azureNodes(args: TerraformArguments): Range {
  const max = numberIn(args, 'max_count');
  return max === undefined ? fixed(numberIn(args, 'node_count') ?? 1) : { min: numberIn(args, 'min_count') ?? 0, max };
}

function diskOf(args: TerraformArguments, context: StackContext): Component {
  const size = numberIn(args, 'os_disk_size_gb') ?? 128;
  const paid = DISK_SIZES.find((each) => each >= size) ?? size;
  return part({ name: `Disk of ${paid} GiB, premium`, item: `disk-${paid}`, unit: 'months', quantity: fixed(1) }, context);
}

/** Where the stack is. */
export function azureRegion(terraform: TerraformJson): string | undefined {
  const types = ['azurerm_kubernetes_cluster', 'azurerm_resource_group', 'azurerm_storage_account'];
  return types.flatMap((type) => allOf(terraform, type)).map((args) => textIn(args, 'location')).find((each) => each !== undefined);
}

/** Where a resource is: what it says itself, else what its cluster says. */
export function azureRegionOf(args: TerraformArguments, terraform: TerraformJson): string | undefined {
  return textIn(args, 'location') ?? textIn(referredTo(args, 'kubernetes_cluster_id', terraform) ?? {}, 'location');
}
