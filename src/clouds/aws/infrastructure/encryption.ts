import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import type { Construct } from 'constructs';
import type { AwsLocation, ClusterSpec } from '../../infrastructure';
import { arn, partitionOf } from './names';
import { policyDocument } from './policy';

/** The cluster's own key, for its Secrets and its logs. */
export function clusterKey(scope: Construct, { name, protect, tags }: ClusterSpec, location: AwsLocation): KmsKey {
  return new KmsKey(scope, 'Key', {
    description: `Secrets and logs of the cluster ${name}`,
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy: keyPolicy(location, name),
    tags: { ...tags },
    lifecycle: { preventDestroy: protect },
  });
}

/** The account decides by IAM who else may use it; the service for logs only for the logs of this cluster. */
function keyPolicy(location: AwsLocation, cluster: string): string {
  const { region, accountId } = location;
  return policyDocument(
    {
      Sid: 'Account',
      Effect: 'Allow',
      Principal: { AWS: `arn:${partitionOf(location)}:iam::${accountId}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
    {
      Sid: 'Logs',
      Effect: 'Allow',
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: ['kms:Decrypt*', 'kms:DescribeKey', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Resource: '*',
      Condition: {
        ArnEquals: {
          'kms:EncryptionContext:aws:logs:arn': [clusterLogs(cluster), flowLogs(cluster)].map((group) => arn(location, 'logs', `log-group:${group}`)),
        },
      },
    },
  );
}

/** Where EKS writes the logs of the control plane; not ours to choose. */
export function clusterLogs(cluster: string): string {
  return `/aws/eks/${cluster}/cluster`;
}

export function flowLogs(cluster: string): string {
  return `/aws/vpc/${cluster}/flow`;
}
