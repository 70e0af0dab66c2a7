/**
 * What Karpenter may do: see machines and prices, start machines that it tags as the cluster's, and end those alone.
 *
 * After https://karpenter.sh/docs/reference/cloudformation/ (1.14), without what the profile of the nodes saves: it makes none.
 */
import type { AwsLocation } from '../../infrastructure';
import { hostOf, partitionOfRegion, principalOf } from '../partition';
import { arn, partitionOf } from './names';
import type { Statement } from './policy';

export interface KarpenterRights {
  readonly location: AwsLocation;
  readonly clusterName: string;
  readonly queue: string;
  readonly nodeRoleArn: string;
  /** Key of the nodes' disks, where it is a customer's. */
  readonly diskKey?: string;
}

/** By the names of the policies. */
export function karpenterRights(context: KarpenterRights): Readonly<Record<string, readonly Statement[]>> {
  return { 'see': seeing(context), 'start-nodes': starting(context), 'end-nodes': ending(context), ...diskRights(context) };
}

/** None of these knows resources, but for the parameters that name images. */
function seeing({ location, clusterName, queue }: KarpenterRights): Statement[] {
  const { region } = location;
  return [
    {
      Sid: 'See',
      Effect: 'Allow',
      Action: [
        'ec2:DescribeCapacityReservations',
        'ec2:DescribeImages',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribePlacementGroups',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSubnets',
      ],
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': region } },
    },
    { Sid: 'SeePrices', Effect: 'Allow', Action: ['iam:GetInstanceProfile', 'iam:ListInstanceProfiles', 'pricing:GetProducts'], Resource: '*' },
    { Sid: 'SeeImages', Effect: 'Allow', Action: 'ssm:GetParameter', Resource: `arn:${partitionOf(location)}:ssm:${region}::parameter/aws/service/*` },
    { Sid: 'SeeCluster', Effect: 'Allow', Action: 'eks:DescribeCluster', Resource: arn(location, 'eks', `cluster/${clusterName}`) },
    {
      Sid: 'SeeInterruptions',
      Effect: 'Allow',
      Action: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
      Resource: arn(location, 'sqs', queue),
    },
  ];
}

/** What a machine is started with may be another account's: an image is, and a subnet, a group or a reservation that is shared. */
function starting({ location, clusterName, nodeRoleArn }: KarpenterRights): Statement[] {
  const { region } = location;
  const ofOthers = (resource: string): string => `arn:${partitionOf(location)}:ec2:${region}:${resource}`;
  const own = (kinds: readonly string[]): string[] => kinds.map((kind) => arn(location, 'ec2', `${kind}/*`));
  const made = ['fleet', 'instance', 'launch-template', 'network-interface', 'spot-instances-request', 'volume'];
  const owned = { [`kubernetes.io/cluster/${clusterName}`]: 'owned', 'eks:eks-cluster-name': clusterName };
  const tagged = { StringEquals: requestTags(owned), StringLike: { 'aws:RequestTag/karpenter.sh/nodepool': '*' } };
  const run = ['ec2:CreateFleet', 'ec2:RunInstances'];
  return [
    {
      Sid: 'Use',
      Effect: 'Allow',
      Action: run,
      Resource: [...[':image', ':snapshot'].map((kind) => ofOthers(`${kind}/*`)), ...['security-group', 'subnet', 'capacity-reservation', 'placement-group'].map((kind) => ofOthers(`*:${kind}/*`))],
    },
    { Sid: 'UseTemplates', Effect: 'Allow', Action: run, Resource: own(['launch-template']), Condition: ofCluster(clusterName) },
    { Sid: 'Make', Effect: 'Allow', Action: [...run, 'ec2:CreateLaunchTemplate'], Resource: own(made), Condition: tagged },
    {
      Sid: 'TagNew',
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: own(made),
      Condition: {
        ...tagged,
        StringEquals: { ...tagged.StringEquals, 'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'] },
      },
    },
    {
      Sid: 'GiveRole',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: nodeRoleArn,
      Condition: { StringEquals: { 'iam:PassedToService': [...new Set([principalOf('ec2', region), `ec2.${partitionOfRegion(region).domain}`])] } },
    },
  ];
}

function requestTags(tags: Readonly<Record<string, string>>): Record<string, string | readonly string[]> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]));
}

/** What it made for this cluster. */
function ofCluster(clusterName: string): NonNullable<Statement['Condition']> {
  return {
    StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${clusterName}`]: 'owned' },
    StringLike: { 'aws:ResourceTag/karpenter.sh/nodepool': '*' },
  };
}

function ending({ location, clusterName }: KarpenterRights): Statement[] {
  const condition = ofCluster(clusterName);
  return [
    {
      Sid: 'End',
      Effect: 'Allow',
      Action: ['ec2:DeleteLaunchTemplate', 'ec2:TerminateInstances'],
      Resource: ['instance', 'launch-template'].map((kind) => arn(location, 'ec2', `${kind}/*`)),
      Condition: condition,
    },
    {
      Sid: 'TagNodes',
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: arn(location, 'ec2', 'instance/*'),
      Condition: {
        ...condition,
        'StringEqualsIfExists': { 'aws:RequestTag/eks:eks-cluster-name': clusterName },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['eks:eks-cluster-name', 'karpenter.sh/nodeclaim', 'Name'] },
      },
    },
  ];
}

/**
 * Disks are made with the rights of who starts the machine.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
 */
function diskRights({ location, diskKey }: KarpenterRights): Readonly<Record<string, readonly Statement[]>> {
  if (diskKey === undefined) return {};
  return { 'encrypt-disks': diskKeyStatements(diskKey, location) };
}

/** The use of a customer's key for disks, by EC2 alone. */
export function diskKeyStatements(diskKey: string, { region }: AwsLocation): Statement[] {
  return [
    {
      Sid: 'Encrypt',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      Resource: diskKey,
      Condition: { StringEquals: { 'kms:ViaService': hostOf('ec2', region) } },
    },
    { Sid: 'Grant', Effect: 'Allow', Action: 'kms:CreateGrant', Resource: diskKey, Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } } },
  ];
}
