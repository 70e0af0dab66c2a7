/** What AWS's resources cost for as long as they are there. */
import type { TerraformArguments, TerraformJson } from '../../state/state';
import { fixed } from '../amounts';
import type { Component, Range } from '../amounts';
import { allOf, blockOf, numberIn, referredTo, textIn, textsIn } from './arguments';
import { hourly, monthly, part, poolItem, usage } from './pricing';
import type { PoolNodes, Reader, StackContext } from './pricing';

/** MiB/s that a gp3 volume has for nothing. */
const FREE_THROUGHPUT = 125;

export const AWS_FREE = new RegExp('^aws_('
  + 'autoscaling_group_tag|default_security_group|security_group|security_group_rule|vpc_security_group_\\w+_rule|ecr_lifecycle_policy|ecr_pull_through_cache_rule|ecr_repository_creation_template|'
  + 'eks_access_entry|eks_access_policy_association|eks_addon|eks_pod_identity_association|flow_log|iam_\\w+|launch_template|placement_group|'
  + 'cloudwatch_event_(rule|target)|sqs_queue(_policy)?|route|route_table|route_table_association|s3_bucket_\\w+|subnet|vpc|kms_alias)$');

export const AWS_READERS: Readonly<Record<string, Reader>> = {
  aws_eks_cluster: (args, context) => ({
    what: 'control plane', detail: textIn(args, 'name'), components: [hourly('Control plane', 'control-plane', context)],
  }),
  aws_eks_node_group: (args, context) => poolItem(poolOf(args, context), context),
  aws_nat_gateway: (_, context) => {
    const gateways = allOf(context.terraform, 'aws_nat_gateway').length;
    return {
      what: 'NAT gateway',
      components: [
        hourly('Gateway', 'nat', context),
        usage('Data through the gateway', { item: 'nat-gb', unit: 'GB', amount: context.assumptions.natGb / gateways }, context),
      ],
    };
  },
  aws_internet_gateway: (_, context) => {
    const gateways = allOf(context.terraform, 'aws_internet_gateway').length;
    return {
      what: 'egress',
      components: [usage('Egress to the internet', { item: 'egress', unit: 'GB', amount: context.assumptions.egressGb / gateways }, context)],
    };
  },
  aws_eip: (_, context) => ({ what: 'public address', components: [hourly('Address', 'public-ip', context)] }),
  aws_s3_bucket: (args, context) => ({
    what: 'bucket',
    detail: textIn(args, 'bucket'),
    components: [usage('Storage', { item: 'bucket', unit: 'GB', amount: context.assumptions.bucketGb }, context)],
  }),
  aws_ecr_repository: (args, context) => ({
    what: 'image registry',
    detail: textIn(args, 'name'),
    components: [usage('Storage', { item: 'registry', unit: 'GB', amount: context.assumptions.registryGb }, context)],
  }),
  aws_kms_key: (_, context) => ({ what: 'encryption key', components: [monthly('Key', 'key', context)] }),
  aws_cloudwatch_log_group: (_, context) => {
    const groups = allOf(context.terraform, 'aws_cloudwatch_log_group').length;
    return { what: 'logs', components: [usage('Ingestion', { item: 'logs', unit: 'GB', amount: context.assumptions.logsGb / groups }, context)] };
  },
  aws_vpc_endpoint: (args, context) => {
    if ((textIn(args, 'vpc_endpoint_type') ?? 'Gateway') === 'Gateway') return { what: 'endpoint', components: [] };
    const zones = Math.max(1, textsIn(args, 'subnet_ids').length);
    const quantity = fixed(zones * context.assumptions.monthlyHours);
    return { what: 'private endpoint', components: [part({ name: 'Endpoint, by zone', item: 'private-endpoint', unit: 'hours', quantity }, context)] };
  },
};

function poolOf(args: TerraformArguments, context: StackContext): PoolNodes {
  const template = referredTo(blockOf(args, 'launch_template'), 'id', context.terraform) ?? {};
  const [machine, ...otherMachines] = textsIn(args, 'instance_types');
  return {
    pool: textIn(template, 'name') ?? textIn(args, 'node_group_name') ?? textIn(args, 'node_group_name_prefix') ?? 'pool',
    machine: machine ?? textIn(template, 'instance_type'),
    otherMachines,
    capacity: capacityOf(args, template),
    nodes: awsNodes(args),
    disks: disksOf(blockOf(template, 'block_device_mappings', 'ebs'), context),
  };
}

function capacityOf(args: TerraformArguments, template: TerraformArguments): PoolNodes['capacity'] {
  const type = textIn(args, 'capacity_type');
  if (type === 'SPOT') return 'spot';
  if (type === 'CAPACITY_BLOCK') return 'block';
  return Object.keys(blockOf(template, 'capacity_reservation_specification')).length > 0 ? 'reservation' : 'on-demand';
}

export function awsNodes(args: TerraformArguments): Range {
  const scaling = blockOf(args, 'scaling_config');
  return { min: numberIn(scaling, 'min_size') ?? 0, max: numberIn(scaling, 'max_size') ?? 0 };
}

function disksOf(ebs: TerraformArguments, context: StackContext): Component[] {
  const size = numberIn(ebs, 'volume_size') ?? 20;
  const type = textIn(ebs, 'volume_type') ?? 'gp2';
  const throughput = type === 'gp3' ? (numberIn(ebs, 'throughput') ?? FREE_THROUGHPUT) - FREE_THROUGHPUT : 0;
  return [
    part({ name: `Disk, ${type}`, item: type, unit: 'GB', quantity: fixed(size) }, context),
    ...throughput > 0
      ? [part({ name: 'Throughput of the disk', item: 'gp3-throughput', unit: 'MiB/s', quantity: fixed(throughput) }, context)] : [],
  ];
}

/** Where the stack is. */
export function awsRegion({ provider }: TerraformJson): string | undefined {
  return (provider?.aws ?? []).filter(({ alias }) => alias === undefined).map((each) => textIn(each, 'region'))[0];
}

/** Where a resource is: what it says itself, else what its provider says. */
export function awsRegionOf(args: TerraformArguments, { provider }: TerraformJson): string | undefined {
  const own = textIn(args, 'region');
  const [, alias] = (textIn(args, 'provider') ?? '').split('.');
  const named = alias === undefined ? undefined : provider?.aws?.find((each) => each.alias === alias);
  return own ?? (named && textIn(named, 'region'));
}

/** Pools of a cluster whose nodes come from capacity blocks. */
export function capacityBlocksIn(terraform: TerraformJson, clusterName: string): string[] {
  const blocks = allOf(terraform, 'aws_eks_node_group').filter((group) => textIn(group, 'capacity_type') === 'CAPACITY_BLOCK');
  const templates = blocks.flatMap((group) => textIn(referredTo(blockOf(group, 'launch_template'), 'id', terraform) ?? {}, 'name') ?? []);
  const prefix = `${clusterName}-`;
  return templates.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
}
