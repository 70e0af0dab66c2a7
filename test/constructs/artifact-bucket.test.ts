import { TerraformVariable } from 'cdktf';
import { ArtifactBucket } from '../../src';
import { CLOUD_SIDE } from './cloud-side';
import { bucketOf, CLOUD_NAMES, cluster, emptyStack, resourcesOf, stackOf, synthesized } from './clouds';
import { messageOf } from './fixtures';

const NAMES = { gcp: /^ml-artifacts-[0-9a-z]{8}$/, aws: /^ml-artifacts-[0-9a-z]{8}$/, azure: /^ml[0-9a-z]{10}$/ };

test.each(CLOUD_NAMES)('on %s its name is derived from the cluster and the account, the same each time', (cloud) => {
  const { bucketName } = bucketOf(cluster(cloud));
  expect(bucketName).toMatch(NAMES[cloud]);
  expect(bucketOf(cluster(cloud)).bucketName).toBe(bucketName);
  expect(bucketOf(cluster(cloud, { clusterName: 'other' })).bucketName).not.toBe(bucketName);
});

test('it is retained when the stack is destroyed, unless told otherwise', () => {
  const owner = cluster();
  bucketOf(owner);
  expect(resourcesOf(synthesized(owner), 'google_storage_bucket')[0]).toMatchObject({ lifecycle: { prevent_destroy: true }, versioning: { enabled: true } });
  const other = cluster();
  new ArtifactBucket(stackOf(other), 'b', { cluster: other, destroyable: true });
  expect(resourcesOf(synthesized(other), 'google_storage_bucket')[0]).toMatchObject({ lifecycle: { prevent_destroy: false } });
});

test('in one that exists the workspaces are given rights, and nothing else is made', () => {
  const owner = cluster('aws');
  ArtifactBucket.fromBucketName(stackOf(owner), 'b', { cluster: owner, bucketName: 'acme-old' });
  owner.addWorkspace('team-a');
  const stack = synthesized(owner);
  expect(resourcesOf(stack, 'aws_s3_bucket')).toEqual([]);
  expect(CLOUD_SIDE.aws.rights(stack).map(({ on }) => on)).toEqual(['acme-old/team-a', 'acme-old/team-a']);
  expect(owner.platform._spec.artifacts.url).toBe('s3://acme-old');
});

test('another ServiceAccount can be given rights below a prefix', () => {
  const owner = cluster('gcp');
  const bucket = bucketOf(owner, { bucketName: 'acme' });
  bucket.grantRead({ namespace: 'jobs', serviceAccountName: 'report' }, { prefix: '/team-a/' });
  bucket.grantReadWrite({ namespace: 'jobs', serviceAccountName: 'import' }, { prefix: 'raw' });
  expect(CLOUD_SIDE.gcp.rights(synthesized(owner))).toEqual([
    { account: 'jobs/report', access: 'read', on: 'acme/team-a' }, { account: 'jobs/import', access: 'write', on: 'acme/raw' },
  ]);
});

describe('fails when', () => {
  test('the cluster has one', () => {
    const owner = cluster();
    bucketOf(owner);
    expect(messageOf(() => new ArtifactBucket(stackOf(owner), 'second', { cluster: owner })))
      .toBe('[cloud/second] cluster ml has a bucket already, at cloud/artifacts; leave one of them out');
  });

  test('the cluster is of another App', () => {
    expect(messageOf(() => new ArtifactBucket(emptyStack('other'), 'b', { cluster: cluster() })))
      .toBe('[other/b] cluster is cloud/ml of another App; declare the bucket in the App of its cluster');
  });

  test('the cloud refuses the name, or it is known only after the deployment', () => {
    expect(messageOf(() => bucketOf(cluster('gcp'), { bucketName: 'Acme' }))).toBe('[cloud/artifacts] bucket name Acme is not valid on Google Cloud; '
      + 'give 3 to 63 lowercase letters, digits, hyphens, underscores and dots, not beginning with goog');
    expect(messageOf(() => bucketOf(cluster('aws'), { bucketName: 'a.b' }))).toBe('[cloud/artifacts] name of bucket a.b is not valid on AWS; '
      + 'use 3 to 63 lower case letters, digits and -, the first and last no -');
    expect(messageOf(() => bucketOf(cluster('azure'), { bucketName: 'acme-ml' })))
      .toBe('[cloud/artifacts] bucket name is acme-ml; on azure it has 3 to 24 lowercase letters and digits, for it names a storage account');
    const owner = cluster('gcp');
    const bucketName = new TerraformVariable(stackOf(owner), 'late', { type: 'string' }).stringValue;
    expect(messageOf(() => bucketOf(owner, { bucketName }))).toBe('[cloud/artifacts] bucketName holds a cdktf token, '
      + 'which has no value before the deployment; write the value itself, or read it from the outputs file of `cdktf output --outputs-file`');
  });

  test('what is deleted is kept for less than a day', () => {
    const owner = cluster();
    expect(messageOf(() => new ArtifactBucket(stackOf(owner), 'b', { cluster: owner, retentionDays: 0 })))
      .toBe('[cloud/b] retentionDays is 0; give a whole number of days, 1 or more');
  });
});
