/** A cluster without the internet: how its nodes reach AWS, and that nothing else leads out of its network, or into it. */
import { TerraformStack, Testing } from 'cdktf';
import type { ClusterProps } from '../../../src';
import { cloudInfrastructure } from '../../../src/clouds/aws/terraform';
import { bucketOf, cluster, registryOf as registryIn } from '../../constructs/infrastructure/clouds';
import { all, CLUSTER, LOCATION, one, synthesize } from './fixtures';
import type { Resource, Synthesized } from './fixtures';

const INSIDE = { outboundInternet: false };
const TO_THE_INTERNET = ['eip', 'internet_gateway', 'nat_gateway', 'route'];

/** Those of interfaces, by the service's name. */
function endpointsOf(synthesized: Synthesized): ReadonlyMap<string, Resource> {
  const interfaces = all(synthesized, 'aws_vpc_endpoint').filter(({ vpc_endpoint_type: type }) => type === 'Interface');
  return new Map(interfaces.map((each) => [String(each.service_name).replace('com.amazonaws.us-east-1.', ''), each]));
}

function addressOf({ resource }: Synthesized, type: string): string {
  return `${type}.${Object.keys(resource[type] ?? {}).join()}`;
}

describe('a cluster without the internet', () => {
  const synthesized = synthesize(undefined, INSIDE);

  test('has no way to it, and no subnet that could have one', () => {
    for (const type of TO_THE_INTERNET) expect(all(synthesized, `aws_${type}`)).toEqual([]);
    expect(all(synthesized, 'aws_subnet').map(({ tags }) => (tags as { Name: string }).Name)).toEqual(LOCATION.zones.map((zone) => `ml-private-${zone}`));
    expect(all(synthesize(), 'aws_nat_gateway')).toHaveLength(LOCATION.zones.length);
  });

  test('reaches what nodes need to join, and its own pods to work, in each zone by the own name of the service', () => {
    const endpoints = endpointsOf(synthesized);
    expect([...endpoints.keys()].sort()).toEqual(['autoscaling', 'ec2', 'ecr.api', 'ecr.dkr', 'eks', 'eks-auth', 'logs', 'sts']);
    const subnets = one(synthesized, 'aws_eks_cluster').vpc_config as { readonly subnet_ids: string[] };
    for (const endpoint of endpoints.values()) {
      expect(endpoint).toMatchObject({ private_dns_enabled: true, subnet_ids: subnets.subnet_ids, security_group_ids: [`\${${addressOf(synthesized, 'aws_security_group')}.id}`] });
    }
  });

  test('reaches S3 by the gateway of every private subnet', () => {
    const gateway = one(synthesized, 'aws_vpc_endpoint', { vpc_endpoint_type: 'Gateway' });
    expect(gateway).toMatchObject({ service_name: 'com.amazonaws.us-east-1.s3' });
    expect(gateway.route_table_ids).toHaveLength(LOCATION.zones.length);
  });

  test('lets its own network reach the endpoints, by HTTPS alone', () => {
    expect(one(synthesized, 'aws_vpc_security_group_ingress_rule')).toMatchObject({
      security_group_id: `\${${addressOf(synthesized, 'aws_security_group')}.id}`, cidr_ipv4: '10.0.0.0/16', ip_protocol: 'tcp', from_port: 443, to_port: 443,
    });
    expect(Object.keys(one(synthesized, 'aws_security_group'))).not.toEqual(expect.arrayContaining(['egress']));
  });

  test('starts no node before it can join', () => {
    const endpoints = Object.keys(synthesized.resource.aws_vpc_endpoint ?? {}).filter((id) => !id.includes('S3')).map((id) => `aws_vpc_endpoint.${id}`);
    const needed = [...endpoints, addressOf(synthesized, 'aws_vpc_security_group_ingress_rule')];
    for (const { depends_on } of all(synthesized, 'aws_eks_node_group')) expect(depends_on).toEqual(expect.arrayContaining(needed));
  });
});

test('builds may reach ECR at the addresses of its network', () => {
  const specOf = (props: Partial<ClusterProps>) => {
    const owner = cluster('aws', props);
    registryIn(owner);
    owner.addWorkspace('team-a');
    bucketOf(owner);
    return owner.platform._spec.registry;
  };
  expect(specOf({ ...INSIDE, cidr: '10.20.0.0/16' })).toMatchObject({ cidrs: ['10.20.0.0/16'] });
  expect(specOf({})).not.toHaveProperty('cidrs');
});

test('Karpenter reaches its queue and the parameters of images too', () => {
  const karpenter = endpointsOf(synthesize(undefined, { ...INSIDE, nodeProvisioning: { kind: 'karpenter' } }));
  expect([...karpenter.keys()]).toEqual(expect.arrayContaining(['sqs', 'ssm']));
});

test('its endpoints and their group have the names of a rule', () => {
  const renamed = synthesize(undefined, { ...INSIDE, nameOf: (_, proposed) => `acme-${proposed}` });
  expect(one(renamed, 'aws_security_group')).toMatchObject({ name: 'acme-ml-endpoints', tags: { Name: 'acme-ml-endpoints' } });
  for (const { tags } of endpointsOf(renamed).values()) expect((tags as { Name: string }).Name).toMatch(/^acme-ml-[a-z0-9-]+$/);
});

test('in China, whose endpoints have other names, it is refused', () => {
  const china = { ...LOCATION, region: 'cn-north-1', zones: ['cn-north-1a', 'cn-north-1b'] };
  const stack = new TerraformStack(Testing.app(), 'aws');
  expect(() => cloudInfrastructure(china).cluster(stack, { ...CLUSTER, admins: ['arn:aws-cn:iam::111122223333:role/admin'], ...INSIDE }))
    .toThrow(new Error('outboundInternet is false, but in AWS China the endpoints have other names, which are not known here; '
      + 'give network: ClusterNetwork.aws({ … }) with endpoints of yours'));
});
