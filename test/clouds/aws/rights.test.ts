/** Everything that anybody is allowed in a whole stack on AWS. */
import { Testing, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { cloudInfrastructure } from '../../../src/clouds/aws/terraform';
import { ADMIN, all, BUCKET, EXISTING, gpuPoolSpec, LOCATION, nodePoolSpec, REGISTRY, statements, synthesize } from './fixtures';
import type { Resource, Statement, Synthesized } from './fixtures';

const WORKSPACES = ['team-a', 'team-b'];

/** Two workspaces, of which the second reads the first one, with everything that a cluster can have. */
function whole(): Synthesized {
  return synthesize((cluster, scope) => {
    const bucket = cluster.addBucket(scope('bucket'), BUCKET);
    const registry = cluster.addRegistry(scope('registry'), { ...REGISTRY, pullThrough: ['quay.io'] });
    cluster.addNodePool(scope('cpu'), nodePoolSpec());
    cluster.addGpuPool(scope('l4'), gpuPoolSpec());
    for (const namespace of WORKSPACES) {
      const at = scope(namespace);
      const account = (name: string) => ({ namespace, name });
      bucket.addWorkspace(at, { namespace, prefix: namespace });
      bucket.grant(at, { account: account('artifact-writer'), prefix: namespace, access: 'write' });
      bucket.grant(at, { account: account('artifact-reader'), prefix: namespace, access: 'read' });
      registry.addWorkspace(at, { namespace, builder: account('image-builder') });
    }
    bucket.grant(scope('reads'), { account: { namespace: 'team-b', name: 'artifact-reader' }, prefix: 'team-a', access: 'read' });
  });
}

/** A role, and who may take it: a service, or the ServiceAccount whose pods it is for. */
function who({ name, assume_role_policy: trust }: Resource): string {
  const holders = (JSON.parse(String(trust)) as { Statement: Trust[] }).Statement.map(({ Principal, Condition }) => {
    const tags = Condition?.StringEquals ?? {};
    const account = [tags['aws:RequestTag/kubernetes-namespace'], tags['aws:RequestTag/kubernetes-service-account']].filter(Boolean).join('/');
    return account || Principal.Service;
  });
  return holders.length === 1 && holders[0] ? holders[0] : `${String(name)}: ${holders.join()}`;
}

interface Trust {
  readonly Principal: { readonly Service: string };
  readonly Condition?: { readonly StringEquals: Record<string, string> };
}

/** Account and region are left out of the ARNs. */
function line({ Effect, Action, Resource: on, Condition }: Statement): string {
  const resources = [on].flat().map((arn) => String(arn).replace(/111122223333|us-east-1/g, '').replace(/^\$\{aws_kms_key.*\}$/, 'the key'));
  const tests = Object.values(Condition ?? {}).flatMap((test: object) => Object.entries(test).map(([key, value]) => ` if ${key} is ${String(value)}`));
  return `${Effect} ${[Action].flat().join(' ')} on ${resources.join(' ')}${tests.join()}`;
}

/** Who may do what, one a line. */
function rights(synthesized: Synthesized): Record<string, string[]> {
  return Object.fromEntries(Object.entries(synthesized.resource.aws_iam_role ?? {}).map(([address, role]) => {
    const ofRole = (type: string): Resource[] => all(synthesized, type).filter((each) => each.role === `\${aws_iam_role.${address}.name}`);
    const managed = ofRole('aws_iam_role_policy_attachment').map(({ policy_arn: arn }) => String(arn).replace('arn:aws:iam::aws:policy/', ''));
    return [who(role), [...managed, ...ofRole('aws_iam_role_policy').flatMap(({ policy }) => statements(policy).map(line))].sort()];
  }));
}

const READ_TEAM_A = ['Allow s3:GetObject on arn:aws:s3:::acme-ml/team-a/*', 'Allow s3:ListBucket on arn:aws:s3:::acme-ml if s3:prefix is team-a/*'];
const READ_TEAM_B = ['Allow s3:GetObject on arn:aws:s3:::acme-ml/team-b/*', 'Allow s3:ListBucket on arn:aws:s3:::acme-ml if s3:prefix is team-b/*'];

function writes(namespace: string): string[] {
  return [
    `Allow s3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:PutObject on arn:aws:s3:::acme-ml/${namespace}/*`,
    `Allow s3:ListBucket on arn:aws:s3:::acme-ml if s3:prefix is ${namespace}/*`,
  ];
}

function builds(namespace: string): string[] {
  return [
    'Allow ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:CompleteLayerUpload ecr:GetDownloadUrlForLayer ecr:InitiateLayerUpload '
      + `ecr:PutImage ecr:UploadLayerPart on arn:aws:ecr:::repository/ml/${namespace}`,
    'Allow ecr:GetAuthorizationToken on *',
  ];
}

test('these may do this, and nobody may do more', () => {
  expect(rights(whole())).toEqual({
    'team-a/artifact-writer': writes('team-a'),
    'team-a/artifact-reader': READ_TEAM_A,
    'team-a/image-builder': builds('team-a'),
    'team-b/artifact-writer': writes('team-b'),
    'team-b/artifact-reader': [...READ_TEAM_A, ...READ_TEAM_B].sort(),
    'team-b/image-builder': builds('team-b'),
    'ec2.amazonaws.com': [
      'AmazonEC2ContainerRegistryPullOnly',
      'AmazonEKSWorkerNodePolicy',
      'Allow ecr:BatchImportUpstreamImage ecr:CreateRepository on arn:aws:ecr:::repository/ml/quay.io/*',
      'Allow ssm:UpdateInstanceInformation ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel '
        + 'ssmmessages:OpenDataChannel on *',
    ].sort(),
    'eks.amazonaws.com': ['AmazonEKSClusterPolicy', 'Allow kms:Decrypt kms:DescribeKey kms:Encrypt kms:ListGrants on the key'].sort(),
    'vpc-flow-logs.amazonaws.com': [
      'Allow logs:CreateLogStream logs:DescribeLogGroups logs:DescribeLogStreams logs:PutLogEvents on arn:aws:logs:::log-group:/aws/vpc/ml/flow '
        + 'arn:aws:logs:::log-group:/aws/vpc/ml/flow:*',
    ],
    'kube-system/aws-node': ['AmazonEKS_CNI_Policy'],
    'kube-system/ebs-csi-controller-sa': ['service-role/AmazonEBSCSIDriverPolicy'],
    'kube-system/cluster-autoscaler': [
      'Allow autoscaling:DescribeAutoScalingGroups autoscaling:DescribeAutoScalingInstances autoscaling:DescribeLaunchConfigurations '
        + 'autoscaling:DescribeScalingActivities autoscaling:DescribeTags ec2:DescribeImages ec2:DescribeInstanceTypes '
        + 'ec2:DescribeLaunchTemplateVersions ec2:GetInstanceTypesFromInstanceRequirements on *',
      'Allow autoscaling:SetDesiredCapacity autoscaling:TerminateInstanceInAutoScalingGroup on '
        + 'arn:aws:autoscaling:::autoScalingGroup:*:autoScalingGroupName/* if aws:ResourceTag/k8s.io/cluster-autoscaler/ml is owned',
      'Allow eks:DescribeNodegroup on arn:aws:eks:::nodegroup/ml/*',
    ],
  });
});

test('nobody has rights in another way: the policy of the bucket only denies, and admins are those that are named', () => {
  const stack = whole();
  expect(Object.keys(stack.resource).filter((type) => /iam|policy|access|permission|grant/.test(type)).sort()).toEqual([
    'aws_ecr_lifecycle_policy', 'aws_eks_access_entry', 'aws_eks_access_policy_association', 'aws_iam_role', 'aws_iam_role_policy',
    'aws_iam_role_policy_attachment', 'aws_s3_bucket_policy', 'aws_s3_bucket_public_access_block',
  ]);
  expect(all(stack, 'aws_s3_bucket_policy').flatMap(({ policy }) => statements(policy)).map(({ Effect }) => Effect)).toEqual(['Deny', 'Deny']);
  expect(all(stack, 'aws_eks_access_entry').map(({ principal_arn: principal }) => principal)).toEqual([ADMIN]);
});

test('a cluster has roles for as many ServiceAccounts as EKS takes', () => {
  const withIdentities = (count: number) => () => {
    const stack = new TerraformStack(Testing.app(), 'aws');
    const cluster = cloudInfrastructure(LOCATION).existingCluster(new Construct(stack, 'cluster'), EXISTING);
    for (let index = 0; index < count; index += 1) cluster.addIdentity(stack, { namespace: `team-${index}`, name: 'artifact-reader' });
  };
  expect(withIdentities(5001)).toThrow(new Error('ServiceAccount team-5000/artifact-reader is one too many: a cluster has roles for 5000 ServiceAccounts on AWS; '
    + 'put workspaces of cluster ours on another cluster'));
});
