/** What Karpenter and EKS Auto Mode need of AWS, in a whole stack. */
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { TerraformStack, Testing } from 'cdktf';
import { Cluster, ClusterAddons, GitOps, Gpu, NodeProvisioning, PoolCapacity } from '../../../src';
import type { ClusterAttributes, ClusterProps } from '../../../src';
import { messageOf, objectsOf, temporary } from '../../constructs/fixtures';
import { bucketOf, cluster, CLOUDS, emptyStack, poolOf } from '../../constructs/infrastructure/clouds';
import { all, managedPoliciesOf, one, rightsOf } from './fixtures';
import type { Statement, Synthesized } from './fixtures';

const KEY = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';

function withKarpenter(props: Partial<ClusterProps> = {}): Cluster {
  return cluster('aws', { nodeProvisioning: NodeProvisioning.karpenter(), ...props });
}

function inAutoMode(props: Partial<ClusterProps> = {}): Cluster {
  return cluster('aws', { nodeProvisioning: NodeProvisioning.eksAutoMode(), ...props });
}

function existing(attributes: Partial<ClusterAttributes> = {}): Cluster {
  return Cluster.fromAttributes(emptyStack(), 'old', {
    cloud: CLOUDS.aws,
    clusterName: 'old',
    attributes: {
      subnetIds: ['subnet-0a', 'subnet-0b'], nodeRoleArn: 'arn:aws:iam::111122223333:role/eks/nodes', securityGroupIds: ['sg-0a'],
    },
    ...attributes,
  }) as Cluster;
}

function stack(owner: Cluster): Synthesized {
  return JSON.parse(Testing.synth(TerraformStack.of(owner), true)) as Synthesized;
}

/** What ClusterAddons writes of a cluster with a provisioner, by kind and name. */
function addons(owner: Cluster, gitOps?: GitOps): Map<string, { readonly spec?: Record<string, never> }> {
  bucketOf(owner);
  const chart = new Chart(new App({ outdir: join(temporary(), 'dist') }), 'addons');
  new ClusterAddons(chart, 'addons', { platform: owner.platform, ...(gitOps && { gitOps }) });
  return new Map(objectsOf(chart).map((object) => [`${String(object.kind)} ${String(object.metadata?.name)}`, object as never]));
}

function provision(owner: Cluster): Cluster {
  owner.platform.addGpuProvisioner('l4', { gpu: Gpu.NVIDIA_L4, maxNodes: 4, machineTypes: ['g6.xlarge', 'g6.2xlarge'] });
  return owner;
}

function lines(statements: readonly Statement[]): string[] {
  return statements.map(({ Sid, Action, Resource, Condition }) => `${Sid ?? ''}: ${[Action].flat().join(' ')} on ${[Resource].flat().join(' ')}`
    + Object.entries(Condition ?? {}).map(([test, values]) => ` if ${test} ${JSON.stringify(values)}`).join(''));
}

const ROLE = 'ml-us-east-1-kube-system-karpenter';

