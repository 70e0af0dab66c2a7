import type { AwsLocation, ExistingClusterSpec } from '../../infrastructure';
import { arnProblem } from '../partition';
import { checkClusterName, iamArn } from './names';
import type { PoolContext } from './pools';

export interface ExistingContext extends PoolContext {
  /** Name of the nodes' role. */
  readonly nodeRole: string;
}

/** What pools must know of a cluster that exists; the attributes are listed in ../terraform.ts. */
export function existingContext(spec: ExistingClusterSpec, location: AwsLocation): ExistingContext {
  checkClusterName(spec.name);
  const { zones } = location;
  const subnetIds = listOf(spec, 'subnetIds');
  if (subnetIds.length !== zones.length) {
    throw new Error(`cluster ${spec.name} has ${subnetIds.length} subnetIds for zones ${zones.join(', ')}; give one for each, in their order`);
  }
  const nodeRoleArn = roleArn(spec, location);
  const securityGroupIds = spec.attributes.securityGroupIds === undefined ? undefined : listOf(spec, 'securityGroupIds');
  return {
    location,
    clusterName: spec.name,
    cluster: spec.name,
    subnets: new Map(zones.map((zone, index) => [zone, subnetIds[index] ?? ''])),
    nodeRoleArn,
    nodeRole: nodeRoleArn.split('/').slice(-1).join(),
    ...(securityGroupIds && { securityGroupIds }),
    dependables: [],
  };
}

function listOf({ name, attributes }: ExistingClusterSpec, attribute: string): readonly string[] {
  const value = attributes[attribute];
  if (value === undefined || value.length === 0) throw missing(name, attribute);
  return typeof value === 'string' ? [value] : value;
}

function roleArn({ name, attributes: { nodeRoleArn } }: ExistingClusterSpec, location: AwsLocation): string {
  if (nodeRoleArn === undefined) throw missing(name, 'nodeRoleArn');
  const example = iamArn(location, 'role/nodes');
  if (typeof nodeRoleArn !== 'string' || !/^arn:[a-z-]+:iam::\d{12}:role\/.+$/.test(nodeRoleArn)) {
    throw new Error(`nodeRoleArn of cluster ${name} is ${String(nodeRoleArn)}, which is not an ARN of a role, such as ${example}`);
  }
  const problem = arnProblem(nodeRoleArn, location.region);
  if (problem !== undefined) throw new Error(`nodeRoleArn of cluster ${name} ${problem}; give one of that partition, such as ${example}`);
  return nodeRoleArn;
}

function missing(name: string, attribute: string): Error {
  return new Error(`cluster ${name} has no ${attribute}; give it, since nothing is looked up: on aws subnetIds and nodeRoleArn are needed`);
}
