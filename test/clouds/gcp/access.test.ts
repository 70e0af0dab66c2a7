import { Construct } from 'constructs';
import type { BucketSpec, ClusterInfrastructure } from '../../../src/clouds/infrastructure';
import { BUCKET, REGISTRY, synthCluster } from './stack';

const principal = (name: string, namespace = 'team-a') =>
  `principal://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/acme-ml.svc.id.goog/subject/ns/${namespace}/sa/${name}`;

const WRITER = { namespace: 'team-a', name: 'artifact-writer' };
const READER = { namespace: 'team-a', name: 'artifact-reader' };
const BUILDER = { namespace: 'team-a', name: 'image-builder' };

/** Workspace team-a, which may read what `shared` has. */
function workspace(cluster: ClusterInfrastructure, stack: Construct): void {
  const scope = new Construct(stack, 'artifacts');
  const bucket = cluster.addBucket(scope, BUCKET);
  bucket.addWorkspace(scope, { namespace: 'team-a', prefix: 'ml/team-a' });
  bucket.grant(scope, { account: WRITER, prefix: 'ml/team-a', access: 'write' });
  bucket.grant(scope, { account: READER, prefix: 'ml/team-a', access: 'read' });
  bucket.grant(scope, { account: READER, prefix: 'ml/shared', access: 'read' });
  const registry = cluster.addRegistry(new Construct(stack, 'images'), { ...REGISTRY, pullThrough: ['docker.io'] });
  registry.addWorkspace(scope, { namespace: 'team-a', builder: BUILDER });
  cluster.addIdentity(stack, WRITER);
}

const bucketOf = (overrides: Partial<BucketSpec> = {}) =>
  synthCluster((cluster, stack) => void cluster.addBucket(new Construct(stack, 'artifacts'), { ...BUCKET, ...overrides }));