describe('Karpenter', () => {
  test('may see, start what it tags as the cluster\'s, and end that alone', () => {
    const rights = rightsOf(stack(withKarpenter()), ROLE);
    const ec2 = 'arn:aws:ec2:us-east-1';
    const own = (...kinds: string[]) => kinds.map((kind) => `${ec2}:111122223333:${kind}/*`).join(' ');
    const made = own('fleet', 'instance', 'launch-template', 'network-interface', 'spot-instances-request', 'volume');
    const shared = ['security-group', 'subnet', 'capacity-reservation', 'placement-group'].map((kind) => `${ec2}:*:${kind}/*`).join(' ');
    const tags = '{"aws:RequestTag/kubernetes.io/cluster/ml":"owned","aws:RequestTag/eks:eks-cluster-name":"ml"';
    const pool = ' if StringLike {"aws:RequestTag/karpenter.sh/nodepool":"*"}';
    const ofCluster = ' if StringEquals {"aws:ResourceTag/kubernetes.io/cluster/ml":"owned"}'
      + ' if StringLike {"aws:ResourceTag/karpenter.sh/nodepool":"*"}';
    expect(Object.keys(rights)).toEqual(['end-nodes', 'see', 'start-nodes']);
    expect(lines(rights['start-nodes'] ?? [])).toEqual([
      `Use: ec2:CreateFleet ec2:RunInstances on ${ec2}::image/* ${ec2}::snapshot/* ${shared}`,
      `UseTemplates: ec2:CreateFleet ec2:RunInstances on ${own('launch-template')}${ofCluster}`,
      `Make: ec2:CreateFleet ec2:RunInstances ec2:CreateLaunchTemplate on ${made} if StringEquals ${tags}}${pool}`,
      `TagNew: ec2:CreateTags on ${made} if StringEquals ${tags},"ec2:CreateAction":["RunInstances","CreateFleet","CreateLaunchTemplate"]}${pool}`,
      'GiveRole: iam:PassRole on arn:aws:iam::111122223333:role/ml-us-east-1-nodes if StringEquals {"iam:PassedToService":["ec2.amazonaws.com"]}',
    ]);
    expect(lines(rights['end-nodes'] ?? [])).toEqual([
      `End: ec2:DeleteLaunchTemplate ec2:TerminateInstances on ${own('instance', 'launch-template')}${ofCluster}`,
      `TagNodes: ec2:CreateTags on ${own('instance')}${ofCluster} if StringEqualsIfExists {"aws:RequestTag/eks:eks-cluster-name":"ml"}`
      + ' if ForAllValues:StringEquals {"aws:TagKeys":["eks:eks-cluster-name","karpenter.sh/nodeclaim","Name"]}',
    ]);
    expect(lines(rights.see ?? []).slice(1)).toEqual([
      'SeePrices: iam:GetInstanceProfile iam:ListInstanceProfiles pricing:GetProducts on *',
      'SeeImages: ssm:GetParameter on arn:aws:ssm:us-east-1::parameter/aws/service/*',
      'SeeCluster: eks:DescribeCluster on arn:aws:eks:us-east-1:111122223333:cluster/ml',
      'SeeInterruptions: sqs:DeleteMessage sqs:GetQueueUrl sqs:ReceiveMessage on arn:aws:sqs:us-east-1:111122223333:ml-karpenter',
    ]);
    expect(rights.see?.[0]?.Action).toEqual(expect.arrayContaining(['ec2:DescribeInstanceTypes', 'ec2:DescribeSpotPriceHistory', 'ec2:DescribeSubnets']));
    expect([rights.see?.[0]?.Action].flat().every((action) => String(action).startsWith('ec2:Describe'))).toBe(true);
  });

  test('uses a customer\'s key for disks, through EC2 alone', () => {
    const rights = rightsOf(stack(withKarpenter({ encryptionKey: KEY })), ROLE)['encrypt-disks'] ?? [];
    expect(lines(rights)).toEqual([
      `Encrypt: kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on ${KEY} `
      + 'if StringEquals {"kms:ViaService":"ec2.us-east-1.amazonaws.com"}',
      `Grant: kms:CreateGrant on ${KEY} if Bool {"kms:GrantIsForAWSResource":"true"}`,
    ]);
  });

  test('of a cluster with a long name has rights, names and a queue within the bounds of AWS', () => {
    const synthesized = stack(withKarpenter({
      encryptionKey: KEY, clusterName: `a-cluster-with-a-${'long-'.repeat(9)}x`,
    }));
    const ofKarpenter = all(synthesized, 'aws_iam_role_policy').filter(({ role }) => String(role).includes('karpenter'));
    const sizes = ofKarpenter.map(({ policy }) => String(policy).length);
    expect(sizes.length + all(synthesized, 'aws_iam_policy').length).toBeGreaterThan(2);
    expect(sizes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(10_240);
    expect(all(synthesized, 'aws_iam_policy').every(({ policy }) => String(policy).length <= 6144)).toBe(true);
    expect(all(synthesized, 'aws_cloudwatch_event_rule').every(({ name }) => String(name).length <= 64)).toBe(true);
    expect(String(one(synthesized, 'aws_sqs_queue').name).length).toBeLessThanOrEqual(80);
    expect(String(one(synthesized, 'aws_iam_instance_profile').name).length).toBeLessThanOrEqual(128);
  });

  test('is told of machines that go, by a queue that only these rules send to', () => {
    const synthesized = stack(withKarpenter());
    expect(one(synthesized, 'aws_sqs_queue')).toMatchObject({ name: 'ml-karpenter', sqs_managed_sse_enabled: true, message_retention_seconds: 300 });
    const typeOf = (pattern: unknown) => (JSON.parse(String(pattern)) as Record<string, string[]>)['detail-type'];
    const rules = all(synthesized, 'aws_cloudwatch_event_rule').map(({ name, event_pattern: pattern }) => [name, typeOf(pattern)]);
    expect(Object.fromEntries(rules)).toEqual({
      'ml-karpenter-health': ['AWS Health Event'],
      'ml-karpenter-rebalance': ['EC2 Instance Rebalance Recommendation'],
      'ml-karpenter-reservation': ['EC2 Capacity Reservation Instance Interruption Warning'],
      'ml-karpenter-spot': ['EC2 Spot Instance Interruption Warning'],
      'ml-karpenter-state': ['EC2 Instance State-change Notification'],
    });
    expect(all(synthesized, 'aws_cloudwatch_event_target')).toHaveLength(5);
    const policy = JSON.parse(String(one(synthesized, 'aws_sqs_queue_policy').policy)) as { Statement: Statement[] };
    const sources = ['health', 'spot', 'rebalance', 'state', 'reservation'].map((name) => `arn:aws:events:us-east-1:111122223333:rule/ml-karpenter-${name}`);
    expect(lines(policy.Statement)).toEqual([
      `Events: sqs:SendMessage on arn:aws:sqs:us-east-1:111122223333:ml-karpenter if ArnEquals {"aws:SourceArn":${JSON.stringify(sources)}}`,
      'TlsOnly: sqs:* on arn:aws:sqs:us-east-1:111122223333:ml-karpenter if Bool {"aws:SecureTransport":"false"}',
    ]);
  });

  test('is alone: no autoscaler, its rights neither, and a system pool that stays as it is', () => {
    const owner = withKarpenter();
    const synthesized = stack(owner);
    expect(all(synthesized, 'aws_iam_role').map(({ name }) => name)).not.toContain('ml-us-east-1-kube-system-cluster-autoscaler');
    expect(all(synthesized, 'aws_eks_node_group').map(({ scaling_config: scaling }) => scaling)).toEqual([
      { min_size: 1, max_size: 2, desired_size: 1 }, { min_size: 1, max_size: 2, desired_size: 1 },
    ]);
    const written = addons(provision(owner));
    expect([...written.keys()]).toEqual([
      'StorageClass gp3', 'DaemonSet nvidia-device-plugin', 'EC2NodeClass general', 'NodePool general', 'EC2NodeClass l4', 'NodePool l4',
    ]);
    expect(messageOf(() => poolOf(owner, 'fixed', { minNodes: 2, maxNodes: 2 }))).toBe('no error');
    expect(messageOf(() => poolOf(owner, 'gpus', { minNodes: 0, maxNodes: 4 }))).toBe(
      '[cloud/gpus] pool gpus has minNodes 0 and maxNodes 4, but cluster ml has Karpenter in place of the autoscaler, so that none would ever be added; '
      + 'give both the same number, or declare nodes with GPUs by platform.addGpuProvisioner');
  });

  test('finds subnets by a tag that the network has for it, and has the profile of the nodes', () => {
    const owner = withKarpenter({ encryptionKey: KEY, tags: { team: 'ml' } });
    const synthesized = stack(owner);
    const tagged = all(synthesized, 'aws_subnet').filter(({ tags }) => (tags as Record<string, string>)['karpenter.sh/discovery'] === 'ml');
    expect(tagged.map(({ tags }) => (tags as Record<string, string>)['kubernetes.io/role/internal-elb'])).toEqual(['1', '1']);
    expect(all(stack(cluster('aws')), 'aws_subnet').filter(({ tags }) => JSON.stringify(tags).includes('karpenter'))).toEqual([]);
    const profile = one(synthesized, 'aws_iam_instance_profile');
    expect(addons(provision(owner)).get('EC2NodeClass l4')?.spec).toMatchObject({
      instanceProfile: profile.name,
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'ml' } }],
      blockDeviceMappings: [{ ebs: { kmsKeyID: KEY } }],
      tags: { 'managed-by': 'cdk-substratus', 'team': 'ml' },
    });
  });

  test('is installed with the name of the cluster and its queue', () => {
    const written = addons(provision(withKarpenter()), GitOps.flux());
    expect(written.get('HelmRelease karpenter')?.spec).toMatchObject({
      targetNamespace: 'kube-system',
      values: { settings: { clusterName: 'ml', interruptionQueue: 'ml-karpenter', eksControlPlane: true }, serviceAccount: { name: 'karpenter' } },
    });
  });

  test('of a cluster that exists gets the same, or, where it has it, nothing', () => {
    const owner = existing({ nodeProvisioning: NodeProvisioning.karpenter() });
    const types = Object.keys(stack(owner).resource).sort();
    expect(types).toEqual([
      'aws_cloudwatch_event_rule', 'aws_cloudwatch_event_target', 'aws_eks_pod_identity_association', 'aws_iam_instance_profile', 'aws_iam_role',
      'aws_iam_role_policy', 'aws_sqs_queue', 'aws_sqs_queue_policy',
    ]);
    const own = { subnetSelectorTerms: [{ id: 'subnet-0a' }, { id: 'subnet-0b' }], securityGroupSelectorTerms: [{ id: 'sg-0a' }] };
    expect(addons(provision(owner)).get('EC2NodeClass l4')?.spec).toMatchObject({ instanceProfile: 'old-us-east-1-karpenter-nodes', ...own });
    const has = provision(existing({ nodeProvisioning: NodeProvisioning.karpenter({ existing: true }) }));
    const written = addons(has, GitOps.flux());
    expect(Object.keys(stack(has).resource).filter((type) => /sqs|iam|cloudwatch/.test(type))).toEqual([]);
    expect([...written.keys()].filter((key) => /Helm|general/.test(key))).toEqual([]);
    expect(written.get('EC2NodeClass l4')?.spec).toMatchObject({ role: 'nodes', ...own });
  });
});

