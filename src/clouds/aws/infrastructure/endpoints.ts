/** How the nodes of a network without a way to the internet reach AWS. */
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import { partitionOfRegion } from '../partition';
import { SecurityGroup, VpcEndpoint, VpcSecurityGroupIngressRule } from '../resources';
import { named } from './named';

/**
 * What nodes call to join and to pull images of ECR, and the cluster's own pods for volumes, addresses, roles, logs and node groups. S3 has
 * an endpoint in each network.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html (2026-11)
 */
const SERVICES = ['autoscaling', 'ec2', 'ecr.api', 'ecr.dkr', 'eks', 'eks-auth', 'logs', 'sts'];

/**
 * What Karpenter calls beside them: its queue of interruptions, and the parameters that say which images there are.
 *
 * @see https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/#private-clusters (2026-11)
 */
const OF_KARPENTER = ['sqs', 'ssm'];

const HTTPS = 443;

export interface EndpointOptions {
  readonly location: AwsLocation;
  readonly spec: ClusterSpec;
  readonly vpcId: string;
  /** Private subnets, one in each zone. */
  readonly subnetIds: readonly string[];
}

/** @throws Error where the names of the endpoints are not known. */
export function checkOutbound({ outboundInternet }: Pick<ClusterSpec, 'outboundInternet'>, { region }: AwsLocation): void {
  const { name, title } = partitionOfRegion(region);
  if (outboundInternet !== false || name !== 'aws-cn') return;
  throw new Error(`outboundInternet is false, but in ${title} the endpoints have other names, which are not known here; give network: ClusterNetwork.aws({ … }) with endpoints of yours`);
}

/** An endpoint of each service in each zone, by the service's own name, which the network of the cluster alone reaches. */
export function endpoints(scope: Construct, { location, spec, vpcId, subnetIds }: EndpointOptions): ITerraformDependable[] {
  const name = `${spec.name}-endpoints`;
  const group = new SecurityGroup(scope, 'EndpointsSecurityGroup', {
    name: renamed(spec, 'aws_security_group', name), description: 'What reaches the endpoints of AWS', vpcId, tags: named(spec, 'aws_security_group', name),
  });
  const rule = new VpcSecurityGroupIngressRule(scope, 'EndpointsIngress', {
    securityGroupId: group.id, description: 'From the network', cidrIpv4: spec.cidr, ipProtocol: 'tcp', fromPort: HTTPS, toPort: HTTPS, tags: { ...spec.tags },
  });
  const services = [...SERVICES, ...(spec.nodeProvisioning?.kind === 'karpenter' ? OF_KARPENTER : [])];
  return [rule, ...services.map((service) => new VpcEndpoint(scope, `Endpoint-${service}`, {
    vpcId,
    vpcEndpointType: 'Interface',
    serviceName: `com.amazonaws.${location.region}.${service}`,
    subnetIds: [...subnetIds],
    securityGroupIds: [group.id],
    privateDnsEnabled: true,
    tags: named(spec, 'aws_vpc_endpoint', `${spec.name}-${service.replace('.', '-')}`),
  }))];
}
