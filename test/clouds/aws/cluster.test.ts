import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformStack } from 'cdktf';
import { cloudInfrastructure } from '../../../src/clouds/aws/terraform';
import { ADMIN, all, BUCKET, CLUSTER, gpuPoolSpec, LOCATION, managedPoliciesOf, nodePoolSpec, one, rightsOf, statements, synthesize } from './fixtures';
import type { Synthesized } from './fixtures';

describe('the provider', () => {
  test('is for one account and region, and of a range of versions', () => {
    const { provider, terraform } = synthesize();
    expect(provider.aws).toEqual([{
      region: 'us-east-1', allowed_account_ids: ['111122223333'], default_tags: [{ tags: { 'managed-by': 'cdk-substratus' } }],
    }]);
    expect(terraform.required_providers.aws?.version).toBe('>= 6.25.0, < 7.0.0');
  });

  test('is left alone where the stack has one', () => {
    const stack = new TerraformStack(new App(), 'aws');
    new AwsProvider(stack, 'aws', { region: 'eu-west-1' });
    cloudInfrastructure(LOCATION).prepare(stack);
    expect(stack.node.findAll().filter((child) => child instanceof AwsProvider)).toHaveLength(1);
  });
});

describe('a cluster', () => {
  test('looks nothing up that is not of the cluster, so that the plan of a new one asks for nothing', () => {
    const { data, resource } = synthesize((cluster, scope) => {
      cluster.addGpuPool(scope('l4'), gpuPoolSpec());
      cluster.addBucket(scope('bucket'), BUCKET);
    });
    const [address] = Object.keys(resource.aws_eks_cluster ?? {});
    expect(Object.keys(data ?? {})).toEqual(['aws_eks_addon_version']);
    for (const version of Object.values(data?.aws_eks_addon_version ?? {})) expect(version.depends_on).toEqual([`aws_eks_cluster.${address ?? ''}`]);
  });

  test('is the same bytes each time', () => {
    const declare = (): Synthesized => synthesize((cluster, scope) => cluster.addGpuPool(scope('l4'), gpuPoolSpec()));
    expect(JSON.stringify(declare())).toBe(JSON.stringify(declare()));
  });

  test('is private, protected, encrypted and logged, and nobody administers it but who is named', () => {
    const synthesized = synthesize();
    const [key] = Object.keys(synthesized.resource.aws_kms_key ?? {});
    expect(one(synthesized, 'aws_eks_cluster')).toMatchObject({
      name: 'ml',
      deletion_protection: true,
      access_config: { authentication_mode: 'API', bootstrap_cluster_creator_admin_permissions: false },
      vpc_config: { endpoint_private_access: true, endpoint_public_access: false },
      encryption_config: { provider: { key_arn: `\${aws_kms_key.${key ?? ''}.arn}` }, resources: ['secrets'] },
      enabled_cluster_log_types: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
      upgrade_policy: { support_type: 'STANDARD' },
      bootstrap_self_managed_addons: false,
    });
    expect(all(synthesized, 'aws_eks_access_entry').map(({ principal_arn }) => principal_arn)).toEqual([ADMIN]);
    expect(one(synthesized, 'aws_eks_access_policy_association')).toMatchObject({
      policy_arn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy', access_scope: { type: 'cluster' },
    });
    expect(one(synthesized, 'aws_kms_key')).toMatchObject({ enable_key_rotation: true, lifecycle: { prevent_destroy: true } });
    for (const group of all(synthesized, 'aws_cloudwatch_log_group')) {
      expect(group).toMatchObject({ retention_in_days: 365, kms_key_id: `\${aws_kms_key.${key ?? ''}.arn}` });
    }
  });

  test('has a public endpoint for the networks that are allowed, and no others', () => {
    expect(one(synthesize(undefined, { allowedCidrs: ['203.0.113.0/24'] }), 'aws_eks_cluster').vpc_config)
      .toMatchObject({ endpoint_public_access: true, public_access_cidrs: ['203.0.113.0/24'] });
  });

  test('can be destroyed where it is not protected', () => {
    const synthesized = synthesize(undefined, { protect: false });
    expect(one(synthesized, 'aws_eks_cluster').deletion_protection).toBe(false);
    expect(one(synthesized, 'aws_kms_key').lifecycle).toEqual({ prevent_destroy: false });
  });

  test('has the version that is asked for, or the default of AWS', () => {
    const synthesized = synthesize((owner, scope) => owner.addGpuPool(scope('l4'), gpuPoolSpec()), { kubernetesVersion: '1.34' });
    expect(one(synthesized, 'aws_eks_cluster').version).toBe('1.34');
    expect(new Set(all(synthesized, 'aws_eks_node_group').map(({ version }) => version))).toEqual(new Set(['1.34']));
    expect(one(synthesize(), 'aws_eks_cluster')).not.toHaveProperty('version');
  });

  test('lets its key be used for the logs of this cluster only', () => {
    const [, logs] = statements(one(synthesize(), 'aws_kms_key').policy);
    expect(logs?.Condition).toEqual({
      ArnEquals: {
        'kms:EncryptionContext:aws:logs:arn': [
          'arn:aws:logs:us-east-1:111122223333:log-group:/aws/eks/ml/cluster',
          'arn:aws:logs:us-east-1:111122223333:log-group:/aws/vpc/ml/flow',
        ],
      },
    });
  });
});

