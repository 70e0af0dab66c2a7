import type { Construct } from 'constructs';
import { digest, shortDigest } from '../../../api/digest';
import type { AwsLocation, BucketAccess, BucketGrant, BucketInfrastructure, BucketSpec, ReadGrant } from '../../infrastructure';
import { refuseNetworks } from '../../open-by-identity';
import { hostOf, partitionOfRegion, arnProblem } from '../partition';
import {
  S3Bucket, S3BucketLifecycleConfiguration, S3BucketOwnershipControls, S3BucketPolicy, S3BucketPublicAccessBlock,
  S3BucketServerSideEncryptionConfigurationA, S3BucketVersioningA,
} from '../resources';
import type { Identities } from './identity';
import { bucketArn, checkBucketName, joinedName } from './names';
import { policyDocument } from './policy';
import type { Statement } from './policy';

const OBJECT_ACTIONS: Readonly<Record<BucketAccess, readonly string[]>> = {
  read: ['s3:GetObject'],
  write: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
};
const KEY_ACTIONS: Readonly<Record<BucketAccess, readonly string[]>> = {
  read: ['kms:Decrypt'],
  write: ['kms:Decrypt', 'kms:GenerateDataKey'],
};
const DAYS_OF_AN_UPLOAD = 7;
const MAX_POLICY_NAME = 128;

type Encrypted = Pick<BucketSpec, 'name' | 'encryptionKey'>;

export interface BucketContext {
  readonly location: AwsLocation;
  readonly identities: Identities;
}

/** Rights are on the paths below a prefix, so a folder of a workspace need not exist. */
export function bucket(scope: Construct, spec: BucketSpec, { location, identities }: BucketContext): BucketInfrastructure {
  checkBucketName(spec.name);
  refuseNetworks(`bucket ${spec.name}`, spec.allowedCidrs);
  checkKey(spec, location.region);
  if (!spec.exists) createBucket(scope, spec, location);
  return {
    addWorkspace: () => undefined,
    grant: (_, grant) => identities.allow(grant.account, policyName(spec.name, grant), grantStatements(spec, grant, location)),
  };
}

/** The right to read what others have. Their bucket must allow it too, where it belongs to another account. */
export function grantRead({ account, bucketName: name, prefix, ...options }: ReadGrant, { location, identities }: BucketContext): void {
  const { encryptionKey, region = location.region } = options;
  checkReach(name, region, location);
  checkKey({ name, encryptionKey }, region);
  const grant: BucketGrant = { account, prefix, access: 'read' };
  identities.allow(account, policyName(name, grant), grantStatements({ name, encryptionKey }, grant, { ...location, region }));
}

/** What is in another partition has other accounts, and no role of this one reaches it. */
function checkReach(name: string, region: string, location: AwsLocation): void {
  const [its, own] = [partitionOfRegion(region), partitionOfRegion(location.region)];
  if (its === own) return;
  throw new Error(`bucket ${name} is in ${region}, a region of ${its.title}, which no role of ${own.title} reaches; copy it to a bucket there`);
}

/** One for each right: folders with a dot in them, or what no name of a policy takes, go by their digest. */
function policyName(bucketName: string, { access, prefix }: BucketGrant): string {
  const folder = /^[\w/-]*$/.test(prefix) ? prefix.replaceAll('/', '.') : shortDigest(digest(prefix));
  return joinedName([access, bucketName, ...folder ? [folder] : []], MAX_POLICY_NAME);
}

function checkKey({ name, encryptionKey }: Encrypted, region: string): void {
  if (encryptionKey === undefined) return;
  const [, ofKey] = /^arn:[a-z-]+:kms:([a-z0-9-]+):/.exec(encryptionKey) ?? [];
  if (ofKey === undefined) {
    throw new Error(`encryptionKey of bucket ${name} is ${encryptionKey}, which is not an ARN of a KMS key, such as arn:aws:kms:us-east-1:111122223333:key/…`);
  }
  const problem = arnProblem(encryptionKey, region);
  if (problem !== undefined) throw new Error(`encryptionKey of bucket ${name} ${problem}; give a key of that partition`);
  if (ofKey !== region) throw new Error(`encryptionKey of bucket ${name} is in ${ofKey} and the bucket in ${region}; give a key of the bucket's region`);
}

function grantStatements({ name, encryptionKey }: Encrypted, { prefix, access }: BucketGrant, location: AwsLocation): Statement[] {
  const resource = bucketArn(location, name);
  return [
    {
      Sid: 'List',
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: resource,
      ...(prefix && { Condition: { StringLike: { 's3:prefix': `${prefix}/*` } } }),
    },
    { Sid: 'Objects', Effect: 'Allow', Action: OBJECT_ACTIONS[access], Resource: [resource, ...prefix ? [prefix] : [], '*'].join('/') },
    ...encryptionKey ? [{
      Sid: 'Key',
      Effect: 'Allow' as const,
      Action: KEY_ACTIONS[access],
      Resource: encryptionKey,
      Condition: { StringEquals: { 'kms:ViaService': hostOf('s3', location.region) } },
    }] : [],
  ];
}

function createBucket(scope: Construct, spec: BucketSpec, location: AwsLocation): void {
  const { id } = new S3Bucket(scope, 'Resource', {
    bucket: spec.name, forceDestroy: false, tags: { ...spec.tags }, lifecycle: { preventDestroy: spec.protect },
  });
  const access = new S3BucketPublicAccessBlock(scope, 'PublicAccess', {
    bucket: id, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true,
  });
  new S3BucketOwnershipControls(scope, 'Ownership', { bucket: id, rule: { objectOwnership: 'BucketOwnerEnforced' } });
  /* S3 takes one change of these at a time. */
  new S3BucketPolicy(scope, 'Policy', { bucket: id, policy: transportPolicy(location, spec.name), dependsOn: [access] });
  encryption(scope, id, spec);
  retention(scope, id, spec);
}

function transportPolicy(location: AwsLocation, name: string): string {
  const resource = bucketArn(location, name);
  const denied = { Effect: 'Deny' as const, Principal: '*' as const, Action: 's3:*', Resource: [resource, `${resource}/*`] };
  return policyDocument(
    { Sid: 'TlsOnly', ...denied, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    { Sid: 'NoOldTls', ...denied, Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
  );
}

function encryption(scope: Construct, id: string, { encryptionKey }: BucketSpec): void {
  const byDefault = encryptionKey ? { sseAlgorithm: 'aws:kms', kmsMasterKeyId: encryptionKey } : { sseAlgorithm: 'AES256' };
  new S3BucketServerSideEncryptionConfigurationA(scope, 'Encryption', {
    bucket: id, rule: [{ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: true }],
  });
}

/** S3 deletes softly by keeping versions: what was overwritten or deleted can be had back for some days. */
function retention(scope: Construct, id: string, { retentionDays }: BucketSpec): void {
  const versioning = new S3BucketVersioningA(scope, 'Versioning', { bucket: id, versioningConfiguration: { status: 'Enabled' } });
  new S3BucketLifecycleConfiguration(scope, 'Lifecycle', {
    bucket: id,
    rule: [{
      id: 'old-versions',
      status: 'Enabled',
      filter: [{ prefix: '' }],
      noncurrentVersionExpiration: [{ noncurrentDays: retentionDays }],
      expiration: [{ expiredObjectDeleteMarker: true }],
      abortIncompleteMultipartUpload: [{ daysAfterInitiation: DAYS_OF_AN_UPLOAD }],
    }],
    dependsOn: [versioning],
  });
}
