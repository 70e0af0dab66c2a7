import { TerraformVariable } from 'cdktf';
import { ArtifactBucket, ImageRegistry } from '../../../src';
import type { ICluster } from '../../../src';
import { messageOf } from '../fixtures';
import { bucketOf, CLOUD_NAMES, cluster, emptyStack, registryOf, resourcesOf, stackBeside, stackOf, synthesized } from './clouds';

const URLS = {
  gcp: /^us-central1-docker\.pkg\.dev\/acme\/ml$/,
  aws: /^111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com\/ml$/,
  azure: /^ml[0-9a-z]{10}\.azurecr\.io$/,
};

test.each(CLOUD_NAMES)('on %s the platform learns of its URL', (cloud) => {
  const owner = cluster(cloud);
  expect(owner.platform._spec.registry).toBeUndefined();
  const { url } = registryOf(owner);
  expect(url).toMatch(URLS[cloud]);
  expect(owner.platform._spec.registry?.url).toBe(url);
});

test('a workspace has a repository of its own, in which tags do not change', () => {
  const owner = cluster('aws');
  registryOf(owner);
  bucketOf(owner);
  owner.addWorkspace('team-a');
  expect(resourcesOf(synthesized(owner), 'aws_ecr_repository'))
    .toMatchObject([{ name: 'ml/team-a', image_tag_mutability: 'IMMUTABLE', lifecycle: { prevent_destroy: true } }]);
});

test('fails when the cluster has one, the cluster is of another App, or the cloud refuses the name', () => {
  const owner = cluster();
  registryOf(owner);
  expect(messageOf(() => new ImageRegistry(stackOf(owner), 'second', { cluster: owner })))
    .toBe('[cloud/second] cluster ml has a registry already, at cloud/images; leave one of them out');
  expect(messageOf(() => new ImageRegistry(emptyStack('other'), 'r', { cluster: owner })))
    .toBe('[other/r] cluster is cloud/ml of another App; declare the registry in the App of its cluster');
  const elsewhere = stackBeside(owner, 'aws');
  cluster('aws', {}, elsewhere);
  expect(messageOf(() => new ImageRegistry(elsewhere, 'r', { cluster: owner })))
    .toBe('[aws/r] cluster is cloud/ml on gcp, but the registry is in a stack on aws; declare it in the stack of its cluster');
  const gcp = cluster('gcp');
  expect(messageOf(() => new ImageRegistry(stackOf(gcp), 'r', { cluster: gcp, registryName: 'Images' })))
    .toBe('[cloud/r] repository name Images is not valid on Google Cloud; give up to 63 lowercase letters, digits and hyphens, a letter first');
  const registryName = new TerraformVariable(stackOf(gcp), 'late', { type: 'string' }).stringValue;
  expect(messageOf(() => new ImageRegistry(stackOf(gcp), 's', { cluster: gcp, registryName }))).toBe('[cloud/s] registryName holds a cdktf token, '
    + 'which has no value before the deployment; write the value itself, or read it from the outputs file of `cdktf output --outputs-file`');
  const azure = cluster('azure');
  expect(messageOf(() => new ImageRegistry(stackOf(azure), 'r', { cluster: azure, registryName: 'a-b' })))
    .toBe('[cloud/r] registry name is a-b; on azure it has 5 to 50 letters and digits');
  expect(messageOf(() => new ImageRegistry(stackOf(azure), 's', { cluster: azure, untaggedDays: 0.5 })))
    .toBe('[cloud/s] untaggedDays is 0.5; give a whole number of days, 1 or more');
});

test('C3: a cluster that this library did not make is told so, whoever implements ICluster', () => {
  const { platform, clusterName, node } = cluster();
  const other = { platform, clusterName, node } as unknown as ICluster;
  expect(messageOf(() => new ImageRegistry(emptyStack(), 'images', { cluster: other }))).toBe(
    '[cloud/images] cluster is not a cluster of this library; give a Cluster, or one of Cluster.fromAttributes');
});

test.each(['gcp', 'aws'] as const)('on %s networks are no bounds of a bucket or a registry, so that asking for them is an error', (cloud) => {
  const owner = cluster(cloud);
  const allowedCidrs = ['203.0.113.0/24'];
  const said = (what: string): RegExp => new RegExp(
    `^\\[cloud/x\\] allowedCidrs of ${what} \\S+ has 203.0.113.0/24, but on this cloud IAM decides who may reach it, from anywhere; leave it out$`,
  );
  expect(messageOf(() => new ImageRegistry(stackOf(owner), 'x', { cluster: owner, allowedCidrs }))).toMatch(said('registry'));
  const other = cluster(cloud);
  expect(messageOf(() => new ArtifactBucket(stackOf(other), 'x', { cluster: other, allowedCidrs }))).toMatch(said('bucket'));
});
