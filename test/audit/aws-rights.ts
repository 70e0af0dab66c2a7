/** Every right that a stack on AWS gives. */
import type { Right, RightsTable } from './rights';
import { valuesAt } from './stacks';
import type { AuditedStack, Resource } from './stacks';

const OF_SESSIONS = 'sessions and the agent of SSM know no resources';
const OF_DESCRIPTIONS = 'what only describes knows no resources';
const TOKEN = { may: 'ecr:GetAuthorizationToken on *', because: 'a login is to the registry, and opens nothing by itself' };

const PUSH = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:CompleteLayerUpload', 'ecr:GetDownloadUrlForLayer', 'ecr:InitiateLayerUpload', 'ecr:PutImage',
  'ecr:UploadLayerPart',
].join(' ');

/** With `encryptionKey`, and through S3 alone. */
const READ_KEY = 'kms:Decrypt on <a key> if kms:ViaService is s3.<region>.amazonaws.com';

/** With `encryptionKey`, of what starts machines: through EC2 alone. */
const ENCRYPT_DISKS = [
  'kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo on <a key> '
  + 'if kms:ViaService is ec2.<region>.amazonaws.com',
  'kms:CreateGrant on <a key> if kms:GrantIsForAWSResource is true',
];

const OF_KARPENTER = ' if aws:ResourceTag/kubernetes.io/cluster/<cluster> is owned, if aws:ResourceTag/karpenter.sh/nodepool is *';
const TAGS_OF_KARPENTER = 'aws:RequestTag/kubernetes.io/cluster/<cluster> is owned, if aws:RequestTag/eks:eks-cluster-name is <cluster>';
const MADE_BY_KARPENTER = ['fleet', 'instance', 'launch-template', 'network-interface', 'spot-instances-request', 'volume']
  .map((kind) => `arn:aws:ec2:::${kind}/*`).join(' ');

