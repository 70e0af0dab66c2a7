import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec } from '../../infrastructure';
import { renamed } from '../../renamed';
import { principalOf } from '../partition';
import { KmsKey } from '../resources';
import { arn, iamArn } from './names';
import { policyDocument } from './policy';

/** The cluster's own key, for its Secrets, unless a customer's is given, and its logs. */
export function clusterKey(scope: Construct, spec: ClusterSpec, location: AwsLocation): KmsKey {
  const { name, protect, tags, encryptionKey } = spec;
  return new KmsKey(scope, 'Key', {
    description: `${encryptionKey === undefined ? 'Secrets and logs' : 'Logs'} of the cluster ${name}`,
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy: keyPolicy(location, spec),
    tags: { ...tags },
    lifecycle: { preventDestroy: protect },
  });
}

/** The account decides by IAM who else may use it; the service for logs only for the logs of this cluster. */
function keyPolicy(location: AwsLocation, spec: ClusterSpec): string {
  const groups = [clusterLogs(spec.name), ...logsTraffic(spec) ? [flowLogs(spec)] : []];
  return policyDocument(
    {
      Sid: 'Account',
      Effect: 'Allow',
      Principal: { AWS: iamArn(location, 'root') },
      Action: 'kms:*',
      Resource: '*',
    },
    {
      Sid: 'Logs',
      Effect: 'Allow',
      Principal: { Service: principalOf('logs', location.region) },
      Action: ['kms:Decrypt*', 'kms:DescribeKey', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Resource: '*',
      Condition: {
        ArnEquals: {
          'kms:EncryptionContext:aws:logs:arn': groups.map((group) => arn(location, 'logs', `log-group:${group}`)),
        },
      },
    },
  );
}

/** Where EKS writes the logs of the control plane; not ours to choose. */
export function clusterLogs(cluster: string): string {
  return `/aws/eks/${cluster}/cluster`;
}

/** Of a network that exists they are its owner's. */
export function logsTraffic({ network, flowLogs: wanted = true }: ClusterSpec): boolean {
  return !network && wanted;
}

/** Name of the group of the flow logs. A naming rule names what stands in it for the cluster. */
export function flowLogs(spec: ClusterSpec): string {
  return `/aws/vpc/${renamed(spec, 'aws_cloudwatch_log_group', spec.name)}/flow`;
}
