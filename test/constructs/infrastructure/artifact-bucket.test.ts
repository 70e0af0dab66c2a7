import { TerraformVariable, Testing } from 'cdktf';
import { ArtifactBucket, Cluster, Preview } from '../../../src';
import { messageOf, model } from '../fixtures';
import { CLOUD_SIDE } from './cloud-side';
import { bucketOf, CLOUD_NAMES, CLOUDS, cluster, emptyStack, resourcesOf, stackBeside, stackOf, synthesized, workspaceOn } from './clouds';
import type { CloudName, SynthesizedStack } from './clouds';

const NAMES = { gcp: /^ml-artifacts-[0-9a-z]{8}$/, aws: /^ml-artifacts-[0-9a-z]{8}$/, azure: /^ml[0-9a-z]{10}$/ };

function rightsIn(owner: Cluster, cloud: CloudName): string[] {
  return CLOUD_SIDE[cloud].rights(synthesized(owner)).map(({ account, access, on }) => `${account} ${access} ${on}`).sort();
}

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

test.each(CLOUD_NAMES)('on %s a right that is given twice, or is there already, is one', (cloud) => {
  const owner = cluster(cloud);
  const bucket = bucketOf(owner);
  owner.addWorkspace('team-a');
  const reader = { namespace: 'team-a', serviceAccountName: 'artifact-reader' };
  const before = CLOUD_SIDE[cloud].rights(synthesized(owner));
  bucket.grantRead(reader, { prefix: 'team-a' });
  expect(CLOUD_SIDE[cloud].rights(synthesized(owner))).toEqual(before);
  for (let times = 0; times < 2; times++) bucket.grantReadWrite(reader, { prefix: '/team-b/' });
  expect(CLOUD_SIDE[cloud].rights(synthesized(owner))).toHaveLength(before.length + 1);
});

test.each(CLOUD_NAMES)('on %s one that exists may have a folder for the workspaces, below which rights are given and artifacts lie', (cloud) => {
  const owner = cluster(cloud);
  const attributes = { cluster: owner, bucketName: 'acmeold', resourceGroup: 'data', artifactPrefix: '/teams/ml/' };
  const bucket = ArtifactBucket.fromBucketName(stackOf(owner), 'b', attributes);
  const team = workspaceOn(owner, 'team-a', { clientIds: { artifactWriter: 'w', artifactReader: 'r', imageBuilder: 'b' } });
  model(team);
  bucket.grantRead({ namespace: 'tools', serviceAccountName: 'report' }, { prefix: 'teams/ml/team-a' });
  const folder = { gcp: 'acmeold/teams/ml/team-a', aws: 'acmeold/teams/ml/team-a', azure: 'acmeold/ws-team-a' }[cloud];
  expect(rightsIn(owner, cloud)).toEqual([
    `team-a/artifact-reader read ${folder}`, `team-a/artifact-writer write ${folder}`, `tools/report read ${folder}`,
  ]);
  expect(Preview.of(team).toYaml()).toContain({ gcp: 'acmeold/teams/ml/team-a', aws: 'acmeold/teams/ml/team-a', azure: 'ws-team-a/teams/ml' }[cloud]);
});

test('it may be in a stack of its own, which is set up for the cloud', () => {
  const owner = cluster('gcp');
  const data = stackBeside(owner, 'data');
  new ArtifactBucket(data, 'b', { cluster: owner });
  const { provider, terraform } = JSON.parse(Testing.synth(data, true)) as SynthesizedStack;
  expect(provider.google).toEqual([{ project: 'acme', region: 'us-central1' }]);
  expect(terraform.backend).toEqual({ local: { path: '../../../terraform.data.tfstate' } });
});