describe('EKS Auto Mode', () => {
  test('is on for compute, disks and load balancers, and makes all nodes', () => {
    const synthesized = stack(inAutoMode({ serviceCidr: '172.20.0.0/16' }));
    expect(one(synthesized, 'aws_eks_cluster')).toMatchObject({
      compute_config: { enabled: true, node_pools: ['general-purpose', 'system'], node_role_arn: expect.stringContaining('aws_iam_role') as string },
      storage_config: { block_storage: { enabled: true } },
      kubernetes_network_config: { elastic_load_balancing: { enabled: true }, service_ipv4_cidr: '172.20.0.0/16' },
      bootstrap_self_managed_addons: false,
    });
    expect(all(synthesized, 'aws_eks_node_group')).toEqual([]);
    expect(all(synthesized, 'aws_eks_addon').map(({ addon_name: name }) => name)).toEqual(['aws-mountpoint-s3-csi-driver', 'metrics-server']);
    expect(all(stack(cluster('aws')), 'aws_eks_cluster').flatMap((each) => [each.compute_config, each.storage_config])).toEqual([undefined, undefined]);
  });

  test('has the rights that it takes, and its nodes no more', () => {
    const synthesized = stack(inAutoMode());
    const names = (role: string) => managedPoliciesOf(synthesized, role).map((arn) => arn.replace('arn:aws:iam::aws:policy/', '')).sort();
    expect(names('ml-us-east-1-control-plane')).toEqual([
      'AmazonEKSBlockStoragePolicy', 'AmazonEKSClusterPolicy', 'AmazonEKSComputePolicy', 'AmazonEKSLoadBalancingPolicy', 'AmazonEKSNetworkingPolicy',
    ]);
    expect(names('ml-us-east-1-nodes')).toEqual(['AmazonEC2ContainerRegistryPullOnly', 'AmazonEKSWorkerNodeMinimalPolicy']);
    expect(rightsOf(synthesized, 'ml-us-east-1-nodes')).toEqual({});
    const trust = String(one(synthesized, 'aws_iam_role', { name: 'ml-us-east-1-control-plane' }).assume_role_policy);
    expect(JSON.parse(trust)).toMatchObject({ Statement: [{ Principal: { Service: 'eks.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession'] }] });
    expect(Object.keys(rightsOf(stack(inAutoMode({ encryptionKey: KEY })), 'ml-us-east-1-control-plane'))).toEqual(['encrypt-disks', 'encrypt-secrets']);
  });

  test('has nodes with GPUs by a class of its own, without a device plugin and an autoscaler', () => {
    const written = addons(provision(inAutoMode({ tags: { team: 'ml' } })));
    expect([...written.keys()]).toEqual(['StorageClass gp3', 'ConfigMap amazon-vpc-cni', 'NodeClass l4', 'NodePool l4']);
    expect(written.get('NodeClass l4')?.spec).toEqual({
      role: 'ml-us-east-1-nodes',
      subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'ml' } }],
      securityGroupSelectorTerms: [{ tags: { 'aws:eks:cluster-name': 'ml' } }],
      networkPolicy: 'DefaultAllow',
      ephemeralStorage: { size: '200Gi', iops: 3000, throughput: 250 },
    });
  });

  test('takes no pools, whose nodes could not mount its disks', () => {
    const owner = inAutoMode();
    const why = 'cluster ml is in EKS Auto Mode, whose disks and device plugins are on nodes that it makes itself';
    expect(messageOf(() => poolOf(owner, 'l4'))).toBe(`[cloud/l4] ${why}; declare l4 by platform.addGpuProvisioner`);
    expect(messageOf(() => owner.addNodePool('cpu', { machineType: 'm7i.xlarge', maxNodes: 2 })))
      .toBe(`[cloud/ml/cpu] ${why}; leave pool cpu out, for nodes without GPU come up by themselves`);
  });
});

