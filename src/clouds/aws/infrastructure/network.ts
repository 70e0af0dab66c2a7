import type { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec } from '../../infrastructure';
import { DISCOVERY_TAG } from '../provisioner';
import {
  CloudwatchLogGroup, DefaultSecurityGroup, Eip, FlowLog, IamRolePolicy, InternetGateway, NatGateway, Route, RouteTable,
  RouteTableAssociation, Subnet, Vpc, VpcEndpoint,
} from '../resources';
import { zoneRanges } from './cidr';
import type { ZoneRanges } from './cidr';
import { flowLogs, logsTraffic } from './encryption';
import { endpoints } from './endpoints';
import { existingSubnets } from './existing-network';
import { named } from './named';
import { arn, roleName } from './names';
import { policyDocument, trustOfService } from './policy';
import { iamRole } from './role';

const ANYWHERE = '0.0.0.0/0';
/** A year, as auditors ask for. */
export const LOG_DAYS = 365;

export interface NetworkOptions {
  readonly location: AwsLocation;
  readonly spec: ClusterSpec;
  /** For the logs. */
  readonly key: KmsKey;
}

/** The private subnets, by zone. */
export type Subnets = ReadonlyMap<string, string>;

export interface Network {
  readonly subnets: Subnets;
  /** The ways out of the subnets, or the endpoints in them: without these a node finds neither cluster nor images. */
  readonly routes: ITerraformDependable[];
}

/**
 * The network of a cluster: one that exists, or one of its own, with nodes without public addresses in each zone, which reach the outside
 * through the NAT of their zone, and S3 directly: through NAT every byte of a model would be paid for. Without a way outside they reach
 * services of AWS by endpoints.
 */
export function network(scope: Construct, { location, spec, key }: NetworkOptions): Network {
  if (spec.network) return { subnets: existingSubnets(spec.network, location), routes: [] };
  const { name } = spec;
  const ranges = zoneRanges(spec.cidr, location.zones);
  const vpc = new Vpc(scope, 'Vpc', {
    cidrBlock: spec.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: named(spec, 'aws_vpc', name),
  });
  new DefaultSecurityGroup(scope, 'DefaultSecurityGroup', { vpcId: vpc.id, tags: named(spec, 'aws_default_security_group', `${name}-closed`) });
  const outside = spec.outboundInternet === false ? undefined : publicRoutes(scope, vpc, spec);
  const zones = [...ranges].map(([zone, range]) => zoneNetwork(scope, { vpc, spec, outside }, { zone, range }));
  new VpcEndpoint(scope, 'S3Endpoint', {
    vpcId: vpc.id,
    vpcEndpointType: 'Gateway',
    /* Of a gateway the same in all partitions, which interfaces are not. */
    serviceName: `com.amazonaws.${location.region}.s3`,
    routeTableIds: zones.map(({ table }) => table.id),
    tags: named(spec, 'aws_vpc_endpoint', `${name}-s3`),
  });
  if (logsTraffic(spec)) logTraffic(scope, vpc, { location, spec, key });
  const subnets = new Map(zones.map(({ zone, nodes }) => [zone, nodes.id]));
  const inside = outside ? [] : endpoints(scope, { location, spec, vpcId: vpc.id, subnetIds: [...subnets.values()] });
  return { subnets, routes: [...zones.flatMap(({ routes }) => routes), ...inside] };
}

interface Outside {
  readonly table: RouteTable;
  /** To the internet gateway: where a network has none, AWS makes no NAT in it. */
  readonly route: Route;
}

function publicRoutes(scope: Construct, vpc: Vpc, spec: ClusterSpec): Outside {
  const { name } = spec;
  const gateway = new InternetGateway(scope, 'InternetGateway', { vpcId: vpc.id, tags: named(spec, 'aws_internet_gateway', name) });
  const table = new RouteTable(scope, 'PublicRoutes', { vpcId: vpc.id, tags: named(spec, 'aws_route_table', `${name}-public`) });
  const route = new Route(scope, 'PublicRoute', { routeTableId: table.id, destinationCidrBlock: ANYWHERE, gatewayId: gateway.id });
  return { table, route };
}

