import { TerraformVariable } from 'cdktf';
import { Cloud, Cluster } from '../../../src';
import { messageOf, synthErrors } from '../fixtures';
import { CLOUD_SIDE } from './cloud-side';
import { bucketOf, CLOUD_NAMES, CLOUDS, cluster, emptyStack, poolOf, registryOf, resourcesOf, stackOf, synthesized, workspaceOn } from './clouds';

const NO_BUCKET = 'cluster ml has no bucket for the artifacts of its workspaces; add new ArtifactBucket(stack, \'artifacts\', { cluster })';

function terraformErrors(owner: Cluster): string[] {
  return stackOf(owner).node.findAll().flatMap(({ node }) => node.validate().map((error) => `[${node.path}] ${error}`));
}

test('a cluster refuses to be destroyed unless told otherwise', () => {
  const protectedBy = (owner: Cluster): unknown => resourcesOf(synthesized(owner), 'google_container_cluster')[0]?.deletion_protection;
  expect(protectedBy(cluster())).toBe(true);
  expect(protectedBy(cluster('gcp', { deletionProtection: false }))).toBe(false);
});

test('what can carry tags carries those of the cluster', () => {
  const owner = cluster('aws', { tags: { team: 'ml' } });
  bucketOf(owner);
  const tags = { 'managed-by': 'cdk-substratus', 'team': 'ml' };
  expect(resourcesOf(synthesized(owner), 'aws_eks_cluster')[0]?.tags).toEqual(tags);
  expect(resourcesOf(synthesized(owner), 'aws_s3_bucket')[0]?.tags).toEqual(tags);
});

test('a cluster that exists takes pools, a bucket and workspaces', () => {
  const existing = Cluster.fromAttributes(emptyStack(), 'ml', {
    cloud: CLOUDS.gcp, clusterName: 'old', attributes: { nodeServiceAccount: 'nodes@acme.iam.gserviceaccount.com' },
  }) as Cluster;
  poolOf(existing, 'l4');
  bucketOf(existing, { bucketName: 'acme-old' });
  const team = workspaceOn(existing);
  const stack = synthesized(existing);
  expect(resourcesOf(stack, 'google_container_node_pool')[0]).toMatchObject({ cluster: 'old', name: 'l4' });
  expect(resourcesOf(stack, 'google_container_cluster')).toEqual([]);
  expect(resourcesOf(stack, 'google_storage_managed_folder_iam_member')).toHaveLength(2);
  expect(synthErrors(team)).toEqual(['no error']);
});

test('a cluster that exists may have a folder for artifacts, a registry and images of its own, and bring up nodes by itself', () => {
  const existing = Cluster.fromAttributes(emptyStack(), 'ml', {
    cloud: CLOUDS.aws,
    clusterName: 'old',
    attributes: { subnetIds: ['subnet-a', 'subnet-b'], nodeRoleArn: 'arn:aws:iam::111122223333:role/nodes' },
    artifactPrefix: '/teams/ml/',
    registry: 'registry.acme.com/ml/',
    autoProvisioning: true,
    images: { rclone: 'registry.acme.com/rclone' },
  }) as Cluster;
  bucketOf(existing, { bucketName: 'acme-old' });
  existing.addWorkspace('team-a');
  expect(existing.platform.toJson()).toMatchObject({
    artifacts: { url: 's3://acme-old', prefix: 'teams/ml' },
    registry: { url: 'registry.acme.com/ml' },
    autoProvisioning: true,
    images: { rclone: 'registry.acme.com/rclone' },
  });
  expect(CLOUD_SIDE.aws.rights(synthesized(existing)).map(({ on }) => on)).toEqual(['acme-old/teams/ml/team-a', 'acme-old/teams/ml/team-a']);
  expect(messageOf(() => registryOf(existing))).toBe('[cloud/images] cluster old has the registry registry.acme.com/ml; leave one of them out');
});

test.each(CLOUD_NAMES)('on %s the same program gives the same bytes', (cloud) => {
  const stack = (): unknown => {
    const owner = cluster(cloud);
    bucketOf(owner);
    poolOf(owner, 'gpus');
    owner.addWorkspace('team-a');
    return synthesized(owner);
  };
  expect(JSON.stringify(stack())).toBe(JSON.stringify(stack()));
});

describe('fails when', () => {
  test.each(CLOUD_NAMES)('on %s a workspace has no bucket', (cloud) => {
    const owner = cluster(cloud);
    const team = workspaceOn(owner);
    expect(terraformErrors(owner)).toEqual([`[cloud/ml] ${NO_BUCKET}`]);
    expect(synthErrors(team)).toEqual([`[team-a] ${NO_BUCKET}`]);
    bucketOf(owner);
    expect(terraformErrors(owner)).toEqual([]);
  });

  test('a workspace is no namespace, or there already', () => {
    const owner = cluster();
    owner.addWorkspace('team-a');
    expect(messageOf(() => owner.addWorkspace('team-a'))).toBe('[cloud/ml] platform ml cannot have workspace \'team-a\': there is one already; add it once');
    expect(messageOf(() => owner.addWorkspace('Team')))
      .toBe('[cloud/ml] platform ml cannot have workspace \'Team\': not a valid namespace name; use lower-case letters, digits and - inside');
  });

  test('a pool has a minimum above its maximum', () => {
    expect(messageOf(() => cluster().addNodePool('cpus', { machineType: 'n2-standard-8', minNodes: 3, maxNodes: 2 })))
      .toBe('[cloud/ml] pool cpus is invalid: minNodes is 3 and maxNodes 2; give a minimum that is no more than the maximum');
  });

  test('the cloud refuses the name', () => {
    expect(messageOf(() => cluster('gcp', { clusterName: 'ML' })))
      .toBe('[cloud/ml] cluster name ML is not valid on Google Cloud; give up to 40 lowercase letters, digits and hyphens, a letter first');
    expect(messageOf(() => cluster('azure', { clusterName: 'm_l' }))).toBe('[cloud/ml] cluster name is m_l; on azure it has 1 to 54 lowercase letters, digits and hyphens');
    expect(messageOf(() => cluster('aws', { clusterName: 'm.l' })))
      .toBe('[cloud/ml] name of cluster m.l is not valid on AWS; use 1 to 100 letters, digits, - and _, the first no - or _');
  });

  test('a name or a region is known only after the deployment', () => {
    const stack = emptyStack();
    const late = new TerraformVariable(stack, 'late', { type: 'string' }).stringValue;
    const holds = 'holds a cdktf token, which has no value before the deployment; '
      + 'write the value itself, or read it from the outputs file of `cdktf output --outputs-file`';
    expect(messageOf(() => new Cluster(stack, 'ml', { cloud: CLOUDS.gcp, clusterName: late }))).toBe(`[cloud/ml] clusterName ${holds}`);
    expect(messageOf(() => Cloud.gcp({ projectId: 'acme', projectNumber: '1', region: late }))).toBe(`Cloud.gcp: region ${holds}`);
  });
});