describe('add-ons', () => {
  test('come before nodes where nodes need them, and after where they need nodes', () => {
    const synthesized = synthesize();
    const nodes = Object.keys(synthesized.resource.aws_eks_node_group ?? {}).map((address) => `aws_eks_node_group.${address}`);
    const after = (name: string): string[] => [one(synthesized, 'aws_eks_addon', { addon_name: name }).depends_on ?? []].flat().map(String);
    const group = [all(synthesized, 'aws_eks_node_group')[0]?.depends_on ?? []].flat().map(String);
    expect(group.filter((each) => each.startsWith('aws_route.'))).toHaveLength(3);
    for (const name of ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent']) {
      const [address] = Object.entries(synthesized.resource.aws_eks_addon ?? {}).find(([, { addon_name }]) => addon_name === name) ?? [];
      expect(group).toContain(`aws_eks_addon.${address ?? ''}`);
      expect(after(name).filter((each) => nodes.includes(each))).toEqual([]);
    }
    for (const name of ['coredns', 'aws-ebs-csi-driver', 'aws-mountpoint-s3-csi-driver', 'metrics-server', 'eks-node-monitoring-agent']) {
      expect(after(name)).toEqual(expect.arrayContaining(nodes));
    }
    expect(all(synthesized, 'aws_eks_addon')).toHaveLength(8);
  });

  test('follow the version of Kubernetes, by the one that EKS takes for it by default', () => {
    const synthesized = synthesize(undefined, { kubernetesVersion: '1.34' });
    const [cluster] = Object.keys(synthesized.resource.aws_eks_cluster ?? {});
    const versions = synthesized.data?.aws_eks_addon_version ?? {};
    const asked = all(synthesized, 'aws_eks_addon').map(({ addon_name, addon_version }) => {
      const [, address = ''] = /^\$\{data\.aws_eks_addon_version\.(.+)\.version\}$/.exec(String(addon_version)) ?? [];
      return { addon_name, version: versions[address] };
    });
    expect(asked).toHaveLength(8);
    for (const { addon_name, version } of asked) {
      expect(version).toMatchObject({ addon_name, kubernetes_version: `\${aws_eks_cluster.${cluster ?? ''}.version}`, most_recent: false });
    }
  });

  test('enforce network policies', () => {
    const { configuration_values } = one(synthesize(), 'aws_eks_addon', { addon_name: 'vpc-cni' });
    expect(JSON.parse(String(configuration_values))).toMatchObject({ enableNetworkPolicy: 'true' });
  });

  test('have roles of their own, and the driver for buckets none', () => {
    const synthesized = synthesize();
    const accounts = all(synthesized, 'aws_eks_addon').flatMap(({ addon_name, pod_identity_association = [] }) =>
      [pod_identity_association].flat().map((each) => [addon_name, (each as { service_account: string }).service_account]));
    expect(accounts.sort()).toEqual([['aws-ebs-csi-driver', 'ebs-csi-controller-sa'], ['vpc-cni', 'aws-node']]);
    expect(managedPoliciesOf(synthesized, 'ml-us-east-1-kube-system-aws-node')).toEqual(['arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy']);
  });
});