describe('bad input', () => {
  test.each<[string, () => unknown, string]>([
    ['two autoscalers', () => existing({ autoscaler: true, nodeProvisioning: NodeProvisioning.karpenter() }),
      '[cloud/old] autoscaler is true beside nodeProvisioning, so that two would add nodes for the same pod; leave one of them out'],
    ['Karpenter that a new cluster has', () => withKarpenter({ nodeProvisioning: NodeProvisioning.karpenter({ existing: true }) }),
      '[cloud/ml] cluster ml is made here, and cannot have Karpenter already; leave existing out'],
    ['another role for nodes of a new cluster', () => inAutoMode({ nodeProvisioning: NodeProvisioning.eksAutoMode({ nodeRole: 'nodes' }) }),
      '[cloud/ml] nodeRole is nodes, but cluster ml makes the role of its nodes; leave nodeRole out'],
    ['flex-start', () => withKarpenter().platform.addGpuProvisioner('l4', { gpu: Gpu.NVIDIA_L4, maxNodes: 1, capacities: [PoolCapacity.flexStart()] }),
      'platform ml cannot have GPU provisioner \'l4\': capacities has flex-start, which it does not make; use on-demand, spot, reservation, block'],
  ])('%s', (_, act, message) => expect(messageOf(act)).toBe(message));
});
