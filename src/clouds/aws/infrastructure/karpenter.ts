/** What Karpenter needs of AWS: rights, a queue that tells of machines that go, and the profile of its nodes. */
import { Construct } from 'constructs';
import type { NodeProvisioningSpec } from '../../../api/platform';
import type { AwsLocation, ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import { principalOf } from '../partition';
import { CloudwatchEventRule, CloudwatchEventTarget, IamInstanceProfile, SqsQueue, SqsQueuePolicy } from '../resources';
import type { Identities } from './identity';
import { karpenterRights } from './karpenter-rights';
import { arn, joinedName, roleName } from './names';
import { policyDocument } from './policy';

/** The ServiceAccount of its chart. */
const ACCOUNT = { namespace: 'kube-system', name: 'karpenter' };

/** What it acts upon. https://karpenter.sh/docs/concepts/disruption/#interruption */
const EVENTS = [
  { name: 'health', source: 'aws.health', type: 'AWS Health Event' },
  { name: 'spot', source: 'aws.ec2', type: 'EC2 Spot Instance Interruption Warning' },
  { name: 'rebalance', source: 'aws.ec2', type: 'EC2 Instance Rebalance Recommendation' },
  { name: 'state', source: 'aws.ec2', type: 'EC2 Instance State-change Notification' },
  { name: 'reservation', source: 'aws.ec2', type: 'EC2 Capacity Reservation Instance Interruption Warning' },
] as const;

const MAX_QUEUE_NAME = 80;
const MAX_RULE_NAME = 64;
/** Longer than a machine has to go. */
const KEPT_SECONDS = 300;

export interface KarpenterContext {
  readonly location: AwsLocation;
  /** Name of the cluster, concrete. */
  readonly clusterName: string;
  readonly identities: Identities;
  /** ARN of the role of the nodes, concrete, and how Terraform refers to its name. */
  readonly nodeRole: { readonly arn: string; readonly name: string };
  readonly tags: Readonly<Record<string, string>>;
  readonly nameOf?: ClusterSpec['nameOf'];
  readonly diskKey?: string;
}

/** Makes it all; what the Kubernetes side must know of it. */
export function karpenter(scope: Construct, context: KarpenterContext): Pick<NodeProvisioningSpec, 'queue' | 'instanceProfile'> {
  const { location, clusterName, identities, nodeRole, tags, nameOf, diskKey } = context;
  const at = new Construct(scope, 'Karpenter');
  const queue = renamed({ nameOf }, 'aws_sqs_queue', joinedName([clusterName, 'karpenter'], MAX_QUEUE_NAME));
  const instanceProfile = renamed({ nameOf }, 'aws_iam_instance_profile', roleName(location, clusterName, ['karpenter-nodes']));
  new IamInstanceProfile(at, 'NodeProfile', { name: instanceProfile, role: nodeRole.name, tags: { ...tags } });
  interruptions(at, queue, context);
  for (const [name, statements] of Object.entries(karpenterRights({ location, clusterName, queue, nodeRoleArn: nodeRole.arn, diskKey }))) {
    identities.allow(ACCOUNT, name, statements);
  }
  return { queue, instanceProfile };
}

function interruptions(scope: Construct, name: string, { location, clusterName, tags, nameOf }: KarpenterContext): void {
  const queue = new SqsQueue(scope, 'Queue', { name, messageRetentionSeconds: KEPT_SECONDS, sqsManagedSseEnabled: true, tags: { ...tags } });
  const rules = EVENTS.map((event) => {
    const ruleName = renamed({ nameOf }, 'aws_cloudwatch_event_rule', joinedName([clusterName, 'karpenter', event.name], MAX_RULE_NAME));
    const rule = new CloudwatchEventRule(scope, `Rule-${event.name}`, {
      name: ruleName,
      description: `${event.type} for Karpenter of ${clusterName}`,
      eventPattern: JSON.stringify({ 'source': [event.source], 'detail-type': [event.type] }),
      tags: { ...tags },
    });
    new CloudwatchEventTarget(scope, `Target-${event.name}`, { rule: rule.name, targetId: 'karpenter', arn: queue.arn });
    return arn(location, 'events', `rule/${ruleName}`);
  });
  new SqsQueuePolicy(scope, 'QueuePolicy', { queueUrl: queue.url, policy: queuePolicy(location, name, rules) });
}

/** These rules alone may send to it, and nobody without TLS does anything. */
function queuePolicy(location: AwsLocation, name: string, rules: readonly string[]): string {
  const resource = arn(location, 'sqs', name);
  return policyDocument(
    {
      Sid: 'Events',
      Effect: 'Allow',
      Principal: { Service: principalOf('events', location.region) },
      Action: 'sqs:SendMessage',
      Resource: resource,
      Condition: { ArnEquals: { 'aws:SourceArn': rules } },
    },
    { Sid: 'TlsOnly', Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: resource, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  );
}
