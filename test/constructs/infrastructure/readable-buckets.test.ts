/** Case 17: the right to read a bucket of others, given to the readers of a workspace alone, and nothing changed on the bucket itself. */
import type { ReadableBucket } from '../../../src';
import { messageOf } from '../fixtures';
import { bucketOf, CLOUD_NAMES, cluster, synthesized } from './clouds';
import type { CloudName, Config, SynthesizedStack } from './clouds';

const URLS = { gcp: 'gs://acme-weights/llama', aws: 's3://acme-weights/llama', azure: 'az://acmeweights/models/llama' } as const;

function stackWith(cloud: CloudName, readableBuckets?: ReadableBucket[]): SynthesizedStack {
  const owner = cluster(cloud);
  bucketOf(owner);
  owner.addWorkspace('team-a', readableBuckets && { readableBuckets });
  return synthesized(owner);
}

/** The resources that are there only with these buckets, by type. */
function added(cloud: CloudName, readableBuckets: ReadableBucket[]): (readonly [string, Config])[] {
  const before = stackWith(cloud).resource;
  const flat = Object.entries(stackWith(cloud, readableBuckets).resource).flatMap(([type, all]) => (
    Object.entries(all).filter(([id]) => !before[type]?.[id]).map(([, config]) => [type, config] as const)));
  return flat.sort(([, a], [, b]) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function policyOf(config: Config | undefined): unknown[] {
  return (JSON.parse(String(config?.policy)) as { Statement: unknown[] }).Statement;
}

test('case 17: AWS: the reader may list and read below the prefix, and nothing else', () => {
  const [[type, policy] = [], ...others] = added('aws', [{ url: URLS.aws }]);
  expect([type, others]).toEqual(['aws_iam_role_policy', []]);
  expect(policy?.role).toMatch(/team-a\.?artifact-reader/i);
  expect(policyOf(policy)).toEqual([
    { Sid: 'List', Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::acme-weights', Condition: { StringLike: { 's3:prefix': 'llama/*' } } },
    { Sid: 'Objects', Effect: 'Allow', Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::acme-weights/llama/*' },
  ]);
});

test('case 17: AWS: and decrypt with the key of the bucket, in its region', () => {
  const encryptionKey = 'arn:aws:kms:eu-west-1:111122223333:key/1';
  const [[, policy] = []] = added('aws', [{ url: URLS.aws, region: 'eu-west-1', encryptionKey }]);
  expect(policyOf(policy)).toContainEqual({
    Sid: 'Key', Effect: 'Allow', Action: ['kms:Decrypt'], Resource: encryptionKey,
    Condition: { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } },
  });
});

test('case 17: Google Cloud: the reader may read below the prefix, and list names', () => {
  const grants = added('gcp', [{ url: URLS.gcp }, { url: 'gs://acme-weights/mistral' }]);
  expect(grants.map(([type, { bucket, role, condition }]) => [type, bucket, role, (condition as Config | undefined)?.expression])).toEqual([
    ['google_storage_bucket_iam_member', 'acme-weights', 'roles/storage.objectViewer',
      'resource.name.startsWith("projects/_/buckets/acme-weights/objects/llama/")'],
    ['google_storage_bucket_iam_member', 'acme-weights', 'roles/storage.objectViewer',
      'resource.name.startsWith("projects/_/buckets/acme-weights/objects/mistral/")'],
    ['google_storage_bucket_iam_member', 'acme-weights', 'roles/storage.legacyBucketReader', undefined],
  ]);
  for (const [, { member }] of grants) expect(member).toMatch(/\/subject\/ns\/team-a\/sa\/artifact-reader$/);
  expect(added('gcp', [{ url: 'gs://acme-weights' }]).map(([, { role, condition }]) => [role, condition]))
    .toEqual([['roles/storage.objectViewer', undefined]]);
});

test('case 17: Azure: the reader may read the container', () => {
  const [[type, right] = [], ...others] = added('azure', [{ url: URLS.azure, resourceGroup: 'weights' }]);
  expect([type, others]).toEqual(['azurerm_role_assignment', []]);
  expect(right).toMatchObject({
    role_definition_name: 'Storage Blob Data Reader',
    scope: '/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/weights/providers/Microsoft.Storage/storageAccounts/acmeweights'
      + '/blobServices/default/containers/models',
  });
  expect(right?.principal_id).toMatch(/team-a_artifact-reader/);
});

test.each(CLOUD_NAMES)('case 17: the platform of a cluster on %s knows them', (cloud) => {
  const owner = cluster(cloud);
  owner.addWorkspace('team-a', { readableBuckets: [{ url: `${URLS[cloud]}/` }] });
  expect(owner.platform.toJson()).toMatchObject({ workspaces: [{ namespace: 'team-a', readableBuckets: [{ url: URLS[cloud] }] }] });
});

describe('case 17: fails when', () => {
  const errorOf = (cloud: CloudName, readableBuckets: unknown): string => (
    messageOf(() => stackWith(cloud, readableBuckets as ReadableBucket[])));

  test('a bucket is not one of the cloud', () => {
    expect(errorOf('aws', [{ url: URLS.gcp }])).toBe('[cloud/ml] platform ml cannot have workspace \'team-a\': '
      + 'readableBuckets has gs://acme-weights/llama, but AWS reads only s3:// here; copy the files there');
    expect(errorOf('azure', [{ url: 'az://acmeweights' }])).toContain('readableBuckets has az://acmeweights, which names no container of the storage account');
  });

  test('it is not a URL, or has a secret in it, which is not printed', () => {
    expect(errorOf('aws', [{ url: 'acme-weights' }])).toContain('readableBuckets has a url that is not one of a bucket');
    expect(errorOf('aws', [{ url: 's3://key:hunter2@acme' }])).not.toContain('hunter2');
    expect(errorOf('aws', ['s3://acme'])).toContain('give an object');
    expect(errorOf('aws', 's3://acme')).toContain("readableBuckets is 's3://acme'; give a list");
    expect(errorOf('aws', [{ url: URLS.aws, prefix: 'x' }])).toContain('prefix');
  });

  test('one is there twice', () => {
    expect(errorOf('aws', [{ url: URLS.aws }, { url: URLS.aws }])).toContain("readableBuckets has 's3://acme-weights/llama' twice; name it once");
  });
});