export const AWS_RIGHTS: RightsTable = {
  'artifact-reader': [
    's3:GetObject on arn:aws:s3:::<bucket>/<namespace>/*',
    's3:ListBucket on arn:aws:s3:::<bucket> if s3:prefix is <namespace>/*',
    's3:GetObject on arn:aws:s3:::<bucket>/<another namespace>/*',
    's3:ListBucket on arn:aws:s3:::<bucket> if s3:prefix is <another namespace>/*',
    's3:GetObject on arn:aws:s3:::<readable bucket>/*',
    's3:ListBucket on arn:aws:s3:::<readable bucket>',
    's3:GetObject on arn:aws:s3:::<readable bucket>/<folder>/*',
    's3:ListBucket on arn:aws:s3:::<readable bucket> if s3:prefix is <folder>/*',
    READ_KEY,
  ],
  'artifact-writer': [
    's3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:PutObject on arn:aws:s3:::<bucket>/<namespace>/*',
    's3:ListBucket on arn:aws:s3:::<bucket> if s3:prefix is <namespace>/*',
    'kms:Decrypt kms:GenerateDataKey on <a key> if kms:ViaService is s3.<region>.amazonaws.com',
  ],
  'image-builder': [`${PUSH} on arn:aws:ecr:::repository/<cluster>/<namespace>`, TOKEN],
  'cluster-autoscaler': [
    {
      may: 'autoscaling:DescribeAutoScalingGroups autoscaling:DescribeAutoScalingInstances autoscaling:DescribeLaunchConfigurations '
        + 'autoscaling:DescribeScalingActivities autoscaling:DescribeTags ec2:DescribeImages ec2:DescribeInstanceTypes '
        + 'ec2:DescribeLaunchTemplateVersions ec2:GetInstanceTypesFromInstanceRequirements on *',
      because: OF_DESCRIPTIONS,
    },
    {
      may: 'autoscaling:SetDesiredCapacity autoscaling:TerminateInstanceInAutoScalingGroup on arn:aws:autoscaling:::autoScalingGroup:*:autoScalingGroupName/* '
        + 'if aws:ResourceTag/k8s.io/cluster-autoscaler/<cluster> is owned',
      because: 'EKS names the groups; their tag says whose they are',
    },
    { may: 'eks:DescribeNodegroup on arn:aws:eks:::nodegroup/<cluster>/*', because: 'the node groups of one cluster' },
  ],
  'karpenter': [
    {
      may: 'ec2:DescribeCapacityReservations ec2:DescribeImages ec2:DescribeInstanceStatus ec2:DescribeInstances ec2:DescribeInstanceTypeOfferings '
        + 'ec2:DescribeInstanceTypes ec2:DescribeLaunchTemplates ec2:DescribePlacementGroups ec2:DescribeSecurityGroups ec2:DescribeSpotPriceHistory '
        + 'ec2:DescribeSubnets on * if aws:RequestedRegion is <region>',
      because: OF_DESCRIPTIONS,
    },
    { may: 'iam:GetInstanceProfile iam:ListInstanceProfiles pricing:GetProducts on *', because: OF_DESCRIPTIONS },
    { may: 'ssm:GetParameter on arn:aws:ssm:::parameter/aws/service/*', because: 'the names of images, which AWS publishes to all' },
    'eks:DescribeCluster on arn:aws:eks:::cluster/<cluster>',
    'sqs:DeleteMessage sqs:GetQueueUrl sqs:ReceiveMessage on arn:aws:sqs:::<cluster>-karpenter',
    {
      may: 'ec2:CreateFleet ec2:RunInstances on arn:aws:ec2:::image/* arn:aws:ec2:::snapshot/* arn:aws:ec2:<region>:*:security-group/* '
        + 'arn:aws:ec2:<region>:*:subnet/* arn:aws:ec2:<region>:*:capacity-reservation/* arn:aws:ec2:<region>:*:placement-group/*',
      because: 'what a machine is started with, which may be shared by another account; the machine itself must have the tags below',
    },
    {
      may: `ec2:CreateFleet ec2:RunInstances on arn:aws:ec2:::launch-template/*${OF_KARPENTER}`,
      because: 'those that it made for this cluster, by their tags',
    },
    {
      may: `ec2:CreateFleet ec2:RunInstances ec2:CreateLaunchTemplate on ${MADE_BY_KARPENTER} if ${TAGS_OF_KARPENTER}, `
        + 'if aws:RequestTag/karpenter.sh/nodepool is *',
      because: 'what it makes has no name yet, and must have the tags of the cluster',
    },
    {
      may: `ec2:CreateTags on ${MADE_BY_KARPENTER} if ${TAGS_OF_KARPENTER}, if ec2:CreateAction is RunInstances,CreateFleet,CreateLaunchTemplate, `
        + 'if aws:RequestTag/karpenter.sh/nodepool is *',
      because: 'those tags, while it is made',
    },
    'iam:PassRole on arn:aws:iam:::role/<role of the nodes> if iam:PassedToService is ec2.amazonaws.com',
    {
      may: `ec2:DeleteLaunchTemplate ec2:TerminateInstances on arn:aws:ec2:::instance/* arn:aws:ec2:::launch-template/*${OF_KARPENTER}`,
      because: 'those that it made for this cluster, by their tags',
    },
    {
      may: `ec2:CreateTags on arn:aws:ec2:::instance/*${OF_KARPENTER}, if aws:RequestTag/eks:eks-cluster-name is <cluster>, `
        + 'if aws:TagKeys is eks:eks-cluster-name,karpenter.sh/nodeclaim,Name',
      because: 'the name of a machine that it made for this cluster',
    },
    ...ENCRYPT_DISKS,
  ],
  'aws-node': ['AmazonEKS_CNI_Policy'],
  'ebs-csi-controller-sa': ['service-role/AmazonEBSCSIDriverPolicy'],
  'eks.amazonaws.com': [
    'AmazonEKSClusterPolicy', 'kms:Decrypt kms:DescribeKey kms:Encrypt kms:ListGrants on <a key>',
    'AmazonEKSBlockStoragePolicy', 'AmazonEKSComputePolicy', 'AmazonEKSLoadBalancingPolicy', 'AmazonEKSNetworkingPolicy', ...ENCRYPT_DISKS,
  ],
  'ec2.amazonaws.com': [
    'AmazonEKSWorkerNodePolicy', 'AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly',
    {
      may: 'ssm:UpdateInstanceInformation ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel '
        + 'ssmmessages:OpenDataChannel on *',
      because: OF_SESSIONS,
    },
    {
      may: 'ecr:BatchImportUpstreamImage ecr:CreateRepository on arn:aws:ecr:::repository/<cluster>/<upstream>/*',
      because: 'repositories of one cache, which are made when they are asked for',
    },
  ],
  'vpc-flow-logs.amazonaws.com': [
    {
      may: 'logs:CreateLogStream logs:DescribeLogGroups logs:DescribeLogStreams logs:PutLogEvents on arn:aws:logs:::log-group:/aws/vpc/<cluster>/flow '
        + 'arn:aws:logs:::log-group:/aws/vpc/<cluster>/flow:*',
      because: 'the streams of one group',
    },
  ],
  'an admin of the cluster': ['AmazonEKSClusterAdminPolicy on the cluster'],
  'the account, of a key': [
    { may: 'kms:* on *', because: 'a key whose policy does not say so can be used and changed by nobody; IAM decides, and `*` is the key itself' },
  ],
  'logs.amazonaws.com, of a key': [
    {
      may: 'kms:Decrypt* kms:DescribeKey kms:Encrypt* kms:GenerateDataKey* kms:ReEncrypt* on * if kms:EncryptionContext:aws:logs:arn is a group of the cluster',
      because: '`*` is the key itself, and CloudWatch asks for these families',
    },
  ],
  'Auto Scaling, of a key': ['CreateGrant Decrypt DescribeKey Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo on <a key>'],
};

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Principal?: Readonly<Record<string, string>> | string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Everybody who has rights in a stack. */
export function awsRights(stack: AuditedStack): Right[] {
  return [
    ...stack.of('aws_iam_role_policy').flatMap((policy) => ofRole(policy, statementsOf(policy).map((statement) => line(statement, namesFor(policy))))),
    ...stack.of('aws_iam_role_policy_attachment').flatMap((attachment) => ofRole(attachment, [String(attachment.block.policy_arn).replace(/^arn:[\w-]+:iam::aws:policy\//, '')])),
    ...stack.of('aws_eks_access_policy_association').map(admin),
    ...stack.of('aws_kms_grant').map(grant),
    ...[...stack.of('aws_kms_key'), ...stack.of('aws_s3_bucket_policy')].flatMap(byResource),
  ];
}

function ofRole(policy: Resource, rights: readonly string[]): Right[] {
  const role = policy.stack.find(policy.block.role);
  const who = role ? (holderOf(role).account ?? holderOf(role).service) : String(policy.block.role);
  return rights.map((may) => ({ who, may, address: policy.address }));
}

interface Holder {
  readonly service: string;
  readonly namespace?: string;
  readonly account?: string;
}

/** Who may take a role: a service, or the ServiceAccount of one cluster that its tags must name. */
function holderOf(role: Resource): Holder {
  const statements = (JSON.parse(String(role.block.assume_role_policy)) as { readonly Statement: readonly Statement[] }).Statement;
  const [{ Principal, Condition } = { Principal: undefined, Condition: undefined }] = statements;
  const { 'aws:RequestTag/eks-cluster-arn': cluster, 'aws:RequestTag/kubernetes-namespace': namespace, 'aws:RequestTag/kubernetes-service-account': account } = Condition?.StringEquals ?? {};
  const service = typeof Principal === 'object' ? String(Principal.Service) : `${role.address}: ${String(Principal)}`;
  if (statements.length !== 1) return { service: `${role.address} has more than one holder` };
  const isOfPods = service === 'pods.eks.amazonaws.com';
  if (isOfPods && !(cluster && namespace && account)) return { service: `any pod, by ${role.address}` };
  return { service, namespace: namespace as string | undefined, account: account as string | undefined };
}

function statementsOf({ block: { policy } }: Resource): readonly Statement[] {
  return (JSON.parse(String(policy)) as { readonly Statement: readonly Statement[] }).Statement;
}

interface Names {
  readonly cluster?: string;
  readonly namespace?: string;
  readonly namespaces: readonly string[];
  readonly buckets: readonly string[];
}

function namesFor({ stack, block }: Resource): Names {
  const role = stack.find(block.role);
  const namespaces = stack.of('aws_iam_role').flatMap((each) => holderOf(each).namespace ?? []);
  const [cluster] = stack.of('aws_eks_cluster').map(({ block: { name } }) => String(name));
  return { cluster, namespace: role && holderOf(role).namespace, namespaces, buckets: ['acme-artifacts', ...stack.of('aws_s3_bucket').flatMap(({ block: { bucket } }) => String(bucket))] };
}

function line({ Effect, Action, Resource: on, Condition }: Statement, names: Names): string {
  const tests = Object.values(Condition ?? {}).flatMap((test) => Object.entries(test).map(([key, value]) => ` if ${withoutNames(key, names)} is ${withoutNames(String(value), names)}`));
  const effect = Effect === 'Allow' ? '' : `${Effect} `;
  return `${effect}${[Action].flat().join(' ')} on ${[on].flat().map((each) => withoutNames(String(each), names)).join(' ')}${tests.join()}`;
}

/** Accounts, regions, clusters, namespaces and buckets have the names of what they are. */
function withoutNames(text: string, { cluster, namespace = '', namespaces, buckets }: Names): string {
  if (text === cluster) return '<cluster>';
  const folder = (path: string): string => {
    const last = path.split('/').at(-1) ?? '';
    return last === namespace ? '<namespace>' : namespaces.includes(last) ? '<another namespace>' : '<folder>';
  };
  return text
    .replace(/^\$\{aws_kms_key\..*\}$|^arn:aws:kms:.*:key\/[\w-]+$/, '<a key>')
    .replace(/(?<=^arn:aws:\w+:)[\w-]*:\d*(?=:)/, ':')
    .replace(/(?<=^arn:aws:\w+:)[\w-]+(?=:\*:)|(?<=^(?:s3|ec2)\.)[\w-]+(?=\.amazonaws\.com$)|^[a-z]{2}-[a-z]+-\d$/, '<region>')
    .replace(/(?<=^arn:aws:iam:::role\/)[\w-]+-nodes$/, '<role of the nodes>')
    .replace(/(?<=^arn:aws:sqs:::)[\w-]+(?=-karpenter$)/, '<cluster>')
    .replace(/(?<=^arn:aws:s3:::[\w-]+\/)(.+)(?=\/\*$)/, folder)
    .replace(/(?<=^arn:aws:s3:::)[\w-]+/, (bucket) => (buckets.includes(bucket) ? '<bucket>' : '<readable bucket>'))
    .replace(/^([\w/-]+)\/\*$/, (_, path: string) => `${folder(path)}/*`)
    .replace(/(repository\/)[\w-]+\/([\w-]+)$/, (_, start: string, last: string) => `${start}<cluster>/${last === namespace ? '<namespace>' : last}`)
    .replace(/(repository\/)[\w-]+\/([\w.-]+)\/\*$/, '$1<cluster>/<upstream>/*')
    .replace(/(nodegroup\/|\/aws\/vpc\/|cluster-autoscaler\/|kubernetes\.io\/cluster\/|:cluster\/)[\w-]+/, '$1<cluster>');
}

function admin({ address, block }: Resource): Right {
  const scope = valuesAt(block, 'access_scope.type').join() === 'cluster' ? 'the cluster' : JSON.stringify(block.access_scope);
  return { who: 'an admin of the cluster', may: `${String(block.policy_arn).split('/').at(-1) ?? ''} on ${scope}`, address };
}

function grant({ address, block }: Resource): Right {
  const isAutoScaling = /:role\/aws-service-role\/autoscaling\.amazonaws\.com\/AWSServiceRoleForAutoScaling$/.test(String(block.grantee_principal));
  const who = isAutoScaling ? 'Auto Scaling, of a key' : String(block.grantee_principal);
  return { who, may: `${[...block.operations as string[]].sort().join(' ')} on <a key>`, address };
}

/** What the policy of a resource itself allows. What it denies is judged with the resource. */
function byResource(resource: Resource): Right[] {
  return statementsOf(resource).filter(({ Effect }) => Effect !== 'Deny').map((statement) => {
    const { Principal } = statement;
    const [principal = ''] = typeof Principal === 'object' ? Object.values(Principal) : [String(Principal)];
    const who = principal.replace(/^arn:[\w-]+:iam::\d+:root$/, 'the account').replace(/^logs\.[\w-]+\.amazonaws\.com$/, 'logs.amazonaws.com');
    return { who: `${who}, of a key`, may: line(groupsOf(statement), { namespaces: [], buckets: [] }), address: resource.address };
  });
}

function groupsOf({ Condition = {}, ...statement }: Statement): Statement {
  const groups = [Condition.ArnEquals?.['kms:EncryptionContext:aws:logs:arn'] ?? []].flat();
  const areOurs = groups.length > 0 && groups.every((arn) => /^arn:[\w-]+:logs:[\w-]+:\d+:log-group:\/aws\/(eks\/[\w-]+\/cluster|vpc\/[\w-]+\/flow)$/.test(arn));
  return { ...statement, Condition: areOurs ? { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': 'a group of the cluster' } } : Condition };
}