interface ZoneContext {
  readonly vpc: Vpc;
  readonly spec: ClusterSpec;
  /** Absent where nothing leads to the internet. */
  readonly outside?: Outside;
}

interface ZoneNetwork {
  readonly zone: string;
  readonly nodes: Subnet;
  readonly table: RouteTable;
  readonly routes: ITerraformDependable[];
}

/** The tags on the subnets tell controllers where load balancers go. */
function zoneNetwork(scope: Construct, context: ZoneContext, { zone, range }: { zone: string; range: ZoneRanges }): ZoneNetwork {
  const { vpc, spec } = context;
  const name = `${spec.name}-private-${zone}`;
  const nodes = new Subnet(scope, `PrivateSubnet-${zone}`, {
    vpcId: vpc.id,
    availabilityZone: zone,
    cidrBlock: range.private,
    tags: {
      ...named(spec, 'aws_subnet', name),
      'kubernetes.io/role/internal-elb': '1',
      ...(spec.nodeProvisioning && { [DISCOVERY_TAG]: spec.name }),
    },
  });
  const table = new RouteTable(scope, `PrivateRoutes-${zone}`, { vpcId: vpc.id, tags: named(spec, 'aws_route_table', name) });
  const association = new RouteTableAssociation(scope, `PrivateAssociation-${zone}`, { subnetId: nodes.id, routeTableId: table.id });
  if (!context.outside) return { zone, nodes, table, routes: [association] };
  const nat = natGateway(scope, { ...context, outside: context.outside }, { zone, range });
  const route = new Route(scope, `NatRoute-${zone}`, { routeTableId: table.id, destinationCidrBlock: ANYWHERE, natGatewayId: nat.id });
  return { zone, nodes, table, routes: [association, route] };
}

function natGateway(scope: Construct, context: Required<ZoneContext>, { zone, range }: { zone: string; range: ZoneRanges }): NatGateway {
  const { vpc, outside, spec } = context;
  const name = `${spec.name}-${zone}`;
  const subnet = new Subnet(scope, `PublicSubnet-${zone}`, {
    vpcId: vpc.id,
    availabilityZone: zone,
    cidrBlock: range.public,
    mapPublicIpOnLaunch: false,
    tags: { ...named(spec, 'aws_subnet', `${spec.name}-public-${zone}`), 'kubernetes.io/role/elb': '1' },
  });
  const association = new RouteTableAssociation(scope, `PublicAssociation-${zone}`, { subnetId: subnet.id, routeTableId: outside.table.id });
  const address = new Eip(scope, `NatAddress-${zone}`, { domain: 'vpc', tags: named(spec, 'aws_eip', name) });
  return new NatGateway(scope, `Nat-${zone}`, {
    allocationId: address.id,
    subnetId: subnet.id,
    tags: named(spec, 'aws_nat_gateway', name),
    dependsOn: [association, outside.route],
  });
}

function logTraffic(scope: Construct, vpc: Vpc, { location, spec, key }: NetworkOptions): void {
  const { name, tags, nameOf } = spec;
  const group = new CloudwatchLogGroup(scope, 'FlowLogs', {
    name: flowLogs(spec), retentionInDays: LOG_DAYS, kmsKeyId: key.arn, tags: { ...tags },
  });
  const role = iamRole(scope, 'FlowLogRole', {
    location, nameOf, name: roleName(location, name, ['flow-logs']), trust: trustOfService('vpc-flow-logs', location), tags,
  });
  const rights = new IamRolePolicy(scope, 'FlowLogRights', {
    name: 'write-logs',
    role: role.name,
    policy: policyDocument({
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      Resource: ['', ':*'].map((streams) => arn(location, 'logs', `log-group:${flowLogs(spec)}${streams}`)),
    }),
  });
  new FlowLog(scope, 'FlowLog', {
    vpcId: vpc.id,
    trafficType: 'ALL',
    logDestination: group.arn,
    iamRoleArn: role.arn,
    maxAggregationInterval: 600,
    tags: named(spec, 'aws_flow_log', name),
    dependsOn: [rights],
  });
}