describe('identities of the cluster', () => {
  test('a node may join, pull images, and be reached through the Systems Manager', () => {
    const synthesized = synthesize();
    expect(managedPoliciesOf(synthesized, 'ml-us-east-1-nodes')).toEqual([
      'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
      'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
    ]);
    expect(Object.values(rightsOf(synthesized, 'ml-us-east-1-nodes')).flat().flatMap(({ Action }) => Action)).toEqual([
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ]);
  });

  test('the autoscaler resizes groups of this cluster only', () => {
    const synthesized = synthesize();
    expect(one(synthesized, 'aws_eks_pod_identity_association')).toMatchObject({ namespace: 'kube-system', service_account: 'cluster-autoscaler' });
    const { scale = [] } = rightsOf(synthesized, 'ml-us-east-1-kube-system-cluster-autoscaler');
    const acts = scale.flatMap(({ Action }) => Action).filter((action) => !/:(Describe|Get)/.test(String(action)));
    expect(acts).toEqual(['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup']);
    expect(scale.find(({ Sid }) => Sid === 'Resize')?.Condition)
      .toEqual({ StringEquals: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/ml': 'owned' } });
  });

  test('a name that is too long is cut, with a digest of the whole', () => {
    const name = 'a-cluster-with-quite-a-long-name-indeed';
    const namesOf = (synthesized: Synthesized) => all(synthesized, 'aws_iam_role').map((role) => String(role.name));
    const names = namesOf(synthesize(undefined, { name }));
    expect(names.filter((each) => each.length > 64)).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((each) => /^a-cluster-with-quite-a-long-name-indeed-us-east-1-kube-[0-9a-z]{8}$/.test(each))).toHaveLength(3);
    expect(namesOf(synthesize(undefined, { name }))).toEqual(names);
  });
});

describe('the network', () => {
  test('has a large private and a small public range in each zone', () => {
    const subnets = all(synthesize(), 'aws_subnet').map(({ availability_zone, cidr_block }) => `${String(availability_zone)} ${String(cidr_block)}`);
    expect(subnets.sort()).toEqual([
      'us-east-1a 10.0.0.0/18', 'us-east-1a 10.0.192.0/20',
      'us-east-1b 10.0.208.0/20', 'us-east-1b 10.0.64.0/18',
      'us-east-1c 10.0.128.0/18', 'us-east-1c 10.0.224.0/20',
    ]);
  });

  test('tells load balancers where they go, and reaches S3 without NAT', () => {
    const synthesized = synthesize();
    const tagged = (tag: string) => all(synthesized, 'aws_subnet').filter(({ tags }) => (tags as Record<string, string>)[tag] === '1').length;
    expect([tagged('kubernetes.io/role/elb'), tagged('kubernetes.io/role/internal-elb')]).toEqual([3, 3]);
    expect(all(synthesized, 'aws_nat_gateway')).toHaveLength(3);
    for (const nat of all(synthesized, 'aws_nat_gateway')) {
      expect(nat.depends_on).toEqual(expect.arrayContaining([expect.stringMatching(/^aws_route\..*PublicRoute/)]));
    }
    expect(one(synthesized, 'aws_vpc_endpoint')).toMatchObject({ vpc_endpoint_type: 'Gateway', service_name: 'com.amazonaws.us-east-1.s3' });
  });

  test('has a default security group that allows nothing, and logs its traffic', () => {
    const synthesized = synthesize();
    const group = one(synthesized, 'aws_default_security_group');
    expect([group.ingress, group.egress]).toEqual([undefined, undefined]);
    expect(one(synthesized, 'aws_flow_log')).toMatchObject({ traffic_type: 'ALL' });
  });
});

describe('the system pool', () => {
  test('has two nodes over the zones, and three at most in each', () => {
    const groups = all(synthesize(), 'aws_eks_node_group').map(({ instance_types, scaling_config }) => ({ instance_types, scaling_config }));
    expect(groups).toEqual([
      { instance_types: ['m7i.xlarge'], scaling_config: { min_size: 1, max_size: 3, desired_size: 1 } },
      { instance_types: ['m7i.xlarge'], scaling_config: { min_size: 1, max_size: 3, desired_size: 1 } },
      { instance_types: ['m7i.xlarge'], scaling_config: { min_size: 0, max_size: 3, desired_size: 0 } },
    ]);
  });
});

describe('bad input', () => {
  const of = (spec: Partial<typeof CLUSTER>) => () => synthesize(undefined, spec);

  test.each([
    ['a name that EKS refuses', of({ name: '-ml' }), 'name of cluster -ml is not valid on AWS; use 1 to 100 letters, digits, - and _, the first no - or _'],
    ['nobody to administer it', of({ admins: [] }), 'cluster ml has no admins, so nobody could use it; name roles, for example arn:aws:iam::111122223333:role/admin'],
    ['an admin that is not an ARN', of({ admins: ['alice'] }), 'admin alice of cluster ml is not an ARN of a role or user, for example arn:aws:iam::111122223333:role/admin'],
    ['a network that is too small', of({ cidr: '10.0.0.0/24' }), 'cidr is 10.0.0.0/24; a network on AWS takes a range of /16 to /20 that starts where it says, such as 10.0.0.0/16'],
    ['a range with bits beyond its length', of({ cidr: '10.0.1.0/16' }), 'cidr is 10.0.1.0/16; a network on AWS takes a range of /16 to /20 that starts where it says, such as 10.0.0.0/16'],
  ])('%s', (_, declare, message) => expect(declare).toThrow(new Error(message)));

  test('one zone', () => {
    const stack = new TerraformStack(new App(), 'aws');
    expect(() => cloudInfrastructure({ ...LOCATION, zones: ['us-east-1a'] }).cluster(stack, CLUSTER))
      .toThrow(new Error('zones is us-east-1a, but the control plane of EKS takes two zones or more; name another one'));
  });

  test('two pools of one name', () => {
    expect(() => synthesize((cluster, scope) => {
      const pools = scope('pools');
      cluster.addNodePool(pools, nodePoolSpec());
      cluster.addNodePool(pools, nodePoolSpec());
    })).toThrow("There is already a Construct with name 'Template' in Construct [pools]");
  });
});
