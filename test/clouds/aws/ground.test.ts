/** A cluster on what a company has already: its network, ranges, keys, names and boundary. */
import { App, TerraformStack } from 'cdktf';
import { cloudInfrastructure } from '../../../src/clouds/aws/terraform';
import { ADMIN, all, BUCKET, CLUSTER, gpuPoolSpec, LOCATION, one, REGISTRY, rightsOf, statements, synthesize } from './fixtures';
import type { Synthesized } from './fixtures';

const NETWORK = { vpcId: 'vpc-0123456789abcdef0', subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'] };
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const OF_A_NETWORK = [
  'default_security_group', 'eip', 'flow_log', 'internet_gateway', 'nat_gateway', 'route', 'route_table', 'route_table_association', 'subnet', 'vpc', 'vpc_endpoint',
];

test('a cluster in a network that exists makes nothing of one, and its nodes are in the subnet of their zone', () => {
  const synthesized = synthesize((cluster, scope) => cluster.addGpuPool(scope('l4'), gpuPoolSpec({ zones: ['us-east-1b'] })), { network: NETWORK });
  for (const type of OF_A_NETWORK) expect(all(synthesized, `aws_${type}`)).toEqual([]);
  expect(one(synthesized, 'aws_eks_cluster').vpc_config).toMatchObject({ subnet_ids: NETWORK.subnetIds });
  expect(all(synthesized, 'aws_eks_node_group').map(({ subnet_ids }) => subnet_ids)).toEqual([['subnet-0a'], ['subnet-0b'], ['subnet-0c'], ['subnet-0b']]);
  expect(logGroups(synthesized)).toEqual(['/aws/eks/ml/cluster']);
  expect(logsOfKey(synthesized)).toEqual(['arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks/ml/cluster']);
});

test('Services have the range that a network team assigns', () => {
  expect(one(synthesize(undefined, { serviceCidr: '172.20.0.0/16' }), 'aws_eks_cluster').kubernetes_network_config).toEqual({ service_ipv4_cidr: '172.20.0.0/16' });
  expect(one(synthesize(), 'aws_eks_cluster')).not.toHaveProperty('kubernetes_network_config');
});

test('a range of Services may be that of the default network where the network is of others', () => {
  const { kubernetes_network_config } = one(synthesize(undefined, { network: NETWORK, serviceCidr: '10.0.0.0/16' }), 'aws_eks_cluster');
  expect(kubernetes_network_config).toEqual({ service_ipv4_cidr: '10.0.0.0/16' });
});

test('without flow logs no records are kept, and no role and no right is left for them', () => {
  const synthesized = synthesize(undefined, { flowLogs: false });
  expect(all(synthesized, 'aws_flow_log')).toEqual([]);
  expect(logGroups(synthesized)).toEqual(['/aws/eks/ml/cluster']);
  expect(logsOfKey(synthesized)).toEqual(['arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks/ml/cluster']);
  expect(rolesOf(synthesized)).not.toContain('ml-us-east-1-flow-logs');
  expect(all(synthesized, 'aws_vpc')).toHaveLength(1);
});

describe("a customer's key", () => {
  const synthesized = synthesize((cluster, scope) => cluster.addGpuPool(scope('l4'), gpuPoolSpec()), { encryptionKey: KEY });

  test('encrypts Secrets, by the role of the control plane', () => {
    expect(one(synthesized, 'aws_eks_cluster').encryption_config).toEqual({ provider: { key_arn: KEY }, resources: ['secrets'] });
    expect(rightsOf(synthesized, 'ml-us-east-1-control-plane')['encrypt-secrets']?.map(({ Resource }) => Resource)).toEqual([KEY]);
  });

  test('encrypts the disks of all nodes, which Auto Scaling may do before the first of them starts', () => {
    const disks = all(synthesized, 'aws_launch_template').map(({ block_device_mappings }) => block_device_mappings);
    expect(disks).toHaveLength(2);
    for (const disk of disks) expect(disk).toMatchObject([{ ebs: { encrypted: 'true', kms_key_id: KEY } }]);
    const [address = ''] = Object.keys(synthesized.resource.aws_kms_grant ?? {});
    expect(one(synthesized, 'aws_kms_grant')).toMatchObject({
      key_id: KEY, grantee_principal: 'arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
      operations: ['CreateGrant', 'Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo'],
    });
    for (const { depends_on } of all(synthesized, 'aws_eks_node_group')) expect(depends_on).toContain(`aws_kms_grant.${address}`);
  });

  test('leaves the logs to the key of the cluster', () => {
    const [address = ''] = Object.keys(synthesized.resource.aws_kms_key ?? {});
    expect(one(synthesized, 'aws_kms_key').description).toBe('Logs of the cluster ml');
    for (const { kms_key_id } of all(synthesized, 'aws_cloudwatch_log_group')) expect(kms_key_id).toBe(`\${aws_kms_key.${address}.arn}`);
  });

  test('is not asked for where none is given', () => {
    const own = synthesize();
    expect(all(own, 'aws_kms_grant')).toEqual([]);
    expect(JSON.stringify(all(own, 'aws_launch_template'))).not.toContain('kms_key_id');
  });
});

describe('a naming rule', () => {
  const WITH_NAMES = ['cloudwatch_log_group', 'iam_role', 'launch_template', 'placement_group'];
  const whole = (nameOf?: (type: string, proposed: string) => string): Synthesized => synthesize((cluster, scope) => {
    cluster.addGpuPool(scope('l4'), gpuPoolSpec({ compact: true, zones: ['us-east-1a'] }));
    const bucket = cluster.addBucket(scope('bucket'), BUCKET);
    for (let folder = 0; folder < 40; folder += 1) {
      bucket.grant(scope(`folder-${folder}`), { account: { namespace: 'team-a', name: 'reader' }, prefix: `folder-${folder}`, access: 'read' });
    }
  }, { nameOf });

  test('names roles, policies, templates, placement groups and networks, and the Kubernetes side keeps its own names', () => {
    const [renamed, before] = [whole((_, proposed) => `acme-${proposed}`), whole()];
    const namesIn = (synthesized: Synthesized, type: string) => all(synthesized, type).map(({ name }) => String(name));
    for (const type of ['aws_iam_role', 'aws_iam_policy', 'aws_launch_template', 'aws_placement_group']) {
      expect(namesIn(before, type).length).toBeGreaterThan(0);
      expect(namesIn(renamed, type)).toEqual(namesIn(before, type).map((name) => `acme-${name}`));
    }
    for (const type of OF_A_NETWORK.filter((each) => !['route', 'route_table_association'].includes(each))) {
      for (const { tags } of all(renamed, `aws_${type}`)) expect((tags as { Name: string }).Name).toMatch(/^acme-ml/);
    }
    for (const type of ['aws_eks_cluster', 'aws_s3_bucket', 'aws_eks_pod_identity_association']) expect(withoutRoles(all(renamed, type))).toEqual(withoutRoles(all(before, type)));
  });

  test('is asked with the types of Terraform', () => {
    const asked = new Set<string>();
    whole((type, proposed) => { asked.add(type); return proposed; });
    expect([...asked]).toEqual(expect.arrayContaining(WITH_NAMES.map((type) => `aws_${type}`)));
  });

  test('that changes nothing gives the same bytes as none', () => {
    expect(JSON.stringify(whole((_, proposed) => proposed))).toBe(JSON.stringify(whole()));
  });

  test('renames the group of the flow logs, and with it the rights on it', () => {
    const renamed = whole((_, proposed) => `acme-${proposed}`);
    expect(logGroups(renamed)).toEqual(['/aws/eks/ml/cluster', '/aws/vpc/acme-ml/flow']);
    const arn = 'arn:aws:logs:us-east-1:111122223333:log-group:/aws/vpc/acme-ml/flow';
    expect(logsOfKey(renamed)).toContain(arn);
    expect(rightsOf(renamed, 'acme-ml-us-east-1-flow-logs')['write-logs']?.map(({ Resource }) => Resource)).toEqual([[arn, `${arn}:*`]]);
  });
});

describe('a permissions boundary', () => {
  const BOUNDARY = 'arn:aws:iam::111122223333:policy/boundary';

  test('is that of every role', () => {
    const stack = new TerraformStack(new App(), 'aws');
    const cluster = cloudInfrastructure({ ...LOCATION, permissionsBoundary: BOUNDARY }).cluster(stack, CLUSTER);
    cluster.addRegistry(stack, REGISTRY).addWorkspace(stack, { namespace: 'team-a', builder: { namespace: 'team-a', name: 'image-builder' } });
    const { resource } = stack.toTerraform() as Synthesized;
    const roles = Object.values(resource.aws_iam_role ?? {});
    expect(roles.length).toBeGreaterThan(5);
    expect(new Set(roles.map(({ permissions_boundary }) => permissions_boundary))).toEqual(new Set([BOUNDARY]));
  });

  test('is on no role where none is given', () => {
    for (const role of all(synthesize(), 'aws_iam_role')) expect(role).not.toHaveProperty('permissions_boundary');
  });
});

test.each([
  [{ network: { ...NETWORK, vpcId: 'shared' } }, 'vpcId is shared; give the id of a VPC, such as vpc-0123456789abcdef0'],
  [{ network: { ...NETWORK, subnetIds: ['subnet-0a', 'nodes', 'subnet-0c'] } }, 'subnetIds has nodes; give ids of subnets, such as subnet-0123456789abcdef0'],
  [{ network: { ...NETWORK, subnetIds: ['subnet-0a'] } },
    'network has 1 subnetIds for zones us-east-1a, us-east-1b, us-east-1c; give one for each, in their order'],
  [{ network: { ...NETWORK, subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0a'] } },
    'subnetIds has subnet-0a twice, but a subnet is in one zone; give one for each of zones us-east-1a, us-east-1b, us-east-1c'],
  ...['100.64.0.0/16', '10.128.0.0/9', '172.20.0.0/25', '192.168.0.0/15', '172.0.0.0/11'].map((serviceCidr): [object, string] => [
    { serviceCidr }, `serviceCidr is ${serviceCidr}; EKS takes a range of /12 to /24 of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, such as 172.20.0.0/16`,
  ]),
  [{ serviceCidr: '10.0.16.0/20' }, 'serviceCidr 10.0.16.0/20 overlaps 10.0.0.0/16, the range of the network; give another, for example 172.20.0.0/16'],
  [{ encryptionKey: 'alias/ml' },
    'encryptionKey is alias/ml; give the ARN of a key of AWS KMS, such as arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555'],
  [{ encryptionKey: KEY.replace('us-east-1', 'eu-west-1') }, "encryptionKey is in eu-west-1 and the cluster in us-east-1; give a key of the cluster's region"],
])('%j is refused', (spec, message) => {
  expect(() => synthesize(undefined, { admins: [ADMIN], ...spec })).toThrow(new Error(message));
});

test("a bucket's key of another region is refused", () => {
  expect(() => synthesize((cluster, scope) => cluster.addBucket(scope('bucket'), { ...BUCKET, encryptionKey: KEY.replace('us-east-1', 'eu-west-1') })))
    .toThrow(new Error("encryptionKey of bucket acme-ml is in eu-west-1 and the bucket in us-east-1; give a key of the bucket's region"));
});

function logGroups(synthesized: Synthesized): string[] {
  return all(synthesized, 'aws_cloudwatch_log_group').map(({ name }) => String(name)).sort();
}

/** The groups whose records the key of the cluster encrypts. */
function logsOfKey(synthesized: Synthesized): unknown {
  const [, logs] = statements(one(synthesized, 'aws_kms_key').policy);
  return (logs?.Condition as { ArnEquals: Record<string, unknown> }).ArnEquals['kms:EncryptionContext:aws:logs:arn'];
}

function rolesOf(synthesized: Synthesized): string[] {
  return all(synthesized, 'aws_iam_role').map(({ name }) => String(name));
}

function withoutRoles(resources: readonly object[]): object[] {
  return resources.map((each) => ({ ...each, role_arn: undefined, depends_on: undefined }));
}