describe('fails when', () => {
  test('its folder is not the cluster\'s, or none', () => {
    const owner = cluster('gcp', { artifactPrefix: 'ml' });
    const from = (artifactPrefix: string) => ArtifactBucket.fromBucketName(stackOf(owner), `b${artifactPrefix.length}`, { cluster: owner, bucketName: 'acme', artifactPrefix });
    expect(messageOf(() => from('other'))).toBe('[cloud/b5] artifactPrefix is other, but that of cluster ml is ml; leave one of them out');
    expect(messageOf(() => from('a//b'))).toBe('[cloud/b4] artifactPrefix is \'a//b\'; give folders with a / between, of letters, digits, - . and _, for example teams/ml');
  });

  test('on Azure rights are asked for on what is no workspace', () => {
    const bucket = bucketOf(cluster('azure', { artifactPrefix: 'ml' }));
    expect(messageOf(() => bucket.grantRead({ namespace: 'a', serviceAccountName: 'b' }, { prefix: 'ml/team-a/models' })))
      .toBe('[cloud/artifacts] prefix is ml/team-a/models, but on azure rights are given by container, of which each workspace has one; '
        + 'give the folder of a workspace, such as ml/team-a, or an empty one for all of them');
  });

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

  test('it is of another cloud', () => {
    const owner = cluster('gcp');
    const elsewhere = stackBeside(owner, 'aws');
    cluster('aws', {}, elsewhere);
    expect(messageOf(() => new ArtifactBucket(elsewhere, 'b', { cluster: owner })))
      .toBe('[aws/b] cluster is cloud/ml on gcp, but the bucket is in a stack on aws; declare it in the stack of its cluster');
    expect(messageOf(() => ArtifactBucket.fromBucketName(stackOf(owner), 'c', { cluster: owner, bucketName: 's3://acme-ml' })))
      .toBe('[cloud/c] bucketName is s3://acme-ml; give the name alone, without s3://, of a bucket on gcp');
    expect(messageOf(() => ArtifactBucket.fromBucketName(stackOf(owner), 'd', { cluster: owner, bucketName: 'Acme' })))
      .toBe('[cloud/d] bucket name Acme is not valid on Google Cloud; give 3 to 63 lowercase letters, digits, hyphens, underscores and dots, not beginning with goog');
  });

  test.each(['team-*', 'team-?', 'a b', 'a,b', 'ml/../other', '${aws:username}', 'a//b', '.', 'a\nb', '/'])('A23: rights are for the prefix %j', (prefix) => {
    const reader = { namespace: 'a', serviceAccountName: 'b' };
    for (const cloud of CLOUD_NAMES) {
      expect(messageOf(() => bucketOf(cluster(cloud)).grantRead(reader, { prefix }))).toContain('[cloud/artifacts] prefix is ');
      expect(messageOf(() => bucketOf(cluster(cloud)).grantReadWrite(reader, { prefix }))).toContain('; give folders with a / between');
    }
  });

  test.each(['team-*', 'a b', 'a,allow-delete', 'a\nb'])('A23: its folder for the workspaces is %j', (artifactPrefix) => {
    expect(messageOf(() => cluster('aws', { artifactPrefix }))).toContain('artifactPrefix is ');
  });

  test('rights are for what is known only after the deployment', () => {
    const owner = cluster('gcp');
    const prefix = new TerraformVariable(stackOf(owner), 'late', { type: 'string' }).stringValue;
    expect(messageOf(() => bucketOf(owner).grantRead({ namespace: 'a', serviceAccountName: 'b' }, { prefix })))
      .toBe('[cloud/artifacts] prefix holds a cdktf token, which has no value before the deployment; '
        + 'write the value itself, or read it from the outputs file of `cdktf output --outputs-file`');
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

describe('two clusters on one bucket', () => {
  /** What synth says of two clusters, each with a folder in the bucket and workspaces. */
  function problems(cloud: CloudName, ...users: { readonly artifactPrefix?: string; readonly workspaces: string[] }[]): string[] {
    const stack = emptyStack();
    for (const [index, { artifactPrefix, workspaces }] of users.entries()) {
      const owner = new Cluster(stack, `c${index}`, { cloud: CLOUDS[cloud], admins: cloud === 'aws' ? ['arn:aws:iam::111122223333:role/admin'] : undefined });
      ArtifactBucket.fromBucketName(stack, `b${index}`, { cluster: owner, bucketName: 'acmeartifacts', resourceGroup: 'acme', artifactPrefix });
      for (const namespace of workspaces) owner.addWorkspace(namespace);
    }
    return stack.node.findAll().flatMap(({ node }) => node.validate()).filter((each) => each.includes('artifact'));
  }

  test.each([
    ['gcp', 'gs://acmeartifacts/team-a'], ['aws', 's3://acmeartifacts/team-a'], ['azure', 'az://acmeartifacts/ws-team-a'],
  ] as const)('on %s never have the same folder', (cloud, url) => {
    expect(problems(cloud, { workspaces: ['team-a'] }, { workspaces: ['team-b', 'team-a'] })).toEqual([
      `workspace team-a has its artifacts in ${url}, where cluster c1 (cloud/c1) has some too; give each cluster an artifactPrefix of its own, for example 'c0'`,
      `workspace team-a has its artifacts in ${url}, where cluster c0 (cloud/c0) has some too; give each cluster an artifactPrefix of its own, for example 'c1'`,
    ]);
    expect(problems(cloud, { artifactPrefix: 'c0', workspaces: ['team-a'] }, { artifactPrefix: 'c1', workspaces: ['team-a'] })).toEqual([]);
    expect(problems(cloud, { workspaces: ['team-a'] }, { workspaces: ['team-b'] })).toEqual([]);
  });

  test('nor one within that of the other, whose workspace would have rights on all of it', () => {
    const [problem] = problems('aws', { workspaces: ['second'] }, { artifactPrefix: 'second', workspaces: ['team-a'] });
    expect(problem).toMatch(/^workspace second has its artifacts in s3:\/\/acmeartifacts\/second, where cluster c1 \(cloud\/c1\) has some too; /);
    expect(problems('aws', { workspaces: ['first'] }, { artifactPrefix: 'second', workspaces: ['team-a'] })).toEqual([]);
  });
});
