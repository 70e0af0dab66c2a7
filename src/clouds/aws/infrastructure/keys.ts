/** Keys of AWS KMS that are a customer's. */
import type { Construct } from 'constructs';
import type { AwsLocation } from '../../infrastructure';
import { arnProblem } from '../partition';
import { KmsGrant } from '../resources';
import { arn, iamArn } from './names';

const KEY = /^arn:[a-z-]+:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/;

/** @throws Error if it is not the ARN of a key, or of another region than the cluster. */
export function checkClusterKey(encryptionKey: string, location: AwsLocation): void {
  const { region } = location;
  const [, itsRegion] = KEY.exec(encryptionKey) ?? [];
  if (itsRegion === undefined) {
    throw new Error(`encryptionKey is ${encryptionKey}; give the ARN of a key of AWS KMS, such as ${arn(location, 'kms', 'key/11111111-2222-3333-4444-555555555555')}`);
  }
  const problem = arnProblem(encryptionKey, region);
  if (problem !== undefined) throw new Error(`encryptionKey ${problem}; give a key of that partition`);
  if (itsRegion !== region) throw new Error(`encryptionKey is in ${itsRegion} and the cluster in ${region}; give a key of the cluster's region`);
}

/**
 * It is Auto Scaling that starts the nodes, by a role of its own in the account, which no policy of ours can be put on.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
 */
export function diskGrant(scope: Construct, keyId: string, location: AwsLocation): KmsGrant {
  return new KmsGrant(scope, 'DisksKeyGrant', {
    keyId,
    granteePrincipal: iamArn(location, 'role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling'),
    operations: [
      'CreateGrant', 'Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'ReEncryptFrom', 'ReEncryptTo',
    ],
  });
}