test('this is exactly who may do what', () => {
  const { json, one } = synthCluster(workspace);
  const { resource } = JSON.parse(json) as { resource: Record<string, Record<string, Record<string, string>>> };
  const folders = Object.fromEntries(Object.entries(resource.google_storage_managed_folder ?? {}).map(([id, { name }]) => [id, name]));
  const on = (grant: Record<string, string>): string | undefined => {
    const [, , id = ''] = /\$\{(\w+)\.([\w-]+)\./.exec(grant.managed_folder ?? grant.repository ?? grant.crypto_key_id ?? '') ?? [];
    const { repository_id: repository } = resource.google_artifact_registry_repository?.[id] ?? {};
    return folders[id] ?? repository ?? resource.google_kms_crypto_key?.[id]?.name ?? grant.project;
  };
  const members = Object.entries(resource)
    .filter(([type]) => /_iam_(member|binding|policy)$/.test(type))
    .flatMap(([, grants]) => Object.values(grants).map((grant) => [grant.member, grant.role, on(grant)]));
  const nodes = one('google_project_iam_member').member;
  expect(members.sort()).toEqual([
    [nodes, 'roles/artifactregistry.reader', 'ml-cache-docker-io'],
    [nodes, 'roles/artifactregistry.reader', 'ml-team-a'],
    [nodes, 'roles/container.defaultNodeServiceAccount', 'acme-ml'],
    ['serviceAccount:service-123@container-engine-robot.iam.gserviceaccount.com', 'roles/cloudkms.cryptoKeyEncrypterDecrypter', 'ml-secrets'],
    [principal('artifact-reader'), 'roles/storage.objectViewer', 'ml/shared/'],
    [principal('artifact-reader'), 'roles/storage.objectViewer', 'ml/team-a/'],
    [principal('artifact-writer'), 'roles/storage.objectUser', 'ml/team-a/'],
    [principal('image-builder'), 'roles/artifactregistry.writer', 'ml-team-a'],
  ].sort());
});

test('no service account of Google stands between a ServiceAccount and its rights', () => {
  expect(synthCluster(workspace).all('google_service_account')).toHaveLength(1);
});

test('rights wait for the cluster, without which there is no identity pool', () => {
  const { all } = synthCluster(workspace);
  for (const grant of all('google_storage_managed_folder_iam_member')) {
    expect(grant.depends_on).toEqual([expect.stringContaining('google_container_cluster.')]);
  }
});

test('a workspace that is removed loses its rights, not its data', () => {
  expect(synthCluster(workspace).all('google_storage_managed_folder').map(({ force_destroy: force }) => force)).toEqual([true, true]);
});

test('a right on the whole bucket is one on the bucket', () => {
  const { one, all } = synthCluster((cluster, stack) => {
    const scope = new Construct(stack, 'artifacts');
    cluster.addBucket(scope, BUCKET).grant(scope, { account: READER, prefix: '', access: 'read' });
  });
  expect(one('google_storage_bucket_iam_member')).toMatchObject({ role: 'roles/storage.objectViewer', member: principal('artifact-reader') });
  expect(all('google_storage_managed_folder')).toEqual([]);
});

test('the same right twice is one', () => {
  const { all } = synthCluster((cluster, stack) => {
    const scope = new Construct(stack, 'artifacts');
    const bucket = cluster.addBucket(scope, BUCKET);
    for (let times = 0; times < 2; times++) bucket.grant(scope, { account: READER, prefix: 'team-a', access: 'read' });
  });
  expect(all('google_storage_managed_folder_iam_member')).toHaveLength(1);
});

test('a bucket is private, versioned, and kept', () => {
  expect(bucketOf().one('google_storage_bucket')).toMatchObject({
    name: 'acme-artifacts',
    uniform_bucket_level_access: true,
    public_access_prevention: 'enforced',
    versioning: { enabled: true },
    soft_delete_policy: { retention_duration_seconds: 2_592_000 },
    force_destroy: false,
    lifecycle: { prevent_destroy: true },
  });
});

test('old versions and uploads that never ended go', () => {
  expect(bucketOf().one('google_storage_bucket').lifecycle_rule).toEqual([
    { action: { type: 'Delete' }, condition: { days_since_noncurrent_time: 30, with_state: 'ARCHIVED' } },
    { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
  ]);
});

test('a bucket that exists is not made, but its folders are', () => {
  const { all } = synthCluster((cluster, stack) => {
    const scope = new Construct(stack, 'artifacts');
    cluster.addBucket(scope, { ...BUCKET, exists: true }).addWorkspace(scope, { namespace: 'team-a', prefix: 'team-a' });
  });
  expect(all('google_storage_bucket')).toEqual([]);
  expect(all('google_storage_managed_folder')).toMatchObject([{ bucket: 'acme-artifacts', name: 'team-a/' }]);
});

const KEY = 'projects/acme-ml/locations/us-central1/keyRings/r/cryptoKeys/k';

test('with a key of the customer, Cloud Storage may use it before the bucket is made', () => {
  const { one } = bucketOf({ encryptionKey: KEY });
  expect(one('google_kms_crypto_key_iam_member', { crypto_key_id: KEY })).toMatchObject({
    role: 'roles/cloudkms.cryptoKeyEncrypterDecrypter',
    member: 'serviceAccount:service-123@gs-project-accounts.iam.gserviceaccount.com',
  });
  const bucket = one('google_storage_bucket');
  expect(bucket.encryption).toEqual({ default_kms_key_name: KEY });
  expect(bucket.depends_on).toEqual(expect.arrayContaining([expect.stringContaining('google_kms_crypto_key_iam_member.')]));
});

test.each<[Partial<BucketSpec>, string]>([
  [{ name: 'Acme' }, 'bucket name Acme is not valid on Google Cloud; give 3 to 63 lowercase letters, digits, hyphens, underscores and dots, not beginning with goog'],
  [{ encryptionKey: 'k' },
    'encryptionKey is k; give the full name of a key, projects/<project>/locations/us-central1/keyRings/<ring>/cryptoKeys/<key>'],
  [{ encryptionKey: KEY.replace('us-central1', 'global') }, 'encryptionKey is in global and the bucket in us-central1; give a key of the bucket\'s region'],
  [{ retentionDays: 3 }, 'retentionDays is 3, but Cloud Storage keeps deleted objects for 7 to 90 days; give a number in that range'],
])('fails when the bucket has %j', (overrides, message) => {
  expect(() => bucketOf(overrides)).toThrow(new Error(message));
});

test('the repository of a workspace has tags that stay, is scanned, and loses untagged images', () => {
  expect(synthCluster(workspace).one('google_artifact_registry_repository', { repository_id: 'ml-team-a' })).toMatchObject({
    format: 'DOCKER',
    docker_config: { immutable_tags: true },
    vulnerability_scanning_config: { enablement_config: 'INHERITED' },
    cleanup_policies: [{ id: 'untagged', action: 'DELETE', condition: { tag_state: 'UNTAGGED', older_than: '1209600s' } }],
    lifecycle: { prevent_destroy: true },
  });
  expect(synthCluster().all('google_project_service').map(({ service }) => service)).toContain('containerscanning.googleapis.com');
});

test('an upstream is cached in a repository of its own', () => {
  expect(synthCluster(workspace).one('google_artifact_registry_repository', { mode: 'REMOTE_REPOSITORY' })).toMatchObject({
    repository_id: 'ml-cache-docker-io',
    remote_repository_config: { docker_repository: { public_repository: 'DOCKER_HUB' } },
  });
  const { one } = synthCluster((cluster, stack) => void cluster.addRegistry(new Construct(stack, 'images'), { ...REGISTRY, pullThrough: ['ghcr.io'] }));
  expect(one('google_artifact_registry_repository').remote_repository_config)
    .toEqual({ docker_repository: { custom_repository: { uri: 'https://ghcr.io' } } });
});

test('fails when the name of a repository is too long with that of the workspace', () => {
  const namespace = 'a'.repeat(62);
  expect(() => synthCluster((cluster, stack) => cluster.addRegistry(new Construct(stack, 'images'), REGISTRY)
    .addWorkspace(stack, { namespace, builder: { namespace, name: 'image-builder' } })))
    .toThrow(new Error(`repository name ml-${namespace} is not valid on Google Cloud; give up to 63 lowercase letters, digits and hyphens, a letter first`));
});

describe('rights on folders of a bucket of others', () => {
  const reading = (account: (index: number) => typeof READER, folders: number) => () => synthCluster((cluster, stack) => {
    for (let index = 0; index < folders; index += 1) {
      cluster.grantRead?.(new Construct(stack, `read-${index}`), { account: account(index), bucketName: 'acme-data', prefix: `folder-${index}` });
    }
  });

  test('are as many as a bucket takes conditions for', () => {
    const account = (index: number) => ({ namespace: `team-${index}`, name: 'artifact-reader' });
    expect(reading(account, 100)().all('google_storage_bucket_iam_member').filter(({ condition }) => condition)).toHaveLength(100);
    expect(reading(account, 101)).toThrow(new Error('101 folders of bucket acme-data are read, of which Google Cloud takes rights on 100; '
      + 'give the whole bucket, or a bucket of its own to what is read together'));
  });

  test('are as many as one account may have', () => {
    expect(reading(() => READER, 21)).toThrow(new Error('ServiceAccount team-a/artifact-reader reads 21 folders of bucket acme-data, of which '
      + 'Google Cloud takes rights on 20; give the whole bucket, or a bucket of its own to what is read together'));
  });
});

test('a folder is used by as many ServiceAccounts as a policy holds', () => {
  const used = (by: number) => () => synthCluster((cluster, stack) => {
    const bucket = cluster.addBucket(new Construct(stack, 'bucket'), BUCKET);
    for (let index = 0; index < by; index += 1) {
      bucket.grant(new Construct(stack, `team-${index}`), { account: { namespace: `team-${index}`, name: 'artifact-reader' }, prefix: 'base', access: 'read' });
    }
  });
  expect(used(1501)).toThrow(new Error('folder base of bucket acme-artifacts is used by 1501 ServiceAccounts, of which a policy of Google Cloud holds 1500; '
    + 'let fewer workspaces read it, or give them a bucket of their own'));
});
